//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package places

import "syscall"

// writable reports whether we may write to what is at path.
func writable(path string) bool {
	const mayWrite = 2 // W_OK
	return syscall.Access(path, mayWrite) == nil
}
