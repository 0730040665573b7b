package handoffs

import (
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// Weekly is a time of the week on a clock on the wall. The zero value never comes.
type Weekly struct {
	Day time.Weekday
	At  rotations.Clock // before 24:00
	On  bool
}

// spec is the time as cron writes it.
func (w Weekly) spec() string {
	return fmt.Sprintf("%d %d * * %d", int(w.At)/60%60, int(w.At)/3600, int(w.Day))
}

// A Job is work that is owed at times of a clock on the wall, each time under the name of that time.
type Job struct {
	Name  string
	Kind  string         // of its entries
	Zone  *time.Location // whose wall clock is meant
	Times string         // five fields of cron, without a zone
}

// jobBody is the body of a job's entry. An entry of a job that is planned otherwise by now does nothing.
type jobBody struct {
	Zone  string `json:"zone"`
	Times string `json:"times"`

	At time.Time `json:"at"` // when it is to run
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
		if due := rotations.CivilOf(at).In(j.Zone); due.After(after) {
			return due, nil
		}
	}
}

// entry is what is owed for the next time after now.
func (j Job) entry(now time.Time) (outbox.Entry, error) {
	due, err := j.Next(now)
	return outbox.Entry{
		Key: store.Key(j.Name, j.Zone.String(), stamp(due)), Kind: j.Kind, Lane: outbox.Chores, Due: due,
		Body: outbox.Body(jobBody{j.Zone.String(), j.Times, due.UTC()}),
	}, err
}

// jobs are all that there are now, by their zones.
func (d *Desk) jobs() map[string]Job {
	all := map[string]Job{}
	if !d.LookAhead.On {
		return all
	}
	add := func(zone *time.Location) {
		all[zone.String()] = Job{Name: "look-ahead", Kind: KindAhead, Zone: zone, Times: d.LookAhead.spec()}
	}
	for _, s := range d.Pager.Schedules {
		add(zoneOf(s))
	}
	if len(all) == 0 { // there are no shifts, but there may be quiet incidents
		add(time.UTC)
	}
	return all
}

func zoneOf(s rotations.Schedule) *time.Location {
	if s.Zone == nil {
		return time.UTC
	}
	return s.Zone
}

// oweJobs owes the next time of each job.
func (d *Desk) oweJobs(tx store.Tx, now time.Time) error {
	for _, j := range d.jobs() {
		if err := j.owe(tx, now); err != nil {
			return err
		}
	}
	return nil
}

func (j Job) owe(tx store.Tx, now time.Time) error {
	e, err := j.entry(now)
	if err == nil {
		outbox.In(tx, now).Once(e)
	}
	return err
}
