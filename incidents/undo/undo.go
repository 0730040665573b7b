// Package undo finds what a person did last to an incident, and what takes it back. An undo is an event like any other: nothing is
// erased, and everybody reads on the timeline that it was taken back, and by whom.
//
// What takes something back is of a kind that is as old as the kind taken back, so that an older version either knows both or skips
// both; where it reads the undo as something else, it pages (docs/decisions/0041).
package undo

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/store"
)

// Window is how long something can be taken back.
const Window = 10 * time.Minute

var (
	// ErrNothing says that the person did nothing within [Window] that has not been taken back.
	ErrNothing = errors.New("nothing to take back")
	// ErrLasting says that what they did last cannot be taken back.
	ErrLasting = errors.New("that cannot be taken back")
	// ErrOvertaken says that the incident has changed since, so that it would take back what another did.
	ErrOvertaken = errors.New("it has changed since")
)

// Done is something that a person did.
type Done struct {
	Incident string
	Event    incidents.Event
}

// looked is how many of the newest events of an incident are looked at, newest how many incidents that are not open are,
// and open how many that are: within ten minutes nobody does more.
const (
	looked = 200
	newest = 100
	open   = 1000
)

// Last is what a person did last: in that incident, or with "" in any that is open or among the newest. Where one request did the same to
// several, it is all of that. The error is [ErrNothing], or that of the store. Events of one request have the same time and
// kind.
func Last(tx store.Tx, now time.Time, person, id string) ([]Done, error) {
	ids := []string{id}
	if id == "" {
		ids = incidents.OpenIDs(tx, open)
		recent, err := history.Newest(tx, newest)
		if err != nil {
			return nil, err
		}
		for _, i := range recent {
			if !i.Open() {
				ids = append(ids, i.ID)
			}
		}
	}
	var all []Done
	for _, id := range ids {
		e, ok, err := lastIn(tx, now, person, id)
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, Done{id, e})
		}
	}
	if len(all) == 0 {
		return nil, ErrNothing
	}
	last := slices.MaxFunc(all, func(a, b Done) int {
		return cmp.Or(a.Event.Recorded.Compare(b.Event.Recorded), younger(a, b))
	})
	return slices.DeleteFunc(all, func(d Done) bool {
		return !d.Event.Recorded.Equal(last.Event.Recorded) || d.Event.Kind() != last.Event.Kind()
	}), nil
}

// younger compares the numbers of incidents, as numbers.
func younger(a, b Done) int {
	m, _ := strconv.Atoi(a.Incident)
	n, _ := strconv.Atoi(b.Incident)
	return cmp.Compare(m, n)
}

// Line is what a person did that stands in that line of an incident's timeline. Errors are as for [Last].
func Line(tx store.Tx, now time.Time, person, id, line string) ([]Done, error) {
	all, err := didIn(tx, now, person, id)
	for _, e := range all {
		if strconv.Itoa(e.Seq) == line {
			return []Done{{id, e}}, nil
		}
	}
	return nil, cmp.Or(err, ErrNothing)
}

// Before is what a person did last before something else in the same incident, of what can be taken back. Errors are as for [Last].
func Before(tx store.Tx, now time.Time, person string, d Done) (Done, error) {
	all, err := didIn(tx, now, person, d.Incident)
	for _, e := range all {
		before := Done{d.Incident, e}
		if e.Seq >= d.Event.Seq {
			continue
		}
		switch _, err := Back(tx, now, before); {
		case err == nil:
			return before, nil
		case !errors.Is(err, ErrLasting) && !errors.Is(err, ErrOvertaken):
			return before, err
		}
	}
	return Done{}, cmp.Or(err, ErrNothing)
}

// lastIn is what a person did last in an incident.
func lastIn(tx store.Tx, now time.Time, person, id string) (last incidents.Event, ok bool, err error) {
	all, err := didIn(tx, now, person, id)
	if err != nil || len(all) == 0 {
		return last, false, err
	}
	return all[0], true, nil
}

// didIn is what a person did in an incident, the newest first. What takes something back, and what was taken back, does not count.
func didIn(tx store.Tx, now time.Time, person, id string) (all []incidents.Event, err error) {
	i, err := incidents.Head(tx, id)
	if err != nil {
		return nil, err
	}
	end, err := incidents.Events(tx, id, i.Seq, 1)
	// the newest event tells at once that nothing here is young enough
	if err != nil || len(end) == 0 || now.Sub(end[0].Recorded) > Window {
		return nil, err
	}
	events, err := incidents.TimelineFrom(tx, id, i.Seq-looked)
	if err != nil {
		return nil, err
	}
	back := map[int]bool{}
	for _, e := range slices.Backward(events) {
		seq, undoes := undone(e.Body)
		switch {
		case now.Sub(e.Recorded) > Window:
			return all, nil
		// what it took back comes later, since this goes backwards
		case undoes:
			back[seq] = true
		case e.By == incidents.Person(person) && !back[e.Seq] && !captured(e.Body):
			all = append(all, e)
		}
	}
	return all, nil
}

// captured reports whether a note was said in Slack: it goes from the timeline as it came there.
func captured(b incidents.Body) bool {
	n, is := b.(incidents.Noted)
	return is && n.Captured != ""
}

