package outbox

import (
	"fmt"
	"time"

	"github.com/robfig/cron/v3"
)

// A Job is work that is enqueued at times of a clock on the wall, each time under the name of that time:
// <name>/<time>. It does nothing but owe its next run ([Tx.Plan]), at the start and with the outcome of
// each run; so one that was missed is made up for once, however many were missed. Its kind is one of
// [Runner.Calendar].
type Job struct {
	Name  string // as it is in keys
	Kind  string
	Lane  Lane
	Zone  *time.Location // whose wall clock is meant
	Times string         // five fields of cron, without a zone
}

// A Run is the body of a job's entry. Whoever runs it sees whether the job is still planned so.
type Run struct {
	Zone  string    `json:"zone"`
	Times string    `json:"times"`
	At    time.Time `json:"at"` // when it is to run
}

// Next returns the first time of the job after an instant. Cron counts on a calendar without clock changes, on which it can
// neither miss a time nor meet it twice; in the zone a time that is skipped comes right after the gap, and of one that comes
// twice the first counts. The error is that of a spec that cannot be read, or never comes.
func (j Job) Next(after time.Time) (time.Time, error) {
	times, err := cron.ParseStandard(j.Times)
	if err != nil {
		return time.Time{}, fmt.Errorf("job %s: %w", j.Name, err)
	}
	l := after.In(j.Zone)
	at := time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), l.Second(), 0, time.UTC)
	for {
		if at = times.Next(at); at.IsZero() {
			return time.Time{}, fmt.Errorf("job %s: %q never comes", j.Name, j.Times)
		}
		if due := shown(at, j.Zone); due.After(after) {
			return due, nil
		}
	}
}

// shown returns when a clock in the zone first shows what one in UTC shows at that time; if the clocks skip that, the end of
// the gap. [time.Date] promises neither. Package rotations, which stands after this one, has the same rule for the borders of
// shifts, with all that these need besides; a test of handoffs compares the two.
func shown(at time.Time, zone *time.Location) time.Time {
	const before = 48 * time.Hour // further than any clock is from UTC's
	for since := at.Add(-before).In(zone); ; {
		_, offset := since.Zone()
		begin, end := since.ZoneBounds()
		if t := at.Add(-time.Duration(offset) * time.Second); end.IsZero() || t.Before(end) {
			return later(t, begin).In(zone)
		}
		since = end
	}
}

// Plan enqueues the next run of a job, unless it already is. If that has come already, by a clock that was ahead, it is the one after it.
func (t Tx) Plan(j Job) error {
	for after := t.now; ; {
		due, err := j.Next(after)
		if err != nil {
			return err
		}
		key := j.Name + "/" + due.UTC().Format(time.RFC3339)
		if e, ok := t.Get(key); !ok || e.Done.IsZero() {
			t.Once(Entry{Key: key, Kind: j.Kind, Lane: j.Lane, Due: due, Body: Body(Run{j.Zone.String(), j.Times, due.UTC()})})
			return nil
		}
		after = due
	}
}
