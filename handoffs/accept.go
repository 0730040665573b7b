package handoffs

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/store"
)

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

// leaving are those who leave and can stay on. Who is no longer in the configuration cannot.
func (d *Desk) leaving(old standing, m moment) []string {
	return slices.DeleteFunc(without(old.People, m.People), func(p string) bool { return !d.overrides.Knows(p) })
}

// hold lets those who leave stay on in the places of those who come.
func (d *Desk) hold(tx store.Tx, now time.Time, schedule string, old standing, m moment) (*hold, error) {
	h := &hold{Border: m.From.UTC(), Until: m.From.Add(m.rule.Within).UTC(), Waits: map[string]string{}}
	if !m.To.IsZero() && m.To.Before(h.Until) {
		h.Until = m.To.UTC() // the next shift does not wait for this one
	}
	leaving, owed := d.leaving(old, m), outbox.In(tx, now)
	for n, in := range without(m.People, old.People) {
		out := leaving[n%len(leaving)]
		_, err := d.overrides.Hold(tx, now,
			overrides.Handoff{Schedule: schedule, Border: h.Border, Until: h.Until, In: in, Out: out})
		if err != nil {
			return nil, fmt.Errorf("%s stays on for %s in %s: %w", out, in, schedule, err)
		}
		h.Waits[in] = out
		enqueueOffer(owed, now, offerBody{Offer{schedule, Incoming, out, h.Border, h.Until}, in})
		enqueueOffer(owed, now, offerBody{Offer{schedule, Outgoing, in, h.Border, h.Until}, out})
	}
	return h, nil
}

func enqueueOffer(owed outbox.Tx, now time.Time, b offerBody) {
	owed.Once(outbox.Entry{
		Key:  store.Key("handoff", b.Schedule, stamp(b.Border), "offer", b.To),
		Kind: KindOffer, Lane: outbox.Answers, Due: now, Body: outbox.Body(b),
	})
}

// offer tells a person of a shift that waits for being accepted, if it still does.
func (n *notices) offer(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b offerBody
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	now := n.clock.Now()
	waits := false
	err := n.store.View(ctx, func(tx store.Tx) error {
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
	return nil, n.messenger.Tell(ctx, e.Key,
		Message{To: b.To, Since: e.Created, PerhapsTold: e.PerhapsDone, What: b.Offer})
}

// Follow looks at the schedules that a change touches (see [overrides.Follower]). Of a change at once people are not told a
// second time; only what is open is told to those who come. What cannot be done now is done when the schedule is looked at
// next.
func (d *Desk) Follow(tx store.Tx, now time.Time, c overrides.Change) {
	if c.What == overrides.Held {
		return // by the look that goes on
	}
	for _, o := range c.Overrides {
		if err := d.follow(tx, now, c, o); err != nil {
			d.log.Error("an override is announced later", "schedule", o.Schedule, "err", err)
		}
	}
}

func (d *Desk) follow(tx store.Tx, now time.Time, c overrides.Change, o overrides.Override) error {
	if c.What != overrides.Relieved {
		return d.look(tx, now, o.Schedule, true)
	}
	if s, _ := readStanding(tx, o.Schedule); s.Hold != nil && s.Hold.Waits[o.For] != "" {
		delete(s.Hold.Waits, o.For)
		s.Hold.Agreed = append(s.Hold.Agreed, o.For)
		if err := put(tx, standingKey(o.Schedule), s); err != nil {
			return err
		}
	}
	return d.look(tx, now, o.Schedule, false)
}
