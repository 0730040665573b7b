package bolt

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// filled makes a store with many pages of all kinds, some of them free.
func filled(t testing.TB, path string) {
	t.Helper()
	d, err := Open(path, Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	for round := range 4 {
		mustUpdate(t, d, func(tx store.Tx) {
			for n := range 800 {
				tx.Put(fmt.Sprintf("key/%06d/%d", n*7919%1000, round), []byte(strings.Repeat("v", n%500)))
				if n%3 == 0 {
					tx.Delete(fmt.Sprintf("key/%06d/%d", n*7919%1000, round-1))
				}
			}
			tx.Put("large/"+fmt.Sprint(round), []byte(strings.Repeat("l", 30_000)))
		})
	}
	sound(t, d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// overwrite puts b into a file that exists.
func overwrite(t testing.TB, path string, b []byte, at int64) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(b, at); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// page is the place of a page in a file.
func page(id uint64) int64 { return int64(id) * int64(os.Getpagesize()) }

func TestOpenDamaged(t *testing.T) {
	junk := []byte(strings.Repeat("junk", 1024))
	tests := []struct {
		name   string
		damage func(t *testing.T, path string)
		want   string // "": it opens
	}{
		{"nothing", func(*testing.T, string) {}, ""},
		{"first page lost", func(t *testing.T, path string) { overwrite(t, path, junk, 0) }, ""}, // there are two
		{"first two pages lost", func(t *testing.T, path string) { overwrite(t, path, append(junk, junk...), 0) }, "invalid database"},
		{"cut to half a page", func(t *testing.T, path string) { cut(t, path, 2000) }, "cut off"},
		{"cut after the first pages", func(t *testing.T, path string) { cut(t, path, page(3)) }, "cut off"},
		{"cut in the middle", func(t *testing.T, path string) { cut(t, path, page(50)) }, "cut off"},
		{"a branch lost", func(t *testing.T, path string) { overwrite(t, path, junk, page(branchAbove(t, path))) }, "says that it is page"},
		{"zeros for a leaf", func(t *testing.T, path string) {
			overwrite(t, path, make([]byte, 4096), page(leafWith(t, path, "large/1")))
		}, "says that it is page"},
		{"random bytes", func(t *testing.T, path string) { overwrite(t, path, random(200_000), 0) }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "oncalm.db")
			filled(t, path)
			tt.damage(t, path)
			d, err := Open(path, Options{})
			if err == nil {
				defer d.Close()
			}
			if tt.name != "nothing" && tt.name != "first page lost" && !errors.Is(err, store.ErrDamaged) {
				t.Fatalf("error %v, want %v", err, store.ErrDamaged)
			}
			if err != nil && (!strings.HasPrefix(err.Error(), path+": the store is damaged: ") || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("error %q, want the path and %q", err, tt.want)
			}
			if err != nil {
				_, err := Open(path, Options{}) // and nothing is left locked
				if !errors.Is(err, store.ErrDamaged) {
					t.Errorf("error at the second try: %v", err)
				}
			}
		})
	}
}

func cut(t testing.TB, path string, size int64) {
	t.Helper()
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
}

func random(n int) []byte {
	b, rng := make([]byte, n), rand.New(rand.NewPCG(1, 1))
	for i := range b {
		b[i] = byte(rng.Uint32())
	}
	return b
}

// TestDamageInUse damages a file under a store that has it open. Those who read the
// damage are told, the others go on; who writes into it makes the store stop.
func TestDamageInUse(t *testing.T) {
	d := openNew(t, Options{})
	for n := range 50 {
		put(t, d, fmt.Sprintf("key/%02d", n), strings.Repeat("v", 1000))
	}
	put(t, d, "other", "1")
	overwrite(t, d.Path(), make([]byte, 4096), page(leafWith(t, d.Path(), "key/30")))
	look := func(tx store.Tx) error {
		for range tx.Range("key/", "key0") {
		}
		return nil
	}
	for what, err := range map[string]error{
		"View": d.View(background, look), "Update": d.Update(background, look),
		"Get": d.View(background, func(tx store.Tx) error {
			_ = tx.Get("key/30")
			return nil
		}),
	} {
		if !errors.Is(err, store.ErrDamaged) || !strings.HasPrefix(err.Error(), d.Path()) {
			t.Errorf("%s: error %v, want %v", what, err, store.ErrDamaged)
		}
	}
	if problems, err := d.Check(background); err != nil || len(problems) == 0 {
		t.Errorf("Check finds %q, error %v", problems, err)
	}
	put(t, d, "other", "2")
	err := d.Update(background, func(tx store.Tx) error {
		tx.Put("key/30", nil)
		return nil
	})
	if !errors.Is(err, store.ErrUnknownOutcome) || !errors.Is(err, store.ErrDamaged) {
		t.Errorf("writing into the damage: error %v, want %v and %v", err, store.ErrUnknownOutcome, store.ErrDamaged)
	}
	<-d.Failed()
	if err := d.View(background, func(tx store.Tx) error {
		if got := string(tx.Get("other")); got != "2" {
			return fmt.Errorf("other is %q", got)
		}
		return nil
	}); err != nil {
		t.Errorf("reading after that: %v", err)
	}
}

// TestCutInUse cuts the file under a store that has it open: the kernel answers reading
// with a signal.
func TestCutInUse(t *testing.T) {
	d := openNew(t, Options{})
	for n := range 50 {
		put(t, d, fmt.Sprintf("key/%02d", n), strings.Repeat("v", 1000))
	}
	cut(t, d.Path(), page(2))
	err := d.View(background, func(tx store.Tx) error {
		for range tx.Range("", "") {
		}
		return nil
	})
	if !errors.Is(err, store.ErrDamaged) {
		t.Errorf("error %v, want %v", err, store.ErrDamaged)
	}
}

// TestCheckSurvives lets Open, Check and reading loose on files with all sorts of
// damage. Whatever they say, they come back.
func TestCheckSurvives(t *testing.T) {
	rounds := 150
	if testing.Short() {
		rounds = 30
	}
	dir := inMemory(t)
	path := filepath.Join(dir, "oncalm.db")
	filled(t, path)
	whole := read(t, path)
	whole = whole[:len(pagesOf(t, path))*os.Getpagesize()]
	rng := rand.New(rand.NewPCG(3, 4))
	found := 0
	for round := range rounds {
		b := damage(rng, append([]byte{}, whole...))
		path := filepath.Join(dir, fmt.Sprint(round), "oncalm.db")
		if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if !survives(t, path) {
			found++
		}
		if err := os.RemoveAll(filepath.Dir(path)); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("damage was found in %d of %d files", found, rounds)
	if found < rounds/3 {
		t.Error("too little damage was found")
	}
}

// damage changes a few bytes in the headers of pages, or in their elements, or exchanges
// whole pages.
func damage(rng *rand.Rand, b []byte) []byte {
	size := os.Getpagesize()
	for range 1 + rng.IntN(3) {
		id := 2 + rng.IntN(len(b)/size-2)
		switch rng.IntN(4) {
		case 0:
			b[id*size+rng.IntN(16)] = byte(rng.Uint32())
		case 1:
			b[id*size+16+rng.IntN(200)] ^= 1 << rng.IntN(8)
		case 2:
			other := 2 + rng.IntN(len(b)/size-2)
			copy(b[id*size:(id+1)*size], b[other*size:])
		case 3:
			b[rng.IntN(len(b))] ^= 1 << rng.IntN(8)
		}
	}
	return b
}

// survives opens a file, checks it, and if nothing is wrong reads all of it.
func survives(t *testing.T, path string) (well bool) {
	t.Helper()
	d, err := Open(path, Options{NoSync: true})
	if err != nil {
		if !errors.Is(err, store.ErrDamaged) {
			t.Errorf("Open: %v", err)
		}
		return false
	}
	defer d.Close()
	problems, err := d.Check(background)
	if err != nil {
		t.Errorf("Check: %v", err)
	}
	if problems != nil {
		return false
	}
	if n := len(storetest.Content(t, d)); n < 100 {
		t.Errorf("a file with no problem has %d keys", n)
	}
	return true
}

// TestCheckAgreesWithBbolt holds that both checks find a sound file sound.
func TestCheckAgreesWithBbolt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "oncalm.db")
	filled(t, path)
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(func(tx *bbolt.Tx) error {
		for problem := range tx.Check() {
			t.Error(problem)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestCheckWhileWriting checks a file that changes all the time.
func TestCheckWhileWriting(t *testing.T) {
	d := openNew(t, Options{NoSync: true})
	ctx, cancel := context.WithCancel(background)
	ended := make(chan bool)
	go func() {
		defer close(ended)
		for n := 0; ctx.Err() == nil; n++ {
			put(t, d, fmt.Sprintf("key/%d", n*7919%500), strings.Repeat("v", n%700))
		}
	}()
	for range 20 {
		sound(t, d)
	}
	cancel()
	<-ended
	if _, err := d.Check(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Check with an ended context: error %v", err)
	}
}
