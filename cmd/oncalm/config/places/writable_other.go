//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package places

// writable cannot be told here without trying; the start will say it.
func writable(string) bool { return true }
