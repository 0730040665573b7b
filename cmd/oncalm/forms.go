package main

import (
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/feed"
)

// shiftsForms are forms of the shifts for other programs.
type shiftsForms struct {
	ICS bool `name:"ics" xor:"form" help:"Print a calendar (iCalendar)."`
}

// print prints the shifts from one instant to another in the form that was asked for. false: in none of these.
func (f shiftsForms) print(s *session, sched rotations.Schedule, overrides []rotations.Override, from, to time.Time) (bool, error) {
	if !f.ICS {
		return false, nil
	}
	entries := feed.OfSchedule(sched, overrides, feed.Span{From: from, To: to, Cut: true})
	_, err := feed.Calendar{Name: sched.Name, Stamp: s.now, Entries: entries}.WriteTo(s.stdout)
	return true, err
}