// undone is the event that a body takes back, if it does. Only kinds that can undo have the field.
func undone(b incidents.Body) (seq int, is bool) {
	switch b := b.(type) {
	case incidents.Escalated:
		seq = b.Undoes
	case incidents.Reopened:
		seq = b.Undoes
	case incidents.Snoozed:
		seq = b.Undoes
	case incidents.Rated:
		seq = b.Undoes
	case incidents.Renamed:
		seq = b.Undoes
	case incidents.Responded:
		if f, is := b.Fact.(response.Assigned); is {
			seq = f.Undoes
		}
	case incidents.Struck:
		return b.Seq, true
	}
	return seq, seq != 0
}

// Back is the body of the event that takes something back. Errors are [ErrLasting], [ErrOvertaken] and those of the store.
//
// What was so before is the fold of the events before: nothing is kept for a possible undo.
func Back(tx store.Tx, now time.Time, d Done) (incidents.Body, error) {
	i, err := incidents.Head(tx, d.Incident)
	if err != nil {
		return nil, err
	}
	events, err := incidents.Timeline(tx, d.Incident)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(events, func(e incidents.Event) bool { return e.Seq == d.Event.Seq })
	before, err := incidents.Fold(d.Incident, events[:max(at, 0)])
	if err != nil {
		return nil, err
	}
	body, stands := opposite(now, d.Event, &before, i)
	switch {
	case body == nil:
		return nil, ErrLasting
	case !stands || slices.ContainsFunc(events[at+1:], overrules(d.Event.Body)):
		return nil, ErrOvertaken
	}
	return body, nil
}

// opposite is the body that takes an event back, and whether the incident still is what the event made of it. There is none for what
// cannot be taken back, such as a page that was sent. That somebody else has done the same since does not stand: then i
// differs from what the event says.
func opposite(now time.Time, e incidents.Event, before, i *incidents.Incident) (body incidents.Body, stands bool) {
	switch b := e.Body.(type) {
	case incidents.Acknowledged:
		return incidents.Escalated{Undoes: e.Seq},
			i.Status == incidents.StatusAcknowledged && i.AcknowledgedBy == e.By && i.Acknowledged.Equal(e.At)
	case incidents.Resolved:
		if b.Into != "" {
			return nil, false
		}
		return reopening(now, e, before),
			i.Status == incidents.StatusResolved && i.ResolvedBy == e.By && i.Resolved.Equal(e.At)
	case incidents.Noted:
		return incidents.Struck{Seq: e.Seq, Reason: "taken back"}, true
	case incidents.Snoozed:
		return incidents.Snoozed{Until: now, Undoes: e.Seq, Care: careOf(before)}, i.Snoozed() && i.Held.Until.Equal(b.Until)
	case incidents.Rated:
		// a severity that had made it quiet pages again
		return incidents.Rated{Severity: before.Severity, Undoes: e.Seq, Again: b.Quiet != "" && !before.Quiet},
			i.Severity == b.Severity
	case incidents.Renamed:
		return incidents.Renamed{Title: before.Title, Undoes: e.Seq}, i.Title == b.Title
	case incidents.Responded:
		if _, is := b.Fact.(response.Answered); is {
			return incidents.Escalated{Undoes: e.Seq}, i.Status == incidents.StatusTriggered && i.Response.Acks.Has(e.By.Name)
		}
		if f, is := b.Fact.(response.Assigned); is {
			back := response.Assigned{Role: f.Role, Person: before.Response.Holder(f.Role), Undoes: e.Seq}
			return incidents.Responded{Fact: back}, i.Response.Holder(f.Role) == f.Person
		}
	}
	return nil, false
}

// reopening takes a resolution back: the incident is whose it was, and as quiet as it was.
func reopening(now time.Time, e incidents.Event, before *incidents.Incident) incidents.Reopened {
	b := incidents.Reopened{Undoes: e.Seq, Care: careOf(before), Quiet: Hush(before)}
	if s := before.Silence; s != nil && s.Until.After(now) {
		b.Silence = s
	}
	if h := before.Held; h != nil && h.Until.After(now) {
		b.Held = h
	}
	return b
}

// Hush says why nobody is paged for an incident that is open again; empty if somebody is.
func Hush(i *incidents.Incident) string {
	switch {
	case i.Silence != nil:
		return i.Silence.Quiet
	case i.Quiet:
		return "nobody was paged for it before"
	}
	return ""
}

// careOf is who took care of an incident, to be put back; nil if nobody did.
func careOf(i *incidents.Incident) *incidents.Care {
	if i.Status != incidents.StatusAcknowledged {
		return nil
	}
	return &incidents.Care{By: i.AcknowledgedBy, At: i.Acknowledged}
}

// overrules tells the events after which a change of severity or title is not the last one any more.
func overrules(b incidents.Body) func(incidents.Event) bool {
	return func(e incidents.Event) bool {
		switch e.Body.(type) {
		case incidents.Rated:
			_, same := b.(incidents.Rated)
			return same
		case incidents.Worsened:
			_, severity := b.(incidents.Rated)
			_, title := b.(incidents.Renamed)
			return severity || title
		case incidents.Renamed:
			_, same := b.(incidents.Renamed)
			return same
		}
		return false
	}
}
