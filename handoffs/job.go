package handoffs

import (
	"fmt"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/store"
)

// Weekly is a time of the week on a clock on the wall. The zero value never comes.
type Weekly struct {
	Day time.Weekday
	At  civil.Clock // before 24:00
	On  bool
}

// spec is the time as cron writes it.
func (w Weekly) spec() string {
	return fmt.Sprintf("%d %d * * %d", int(w.At)/60%60, int(w.At)/3600, int(w.Day))
}

// jobs are all that there are now, by their zones.
func (w *weekAhead) jobs() map[string]outbox.Job {
	all := map[string]outbox.Job{}
	if !w.at.On {
		return all
	}
	add := func(zone *time.Location) {
		all[zone.String()] = outbox.Job{
			Name: store.Key("look-ahead", zone.String()), Kind: KindAhead, Lane: outbox.Chores, Zone: zone, Times: w.at.spec(),
		}
	}
	for _, s := range w.overrides.Schedules {
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

// plan enqueues the next run of each job.
func (w *weekAhead) plan(tx store.Tx, now time.Time) error {
	for _, j := range w.jobs() {
		if err := outbox.In(tx, now).Plan(j); err != nil {
			return err
		}
	}
	return nil
}
