package bolt

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oncalm/oncalm/store"
)

// Bounds of a batch. Beyond them a larger batch is no faster, only later.
const (
	maxUpdates = 1024
	maxWrites  = 8192
	maxBytes   = 8 << 20
)

// batch is the writes of one or more functions, and then their commit.
type batch struct {
	writes  pairs
	updates int           // functions that have writes in it
	hurried bool          // somebody in it does not want to wait for others
	until   time.Time     // if nobody does, it waits until then
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

// queue is where functions stand that write, and the two batches of their writes: the one that
// collects, and the one in flight.
type queue struct {
	turn   sync.Mutex // held while a function of Update runs; guards the next three
	open   *batch     // collects what functions write
	closed bool
	broken error // why nothing can be written any more

	inflight atomic.Pointer[batch] // being committed; set under turn
	durable  atomic.Int64          // number of the last transaction known to be on disk
	updates  atomic.Int64          // functions that were run
	wake     chan struct{}         // of one slot: the open batch has writes, or Close was called
	failed   chan struct{}         // closed when broken is set
}

func newQueue() *queue {
	return &queue{open: newBatch(), wake: make(chan struct{}, 1), failed: make(chan struct{})}
}

// takeTurn locks turn for a function that may run and whose writes have a place.
func (q *queue) takeTurn(ctx context.Context) error {
	for {
		q.turn.Lock()
		err := ctx.Err()
		switch {
		case err != nil:
		case q.broken != nil:
			err = q.broken
		case q.closed:
			err = store.ErrClosed
		case !q.open.full():
			return nil
		}
		if err != nil {
			q.turn.Unlock()
			return err
		}
		leaves := q.open.leaves
		q.turn.Unlock()
		select {
		case <-leaves:
		case <-ctx.Done():
		}
	}
}

// settle waits until the transaction of that number is on disk: bbolt shows it to
// readers a little earlier.
func (q *queue) settle(id int) error {
	b := q.inflight.Load()
	if b == nil || int64(id) <= q.durable.Load() {
		return nil // or it never will be: then Failed says so
	}
	<-b.done // b is that transaction: no later one is in flight before it is on disk
	return b.err
}

// How long those wait for others who may ([store.MayWait]), and how many of them do not wait for more.
const (
	patience = 10 * time.Millisecond
	company  = 4
)

// expect says that somebody waits for the open batch, who can wait for others to come or not. The caller has the turn.
func (q *queue) expect(waits bool) {
	b := q.open
	switch {
	case b.hurried:
		return
	case !waits, b.updates >= company:
		b.hurried = true
	case b.until.IsZero():
		b.until = time.Now().Add(patience)
	default:
		return
	}
	q.rouse()
}

// rouse tells the committer to look. It never blocks.
func (q *queue) rouse() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// joined is how many functions have writes in the open batch.
func (q *queue) joined() int {
	q.turn.Lock()
	defer q.turn.Unlock()
	return q.open.updates
}

// take puts the open batch in flight, if it has writes. If those who are in it wait for others, it says how long.
func (q *queue) take() (b *batch, wait time.Duration) {
	q.turn.Lock()
	defer q.turn.Unlock()
	b = q.open
	if len(b.writes) == 0 {
		return nil, 0
	}
	if !b.hurried && !q.closed {
		if wait = time.Until(b.until); wait > 0 {
			return nil, wait
		}
	}
	close(b.leaves)
	q.open = newBatch()
	q.inflight.Store(b)
	return b, 0
}

// close lets no more functions in, and says whether it is the first time.
func (q *queue) close() (first bool) {
	q.turn.Lock()
	first = !q.closed
	q.closed = true
	q.turn.Unlock()
	q.rouse()
	return first
}

// finished says whether the store is closed and all is written.
func (q *queue) finished() bool {
	q.turn.Lock()
	defer q.turn.Unlock()
	return q.closed && len(q.open.writes) == 0
}

// fail refuses all writes from now on.
func (q *queue) fail(err error) {
	q.turn.Lock()
	defer q.turn.Unlock()
	q.drop(err)
	if q.broken == nil {
		q.broken = err
		close(q.failed)
	}
}

// why says why nothing can be written any more, nil if it can.
func (q *queue) why() error {
	q.turn.Lock()
	defer q.turn.Unlock()
	return q.broken
}

// refuse takes note that the batch in flight did not get into the file, and so that those in the
// open one have read what is not there.
func (q *queue) refuse(err error) {
	q.turn.Lock()
	defer q.turn.Unlock()
	q.inflight.Store(nil)
	q.drop(err)
}

// drop answers those whose writes are in the open batch that they are not written. The
// caller has the turn.
func (q *queue) drop(err error) {
	b := q.open
	q.open = newBatch()
	close(b.leaves)
	b.end(err)
}
