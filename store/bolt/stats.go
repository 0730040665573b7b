package bolt

import (
	"sync/atomic"
	"time"
)

// counts are kept since Open.
type counts struct {
	updates, commits, committing atomic.Int64
}

// Stats tells how the store does.
type Stats struct {
	// Bytes is how much of the file is in use or was, Free how much of that can be written
	// again.
	Bytes, Free int64
	// Updates counts functions that were run for Update, and Commits how often
	// their writes went to disk: the fewer, the more they shared. Both since Open.
	Updates, Commits int64
	// Committing is the time that all commits took together.
	Committing time.Duration
	// Damaged is how many values are known not to fit their checksums, and one more if
	// pages are damaged.
	Damaged int
}

// Stats reads the figures. It is cheap.
func (d *DB) Stats() Stats {
	s := Stats{
		Updates:    d.counts.updates.Load(),
		Commits:    d.counts.commits.Load(),
		Committing: time.Duration(d.counts.committing.Load()),
	}
	keys, file := d.damage.all()
	if s.Damaged = len(keys); file != "" {
		s.Damaged++
	}
	s.Bytes = d.size.Load()
	inside := d.bolt.Stats()
	s.Free = int64(inside.FreePageN+inside.PendingPageN) * d.pageSize
	return s
}
