package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// smallDisk mounts a disk of so many bytes.
func smallDisk(t *testing.T, size int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size)); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// writeUntilFull writes until there is no space, and adds what was answered to acked.
func writeUntilFull(t *testing.T, d *DB, acked map[string]string) {
	t.Helper()
	for range 10_000 {
		n := len(acked)
		key, val := fmt.Sprintf("key/%06d", n), strings.Repeat("x", n%3000)
		err := d.Update(background, func(tx store.Tx) error {
			tx.Put(key, []byte(val))
			return nil
		})
		if errors.Is(err, store.ErrFull) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		acked[key] = val
	}
	t.Fatal("the disk does not get full")
}

// TestSmallDisk fills a disk twice. Reading goes on, and writing too as soon as there is
// space again.
func TestSmallDisk(t *testing.T) {
	dir := smallDisk(t, 2<<20)
	path, ballast := filepath.Join(dir, "oncalm.db"), filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	acked := map[string]string{}
	writeUntilFull(t, d, acked)
	first := len(acked)
	writeUntilFull(t, d, acked)
	holdsAll(t, d, acked)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	writeUntilFull(t, d, acked)
	if len(acked) < first+10 {
		t.Errorf("%d updates fit first, %d with the space that came back", first, len(acked))
	}
	holdsAll(t, d, acked)
	select {
	case <-d.Failed():
		t.Error("a full disk has made the store stop")
	default:
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if d, err = Open(path, Options{MustExist: true}); err != nil {
		t.Fatalf("with the disk still full: %v", err)
	}
	holdsAll(t, d, acked)
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

// TestNoSpaceToCreate holds that a store which cannot be created leaves nothing that is
// in the way later.
func TestNoSpaceToCreate(t *testing.T) {
	dir := smallDisk(t, 64<<10)
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 60<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "oncalm.db")
	if _, err := Open(path, Options{}); !errors.Is(err, store.ErrFull) {
		t.Errorf("error %v, want %v", err, store.ErrFull)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	d, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	put(t, d, "a", "1")
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

// holdsAll holds that the store has what was answered, and nothing else.
func holdsAll(t *testing.T, d *DB, acked map[string]string) {
	t.Helper()
	sound(t, d)
	got := storetest.Content(t, d)
	if len(got) != len(acked) {
		t.Errorf("%d keys are there, %d were answered", len(got), len(acked))
	}
	for key, val := range acked {
		if got[key] != val {
			t.Errorf("%s is lost", key)
		}
	}
}
