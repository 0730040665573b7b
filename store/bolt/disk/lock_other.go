//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package disk

import "os"

const noFollow = 0

// A Lock is empty here: the lock that bbolt keeps on the file itself must do.
type Lock struct{}

// TakeLock takes nothing.
func TakeLock(string) (*Lock, error) { return &Lock{}, nil }

// HoldFile holds nothing.
func HoldFile(string) (*Lock, error) { return nil, nil }

// Stood reports what is not known here.
func Stood(string) bool { return false }

// Stood says what is not known here.
func (*Lock) Stood() bool { return false }

// Mark writes nothing down.
func (*Lock) Mark() error { return nil }

// Release ends nothing.
func (*Lock) Release() error { return nil }

// LockedBy is not known here.
func LockedBy(string) int { return 0 }

// Unlock closes the file.
func Unlock(f *os.File) error { return f.Close() }
