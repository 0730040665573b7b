package silences

import (
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

const (
	// atOnce is how many incidents are changed in one transaction.
	atOnce = 100
	// recent is how many events of an incident are read for what its alarms say.
	recent = 500
)

// silencedBy lists the open incidents of which something is let go when a silence is over, the oldest first.
func (b *Book) silencedBy(tx store.Tx, now time.Time, s Silence) (ids []string) {
	others := othersOf(tx, now, s)
	for _, open := range incidents.OpenIDs(tx, 0) {
		i, err := incidents.Head(tx, open)
		if err == nil && (of(i, s) || b.overdue(tx, i, s, others) != nil) {
			ids = append(ids, open)
		}
	}
	return ids
}

// of reports whether an incident is silenced by that silence.
func of(i *incidents.Incident, s Silence) bool { return i.Silence != nil && i.Silence.ID == s.ID }

// othersOf are the silences that are in force besides one.
func othersOf(tx store.Tx, now time.Time, s Silence) []Silence {
	return slices.DeleteFunc(All(tx), func(o Silence) bool { return o.ID == s.ID || !o.InForce(now) })
}

// within lists the open incidents of which all that fires is covered by a silence, and that are not quiet yet. What a person opened
// is not covered by anything: somebody wants it to be looked at.
func (b *Book) within(tx store.Tx, s Silence) (ids []string) {
	for _, id := range incidents.OpenIDs(tx, 0) {
		i, err := incidents.Head(tx, id)
		if err == nil && !i.Quiet && b.covering(tx, i, []Silence{s}) != nil { // fsck names what cannot be read
			ids = append(ids, id)
		}
	}
	return ids
}

// hold takes hold of open incidents, of so many at once as one transaction is to change, and enqueues the rest.
func (b *Book) hold(tx store.Tx, now time.Time, s Silence, ids []string) error {
	for _, id := range ids[:min(len(ids), atOnce)] {
		body := incidents.Silenced{Silence: *s.Said()}
		if _, err := b.Incidents.Append(tx, now, id, incidents.Event{By: incidents.Oncalm(), Body: body}); err != nil {
			return err
		}
	}
	if len(ids) > atOnce {
		outbox.In(tx, now).Soon(s.entry(doHold, now))
	}
	return nil
}

// covering is which of some silences covers all that fires in an incident: of those that are needed for that, the one that ends
// first. It is nil if something is not covered.
func (b *Book) covering(tx store.Tx, i *incidents.Incident, all []Silence) (first *Silence) {
	for _, of := range b.subjects(tx, i, all) {
		s := longest(all, of, func(*Silence) bool { return true })
		if s == nil {
			return nil
		}
		if first == nil || s.To.Before(first.To) {
			first = s
		}
	}
	return first
}

// subjects are the alarms that fire in an incident. Over which topic they came is not known any more: what is covered by topic only
// is not covered then, and pages. Of several alarms each belongs to its own service, which need not be that of the incident.
func (b *Book) subjects(tx store.Tx, i *incidents.Incident, all []Silence) []Subject {
	said := map[string]*incidents.Alarm{}
	byName := !slices.ContainsFunc(all, func(s Silence) bool {
		return slices.ContainsFunc(s.Covers, func(c Cover) bool { return !c.byName() })
	})
	if !byName {
		events, _ := incidents.TimelineFrom(tx, i.ID, i.Seq-recent) // what cannot be read is known by its name
		for _, e := range events {
			if a := incidents.AlarmIn(e.Body); a != nil {
				said[a.Series] = a
			}
		}
	}
	var found []Subject
	for _, series := range slices.Sorted(maps.Keys(i.Firing)) {
		a := said[series]
		if a == nil {
			a = &incidents.Alarm{Name: i.Firing[series], Series: series}
		}
		of := Subject{Alarm: a, Service: i.Service}
		if b.Opens != nil && len(i.Firing) > 1 {
			of.Service = b.Opens(a).Service
		}
		found = append(found, of)
	}
	return found
}

// letGo ends a silence, if it is not over yet, and lets go of its incidents, the worst first, of so many at once as one transaction
// is to change. When there are none left, the silence is put away, and what comes after it is planned.
func (b *Book) letGo(tx store.Tx, now time.Time, s Silence, silenced []string) error {
	if s.Ended.IsZero() {
		b.end(tx, now, s, "", "its time is over") // which comes back here, for what was silenced meanwhile
		return nil
	}
	if len(silenced) > 0 {
		outbox.In(tx, now).Soon(s.entry(doEnd, now))
		return b.release(tx, now, s, worstFirst(tx, silenced))
	}
	tx.Delete(key(s.ID))
	save(tx, overKey(s.ID), s)
	for _, r := range b.Rules {
		if r.Name == s.Rule {
			b.planNext(tx, now, r)
		}
	}
	return nil
}

// worstFirst orders incidents by severity.
func worstFirst(tx store.Tx, ids []string) []string {
	severity := map[string]string{}
	for _, id := range ids {
		if i, err := incidents.Head(tx, id); err == nil {
			severity[id] = i.Severity
		}
	}
	ids = slices.Clone(ids)
	slices.SortStableFunc(ids, func(a, b string) int {
		switch {
		case severity[a] < severity[b]:
			return -1
		case severity[a] > severity[b]:
			return 1
		}
		return 0
	})
	return ids[:min(len(ids), atOnce)]
}

// release lets go of incidents: another silence takes them over, or they page, or are resolved.
func (b *Book) release(tx store.Tx, now time.Time, s Silence, ids []string) error {
	others := othersOf(tx, now, s)
	for _, id := range ids {
		i, err := incidents.Head(tx, id)
		if err != nil || !i.Open() {
			continue
		}
		body := b.overdue(tx, i, s, others)
		if of(i, s) {
			body = b.releasing(tx, i, s, others)
		}
		if body == nil {
			continue
		}
		if _, err := b.Incidents.Append(tx, now, id, incidents.Event{By: incidents.Oncalm(), Body: body}); err != nil {
			return err
		}
	}
	return nil
}

// releasing is what becomes of an incident that a silence silenced.
func (b *Book) releasing(tx store.Tx, i *incidents.Incident, s Silence, others []Silence) incidents.Body {
	if other := b.covering(tx, i, others); other != nil {
		said := *other.Said()
		said.Quiet = i.Silence.Quiet
		return incidents.Silenced{Silence: said}
	}
	if s.End == EndResolve {
		return incidents.Resolved{Reason: s.title() + " is over, and resolves what it silenced"}
	}
	if body := b.overdue(tx, i, s, others); body != nil && i.Silence.Quiet == "" {
		return body
	}
	return b.unsilenced(tx, i, s)
}

// title names a silence in a sentence.
func (s *Silence) title() string {
	if s.By == "" {
		return "maintenance " + s.Rule
	}
	return "the silence by " + s.By
}
