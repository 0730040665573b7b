package bolt

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

const (
	reserveMost  = 64 << 20
	reserveLeast = 256 << 10
	reservePart  = 16 // of the disk it takes no more than one part in so many
	reserveStep  = 4  // it is made larger than it must be by one part in so many, so that this is seldom
)

// reserve is room in the file behind what is in use, with real blocks of the disk: when the
// disk is full, nobody but the store can write there. As long as it is whole all writes are
// alike. When it can no longer be kept whole it is short: what can be refused should be.
//
// Its owner is whoever has the lock: the committer while it commits, so that nothing changes
// the size of the file meanwhile, or who tries to make it whole.
type reserve struct {
	mu   sync.Mutex
	say  func(short bool) // told of each change; quick
	size int64            // in bytes; 0: none is wanted
	used int64            // where the reserve begins: what the file holds
	end  int64            // up to where the file is known to have blocks
	made bool             // there is one, whole or short

	short atomic.Bool
	spent atomic.Bool // a write did not fit into what is left
}

// KeepReserve keeps a reserve from now on: 64 MiB, or a sixteenth of the disk if that is less,
// so that some can be written when the disk is full. [DB.Short] says when to write less; say is
// told when that changes. Where the disk has no room for it now, it is made as soon as it has.
//
// The error says why there is none yet, or never will be.
func (d *DB) KeepReserve(say func(short bool)) error {
	r := &d.reserve
	r.mu.Lock()
	defer r.mu.Unlock()
	_, all, err := diskOf(d.file)
	if err != nil {
		return err
	}
	size := min(reserveMost, all/reservePart)
	if size < reserveLeast {
		return fmt.Errorf("the disk has %d bytes", all)
	}
	r.say, r.size, r.used = say, size, d.size.Load()
	has := blocksOf(d.file) - r.used // is left from the last time
	r.made = has >= reserveLeast
	if has >= size {
		r.end = r.used + size
	}
	return r.keep(d.file)
}

// Short says that the disk has no room to keep the reserve whole, and so that what can come
// again should not be written. If there is room by now, it makes it whole first.
func (d *DB) Short() bool {
	r := &d.reserve
	if r.short.Load() && r.mu.TryLock() {
		_ = r.keep(d.file) // the next one tries again
		r.mu.Unlock()
	}
	return r.short.Load()
}

// Reserved says whether there is a reserve, and room in it.
func (d *DB) Reserved() bool {
	d.reserve.mu.Lock()
	defer d.reserve.mu.Unlock()
	return d.reserve.made && !d.reserve.spent.Load()
}

// committed takes note of a commit, after which the file holds used bytes.
func (r *reserve) committed(f *os.File, used int64) {
	r.used = used
	r.spent.Store(false)
	_ = r.keep(f)
}

// struck takes note of a commit for which there was no room.
func (r *reserve) struck() {
	if !r.made {
		return
	}
	r.spent.Store(r.short.Load())
	r.set(true)
}

// keep makes the reserve whole if it is not. To begin with, and once it was short, twice as much
// must be free: else it would be short again with the next write of whoever fills the disk.
func (r *reserve) keep(f *os.File) error {
	whole := r.used + r.size
	if r.size == 0 || r.end >= whole && !r.short.Load() {
		return nil
	}
	from, to := max(r.end, r.used), whole+r.size/reserveStep
	need := to - max(from, min(to, blocksOf(f)))
	if !r.made || r.short.Load() {
		need += r.size
	}
	free, _, err := diskOf(f)
	switch {
	case err != nil:
	case free < need:
		err = fmt.Errorf("%d bytes are free of %d that it takes", free, need)
	default:
		err = claim(f, allocate, from, to)
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

func (r *reserve) set(short bool) {
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
