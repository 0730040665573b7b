//go:build unix

package doors

import (
	"net"
	"syscall"
)

// enoughFiles is what is taken for the limit where there is none.
const enoughFiles = 1 << 16

// Files is how many files the system gives to this process. At its start, the runtime has raised the limit as far as it may.
func Files() int {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit) != nil || limit.Cur > enoughFiles {
		return enoughFiles
	}
	return int(limit.Cur)
}

// pending reports whether something has come over a connection that was not read yet.
func pending(conn net.Conn) bool {
	sc, ok := conn.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return false
	}
	n := 0
	err = raw.Control(func(fd uintptr) { // Read would wait for whoever reads
		n, _, _ = syscall.Recvfrom(int(fd), make([]byte, 1), syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	})
	return err == nil && n > 0
}
