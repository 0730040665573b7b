package bolt

import (
	"bytes"
	"os"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
)

const (
	// resident is how much memory the process may show as its own because it has
	// looked at files: pages of the store, and the program itself.
	resident = 64 << 20
	// lookEvery is how often that is looked at.
	lookEvery = 5 * time.Millisecond
)

// memory keeps the pages of the file that we have looked at from counting as ours for
// ever: a store of 1 GB would make a process of 1 GB. The kernel has them in its
// cache, mapped or not, and can drop them from there whenever it likes.
type memory struct {
	statm  *os.File // nil if there is no /proc
	looked atomic.Int64
}

func newMemory() *memory {
	f, err := os.Open("/proc/self/statm")
	if err != nil {
		return &memory{}
	}
	return &memory{statm: f}
}

// trim unmaps the pages looked at if they are many. The caller makes sure that the
// mapping stays where it is: by an open transaction, or because it alone moves it.
func (m *memory) trim(db *bbolt.DB, size int64, now time.Time) {
	last := m.looked.Load()
	if m.statm == nil || now.UnixNano()-last < int64(lookEvery) || !m.looked.CompareAndSwap(last, now.UnixNano()) {
		return
	}
	if m.shared() < resident {
		return
	}
	// A failure changes nothing but the memory shown.
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, db.Info().Data, uintptr(size), syscall.MADV_DONTNEED)
}

// shared is the memory of the process that stands for files, in bytes.
func (m *memory) shared() int64 {
	var text [128]byte
	n, _ := m.statm.ReadAt(text[:], 0)
	words := bytes.Fields(text[:n])
	if len(words) < 3 {
		return 0
	}
	pages, _ := strconv.ParseInt(string(words[2]), 10, 64)
	return pages * int64(os.Getpagesize())
}

func (m *memory) close() {
	if m.statm != nil {
		_ = m.statm.Close()
	}
}
