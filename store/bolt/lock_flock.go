//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/oncalm/oncalm/store"
)

// lock is the hold on <file>.lock. Unlike the store's own file it is never replaced,
// so who holds it holds the name. The kernel ends the hold with the process.
type lock struct{ file *os.File }

// takeLock takes the lock of the store at path, or says at once who has it.
func takeLock(path string) (*lock, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = &store.InUse{Path: path, PID: holder(f)}
	}
	if err == nil {
		err = note(f)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &lock{f}, nil
}

// note writes our process id down, for people and for systems without /proc.
func note(f *os.File) error {
	if err := f.Truncate(0); err != nil && !isFull(err) {
		return err
	}
	_, err := f.WriteAt(fmt.Appendf(nil, "%d\n", os.Getpid()), 0)
	if err != nil && isFull(err) {
		return nil // a full disk is no reason not to start
	}
	return err
}

// release ends the hold explicitly: a process that is just being started by another
// goroutine may still have the file open, and would go on holding it.
func (l *lock) release() error { return unlock(l.file) }

func unlock(f *os.File) error {
	return errors.Join(syscall.Flock(int(f.Fd()), syscall.LOCK_UN), f.Close())
}

// holder is the process that has the lock file f locked, 0 if it cannot be told. The
// kernel's own list comes first: the note may still be that of a process that was
// killed.
func holder(f *os.File) int {
	if pid := lockedBy(f.Name()); pid != 0 {
		return pid
	}
	text := make([]byte, 20)
	n, _ := f.ReadAt(text, 0)
	pid, _ := strconv.Atoi(string(bytes.TrimSpace(text[:n])))
	return pid
}

// lockedBy is the process that has a file locked, as far as the kernel tells; 0 if not.
func lockedBy(path string) int {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		return 0
	}
	return inLocks(string(locks), info)
}

// inLocks looks for a file in the text of /proc/locks, whose lines read
// "3: FLOCK  ADVISORY  WRITE 812 fe:00:398607 0 EOF".
func inLocks(locks string, info os.FileInfo) int {
	number := ":" + strconv.FormatUint(inode(info), 10)
	for line := range strings.Lines(locks) {
		words := strings.Fields(line)
		if len(words) < 6 || words[1] != "FLOCK" || !strings.HasSuffix(words[5], number) {
			continue
		}
		if pid, err := strconv.Atoi(words[4]); err == nil && pid > 0 {
			return pid
		}
	}
	return 0
}

func inode(info os.FileInfo) uint64 {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return uint64(stat.Ino) //nolint:unconvert // not everywhere of this type
	}
	return 0
}
