// Package actions is what is to be done after an incident: action items, each with an owner and a day by which it is due, until it is
// done.
//
// An [Item] is what its incident's timeline says of it: planned, changed, closed, reopened (package incidents/response has the
// facts). It is known by its incident and its number there, 42-3, which stays whatever happens to the others.
//
// Of what is open there is an index, so that a list, a reminder and a report read nothing else:
//
//	action/<incident>/<event>    Item that is open, by the event that planned it
//	actions-indexed              that all incidents of before the index were looked through
//
// [Follow] keeps it, in the transaction of each event. An incident of which an item is open stays in the store: see [Any].
package actions

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/store"
)

// An Item is one thing that is to be done.
type Item struct {
	Incident string    `json:"incident"`
	Number   int       `json:"number"` // within the incident, from 1
	Event    int       `json:"event"`  // that planned it
	What     string    `json:"what"`
	Owner    string    `json:"owner,omitempty"`
	Due      time.Time `json:"due,omitzero"`
	Type     string    `json:"type,omitempty"`
	Priority string    `json:"priority,omitempty"`
	VerifyBy string    `json:"verify_by,omitempty"`
	Link     string    `json:"link,omitempty"`
	Planned  time.Time `json:"planned"`
	By       string    `json:"by,omitempty"` // who planned it
	// Closed is when it was done, by whom, and what they said of it; zero while it is open.
	Closed   time.Time `json:"closed,omitzero"`
	ClosedBy string    `json:"closed_by,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	// Events are all that made it what it is, for whoever shows where it stands.
	Events []int `json:"events"`
}

// ID is how people name an item: its incident and its number there.
func (i Item) ID() string { return i.Incident + "-" + strconv.Itoa(i.Number) }

// Open reports whether it is still to be done.
func (i Item) Open() bool { return i.Closed.IsZero() }

// Overdue reports whether it is open and should have been done.
func (i Item) Overdue(now time.Time) bool { return i.Open() && !i.Due.IsZero() && i.Due.Before(now) }

// Stale is how long an item is open that nobody seems to mean any more.
const Stale = 90 * 24 * time.Hour

// Stale reports whether it is open for so long.
func (i Item) Stale(now time.Time) bool { return i.Open() && now.Sub(i.Planned) > Stale }

// fact is what can be planned and changed of it.
func (i Item) fact() response.Planned {
	return response.Planned{N: i.Number, What: i.What, Person: i.Owner, Due: i.Due, Type: i.Type, Priority: i.Priority,
		VerifyBy: i.VerifyBy, Link: i.Link}
}

func (i *Item) set(f response.Planned) {
	i.What, i.Owner, i.Due, i.Type = f.What, f.Person, f.Due.UTC(), f.Type
	i.Priority, i.VerifyBy, i.Link = f.Priority, f.VerifyBy, f.Link
}

// Of are the items of an incident, in the order in which they were planned.
func Of(id string, timeline []incidents.Event) (all []Item) {
	at := map[int]int{} // place by event
	for _, e := range timeline {
		b, ok := e.Body.(incidents.Responded)
		if !ok {
			continue
		}
		item := func(event int) *Item {
			n, known := at[event]
			if !known {
				return &Item{} // what is said of an item that there is not
			}
			all[n].Events = append(all[n].Events, e.Seq)
			return &all[n]
		}
		switch f := b.Fact.(type) {
		case response.Planned:
			at[e.Seq] = len(all)
			i := Item{Incident: id, Number: cmp.Or(f.N, len(all)+1), Event: e.Seq, Planned: e.At.UTC(), By: e.By.Name,
				Events: []int{e.Seq}}
			i.set(f)
			all = append(all, i)
		case response.ActionChanged:
			item(f.Item).set(f.Planned)
		case response.ActionTicketed:
			if i := item(f.Item); i.Link == "" {
				i.Link = f.Link
			}
		case response.ActionClosed:
			i := item(f.Item)
			i.Closed, i.ClosedBy, i.Reason = e.At.UTC(), e.By.Name, f.Reason
		case response.ActionReopened:
			i := item(f.Item)
			i.Closed, i.ClosedBy, i.Reason = time.Time{}, "", f.Reason
		}
	}
	return all
}

// Why nothing is recorded.
var (
	ErrNone = errors.New("there is no such action item")
	ErrAs   = errors.New("the action item is that already")
)

// Split reads how people name an item: 42-3, or 3 where the incident is known.
func Split(said string) (incident string, number int, ok bool) {
	incident, digits, both := strings.Cut(strings.TrimPrefix(said, "#"), "-")
	if !both {
		incident, digits = "", incident
	}
	number, err := strconv.Atoi(digits)
	if both {
		if _, err := strconv.ParseUint(incident, 10, 32); err != nil {
			return "", 0, false
		}
	}
	return incident, number, err == nil && number > 0
}

// Find reads an item of an incident. Errors: [ErrNone], [incidents.ErrNotFound], or that of the store.
func Find(tx store.Tx, incident string, number int) (Item, error) {
	timeline, err := incidents.Timeline(tx, incident)
	if err != nil {
		return Item{}, err
	}
	all := Of(strings.TrimLeft(incident, "0"), timeline)
	n := slices.IndexFunc(all, func(i Item) bool { return i.Number == number })
	if n < 0 {
		return Item{}, ErrNone
	}
	return all[n], nil
}

// A Desk records what people decide about items.
type Desk struct{ Book *incidents.Book }

// Plan records a new item, and returns it. The number in f is given here.
func (d Desk) Plan(tx store.Tx, now time.Time, incident string, by incidents.Actor, f response.Planned) (Item, error) {
	timeline, err := incidents.Timeline(tx, incident)
	if err != nil {
		return Item{}, err
	}
	f.N = 1
	for _, i := range Of(incident, timeline) {
		f.N = max(f.N, i.Number+1)
	}
	return d.record(tx, now, incident, f.N, by, f)
}

// Change records an item as it is from now on. Error: [ErrAs] if nothing of it is different, or those of the store.
func (d Desk) Change(tx store.Tx, now time.Time, by incidents.Actor, i Item) (Item, error) {
	was, err := Find(tx, i.Incident, i.Number)
	switch {
	case err != nil:
		return i, err
	case was.fact() == i.fact():
		return was, ErrAs
	}
	return d.record(tx, now, i.Incident, i.Number, by, response.ActionChanged{Item: was.Event, Planned: i.fact()})
}

// Close records that an item is done, and Reopen that it is not. Errors: [ErrNone], [ErrAs], or those of the store.
func (d Desk) Close(tx store.Tx, now time.Time, by incidents.Actor, incident string, number int, reason string) (Item,
	error) {
	i, err := Find(tx, incident, number)
	switch {
	case err != nil:
		return i, err
	case !i.Open():
		return i, ErrAs
	}
	return d.record(tx, now, i.Incident, number, by, response.ActionClosed{Item: i.Event, Reason: reason})
}

// Reopen is above.
func (d Desk) Reopen(tx store.Tx, now time.Time, by incidents.Actor, incident string, number int, reason string) (Item,
	error) {
	i, err := Find(tx, incident, number)
	switch {
	case err != nil:
		return i, err
	case i.Open():
		return i, ErrAs
	}
	return d.record(tx, now, i.Incident, number, by, response.ActionReopened{Item: i.Event, Reason: reason})
}

func (d Desk) record(tx store.Tx, now time.Time, incident string, number int, by incidents.Actor,
	f response.Fact) (Item, error) {
	e := incidents.Event{By: by, Body: incidents.Responded{Fact: f}}
	if _, err := d.Book.Append(tx, now, incident, e); err != nil {
		return Item{}, err
	}
	return Find(tx, incident, number)
}
