package shifts

import (
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/feed"
	"github.com/oncalm/oncalm/rotations/strip"
)

// forms are forms of the shifts for other programs, and for the eye.
type forms struct {
	ICS bool   `name:"ics" xor:"form" help:"Print a calendar (iCalendar)."`
	SVG bool   `name:"svg" xor:"form" help:"Print a picture as SVG."`
	PNG bool   `name:"png" xor:"form" help:"Print a picture as PNG."`
	By  string `enum:"schedule,person" default:"schedule" placeholder:"WHAT" help:"Rows of the picture: schedule (one for all), or person (one for each)."`
}

// print prints the shifts from one time to another in the form that was asked for. false: in none of these. A
// calendar is cut at both ends of the span, unlike a feed, which always shows whole shifts.
func (f forms) print(s *cli.Session, sched rotations.Schedule, overrides []rotations.Override, from,
	to time.Time) (bool, error) {
	switch {
	case f.ICS:
		entries := feed.OfSchedule(sched, overrides, feed.Span{From: from, To: to, Cut: true})
		_, err := feed.Calendar{Name: sched.Name, Zone: sched.Zone, Stamp: s.Now, Entries: entries}.WriteTo(s.Stdout)
		return true, err
	case f.SVG:
		_, err := s.Stdout.Write(f.picture(s.Now, sched, overrides, from, to).SVG())
		return true, err
	case f.PNG:
		text, err := f.picture(s.Now, sched, overrides, from, to).PNG()
		if err == nil {
			_, err = s.Stdout.Write(text)
		}
		return true, err
	}
	return false, nil
}

// picture is the span as a picture, in the zone of the schedule.
func (f forms) picture(now time.Time, sched rotations.Schedule, overrides []rotations.Override, from,
	to time.Time) strip.Picture {
	p := strip.Picture{Title: "Who is on call: " + sched.Name, Zone: sched.Zone, From: from, To: to, Now: now}
	if f.By == "person" {
		p.Rows = strip.ByPerson(sched, overrides, from, to)
	} else {
		p.Rows = []strip.Row{strip.OfSchedule(sched, overrides, from, to)}
	}
	return p
}
