// Package mend puts right what was grouped wrongly: a person merges an incident into another, or splits an alarm off.
//
// Both are the same in two directions: an alarm becomes part of another incident. It says so on both timelines, and what the alarm says
// from then on goes there.
package mend

import (
	"cmp"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/groups"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/members"
	"github.com/oncalm/oncalm/store"
)

// Why something cannot be mended. Nothing was changed then.
var (
	ErrItself    = errors.New("an incident cannot be merged into itself")
	ErrOnlyAlarm = errors.New("the incident has no other alarm")
	ErrNoAlarm   = errors.New("no such alarm fires in the incident")
	ErrHushed    = errors.New("nobody is paged for either incident, and not for one reason")
)

// A Hand mends in one transaction what a person says. What it does is events of both incidents: on an error the caller
// gives up the transaction, and nothing of it is left.
type Hand struct {
	Tx   store.Tx
	Book *incidents.Book
	Now  time.Time
	By   incidents.Actor
	// Judge is the incident that an alarm opens by itself, over a topic, and PagesNobody reports whether one of that severity is
	// quiet. They may be nil.
	Judge       func(a *incidents.Alarm, topic string) incidents.Raised
	PagesNobody func(severity string) bool
}

func (h Hand) append(id string, body incidents.Body) (*incidents.Incident, error) {
	return h.Book.Append(h.Tx, h.Now, id, incidents.Event{By: h.By, Body: body})
}

// told appends what an alarm said. It is the alarm's event and not the person's: the timeline of the other incident has to
// show who said ALARM.
func (h Hand) told(id, name string, body incidents.Body) error {
	_, err := h.Book.Append(h.Tx, h.Now, id, incidents.Event{By: incidents.ByAlarm(name), Body: body})
	return err
}

// Merge makes the alarms of one incident part of another, which goes on with them, and resolves the one. Where that is worse, or pages
// while the other is quiet, the other becomes so; it pages anew if nobody has acknowledged what is worse.
//
// The one is resolved first. Then its alarms join the other, each with what it said last, so that their OKs are waited for
// there. At last the other becomes as bad as the one.
func (h Hand) Merge(from, into string) error {
	one, other, err := both(h.Tx, from, into)
	if err != nil {
		return err
	}
	events, err := incidents.Timeline(h.Tx, from)
	if err != nil {
		return err
	}
	if _, err := h.append(from, incidents.Resolved{Into: into}); err != nil {
		return err
	}
	if _, err := h.append(into, incidents.Absorbed{Incident: from}); err != nil {
		return err
	}
	for _, a := range alarmsOf(events) {
		if err := h.move(a, one, into); err != nil {
			return err
		}
	}
	groups.Merged(h.Tx, one.Service, from, into)
	// both are silenced by one silence, or they could not be merged; the other was quiet besides, and the one was not
	if one.Silence != nil && one.Silence.Quiet == "" && other.Silence != nil && other.Silence.Quiet != "" {
		by := *other.Silence
		by.Quiet = "" // it pages when the silence is over
		_, err = h.append(into, incidents.Silenced{Silence: by})
		return err
	}
	// the one pages nobody, or the other pages for as bad a thing already
	if one.Quiet || !other.Quiet && !members.Worse(one.Severity, other.Severity) {
		return nil
	}
	_, err = h.append(into, incidents.Worsened{
		Raised: incidents.Raised{Title: one.Title, Service: one.Service, Severity: one.Severity, Runbook: one.Runbook},
		Again:  one.Status != incidents.StatusAcknowledged,
	})
	return err
}

// CanMerge says what speaks against merging one incident into another, besides how they stand.
func CanMerge(tx store.Tx, from, into string) error {
	_, _, err := both(tx, from, into)
	return err
}

// both are the heads of two incidents that can be merged.
func both(tx store.Tx, from, into string) (one, other *incidents.Incident, err error) {
	if from == into {
		return nil, nil, ErrItself
	}
	if one, err = incidents.Head(tx, from); err != nil {
		return nil, nil, err
	}
	if other, err = incidents.Head(tx, into); err != nil {
		return nil, nil, err
	}
	if one.Quiet && other.Quiet && silence(one) != silence(other) {
		return nil, nil, ErrHushed // what ends for one of them must not be forgotten for the other
	}
	return one, other, nil
}

// silence is the id of what silences an incident; empty if nothing does.
func silence(i *incidents.Incident) string {
	if i.Silence == nil {
		return ""
	}
	return i.Silence.ID
}

// move makes an alarm of one incident part of another, unless it has one of its own by now.
func (h Hand) move(a alarm, one *incidents.Incident, into string) error {
	if ours, err := a.redirect(h.Tx, one.ID, into); err != nil || !ours {
		return err
	}
	for n, w := range a.words() {
		body := incidents.Body(incidents.Reported{Alarm: w})
		if n == 0 {
			own := cmp.Or(one.Severities[w.Series], one.Severity)
			body = incidents.Joined{Alarm: w, Severity: own, From: one.ID}
		}
		if err := h.told(into, w.Name, body); err != nil {
			return err
		}
	}
	return nil
}

