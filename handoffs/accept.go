package handoffs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// HowHandoff is how the overrides come about with which people stay on until others accept.
const HowHandoff paging.How = "handoff"

// byUs stands for whoever made such an override: nobody asked for it.
const byUs = "oncalm"

// hold is a handoff that waits for being accepted.
type hold struct {
	Border time.Time         `json:"border"`          // when the plan hands over
	Until  time.Time         `json:"until"`           // when it does in any case
	Waits  map[string]string `json:"waits"`           // who stays on, by who has not accepted yet
	Agreed []string          `json:"agreed,omitzero"` // who has accepted
}

// over reports whether there is nothing to wait for any more.
func (h *hold) over(now time.Time) bool { return !now.Before(h.Until) || len(h.Waits) == 0 }

// Offer says to one of two people that a shift begins when it is accepted.
type Offer struct {
	Schedule string
	Side     Side   // Incoming: who is to accept; Outgoing: who stays on until then
	Other    string // the other person
	Border   time.Time
	Until    time.Time // when the shift begins in any case
}

func (Offer) what() {}

// offerBody is the body of an offer's entry.
type offerBody struct {
	Offer
	To string `json:"to"`
}

// mayHold reports whether a change of a schedule is one that has to be accepted. What an override brings about was agreed on
// before, and where nobody comes or nobody leaves there is nobody to wait for.
func (d *Desk) mayHold(now time.Time, old standing, m moment) bool {
	return m.rule.Mode == Accept && old.Hold == nil && m.Override == nil && !m.From.IsZero() &&
		now.Before(m.From.Add(m.rule.Within)) &&
		len(without(m.People, old.People)) > 0 && len(d.leaving(old, m)) > 0
}

// leaving are those who leave and can stay on. Who is not in the configuration any more cannot.
func (d *Desk) leaving(old standing, m moment) []string {
	return slices.DeleteFunc(without(old.People, m.People), func(p string) bool { return !d.Pager.Knows(p) })
}

// hold lets those who leave stay on in the places of those who come.
func (d *Desk) hold(tx store.Tx, now time.Time, schedule string, old standing, m moment) (*hold, error) {
	h := &hold{Border: m.From.UTC(), Until: m.From.Add(m.rule.Within).UTC(), Waits: map[string]string{}}
	if !m.To.IsZero() && m.To.Before(h.Until) {
		h.Until = m.To.UTC() // the next shift does not wait for this one
	}
	book := d.overrides()
	leaving, owed := d.leaving(old, m), outbox.In(tx, now)
	for n, in := range without(m.People, old.People) {
		out := leaving[n%len(leaving)]
		_, err := book.Add(tx, now, change(schedule, h.Border, in), byUs, HowHandoff, rotations.Override{
			Schedule: schedule, Person: out, For: in, From: m.From, To: h.Until,
		})
		if err != nil {
			return nil, fmt.Errorf("%s stays on for %s in %s: %w", out, in, schedule, err)
		}
		h.Waits[in] = out
		oweOffer(owed, now, offerBody{Offer{schedule, Incoming, out, h.Border, h.Until}, in})
		oweOffer(owed, now, offerBody{Offer{schedule, Outgoing, in, h.Border, h.Until}, out})
	}
	return h, nil
}

func (d *Desk) overrides() *paging.OverrideBook {
	return &paging.OverrideBook{Schedules: d.Pager.Schedules, Known: func(string) bool { return true }}
}

const holdPrefix = "handoff/"

// withoutHolds leaves out what is there only until somebody accepts.
func withoutHolds(all []rotations.Override) []rotations.Override {
	return slices.DeleteFunc(slices.Clone(all), func(o rotations.Override) bool { return strings.HasPrefix(o.ID, holdPrefix) })
}

// change names the override with which somebody stays on until a person accepts.
func change(schedule string, border time.Time, person string) string {
	return holdPrefix + schedule + "/" + stamp(border) + "/" + person
}

func oweOffer(owed outbox.Tx, now time.Time, b offerBody) {
	owed.Once(outbox.Entry{
		Key:  store.Key("handoff", b.Schedule, stamp(b.Border), "offer", b.To),
		Kind: KindOffer, Lane: outbox.Answers, Due: now, Body: outbox.Body(b),
	})
}

// offer tells a person of a shift that waits for being accepted, if it still does.
func (d *Desk) offer(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b offerBody
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	now := d.Clock.Now()
	waits := false
	err := d.Store.View(ctx, func(tx store.Tx) error {
		s, _ := readStanding(tx, b.Schedule)
		in := b.To
		if b.Side == Outgoing {
			in = b.Other
		}
		waits = s.Hold != nil && s.Hold.Border.Equal(b.Border) && now.Before(s.Hold.Until) && s.Hold.Waits[in] != ""
		return nil
	})
	if err != nil || !waits {
		return nil, err
	}
	return nil, d.Messenger.Tell(ctx, e.Key, Message{To: b.To, Since: e.Created, PerhapsTold: e.PerhapsDone, What: b.Offer})
}

// Outcome is what came of accepting a shift.
type Outcome string

// The outcomes there are.
const (
	Accepted Outcome = "accepted"
	Already  Outcome = "already"   // by the same person
	TooLate  Outcome = "too_late"  // the plan holds already, or is another one now
	NotYours Outcome = "not_yours" // somebody else is to accept
)

// Accept ends the wait for a person, in the transaction that answers them: from now on they are on call.
func (d *Desk) Accept(tx store.Tx, now time.Time, schedule string, border time.Time, person string) (Outcome, error) {
	s, _ := readStanding(tx, schedule)
	switch h := s.Hold; {
	case h == nil || !h.Border.Equal(border):
		return TooLate, nil
	case slices.Contains(h.Agreed, person):
		return Already, nil
	case !now.Before(h.Until):
		return TooLate, nil
	case h.Waits[person] == "":
		return NotYours, nil
	}
	if _, err := d.overrides().Cancel(tx, now, change(schedule, s.Hold.Border, person), person); err != nil {
		return "", err
	}
	delete(s.Hold.Waits, person)
	s.Hold.Agreed = append(s.Hold.Agreed, person)
	if err := put(tx, standingKey(schedule), s); err != nil {
		return "", err
	}
	return Accepted, d.LookAt(tx, now, schedule)
}
