package ops

import (
	"os"
	"path/filepath"
	"syscall"
)

// room is how many bytes are free, for us, on the disk of a file, and how many it has.
func room(path string) (free, all int64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(path), &s); err != nil {
		return 0, 0, err
	}
	return int64(s.Bavail) * s.Bsize, int64(s.Blocks) * s.Bsize, nil
}

// allocate gives a file blocks of the disk.
func allocate(f *os.File, size int64) error { return syscall.Fallocate(int(f.Fd()), 0, 0, size) }
