package reserve

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestClaim: where the system sets no blocks aside they are written.
func TestClaim(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for name, allocate := range map[string]func(*os.File, int64, int64) error{
		"set aside": allocate,
		"written":   func(*os.File, int64, int64) error { return syscall.EOPNOTSUPP },
	} {
		if err := f.Truncate(0); err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString("what is there"); err != nil {
			t.Fatal(err)
		}
		if err := claim(f, allocate, 8<<10, 3<<20); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if has := blocksOf(f); has < 3<<20-8<<10 || has > 4<<20 {
			t.Errorf("%s: the file has %d bytes of the disk", name, has)
		}
	}
}
