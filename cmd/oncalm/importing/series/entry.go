package series

import (
	"time"

	"github.com/oncalm/oncalm/rotations/civil"
)

// Entry is one of a calendar: a shift, or a series of them.
type Entry struct {
	UID      string
	Called   string // what the layers of it are called; nothing if it has no name of its own
	People   []string
	Level    int // the higher wins
	Zone     *time.Location
	From, To time.Time
	Begin    time.Time         // From on the wall clock of the schedule, as if that was UTC
	Seconds  int64             // how long: a series by its own clock, what does not recur by the schedule's
	Rule     map[string]string // of its recurrence; nil if it is a single one
	Last     time.Time         // the last instant at which an occurrence may begin; the zero time if there is none
	Gone     map[int64]bool    // begins of occurrences that are not there, in seconds of Unix
	Lost     bool              // it is no part of the schedule

	ends civil.Time // when the last of a series does; 0 if none is the last
}

// Until sets the last instant at which an occurrence may begin, unless one before that is set.
func (e *Entry) Until(at time.Time) {
	if e.Last.IsZero() || at.Before(e.Last) {
		e.Last = at
	}
}

// EndOf is when an occurrence ends that begins at a time.
func (e *Entry) EndOf(begin time.Time) time.Time {
	return (civil.Of(begin.In(e.Zone)) + civil.Time(e.Seconds)).In(e.Zone)
}

// LastEnd is when the last occurrence of a series ends, at the latest. Without an end it is far off, so that no caller has
// to ask.
func (e *Entry) LastEnd() time.Time {
	if e.Last.IsZero() {
		return time.Unix(1<<40, 0)
	}
	return e.Last.Add(time.Duration(e.Seconds) * time.Second)
}
