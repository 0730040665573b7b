package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store"
)

// Bounds of a batch. Beyond them a larger batch is no faster, only later.
const (
	maxUpdates = 1024
	maxWrites  = 8192
	maxBytes   = 8 << 20
)

// How long the committer rests after a batch of many updates: so long for each, and at most
// so long, and until that part of those who were answered has come again. Measured with the
// whole program: while a third of them is committed the others are at work.
const (
	many     = 4
	restEach = 100 * time.Microsecond
	restMost = 3 * time.Millisecond
	restPart = 3
)

// batch is the writes of one or more functions, and then their commit.
type batch struct {
	writes  pairs
	updates int           // functions that have writes in it
	bytes   int           // about
	leaves  chan struct{} // closed when it takes no more
	done    chan struct{} // closed when err is final
	err     error         // of the commit
}

func newBatch() *batch {
	return &batch{leaves: make(chan struct{}), done: make(chan struct{})}
}

func (b *batch) full() bool {
	return b.updates >= maxUpdates || len(b.writes) >= maxWrites || b.bytes >= maxBytes
}

// add takes the writes of one more function in.
func (b *batch) add(writes pairs) {
	b.updates++
	b.bytes += writes.size()
	if b.writes == nil {
		b.writes = writes
		return
	}
	b.writes = b.writes.merge(writes)
}

// end answers all who wait for b.
func (b *batch) end(err error) {
	b.err = err
	close(b.done)
}

// commits is the committer: it writes batch after batch until the store is closed.
func (d *DB) commits() {
	defer close(d.ended)
	if d.opts.Pinned {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
	}
	debug.SetPanicOnFault(true)
	for range d.wake {
		for b := d.take(); b != nil; b = d.take() {
			d.commit(b)
			d.rest(b.updates)
		}
		if d.finished() {
			return
		}
	}
}

// rest lets those who were answered just now ask again, as most are about to, so that they
// leave together with those who came meanwhile. For many it takes a while: when that many
// are at work the processor is what they wait for, and a commit costs nearly the same for
// all of them as for a few.
func (d *DB) rest(answered int) {
	if answered < 2 {
		return
	}
	enough := d.joined() + (answered+restPart-1)/restPart
	until := time.Now().Add(min(time.Duration(answered)*restEach, restMost))
	for before, now := -1, d.joined(); now < enough; before, now = now, d.joined() {
		switch {
		case now != before: // they are coming
			runtime.Gosched()
		case answered < many || !time.Now().Before(until):
			return
		default:
			time.Sleep(restEach)
		}
	}
}

// joined is how many functions have writes in the open batch.
func (d *DB) joined() int {
	d.turn.Lock()
	defer d.turn.Unlock()
	return d.open.updates
}

// take puts the open batch in flight, if it has writes.
func (d *DB) take() *batch {
	d.turn.Lock()
	defer d.turn.Unlock()
	b := d.open
	if len(b.writes) == 0 {
		return nil
	}
	close(b.leaves)
	d.open = newBatch()
	d.inflight.Store(b)
	return b
}

// finished says whether the store is closed and all is written.
func (d *DB) finished() bool {
	d.turn.Lock()
	defer d.turn.Unlock()
	return d.closed && len(d.open.writes) == 0
}

// commit writes b and answers its callers.
func (d *DB) commit(b *batch) {
	d.reserve.mu.Lock()
	defer d.reserve.mu.Unlock()
	begun := time.Now()
	if d.opts.early {
		b.end(nil)
	}
	id, err := d.write(b)
	if err == nil {
		d.durable.Store(int64(id))
		d.counts.commits.Add(1)
		d.counts.committing.Add(int64(time.Since(begun)))
		d.inflight.Store(nil)
	} else {
		err = d.refuse(id, err)
	}
	if !d.opts.early {
		b.end(err)
	}
	if err == nil {
		d.reserve.committed(d.file, d.size.Load())
	}
}

