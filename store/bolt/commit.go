package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt/datafile"
	"github.com/oncalm/oncalm/store/bolt/disk"
	"github.com/oncalm/oncalm/store/bolt/layout"
	"github.com/oncalm/oncalm/store/bolt/reserve"
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

// committer puts batches of a queue into the file.
type committer struct {
	queue   *queue
	file    *datafile.File
	reserve *reserve.Reserve
	pinned  bool
	early   bool
	room    []byte        // for what it seals
	ended   chan struct{} // closed when it has ended

	commits, committing atomic.Int64 // how many, and how long they took together
}

func newCommitter(q *queue, f *datafile.File, r *reserve.Reserve, o Options) *committer {
	return &committer{queue: q, file: f, reserve: r, pinned: o.Pinned, early: o.early, ended: make(chan struct{})}
}

// run writes batch after batch until the store is closed.
func (c *committer) run() {
	defer close(c.ended)
	if c.pinned {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
	}
	debug.SetPanicOnFault(true)
	for !c.queue.finished() {
		b, wait := c.queue.take()
		if b != nil {
			c.commit(b)
			c.rest(b.updates)
			continue
		}
		var over <-chan time.Time
		if wait > 0 {
			over = time.After(wait)
		}
		select {
		case <-c.queue.wake:
		case <-over:
		}
	}
}

// rest lets those who were answered just now ask again, as most are about to, so that they
// leave together with those who came meanwhile. For many it takes a while: when that many
// are at work the processor is what they wait for, and a commit costs nearly the same for
// all of them as for a few.
func (c *committer) rest(answered int) {
	if answered < 2 {
		return
	}
	enough := c.queue.joined() + (answered+restPart-1)/restPart
	until := time.Now().Add(min(time.Duration(answered)*restEach, restMost))
	for before, now := -1, c.queue.joined(); now < enough; before, now = now, c.queue.joined() {
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

// commit writes b and answers its callers.
func (c *committer) commit(b *batch) {
	c.reserve.Lock()
	defer c.reserve.Unlock()
	begun := time.Now()
	if c.early {
		b.end(nil)
	}
	id, err := c.write(b)
	if err == nil {
		c.queue.durable.Store(int64(id))
		c.commits.Add(1)
		c.committing.Add(int64(time.Since(begun)))
		c.queue.inflight.Store(nil)
	} else {
		err = c.refuse(id, err)
	}
	if !c.early {
		b.end(err)
	}
	if err == nil {
		c.reserve.Committed(c.file.Size())
	}
}

// write makes the writes of b one transaction of bbolt, and returns its number.
func (c *committer) write(b *batch) (id int, err error) {
	if err := c.file.Astray(); err != nil {
		return 0, err
	}
	// Read before it begins: what changes until then shows in its number.
	before := [2][]byte{c.file.MetaPage(0), c.file.MetaPage(1)}
	wtx, err := c.file.Begin(true)
	if err != nil {
		return 0, err
	}
	id = wtx.ID()
	if known := c.queue.durable.Load(); int64(id) != known+1 { // a copy was written over it, say
		return id, errors.Join(fmt.Errorf("%w: transaction %d follows %d", store.ErrGone, id, known), wtx.Rollback())
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", store.ErrDamaged, p)
			c.file.Abandon(wtx)
		}
	}()
	if err := c.putAll(layout.Records(wtx), b.writes); err != nil {
		return id, errors.Join(err, wtx.Rollback())
	}
	if err := wtx.Commit(); err != nil {
		return id, err
	}
	if other := 1 - id%2; !bytes.Equal(before[other], c.file.MetaPage(other)) {
		// A copy was written over it meanwhile, and this over that.
		return id, fmt.Errorf("%w: what was there before transaction %d has changed", store.ErrGone, id)
	}
	if err := c.file.Written(b.writes.keys); err != nil {
		return id, err
	}
	return id, c.file.Astray()
}

// roomKept is how much memory for sealed values is kept from one commit to the next.
const roomKept = 1 << 20

// putAll writes pairs into the file's bucket. What it seals stays as it is until the commit.
func (c *committer) putAll(into *bbolt.Bucket, writes pairs) (err error) {
	into.FillPercent = layout.Fill
	room := slices.Grow(c.room[:0], writes.size()+layout.SumSize*len(writes))
	if c.room = nil; cap(room) <= roomKept {
		c.room = room
	}
	for _, w := range writes {
		key := bytesOf(w.key)
		if w.val == nil {
			err = into.Delete(key)
		} else {
			var sealed []byte
			room, sealed = layout.Seal(room, key, w.val)
			err = into.Put(key, sealed)
		}
		if err != nil {
			return err
		}
	}
	return layout.NoteEmpty(into)
}

// refuse draws the consequences of a failed commit, and returns the error for its
// callers. The open batch fails with it: its functions have read what is not there.
func (c *committer) refuse(id int, err error) error {
	if disk.IsFull(err) && !c.shows(id) {
		err = fmt.Errorf("%s: %w: %w", c.file.Path(), store.ErrFull, err)
		c.reserve.Struck()
		c.queue.refuse(err)
		return err
	}
	err = c.file.Unknown(err)
	c.queue.fail(err)
	c.queue.inflight.Store(nil)
	return err
}

// shows says whether the file shows the transaction of that number: then its last
// page was written, and the failure was to learn whether it is on disk.
func (c *committer) shows(id int) bool {
	rtx, err := c.file.Begin(false)
	if err != nil {
		return true // unknown
	}
	defer rtx.Rollback() //nolint:errcheck // a transaction that only reads
	return rtx.ID() >= id
}
