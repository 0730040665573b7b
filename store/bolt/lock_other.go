//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package bolt

import "os"

const noFollow = 0

// lock is empty here: the lock that bbolt keeps on the file itself must do.
type lock struct{ stood bool }

func takeLock(string) (*lock, error) { return &lock{}, nil }

func stood(string) bool { return false }

func holdFile(string) (*lock, error) { return nil, nil }

func (*lock) mark() error { return nil }

func (*lock) release() error { return nil }

func lockedBy(string) int { return 0 }

func unlock(f *os.File) error { return f.Close() }
