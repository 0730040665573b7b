package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/store"
)

// reserving opens a store with a reserve, and notes what is said of it.
func reserving(t *testing.T, path string, said *[]bool) (d *DB, why error) {
	t.Helper()
	d, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d, d.KeepReserve(func(short bool) { *said = append(*said, short) })
}

// fillUp takes all that is free on a disk.
func fillUp(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 4<<10))
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// appended writes one more record of 1 kB, as a timeline grows.
func appended(d *DB, n int) error {
	return d.Update(background, func(tx store.Tx) error {
		tx.Put(fmt.Sprintf("event/%06d", n), []byte(strings.Repeat("x", 1000)))
		return nil
	})
}

// TestReserve fills the disk with something else. Writing goes on in the reserve, which is short
// from the first write on that the disk has no room for, until it has room for two.
func TestReserve(t *testing.T) {
	dir := smallDisk(t, 16<<20)
	path, other, ballast := filepath.Join(dir, "oncalm.db"), filepath.Join(dir, "other"), filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	var said []bool
	d, err := reserving(t, path, &said)
	if err != nil || !d.Reserved() || d.Short() {
		t.Fatalf("%v, reserved %t, short %t", err, d.Reserved(), d.Short())
	}
	fillUp(t, other)
	written, whole := 0, 0
	for ; appended(d, written) == nil; written++ {
		if !d.Short() {
			whole++
		}
		fillUp(t, other+"2") // nothing is given up that others could take
	}
	t.Logf("%d records fit on a full disk until the reserve was short, %d in all", whole, written)
	if whole > 400 || written < 500 {
		t.Errorf("%d records were written while the reserve was whole, %d in all", whole, written)
	}
	if !d.Short() || d.Reserved() || !slices.Equal(said, []bool{true}) {
		t.Errorf("at its end: short %t, reserved %t, said %v", d.Short(), d.Reserved(), said)
	}
	for _, name := range []string{ballast, other + "2"} {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	if err := appended(d, written); err != nil || !d.Short() {
		t.Errorf("with room for one: %v, short %t", err, d.Short())
	}
	if err := os.Remove(other); err != nil {
		t.Fatal(err)
	}
	// The write before may still hold the reserve, or the disk give its room back only now: then the next one who asks makes it whole.
	for end := time.Now().Add(time.Minute); d.Short() && time.Now().Before(end); {
		runtime.Gosched()
	}
	if d.Short() || !d.Reserved() || !slices.Equal(said, []bool{true, false}) {
		t.Errorf("with room for all: short %t, reserved %t, said %v", d.Short(), d.Reserved(), said)
	}
}

// TestReserveStays: what is left of a reserve is one after the next start, too, so that a full disk
// does not let alarms use it up then.
func TestReserveStays(t *testing.T) {
	for name, spent := range map[string]int{"whole": 0, "in part": 500} {
		t.Run(name, func(t *testing.T) {
			dir := smallDisk(t, 16<<20)
			path := filepath.Join(dir, "oncalm.db")
			var said []bool
			d, err := reserving(t, path, &said)
			if err != nil {
				t.Fatal(err)
			}
			fillUp(t, filepath.Join(dir, "other"))
			for n := range spent {
				if err := appended(d, n); err != nil {
					t.Fatal(err)
				}
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			said = nil
			d, err = reserving(t, path, &said)
			if short := spent > 0; d.Short() != short || !d.Reserved() || (err != nil) != short {
				t.Errorf("after a start: %v, short %t, reserved %t", err, d.Short(), d.Reserved())
			}
			for n := range 100 {
				if err := appended(d, spent+n); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// TestNoReserve: on a full disk, or one that is too small, there is none, and nothing is kept from
// anybody for it. Once there is room it is made.
func TestNoReserve(t *testing.T) {
	var said []bool
	d, err := reserving(t, filepath.Join(smallDisk(t, 2<<20), "oncalm.db"), &said)
	if err == nil || d.Short() || d.Reserved() {
		t.Errorf("on a small disk: %v, short %t, reserved %t", err, d.Short(), d.Reserved())
	}
	dir := smallDisk(t, 16<<20)
	ballast, other := filepath.Join(dir, "ballast"), filepath.Join(dir, "other")
	if err := os.WriteFile(ballast, make([]byte, 14<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err = reserving(t, filepath.Join(dir, "oncalm.db"), &said)
	if err == nil || d.Short() || d.Reserved() {
		t.Errorf("with little room: %v, short %t, reserved %t", err, d.Short(), d.Reserved())
	}
	fillUp(t, other)
	n := 0
	for ; err == nil || n == 0; n++ {
		err = appended(d, n)
	}
	if !errors.Is(err, store.ErrFull) || n > 100 || d.Short() || d.Reserved() {
		t.Errorf("without one, on a full disk: %v after %d, short %t, reserved %t", err, n, d.Short(), d.Reserved())
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := appended(d, n); err != nil || d.Short() || !d.Reserved() || len(said) > 0 {
		t.Errorf("with room: %v, short %t, reserved %t, said %v", err, d.Short(), d.Reserved(), said)
	}
}
