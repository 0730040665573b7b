//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package disk

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestNoteOfHolder holds who is named where the kernel has no list of locks.
func TestNoteOfHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "note")
	if err := os.WriteFile(path, []byte("4711\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if got := holder(f); got != 4711 {
		t.Errorf("holder %d, want 4711", got)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	const lines = "1: POSIX  ADVISORY  WRITE 1 fe:00:%[1]d 0 EOF\n2: FLOCK  ADVISORY  WRITE 812 fe:00:%[1]d 0 EOF\n"
	locks := fmt.Sprintf(lines, inode(info))
	if got := inLocks(locks, info); got != 812 {
		t.Errorf("holder %d, want 812", got)
	}
}
