package disk

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"unsafe"
)

const (
	tmpFile    = 0o20000000 | syscall.O_DIRECTORY // O_TMPFILE
	followLink = 0x400                            // AT_SYMLINK_FOLLOW
)

// unnamed makes a file that has no name yet, on the disk of a folder: it goes with the process
// that has it open. The error says that there is no such thing on that disk, or that it could
// not be opened again, since nothing is mounted at /proc: in a root directory of one's own.
func unnamed(dir string) (*os.File, error) {
	f, err := os.OpenFile(dir, os.O_RDWR|tmpFile, 0o600)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(throughProc(f)); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// throughProc is a name for an open file as long as it is open.
func throughProc(f *os.File) string { return fmt.Sprintf("/proc/self/fd/%d", f.Fd()) }

// give gives an unnamed file a name that nothing has.
func give(f *os.File, name string) error {
	from, err := syscall.BytePtrFromString(throughProc(f))
	if err != nil {
		return err
	}
	to, err := syscall.BytePtrFromString(name)
	if err != nil {
		return err
	}
	here := -100 // AT_FDCWD
	_, _, errno := syscall.Syscall6(syscall.SYS_LINKAT,
		uintptr(here), uintptr(unsafe.Pointer(from)), uintptr(here), uintptr(unsafe.Pointer(to)), followLink, 0)
	if errno != 0 {
		return &os.LinkError{Op: "link", Old: f.Name(), New: name, Err: errno}
	}
	return nil
}
