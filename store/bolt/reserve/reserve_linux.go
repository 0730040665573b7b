package reserve

import (
	"errors"
	"os"
	"syscall"
)

// Kinds of file systems that write everything to a new place: what a file has is no room to
// write in.
const (
	btrfs    = 0x9123683E
	zfs      = 0x2FC12FC1
	bcachefs = 0xCA451A4E
)

// diskOf is how many bytes are free, for us, on the disk of a file, and how many it has.
func diskOf(f *os.File) (free, all int64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Fstatfs(int(f.Fd()), &s); err != nil {
		return 0, 0, err
	}
	switch uint32(s.Type) {
	case btrfs, zfs, bcachefs:
		return 0, 0, errors.New("the file system writes everything to a new place, so none can be kept")
	}
	each := int64(s.Bsize) //nolint:unconvert // not everywhere of this type
	return int64(s.Bavail) * each, int64(s.Blocks) * each, nil
}

// blocksOf is how many bytes of the disk a file has.
func blocksOf(f *os.File) int64 {
	var s syscall.Stat_t
	if err := syscall.Fstat(int(f.Fd()), &s); err != nil {
		return 0
	}
	return s.Blocks * 512 // whatever the size of blocks of the disk
}

// allocate gives a file blocks of the disk for so many bytes from an offset on.
func allocate(f *os.File, from, size int64) error {
	for {
		if err := syscall.Fallocate(int(f.Fd()), 0, from, size); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
