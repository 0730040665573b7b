package handoffs

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// standing is what was announced last about a schedule.
type standing struct {
	People []string `json:"people"`
	Number int      `json:"number"` // of the handoff that brought it about; 0 for the first look
	Hold   *hold    `json:"hold,omitempty"`
	// Shadows were told of it, besides.
	Shadows []string `json:"shadows,omitempty"`
}

// Record is one handoff, as it is kept.
type Record struct {
	Schedule string    `json:"schedule"`
	Number   int       `json:"number"` // counts the schedule's handoffs, from 1
	At       time.Time `json:"at"`     // when the shift began
	Recorded time.Time `json:"recorded"`
	From     []string  `json:"from"` // who was on call
	To       []string  `json:"to"`   // who is since then
	Why      string    `json:"why"`  // one sentence
	// Accepted and Unaccepted are those of To who were asked to accept, if that was asked for.
	Accepted   []string `json:"accepted,omitempty"`
	Unaccepted []string `json:"unaccepted,omitempty"`
	// Shadows are told of the handoff, too: those of the shift that began and of the one before.
	Shadows []string `json:"shadows,omitempty"`
	// Told says that people had been told of the change when it happened: they had made it.
	Told bool `json:"told,omitempty"`
}

// borderBody is the body of a border's entry.
type borderBody struct {
	Schedule string `json:"schedule"`
}

// A moment is a schedule at an instant, and what is to be done about it then.
type moment struct {
	rotations.Answer
	rule Rule
	owed []outbox.Entry
}

// moment works out how a schedule stands and what is to be done from there. It only reads.
func (d *Desk) moment(tx store.Tx, now time.Time, name string) moment {
	s, all := d.overrides.Schedules[name], d.overrides.Of(tx, name)
	m := moment{Answer: s.At(now, all), rule: d.rules[name]}
	if m.To.IsZero() {
		return m
	}
	m.owed = append(reminders(s, overrides.Settled(all), now, m.To, m.rule.Remind), borderEntry(name, m.To))
	return m
}

func borderEntry(schedule string, at time.Time) outbox.Entry {
	return outbox.Entry{
		Key: store.Key("handoff", schedule, stamp(at)), Kind: KindBorder, Lane: outbox.Decisions, Due: at,
		Body: outbox.Body(borderBody{schedule}),
	}
}

// stamp is a time as it stands in keys.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func standingKey(schedule string) string { return store.Key(standingPart, schedule) }

// readStanding returns false if a schedule has not been looked at yet. A record that cannot be read is as good as none: it is
// written anew.
func readStanding(tx store.Tx, schedule string) (standing, bool) {
	var s standing
	val := tx.Get(standingKey(schedule))
	return s, val != nil && json.Unmarshal(val, &s) == nil
}

// needed reports whether a look at a schedule would write anything.
func (d *Desk) needed(tx store.Tx, now time.Time, name string) bool {
	m := d.moment(tx, now, name)
	s, known := readStanding(tx, name)
	if !known || !same(s.People, m.People) || s.Hold != nil && s.Hold.over(now) {
		return true
	}
	return slices.ContainsFunc(m.owed, func(e outbox.Entry) bool {
		_, used := outbox.In(tx, now).Get(e.Key)
		return !used
	})
}

// LookAt announces what has changed in a schedule since it was looked at last, and enqueues what comes next. An unknown schedule
// is left alone.
func (d *Desk) LookAt(tx store.Tx, now time.Time, schedule string) error {
	return d.look(tx, now, schedule, false)
}

// look is LookAt; told says that people have been told of the change.
func (d *Desk) look(tx store.Tx, now time.Time, schedule string, told bool) error {
	if _, ok := d.overrides.Schedules[schedule]; !ok {
		return nil
	}
	m := d.moment(tx, now, schedule)
	old, known := readStanding(tx, schedule)
	next := standing{People: m.People, Number: old.Number, Hold: old.Hold, Shadows: m.Shadows}
	if known && !told && !same(old.People, m.People) && d.mayHold(now, old, m) {
		h, err := d.hold(tx, now, schedule, old, m)
		if err != nil {
			d.log.Error("a shift begins without being accepted", "schedule", schedule, "err", err)
		}
		m = d.moment(tx, now, schedule)
		next.People, next.Shadows, next.Hold = m.People, m.Shadows, h
	}
	for _, e := range m.owed {
		outbox.In(tx, now).Once(e)
	}
	if next.Hold != nil && next.Hold.over(now) {
		next.Hold = nil
	}
	if known && !same(old.People, m.People) {
		next.Number++
		if err := d.handOver(tx, now, old, m, schedule, told); err != nil {
			return err
		}
	}
	if known && next.Number == old.Number && next.Hold == old.Hold {
		return nil
	}
	return put(tx, standingKey(schedule), next)
}

// handOver puts a handoff on record and enqueues the notices of it.
func (d *Desk) handOver(tx store.Tx, now time.Time, old standing, m moment, schedule string, told bool) error {
	r := Record{
		Schedule: schedule, Number: old.Number + 1, At: now, Recorded: now,
		From: old.People, To: m.People, Why: m.Why, Told: told,
	}
	r.Shadows = without(slices.Concat(m.Shadows, without(old.Shadows, m.Shadows)), slices.Concat(r.From, r.To))
	if !m.From.IsZero() && m.From.Before(now) {
		r.At = m.From
	}
	if h := old.Hold; h != nil {
		for _, p := range without(m.People, old.People) {
			switch {
			case slices.Contains(h.Agreed, p):
				r.Accepted = append(r.Accepted, p)
			case h.Waits[p] != "":
				r.Unaccepted = append(r.Unaccepted, p)
			}
		}
	}
	d.groups.enqueueOf(outbox.In(tx, now), now, schedule)
	if m.rule.Mode != Quiet {
		if err := d.notices.askOver(tx, now, r, m.rule.TakeOver); err != nil {
			return err
		}
		enqueueNotices(outbox.In(tx, now), now, r)
	}
	return put(tx, recordKey(schedule, r.Number), r)
}

// put writes v under a key. v is a plain value that JSON can hold.
func put(tx store.Tx, key string, v any) error {
	val, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("%s: %w", key, err)
	}
	tx.Put(key, val)
	return nil
}

// same reports whether two lists name the same people, in whatever order.
func same(a, b []string) bool { return len(a) == len(b) && len(without(a, b)) == 0 }

// without returns those of a who are not in b.
func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(p string) bool { return slices.Contains(b, p) })
}