// Split takes the alarm of that name out of an incident, to one of its own, and returns that. Who has acknowledged the one has
// acknowledged what is split off. An incident in which nothing fires any more then is resolved, unless a person has declared it.
//
// Which alarm it is, the head says, and what it said, the timeline. What fires by the head and has no event is one whose
// events are lost: nothing could be said for it in another incident.
func (h Hand) Split(id, name string) (*incidents.Incident, error) {
	i, err := incidents.Head(h.Tx, id)
	if err != nil {
		return nil, err
	}
	if !i.Open() { // it refuses that, with how it stands
		_, err := h.append(id, incidents.Split{Name: name})
		return nil, err
	}
	fires := members.Of(i)
	n := slices.IndexFunc(fires, func(m members.Member) bool { return strings.EqualFold(m.Name, name) })
	switch {
	case n < 0:
		return nil, ErrNoAlarm
	case i.Alarms() < 2:
		return nil, ErrOnlyAlarm
	}
	events, err := incidents.Timeline(h.Tx, id)
	if err != nil {
		return nil, err
	}
	stays := alarmsOf(events)
	at := slices.IndexFunc(stays, func(a alarm) bool { return a.is(fires[n]) })
	if at < 0 {
		return nil, ErrNoAlarm // its events are lost
	}
	goes := stays[at]
	made, err := h.open(goes, i, fires[n], h.own(goes, i, fires[n], events))
	if err != nil {
		return nil, err
	}
	if _, err := goes.redirect(h.Tx, id, made.ID); err != nil {
		return nil, err
	}
	return made, h.takeOut(i, fires[n], slices.Delete(stays, at, at+1), made.ID, h.declared(i, events))
}

// own is what an alarm opens by itself, whatever became of the incident that it was part of: as the timeline has it, or else as
// the services have it now.
func (h Hand) own(a alarm, from *incidents.Incident, m members.Member, events []incidents.Event) incidents.Raised {
	own := a.own(events)
	if own.Service == "" && h.Judge != nil {
		by := h.Judge(&a.words()[0], known.Of(h.Tx, a.fingerprint()).Topic)
		if by.Service != "" {
			own.Service, own.Runbook, own.Severity = by.Service, by.Runbook, cmp.Or(own.Severity, by.Severity)
		}
	}
	if own.Service == "" {
		own.Service, own.Runbook = from.Service, from.Runbook
	}
	own.Severity = cmp.Or(own.Severity, m.Severity)
	return own
}

// open opens an incident for an alarm that is split off another. It is quiet or silenced as the other is, or quiet by itself, and
// pages otherwise: whoever splits it off says that it is another trouble.
func (h Hand) open(a alarm, from *incidents.Incident, m members.Member, own incidents.Raised) (*incidents.Incident,
	error) {
	words := a.words()
	opened := incidents.Opened{Title: m.Name, Service: own.Service, Severity: own.Severity, Runbook: own.Runbook,
		SplitFrom: from.ID, Alarm: &words[0]}
	opened.Silence = from.Silence
	switch {
	case from.Silence != nil:
	case from.Quiet:
		opened.Quiet = "incident " + from.ID + " is quiet"
	case h.PagesNobody != nil && h.PagesNobody(own.Severity):
		opened.Quiet = own.Severity + " is quiet"
	}
	made, err := h.Book.Open(h.Tx, h.Now, time.Time{}, h.By, opened)
	if err != nil {
		return nil, err
	}
	for _, w := range words[1:] {
		if err := h.told(made.ID, w.Name, incidents.Reported{Alarm: w}); err != nil {
			return nil, err
		}
	}
	if from.Status == incidents.StatusAcknowledged {
		_, err = h.Book.Append(h.Tx, h.Now, made.ID, incidents.Event{By: from.AcknowledgedBy, Body: incidents.Acknowledged{}})
	}
	return made, err
}

// takeOut takes an alarm out of an incident. If that was called after it, it is called after one that stays. Title and
// evidence of an incident are those of one of its alarms, which must not be that which went. What a person has declared is not over
// since no alarm says so any more.
func (h Hand) takeOut(i *incidents.Incident, m members.Member, stays []alarm, to string, declared bool) error {
	body := incidents.Split{Name: m.Name, Series: m.Series, To: to, Bare: len(stays) == 0}
	if slices.Contains(m.Series, i.LatestAlarm.Series) && len(stays) > 0 {
		e := worst(i, stays)[0]
		a := incidents.AlarmIn(e.Body)
		body.Title, body.Shows = a.Name, incidents.AlarmRef{Series: a.Series, Event: e.Seq}
	}
	after, err := h.append(i.ID, body)
	if err != nil || len(after.Firing) > 0 || declared {
		return err
	}
	_, err = h.Book.Append(h.Tx, h.Now, i.ID, incidents.Event{By: incidents.Oncalm(),
		Body: incidents.Resolved{Reason: "all alarms that are left in it are OK"}})
	return err
}

// declared reports whether a person has opened an incident, or one that was merged into it.
func (h Hand) declared(i *incidents.Incident, events []incidents.Event) bool {
	if i.OpenedBy.Kind == incidents.KindPerson && i.SplitFrom == "" {
		return true
	}
	for _, e := range events {
		if b, ok := e.Body.(incidents.Absorbed); ok {
			other, err := incidents.Head(h.Tx, b.Incident)
			if err == nil && other.OpenedBy.Kind == incidents.KindPerson && other.SplitFrom == "" {
				return true
			}
		}
	}
	return false
}

// worst is the worst alarm that fires in an incident; if none does, the first.
func worst(i *incidents.Incident, all []alarm) alarm {
	for _, m := range members.Of(i) {
		if n := slices.IndexFunc(all, func(a alarm) bool { return a.is(m) }); n >= 0 {
			return all[n]
		}
	}
	return all[0]
}