// write makes the writes of b one transaction of bbolt, and returns its number.
func (d *DB) write(b *batch) (id int, err error) {
	if err := d.astray(); err != nil {
		return 0, err
	}
	before := [2][]byte{d.metaPage(0), d.metaPage(1)} // before it begins: what changes until then shows in its number
	wtx, err := d.beginOf(true)
	if err != nil {
		return 0, err
	}
	id = wtx.ID()
	if known := d.durable.Load(); int64(id) != known+1 { // a copy was written over it, say
		return id, errors.Join(fmt.Errorf("%w: transaction %d follows %d", store.ErrGone, id, known), wtx.Rollback())
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", store.ErrDamaged, p)
			d.stuck.Store(!abandon(wtx))
		}
	}()
	if err := d.putAll(wtx.Bucket(records), b.writes); err != nil {
		return id, errors.Join(err, wtx.Rollback())
	}
	if err := wtx.Commit(); err != nil {
		return id, err
	}
	if other := 1 - id%2; !bytes.Equal(before[other], d.metaPage(other)) { // a copy was written over it meanwhile, and this over that
		return id, fmt.Errorf("%w: what was there before transaction %d has changed", store.ErrGone, id)
	}
	size, err := d.held()
	if err != nil {
		return id, err
	}
	d.size.Store(size)
	d.damage.written(b.writes)
	return id, d.astray()
}

// metaPage reads one of the two pages that say where the data begins. A transaction writes the one
// that its number says, and leaves the other as it is.
func (d *DB) metaPage(n int) []byte {
	page := make([]byte, headerSize+metaSize)
	if _, err := d.file.ReadAt(page, int64(n)*d.pageSize); err != nil {
		return nil
	}
	return page
}

// held is the size of what the file holds: a commit takes pages until its end.
func (d *DB) held() (size int64, err error) {
	rtx, err := d.begin()
	if err != nil {
		return 0, err
	}
	return rtx.Size(), rtx.Rollback()
}

// roomKept is how much memory for sealed values is kept from one commit to the next.
const roomKept = 1 << 20

// putAll writes pairs into the file's bucket. What it seals stays as it is until the commit.
func (d *DB) putAll(into *bbolt.Bucket, writes pairs) (err error) {
	into.FillPercent = fill
	room := slices.Grow(d.room[:0], writes.size()+sumSize*len(writes))
	if d.room = nil; cap(room) <= roomKept {
		d.room = room
	}
	for _, w := range writes {
		key := bytesOf(w.key)
		if w.val == nil {
			err = into.Delete(key)
		} else {
			var sealed []byte
			room, sealed = seal(room, key, w.val)
			err = into.Put(key, sealed)
		}
		if err != nil {
			return err
		}
	}
	return noteEmpty(into)
}

// abandon gives up a transaction that panicked, which may well panic again.
func abandon(wtx *bbolt.Tx) (gone bool) {
	defer func() { _ = recover() }()
	_ = wtx.Rollback()
	return true
}

// refuse draws the consequences of a failed commit, and returns the error for its
// callers. The open batch fails with it: its functions have read what is not there.
func (d *DB) refuse(id int, err error) error {
	if isFull(err) && !d.shows(id) {
		err = fmt.Errorf("%s: %w: %w", d.path, store.ErrFull, err)
		d.reserve.struck()
		d.turn.Lock()
		defer d.turn.Unlock()
		d.inflight.Store(nil)
		d.drop(err)
		return err
	}
	err = d.unknown(err)
	d.fail(err)
	d.inflight.Store(nil)
	return err
}

// unknown is the error for a store of which nobody can say any more what it holds.
func (d *DB) unknown(err error) error {
	return fmt.Errorf("%s: %w: %w", d.path, store.ErrUnknownOutcome, err)
}

// fail refuses all writes from now on.
func (d *DB) fail(err error) {
	d.turn.Lock()
	defer d.turn.Unlock()
	d.drop(err)
	if d.broken == nil {
		d.broken = err
		close(d.failed)
	}
}

// drop answers those whose writes are in the open batch that they are not written. The
// caller has the turn.
func (d *DB) drop(err error) {
	b := d.open
	d.open = newBatch()
	close(b.leaves)
	b.end(err)
}

// shows says whether the file shows the transaction of that number: then its last
// page was written, and the failure was to learn whether it is on disk.
func (d *DB) shows(id int) bool {
	rtx, err := d.begin()
	if err != nil {
		return true // unknown
	}
	defer rtx.Rollback() //nolint:errcheck // a transaction that only reads
	return rtx.ID() >= id
}

// isFull says whether err comes from a lack of space. bbolt hands some errors on as
// text only.
func isFull(err error) bool {
	if err == nil {
		return false
	}
	for _, no := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT} {
		if errors.Is(err, no) || strings.Contains(err.Error(), no.Error()) {
			return true
		}
	}
	return false
}
