// Package reserve keeps room in a file behind what is in use, with real blocks of the disk: when
// the disk is full, nobody but the owner of the file can write there.
//
// As long as the reserve is whole all writes are alike. When it can no longer be kept whole it
// is short: what can be refused should be. To begin with, and once it was short, it is made
// only where the disk has room for two, or it would be short again at once.
package reserve

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

const (
	most  = 64 << 20
	least = 256 << 10
	part  = 16 // of the disk it takes no more than one part in so many
	step  = 4  // it is made larger than it must be by one part in so many, so that this is seldom
)

// A Reserve is that of one file.
type Reserve struct {
	file *os.File

	mu    sync.Mutex       // held by the committer while it commits, so that nothing changes the size of the file
	say   func(short bool) // told of each change; quick
	size  int64            // in bytes; 0: none is wanted
	used  int64            // where the reserve begins: what the file holds
	end   int64            // up to where the file is known to have blocks
	made  bool             // there is one, whole or short
	short atomic.Bool
	spent atomic.Bool // a write did not fit into what is left
}

// New is the reserve of a file that holds used bytes. None is kept until [Reserve.Keep].
func New(file *os.File, used int64) *Reserve { return &Reserve{file: file, used: used} }

// Keep keeps a reserve from now on: 64 MiB, or a sixteenth of the disk if that is less. say is
// told when it is short, and when it is not any more. Where the disk has no room for it now, it
// is made as soon as it has.
//
// The error says why there is none yet, or never will be.
func (r *Reserve) Keep(say func(short bool)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, all, err := diskOf(r.file)
	if err != nil {
		return err
	}
	size := min(most, all/part)
	if size < least {
		return fmt.Errorf("the disk has %d bytes", all)
	}
	r.say, r.size = say, size
	has := blocksOf(r.file) - r.used // is left from the last time
	r.made = has >= least
	if has >= size {
		r.end = r.used + size
	}
	return r.keep()
}

// Short says that the disk has no room to keep the reserve whole, and so that what can come
// again should not be written. If there is room by now, it makes it whole first.
func (r *Reserve) Short() bool {
	if r.short.Load() && r.mu.TryLock() {
		_ = r.keep() // the next one tries again
		r.mu.Unlock()
	}
	return r.short.Load()
}

// Left says whether there is a reserve, and room in it.
func (r *Reserve) Left() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.made && !r.spent.Load()
}

// Lock is called by who commits, before.
func (r *Reserve) Lock() { r.mu.Lock() }

// Unlock is called by who has committed.
func (r *Reserve) Unlock() { r.mu.Unlock() }

// Committed takes note, under the lock, of a commit, after which the file holds used bytes.
func (r *Reserve) Committed(used int64) {
	r.used = used
	r.spent.Store(false)
	_ = r.keep()
}

// Struck takes note, under the lock, of a commit for which there was no room.
func (r *Reserve) Struck() {
	if !r.made {
		return
	}
	r.spent.Store(r.short.Load())
	r.set(true)
}

// keep makes the reserve whole if it is not. To begin with, and once it was short, twice as much
// must be free: else it would be short again with the next write of whoever fills the disk.
func (r *Reserve) keep() error {
	whole := r.used + r.size
	if r.size == 0 || r.end >= whole && !r.short.Load() {
		return nil
	}
	from, to := max(r.end, r.used), whole+r.size/step
	need := to - max(from, min(to, blocksOf(r.file)))
	if !r.made || r.short.Load() {
		need += r.size
	}
	free, _, err := diskOf(r.file)
	switch {
	case err != nil:
	case free < need:
		err = fmt.Errorf("%d bytes are free of %d that it takes", free, need)
	default:
		err = claim(r.file, allocate, from, to)
	}
	if err != nil {
		r.set(r.made)
		return err
	}
	r.end, r.made = to, true
	r.spent.Store(false)
	r.set(false)
	return nil
}

func (r *Reserve) set(short bool) {
	if r.short.Swap(short) != short {
		r.say(short)
	}
}

// claim gives a file blocks for [from, to). Where the system cannot do that they are written.
func claim(f *os.File, allocate func(f *os.File, from, size int64) error, from, to int64) error {
	err := allocate(f, from, to-from)
	if !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	zeros := make([]byte, 1<<20)
	for from < to {
		n, failed := f.WriteAt(zeros[:min(int64(len(zeros)), to-from)], from)
		if failed != nil {
			return failed
		}
		from += int64(n)
	}
	return nil
}
