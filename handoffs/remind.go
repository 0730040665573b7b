package handoffs

import (
	"context"
	"slices"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// Reminder says to a person that a shift of theirs is coming up.
type Reminder struct {
	Schedule   string
	Start      time.Time
	Until      time.Time // zero: for good
	With       []string  // who is on call with them
	Before     []string  // who hands over to them; nobody in a gap
	Hindrances []Hindrance
	Unproven   []string // their contacts of which nobody knows whether they are theirs
}

// Warning says to the channel that somebody whose shift is near may not notice a page.
type Warning struct {
	Schedule   string
	Person     string
	Start      time.Time
	Hindrances []Hindrance
}

func (Reminder) what() {}
func (Warning) what()  {}

// Hindrance is what may keep a person from noticing a page.
type Hindrance string

// The hindrances there are.
const (
	NoSlackID    Hindrance = "no_slack_id"  // the configuration has none
	UnknownUser  Hindrance = "unknown_user" // Slack knows nobody of that id
	Deactivated  Hindrance = "deactivated"  // in Slack
	NotAPerson   Hindrance = "bot"          // the id is that of an app
	DoNotDisturb Hindrance = "do_not_disturb"
	NoPhone      Hindrance = "no_phone" // of those who have none, only where others have one
)

// grave reports whether a hindrance is for others to know, too.
func (h Hindrance) grave() bool { return h != NoPhone }

// nearby is how long before a shift others are told that its person may not notice a page.
const nearby = 24 * time.Hour

// remindBody is the body of a reminder's entry.
type remindBody struct {
	Schedule string        `json:"schedule"`
	Person   string        `json:"person"`
	Start    time.Time     `json:"start"`
	Lead     time.Duration `json:"lead"`
}

func (b remindBody) entry() outbox.Entry {
	return outbox.Entry{
		Key:  store.Key("remind", b.Schedule, stamp(b.Start), b.Lead.String(), b.Person),
		Kind: KindRemind, Lane: outbox.Chores, Due: b.Start.Add(-b.Lead), Body: outbox.Body(b),
	}
}

// reminders are the entries of all reminders that come due before the schedule is looked at next, and of those that are due
// already. Who is on call at some time between the reminder and the shift needs none: they know. So do those in whose place
// somebody stands meanwhile. Of several that are due already the one nearest to the shift is enough.
func reminders(s rotations.Schedule, overrides []rotations.Override, now, next time.Time,
	leads []time.Duration) []outbox.Entry {
	if len(leads) == 0 {
		return nil
	}
	most := slices.Max(leads)
	begin, horizon := now.Add(-most), next.Add(most)
	all := s.Shifts(begin, horizon, overrides)
	known := slices.Concat(all, s.Shifts(begin, horizon, nil))
	var owed []outbox.Entry
	for _, shift := range all {
		if !shift.From.After(now) {
			continue
		}
		for _, lead := range leads {
			due := shift.From.Add(-lead)
			if due.After(next) || !due.After(now) && slices.ContainsFunc(leads, func(l time.Duration) bool {
				return l < lead && !shift.From.Add(-l).After(now)
			}) {
				continue
			}
			for _, p := range shift.People {
				if !onCallBetween(known, p, due, shift.From) {
					owed = append(owed, remindBody{s.Name, p, shift.From, lead}.entry())
				}
			}
		}
	}
	return owed
}

// onCallBetween reports whether one of the shifts has a person on call at some time of a span.
func onCallBetween(shifts []rotations.Shift, person string, from, to time.Time) bool {
	return slices.ContainsFunc(shifts, func(s rotations.Shift) bool {
		return s.To.After(from) && s.From.Before(to) && slices.Contains(s.People, person)
	})
}

// remind tells a person that a shift is coming, if it still is, and what is amiss.
func (n *notices) remind(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b remindBody
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	now := n.clock.Now()
	var r Reminder
	err := n.store.View(ctx, func(tx store.Tx) error {
		if r = n.reminder(tx, b); n.unproven != nil {
			r.Unproven = n.unproven(tx, now, b.Person)
		}
		return nil
	})
	if err != nil || r.Start.IsZero() || !now.Before(b.Start) {
		return nil, err
	}
	if r.Hindrances, err = n.hindrances(ctx, b.Person, b.Start); err != nil {
		return nil, err
	}
	since := e.Created
	if due := b.Start.Add(-b.Lead); due.After(since) {
		since = due
	}
	err = n.messenger.Tell(ctx, e.Key, Message{To: b.Person, Since: since, PerhapsTold: e.PerhapsDone, What: r})
	if err != nil {
		return nil, err
	}
	grave := slices.DeleteFunc(slices.Clone(r.Hindrances), func(h Hindrance) bool { return !h.grave() })
	if len(grave) == 0 || b.Start.Sub(now) > nearby {
		return nil, nil
	}
	return func(tx store.Tx) error {
		outbox.In(tx, now).Once(outbox.Entry{
			Key: e.Key + "/channel", Kind: KindWarn, Lane: outbox.Chores, Due: now,
			Body: outbox.Body(Warning{b.Schedule, b.Person, b.Start, grave}),
		})
		return nil
	}, nil
}

// reminder is what there is to say about a shift. Without a start it is no longer one.
func (n *notices) reminder(tx store.Tx, b remindBody) Reminder {
	s, overrides := n.overrides.Schedules[b.Schedule], n.overrides.Of(tx, b.Schedule)
	a := s.At(b.Start, overrides)
	before := s.OnCall(b.Start.Add(-1), overrides)
	if !slices.Contains(a.People, b.Person) || slices.Contains(before, b.Person) {
		return Reminder{}
	}
	return Reminder{
		Schedule: b.Schedule, Start: b.Start, Until: a.To, With: without(a.People, []string{b.Person}), Before: before,
	}
}

// hindrances asks Slack and the configuration what keeps a person from noticing a page.
func (n *notices) hindrances(ctx context.Context, person string, at time.Time) ([]Hindrance, error) {
	all, err := n.messenger.Hindrances(ctx, person, at)
	if err == nil && len(n.phones) > 0 && !n.phones[person] {
		all = append(all, NoPhone)
	}
	return all, err
}

// warn tells the channel of somebody whose shift is near and who may not notice a page.
func (n *notices) warn(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var w Warning
	if err := e.Decode(&w); err != nil {
		return nil, err
	}
	if !n.clock.Now().Before(w.Start.Add(nearby)) {
		return nil, nil // Slack was away for so long that it is of no use any more
	}
	return nil, n.messenger.Tell(ctx, e.Key, Message{Since: e.Created, PerhapsTold: e.PerhapsDone, What: w})
}
