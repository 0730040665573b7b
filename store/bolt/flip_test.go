package bolt

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// TestEveryFlipIsFound flips single bits in all that a store depends on. Each is found: the
// store does not open, or a check names what is damaged; and until then nothing is read that
// was not written. Without checksums and with the structure alone many are not found.
func TestEveryFlipIsFound(t *testing.T) {
	most := 3000
	if testing.Short() {
		most = 500
	}
	for name, make := range map[string]func(testing.TB, string){"large": filled, "small": few} {
		dir := inMemory(t)
		path := filepath.Join(dir, "oncalm.db")
		make(t, path)
		d, err := Open(path, Options{})
		must(t, err)
		want := storetest.Content(t, d)
		must(t, d.Close())
		places := liveBytes(t, path)
		rng := rand.New(rand.NewPCG(5, 6))
		rng.Shuffle(len(places), func(i, j int) { places[i], places[j] = places[j], places[i] })
		whole, err := os.ReadFile(path)
		must(t, err)
		var refused, structure, values int
		for _, at := range places[:min(most, len(places))] {
			bit := byte(1) << rng.IntN(8)
			overwrite(t, path, []byte{whole[at] ^ bit}, at)
			switch flipped(t, path, want) {
			case "refused":
				refused++
			case "structure":
				structure++
			case "value":
				values++
			default:
				t.Errorf("%s: bit %#x of byte %d (page %d) flipped, and nothing is found", name, bit, at, at/int64(os.Getpagesize()))
			}
			overwrite(t, path, whole[at:at+1], at)
		}
		t.Logf("%s: %d bytes are live; flips that do not open: %d, that the structure shows: %d, that a checksum shows: %d", name, len(places), refused, structure, values)
		if values == 0 {
			t.Errorf("%s: no flip was found by its checksum alone: the test has no teeth", name)
		}
	}
}

// few makes a store with a few keys: all of it is in one page.
func few(t testing.TB, path string) {
	t.Helper()
	d, err := Open(path, Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"a", "b", "c", "d"} {
		put(t, d, key, key+key)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// flipped says what finds the damage to a file.
func flipped(t *testing.T, path string, want map[string]string) string {
	t.Helper()
	d, err := Open(path, Options{NoSync: true})
	if err != nil {
		if !errors.Is(err, store.ErrDamaged) {
			t.Errorf("Open: %v", err)
		}
		return "refused"
	}
	defer d.Close()
	problems, err := d.Check(background)
	must(t, err)
	damaged, err := d.Damage(background)
	must(t, err)
	if len(problems) > 0 { // what was written before last may be all that can be read
		if d.Health() == nil {
			t.Errorf("the store opens, and says nothing of %q", problems)
		}
		return "structure"
	}
	for key, val := range storetest.Content(t, d) {
		if old, ok := want[key]; !ok || old != val {
			t.Errorf("%q is read as %.40q", key, val)
		}
	}
	switch {
	case len(damaged) > 0:
		return "value"
	}
	return ""
}

// TestDamagedValue flips a bit of a value in a store that is in use. Who reads it finds
// nothing, all else goes on, it is told once, and is well again when it is written anew.
func TestDamagedValue(t *testing.T) {
	path := filepath.Join(t.TempDir(), "oncalm.db")
	filled(t, path)
	b, err := os.ReadFile(path)
	must(t, err)
	leaf := page(leafWith(t, path, "large/1"))
	at := leaf + int64(bytes.Index(b[leaf:], []byte("large/1lll"))) + 20_000
	overwrite(t, path, []byte{b[at] ^ 4}, at)
	var told []string
	d, err := Open(path, Options{Damaged: func(what string) { told = append(told, what) }})
	must(t, err)
	defer d.Close()
	all := storetest.Content(t, d)
	for range 3 {
		must(t, d.View(background, func(tx store.Tx) error {
			if tx.Get("large/1") != nil || tx.Get("large/2") == nil {
				t.Error("the damaged value is read, or the one beside it is not")
			}
			return nil
		}))
	}
	if _, there := all["large/1"]; there || len(all) < 1000 {
		t.Errorf("a Range has %d keys, the damaged one: %v", len(all), there)
	}
	if len(told) != 1 || d.Health() == nil {
		t.Errorf("told: %q, health: %v", told, d.Health())
	}
	damaged, err := d.Damage(background)
	if err != nil || len(damaged) != 1 || damaged[0].Key != "large/1" || len(damaged[0].Stored) != 30_004 {
		t.Errorf("Damage: %d, %v", len(damaged), err)
	}
	put(t, d, "large/1", "new")
	if err := d.Health(); err != nil {
		t.Errorf("written anew: %v", err)
	}
	sound(t, d)
}
