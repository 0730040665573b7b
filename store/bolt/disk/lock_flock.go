//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package disk

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/oncalm/oncalm/store"
)

// noFollow makes opening a link fail.
const noFollow = syscall.O_NOFOLLOW

// A Lock is a hold on a file. The kernel ends it with the process.
//
// A store is held twice. Who has <file>.lock has the name: unlike the store's own file it
// is never replaced. But it can be removed by those who take it for rubbish, and the next
// one would lock another file of that name. So the store's own file is locked, too, by
// bbolt while it is open, and here by those who replace it.
type Lock struct {
	file  *os.File
	stood bool // <file>.lock says that there was a store
}

// stands is what <file>.lock says once there is a store.
const stands = "There is a store beside this file. " +
	"If that is missing, none is made in its place as long as this file is here.\n"

// TakeLock takes the lock of the store at path, or says at once who has it.
func TakeLock(path string) (*Lock, error) {
	l, err := hold(path, path+".lock", os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, err
	}
	if err := l.note(); err != nil {
		return nil, errors.Join(err, l.Release())
	}
	return l, nil
}

// HoldFile locks the store's own file at path, if there is one, or says at once who has it.
func HoldFile(path string) (*Lock, error) {
	l, err := hold(path, path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return l, err
}

// hold locks the file of that name, for the store at path. It may have got another name, or
// none, before it was locked: then it is not the one.
func hold(path, name string, flag int) (*Lock, error) {
	for {
		f, err := OpenInPlace(name, flag, 0o600)
		if err != nil {
			return nil, err
		}
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EWOULDBLOCK):
			return nil, errors.Join(&store.InUse{Path: path, PID: holder(f)}, f.Close())
		case err != nil:
			return nil, errors.Join(err, f.Close())
		case isAt(f, name):
			return &Lock{file: f}, nil
		}
		if err := Unlock(f); err != nil {
			return nil, err
		}
	}
}

// note writes our process id down, for people and for systems without /proc, and keeps what is
// said there of a store.
func (l *Lock) note() error {
	text := make([]byte, len(stands)+100)
	n, err := l.file.ReadAt(text, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	l.stood = bytes.Contains(text[:n], []byte(stands))
	return l.write()
}

// Stood reports whether <path>.lock says that there was a store. Nothing is locked.
func Stood(path string) bool {
	f, err := OpenInPlace(path+".lock", os.O_RDONLY, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, int64(len(stands)+100)))
	return err == nil && bytes.Contains(text, []byte(stands))
}

// Stood says that there was a store when the lock was taken, or is one.
func (l *Lock) Stood() bool { return l.stood }

// Mark writes down that there is a store.
func (l *Lock) Mark() error {
	if l.stood {
		return nil
	}
	l.stood = true
	return l.write()
}

func (l *Lock) write() error {
	text := fmt.Appendf(nil, "%d\n", os.Getpid())
	if l.stood {
		text = append(text, stands...)
	}
	if _, err := l.file.WriteAt(text, 0); IsFull(err) {
		return nil // a full disk is no reason not to start
	} else if err != nil {
		return err
	}
	return l.file.Truncate(int64(len(text))) // after that: what is said of a store stays if we are killed
}

// Release ends the hold explicitly: a process that is just being started by another
// goroutine may still have the file open, and would go on holding it.
func (l *Lock) Release() error {
	if l == nil {
		return nil
	}
	return Unlock(l.file)
}

// Unlock ends the hold on a file, and closes it.
func Unlock(f *os.File) error {
	return errors.Join(syscall.Flock(int(f.Fd()), syscall.LOCK_UN), f.Close())
}

// holder is the process that has the lock file f locked, 0 if it cannot be told. The
// kernel's own list comes first: the note may still be that of a process that was
// killed.
func holder(f *os.File) int {
	if pid := LockedBy(f.Name()); pid != 0 {
		return pid
	}
	text := make([]byte, 20)
	n, _ := f.ReadAt(text, 0)
	line, _, _ := strings.Cut(string(text[:n]), "\n")
	pid, _ := strconv.Atoi(line)
	return pid
}

// LockedBy is the process that has a file locked, as far as the kernel tells; 0 if not.
func LockedBy(path string) int {
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
