// Package around finds what was changed around an incident, and puts it on its timeline: whoever is paged looks first at what was
// done just before.
//
// What an incident is about is known by things (see [changes.Thing]): the targets to which its service is rolled back, and what its
// alarm measures, by its dimensions, its tags and its own name. A change of one of them concerns it. Nothing is guessed: not from
// names that are alike, and never across accounts or regions.
//
// Changes are found twice: when an incident begins, those that are known by then; and when a change becomes known, the incidents
// that are open, since the message of a deployment may come after the alarm that it caused. What nobody told of is asked for once an incident
// is open, by package recent, which hands it over here ([Finder.Asked]).
package around

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/store"
)

// Before is how long before an incident a change can concern it.
const Before = 2 * time.Hour

// Bounds of what is looked at and written, however much is changed.
const (
	shown  = 5   // changes that are put on a timeline when an incident begins
	most   = 20  // changes of an incident
	looked = 200 // open incidents that a change can concern: the newest
)

// A Finder puts changes on timelines. Its fields are set before it is used and not changed afterwards.
type Finder struct {
	Book *incidents.Book
	// Targets are the things to which a service is rolled back. One without an account or a region is in those of the alarm.
	Targets func(service string) []changes.Thing
}

// Follow is what is found when an incident begins (see [incidents.Follower]): the last changes before it, the oldest first, one of each
// thing by each kind of message, since a deployment is told of several times.
func (f *Finder) Follow(tx store.Tx, _ time.Time, i *incidents.Incident, e incidents.Event) (found []incidents.Body) {
	var alarm *incidents.Alarm
	switch b := e.Body.(type) {
	case incidents.Opened:
		alarm = b.Alarm
	case incidents.Reopened:
		alarm = b.Alarm
	default:
		return nil
	}
	began := beganAt(e, alarm)
	things := f.about(i.Service, alarm)
	last := newestOfEach(changes.To(tx, things, began.Add(-Before), began.Add(time.Second)))
	had := recorded(tx, i)
	for _, c := range last[max(0, len(last)-shown):] {
		if !slices.Contains(had, c.ID) && len(had) < most {
			found = append(found, factOf(c, began))
		}
	}
	return found
}

// Known puts a change that became known on the timelines of the incidents that are open and that it concerns.
func (f *Finder) Known(tx store.Tx, now time.Time, c changes.Change) error {
	things := c.Things()
	if len(things) == 0 {
		return nil
	}
	open := incidents.OpenIDs(tx, 0)
	for _, id := range open[max(0, len(open)-looked):] {
		i, err := incidents.Head(tx, id)
		if err != nil {
			continue // fsck names it; the others are told
		}
		alarm, _ := incidents.Evidence(tx, i) // without it, the service's targets are known
		if touches(f.about(i.Service, alarm), things) {
			if err := f.tell(tx, now, i, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// Asked keeps what was done to the targets of a service, as AWS answered when it was asked, and puts it on the timelines of the incidents of
// that service that are open: the last changes, unless a message has told of them.
func (f *Finder) Asked(tx store.Tx, now time.Time, service string, found []changes.Change) error {
	slices.SortStableFunc(found, func(a, b changes.Change) int { return a.At.Compare(b.At) })
	open := incidents.OpenIDs(tx, 0)
	for _, c := range found[max(0, len(found)-shown):] {
		news, err := changes.Ask(tx, c)
		if err != nil {
			return err
		}
		if !news {
			continue
		}
		for _, id := range open[max(0, len(open)-looked):] {
			i, err := incidents.Head(tx, id)
			if err != nil || i.Service != service {
				continue
			}
			if err := f.tell(tx, now, i, c); err != nil {
				return err
			}
		}
	}
	return nil
}

// tell puts a change on the timeline of an incident that it concerns, if it is not on it and has room there.
func (f *Finder) tell(tx store.Tx, now time.Time, i *incidents.Incident, c changes.Change) error {
	if c.At.Before(i.Opened.Add(-Before)) {
		return nil
	}
	had := recorded(tx, i)
	known := func(id string) bool { return slices.Contains(had, id) }
	if len(had) >= most || slices.ContainsFunc(changes.Same(tx, c), known) {
		return nil
	}
	_, err := f.Book.Append(tx, now, i.ID, incidents.Event{By: incidents.Oncalm(), Body: factOf(c, i.Opened)})
	return err
}

// about are the things that an incident is about.
func (f *Finder) about(service string, alarm *incidents.Alarm) (all []changes.Thing) {
	if f.Targets != nil {
		all = slices.Clone(f.Targets(service))
	}
	if alarm == nil {
		return changes.With(all)
	}
	for n := range all {
		if all[n].Account == "" {
			all[n].Account = alarm.Account
		}
		if all[n].Region == "" {
			all[n].Region = alarm.Region
		}
	}
	return changes.With(append(all, measured(alarm)...))
}

// touches reports whether two lists have a thing in common.
func touches(one, other []changes.Thing) bool {
	return slices.ContainsFunc(one, func(t changes.Thing) bool { return slices.Contains(other, t) })
}

// newestOfEach leaves of changes of the same thing, of which the same kind of message told, the newest. They are in the order of time.
func newestOfEach(all []changes.Change) (last []changes.Change) {
	type what struct {
		kind  string
		thing changes.Thing
	}
	seen := map[what]bool{}
	for _, c := range slices.Backward(all) {
		w := what{kind: c.Kind}
		if things := c.Things(); len(things) > 0 {
			w.thing = things[0]
		}
		if !seen[w] {
			seen[w], last = true, append(last, c)
		}
	}
	slices.Reverse(last)
	return last
}

// recorded are the ids of the changes that stand on the timeline of an incident.
func recorded(tx store.Tx, i *incidents.Incident) (ids []string) {
	if i.Response.Changes == 0 {
		return nil
	}
	events, _ := incidents.Timeline(tx, i.ID) // one that cannot be read is named by fsck
	for _, e := range events {
		if b, ok := e.Body.(incidents.Responded); ok {
			if c, ok := b.Fact.(response.Changed); ok {
				ids = append(ids, c.Change)
			}
		}
	}
	return ids
}

// beganAt is when an incident began: by the alarm's own clock, if there is an alarm.
func beganAt(e incidents.Event, alarm *incidents.Alarm) time.Time {
	if alarm != nil && !alarm.Changed.IsZero() {
		return alarm.Changed
	}
	return e.At
}

// factOf is the line. Ago is negative for a change after the beginning.
func factOf(c changes.Change, began time.Time) incidents.Body {
	f := response.Changed{Change: c.ID, Family: c.Kind, Title: c.Title, Link: c.Link, Was: c.At, Ago: began.Sub(c.At)}
	if things := c.Things(); len(things) > 0 {
		f.Thing, f.Account, f.Region = things[0].Name, things[0].Account, things[0].Region
	}
	return incidents.Responded{Fact: f}
}
