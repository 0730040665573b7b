package postmortems

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents"
)

const (
	// longGap is how long nothing must have been recorded to be worth a line.
	longGap = 15 * time.Minute
	// late is how much later than it happened a note must have been written down to be
	// marked so.
	late = time.Minute
)

// Sources of lines.
const (
	sourceAlarm   = "alarm"
	sourcePage    = "page"
	sourceCommand = "command"
	sourceNote    = "note"
	sourceOncalm  = "oncalm"
	sourceGap     = "gap"
)

// lines makes the timeline: in the order of what happened, without what was struck, and
// with the gaps. A gap is a time without any event, shown or not.
func (r *reading) lines() []Line {
	events := slices.Clone(r.events)
	slices.SortStableFunc(events, func(a, b incidents.Event) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seq, b.Seq))
	})
	lines := []Line{}
	for n, e := range events {
		if n > 0 {
			lines = append(lines, gap(events[n-1].At, e.At)...)
		}
		if !r.struck[e.Seq] && !is[incidents.Struck](e) {
			lines = append(lines, newLine(e))
		}
	}
	for n := len(lines); n > 0 && lines[n-1].Source == sourceGap; n-- {
		lines = lines[:n-1] // what came after it is not shown
	}
	return lines
}

func gap(from, to time.Time) []Line {
	d := to.Sub(from)
	if d <= longGap {
		return nil
	}
	return []Line{{At: from.UTC(), Source: sourceGap, What: "nothing recorded for " + took(d), Gap: d.Seconds()}}
}

func newLine(e incidents.Event) Line {
	l := Line{Seq: e.Seq, At: e.At.UTC(), Who: who(e.By)}
	if a := incidents.AlarmIn(e.Body); a != nil {
		l.Link, l.LinkTo, l.MessageID = a.Link, "console", clean(a.MessageID)
	}
	switch b := e.Body.(type) {
	case incidents.Opened:
		l.Source, l.What = sourceAlarm, opened(e, b)
		if b.Alarm == nil {
			l.Source = sourceCommand
		}
	case incidents.Reported:
		l.Source, l.What = sourceAlarm, reported(e, b)
	case incidents.Reopened:
		l.Source, l.What = sourceAlarm, reopened(e, b)
	case incidents.Noted:
		l.Source, l.What = sourceNote, clean(b.Text)
		l.Link, l.LinkTo = b.Link, "message"
		if e.Recorded.Sub(e.At) > late {
			l.Added = e.Recorded.UTC()
		}
	case incidents.Acknowledged, incidents.Escalated, incidents.Resolved:
		l.Source, l.What = sourceOf(e.By), told(b)
	case incidents.Restated:
		l.Source, l.What = sourceOncalm, fmt.Sprintf("The store was repaired; the incident was %s then", said(string(b.Incident.Status)))
	case incidents.Unknown:
		l.Source = sourceOncalm
		l.What = fmt.Sprintf("(%s: an event of a newer version of Oncalm, which this one cannot read)", said(b.Kind))
	default:
		l.Source, l.What = sourcePage, paging(b)
		if d, ok := b.(incidents.Delivered); ok {
			l.Link, l.LinkTo = d.Link, "message"
		}
	}
	if l.Link == "" {
		l.LinkTo = ""
	}
	return l
}

func sourceOf(by incidents.Actor) string {
	switch by.Kind {
	case incidents.KindPerson:
		return sourceCommand
	case incidents.KindAlarm:
		return sourceAlarm
	}
	return sourceOncalm
}

func opened(e incidents.Event, b incidents.Opened) string {
	s := "Opened as " + said(b.Severity) + " for " + said(b.Service)
	if b.Alarm == nil {
		return s + ": " + said(b.Title) + paged(b.Quiet, nil)
	}
	return s + ": " + state(e, *b.Alarm) + paged(b.Quiet, nil)
}

func reported(e incidents.Event, b incidents.Reported) string {
	s := state(e, b.Alarm)
	if b.Late {
		s += " (came after a newer message and changed nothing)"
	}
	return s + paged("", b.Raised)
}

func reopened(e incidents.Event, b incidents.Reopened) string {
	if b.Alarm == nil {
		return "Triggered again" + paged(b.Quiet, b.Raised)
	}
	return "Triggered again: " + state(e, *b.Alarm) + paged(b.Quiet, b.Raised)
}

// paged says why nobody was paged for what began, or that somebody was from then on.
func paged(quiet string, raised *incidents.Raised) string {
	switch {
	case raised != nil:
		return fmt.Sprintf(" (with this it is %s of %s, and pages)", said(raised.Severity), said(raised.Service))
	case quiet != "":
		return " (nobody was paged: " + said(quiet) + ")"
	}
	return ""
}

// state is what an alarm said, and since when if that is another time than the line's.
func state(e incidents.Event, a incidents.Alarm) string {
	s := said(string(a.State))
	if s == "" {
		s = "a state that could not be read"
	}
	if a.Previous != "" && a.Previous != a.State {
		s = said(string(a.Previous)) + " → " + s
	}
	if c := contributor(a); c != "" {
		s += " (" + c + ")"
	}
	if w := newWord(e, a); w.measured && clock(w.at, e.At.UTC()) != e.At.UTC().Format(layoutTime) {
		s += " at " + clock(w.at, e.At.UTC())
	}
	if a.Reason != "" {
		s += ". " + said(a.Reason)
	}
	return s
}

// told is what a person, or an alarm, did to the incident.
func told(b incidents.Body) string {
	switch b := b.(type) {
	case incidents.Acknowledged:
		return "Acknowledged"
	case incidents.Escalated:
		if b.Anew {
			return because("Begun anew with the first step of the policy", b.Reason)
		}
		return because("Escalated, so that the next step is due at once", b.Reason)
	case incidents.Resolved:
		return because("Resolved", b.Reason)
	}
	return ""
}

func because(s, reason string) string {
	if reason == "" {
		return s
	}
	return s + ": “" + said(reason) + "”"
}

// paging is what was done to reach people.
func paging(b incidents.Body) string {
	switch b := b.(type) {
	case incidents.Paged:
		if b.Reminder {
			return fmt.Sprintf("Reminded %s through %s: “%s”", said(b.Person), channel(b.Via), said(b.Why))
		}
		return fmt.Sprintf("Paged %s through %s: “%s”", said(b.Person), channel(b.Via), said(b.Why))
	case incidents.Delivered:
		if b.Adopted {
			return "Page to " + said(b.Person) + " found: an earlier attempt had delivered it"
		}
		return "Page delivered to " + said(b.Person)
	case incidents.Undelivered:
		return "Page to " + said(b.Person) + " cannot be delivered: " + said(b.Error)
	case incidents.Withheld:
		return "Page to " + said(b.Person) + " withheld: " + said(b.Why)
	}
	return ""
}

// channel is the name of a way to reach people.
func channel(via string) string {
	switch via {
	case "slack":
		return "Slack"
	case "sms":
		return "SMS"
	}
	return said(via)
}
