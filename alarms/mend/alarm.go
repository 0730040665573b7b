package mend

import (
	"cmp"
	"maps"
	"slices"

	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/members"
	"github.com/oncalm/oncalm/store"
)

// An alarm is what a timeline has of one: the event that says how each of its series stands, in the order of their names.
// Only events tell what it said to the letter; the head of an incident has no more than the names of what fires, and how
// bad they are.
type alarm []incidents.Event

// alarmsOf are the alarms of a timeline, in the order of their fingerprints. A report that came late tells what was before,
// and INSUFFICIENT_DATA does not say that what was said before it is over: neither takes the place of what is known.
func alarmsOf(events []incidents.Event) (all []alarm) {
	bySeries := map[string]incidents.Event{}
	for _, e := range events {
		a := incidents.AlarmIn(e.Body)
		if a == nil || late(e) || a.State == incidents.AlarmUnknown && bySeries[a.Series].Body != nil {
			continue
		}
		bySeries[a.Series] = e
	}
	last := ""
	for _, series := range slices.Sorted(maps.Keys(bySeries)) {
		if fp := known.FingerprintOf(series); fp != last || all == nil {
			all, last = append(all, nil), fp
		}
		all[len(all)-1] = append(all[len(all)-1], bySeries[series])
	}
	return all
}

// late reports whether an alarm said something that was older than what is known of it.
func late(e incidents.Event) bool {
	b, ok := e.Body.(incidents.Reported)
	return ok && b.Late
}

// words are what the alarm said last, for each of its series.
func (a alarm) words() (all []incidents.Alarm) {
	for _, e := range a {
		all = append(all, *incidents.AlarmIn(e.Body))
	}
	return all
}

func (a alarm) fingerprint() string { return known.FingerprintOf(incidents.AlarmIn(a[0].Body).Series) }

// is reports whether it is that one of an incident.
func (a alarm) is(m members.Member) bool {
	return a.fingerprint() == known.FingerprintOf(m.Series[0])
}

// redirect has what the alarm says go to another incident. It reports whether that was part of the one until now. An alarm
// that belongs to a third incident by now stays there.
func (a alarm) redirect(tx store.Tx, from, to string) (bool, error) {
	rec := known.Of(tx, a.fingerprint())
	if rec.Incident != from {
		return false, nil
	}
	rec.Incident = to
	return true, rec.Save(tx, a.fingerprint())
}

// own is what the alarm opens by itself, as far as a timeline tells: what it was judged to be when it opened the incident, joined it,
// or made it worse. What people made of the incident since is not in it.
func (a alarm) own(events []incidents.Event) (own incidents.Raised) {
	ours := func(series string) bool { return series != "" && known.FingerprintOf(series) == a.fingerprint() }
	raised := func(to *incidents.Raised) {
		if to != nil {
			own = *to
		}
	}
	for _, e := range events {
		if b, ok := e.Body.(incidents.Worsened); ok && ours(b.Alarm.Series) {
			raised(&b.Raised)
		}
		if said := incidents.AlarmIn(e.Body); said == nil || !ours(said.Series) {
			continue
		}
		switch b := e.Body.(type) {
		case incidents.Opened:
			own = incidents.Raised{Title: b.Title, Service: b.Service, Severity: b.Severity, Runbook: b.Runbook}
		case incidents.Joined:
			own.Severity = cmp.Or(b.Severity, own.Severity)
			raised(b.Raised)
		case incidents.Reported:
			raised(b.Raised)
		case incidents.Reopened:
			raised(b.Raised)
		}
	}
	return own
}
