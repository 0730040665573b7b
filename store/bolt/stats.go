package bolt

import "time"

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
	return Stats{
		Updates:    d.queue.updates.Load(),
		Commits:    d.committer.commits.Load(),
		Committing: time.Duration(d.committer.committing.Load()),
		Damaged:    d.file.Damages(),
		Bytes:      d.file.Size(),
		Free:       d.file.Free(),
	}
}
