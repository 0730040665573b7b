package capture

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/spoken"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/notes"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// A seen message is one as it stands, with what is to be known of it besides what Slack says in one answer.
type seen struct {
	spoken.Message
	root   spoken.Message // of its thread, if it was read
	gone   bool           // it was deleted
	marker string         // the name of somebody who marks it; "" if nobody does
	author incidents.Actor
	actor  string // the name of whose doing was the occasion to look; "" if that was nobody in particular
	user   string // their id
}

// look looks at a message, and does what is missing.
func (c *Captures) look(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b body
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	s, err := c.reader.message(ctx, b)
	if err != nil && b.Carried != nil && slack.TroubleOf(err) == slack.Refused {
		s, err = seen{Message: b.Carried.message()}, nil
	}
	if err != nil {
		return nil, c.unread(b.Channel, err)
	}
	if c.ours(&s.Message) {
		return nil, nil
	}
	s.user, s.actor = b.User, c.o.Users[b.User]
	if err := c.reader.complete(ctx, &s); err != nil {
		return nil, slack.Owed(err)
	}
	now := c.o.Clock.Now()
	return func(tx store.Tx) error { return c.settle(tx, now, s) }, nil
}

const (
	maxText  = 3000 // characters of a line
	maxFiles = 10   // of a line
)

// line is a message as a line of a timeline, at its time, as somebody has chosen if anybody has.
func (c *Captures) line(s seen, pick *chosen) (n incidents.Noted, at time.Time) {
	n = incidents.Noted{
		Text: text.Clip(c.o.Readable(s.Said()), maxText), Link: s.Link(c.o.Out.Watch.Identity().Home), Captured: s.marker,
	}
	if n.Captured == "" {
		n.Captured = incidents.KindOncalm
	}
	for _, f := range s.Files[:min(len(s.Files), maxFiles)] {
		title := text.Line(f.Title)
		if title == "" {
			title = text.Line(f.Name)
		}
		if title == "" {
			title = "without a name"
		}
		n.Files = append(n.Files, notes.File{
			Title: text.Clip(title, 200), Link: f.Link, Picture: strings.HasPrefix(f.Form, "image/"),
		})
	}
	at = s.At()
	if pick != nil {
		pick.into(&n, &at)
	}
	return n, at
}

// settle does in a transaction what is missing about a message. It compares how the message stands (on) with what was
// recorded (r.On), so that to run it again does nothing.
func (c *Captures) settle(tx store.Tx, now time.Time, s seen) error {
	r, err := readRecord(tx, s.Channel, s.TS)
	if err != nil {
		return err
	}
	place := c.place(tx, &s)
	on := !s.gone && (s.marker != "" || r.Chosen != nil || c.o.All && place != "" && s.Says())
	switch {
	case !on && !r.On:
		return nil
	case !on:
		err = c.strike(tx, now, &r, s)
	// a line is added where none is; r.Incident is set already if somebody was asked and has chosen
	case !r.On:
		if r.Incident == "" {
			r.Incident = place
		}
		if r.Incident == "" && !c.find(tx, now, &r, s) {
			return saveRecord(tx, s.Channel, s.TS, r)
		}
		err = c.note(tx, now, &r, s, 0)
	default:
		err = c.renew(tx, now, &r, s)
	}
	if errors.Is(err, incidents.ErrNotFound) { // it is kept no more
		return nil
	}
	if err != nil {
		return err
	}
	return saveRecord(tx, s.Channel, s.TS, r)
}

// place is the incident that is talked about where a message stands. Metadata are read of our own messages alone: other
// apps may write what they like into theirs.
func (c *Captures) place(tx store.Tx, s *seen) string {
	if id := c.o.Place(tx, s.Channel, threadOf(&s.Message)); id != "" {
		return id
	}
	key, _ := s.root.Metadata.Payload.Key.(string)
	if id, card := strings.CutSuffix(key, "/card"); card && c.ours(&s.root) { // a card from before its place was noted
		return id
	}
	return ""
}

// note puts a message onto the timeline, in place of a line if that is not 0.
func (c *Captures) note(tx store.Tx, now time.Time, r *record, s seen, instead int) error {
	n, at := c.line(s, r.Chosen)
	n.Instead = instead
	i, err := c.o.Book.Append(tx, now, r.Incident, incidents.Event{At: at, By: s.author, Body: n})
	if err != nil {
		return err
	}
	r.On, r.Said = true, digest(n, at)
	r.Seq, err = lineOf(tx, i)
	return err
}

// lineOf is the number of the newest note of an incident. Others may follow from it. The book appends what its followers
// want behind the note, so the note need not be the last event.
func lineOf(tx store.Tx, i *incidents.Incident) (int, error) {
	const near = 20
	events, err := incidents.TimelineFrom(tx, i.ID, i.Seq-near)
	for _, e := range slices.Backward(events) {
		if _, ok := e.Body.(incidents.Noted); ok {
			return e.Seq, err
		}
	}
	return 0, err
}

// strike takes the line of a message off the timeline.
func (c *Captures) strike(tx store.Tx, now time.Time, r *record, s seen) error {
	by, reason := incidents.Oncalm(), "the mark was taken away in Slack"
	if s.gone {
		reason = "deleted in Slack"
	} else if s.actor != "" {
		by = incidents.Person(s.actor)
	}
	err := c.strikeLine(tx, now, *r, by, reason)
	r.On, r.Seq, r.Said, r.Chosen = false, 0, "", nil
	return err
}

// strikeLine strikes a line, unless that was done: somebody may have struck it by hand.
func (c *Captures) strikeLine(tx store.Tx, now time.Time, r record, by incidents.Actor, reason string) error {
	if done, err := struck(tx, r); done || err != nil {
		return err
	}
	strike := incidents.Struck{Seq: r.Seq, Reason: reason}
	_, err := c.o.Book.Append(tx, now, r.Incident, incidents.Event{By: by, Body: strike})
	return err
}

// struck reports whether the line of a message has been struck already.
func struck(tx store.Tx, r record) (bool, error) {
	events, err := incidents.TimelineFrom(tx, r.Incident, r.Seq)
	for _, e := range events {
		if b, ok := e.Body.(incidents.Struck); ok && b.Seq == r.Seq {
			return true, nil
		}
	}
	return false, err
}

// renew notes a message again that says something else than its line, which is struck. What somebody has struck stays so.
func (c *Captures) renew(tx store.Tx, now time.Time, r *record, s seen) error {
	if digest(c.line(s, r.Chosen)) == r.Said {
		return nil
	}
	if done, err := struck(tx, *r); done || err != nil {
		return err
	}
	was := r.Seq
	if err := c.strikeLine(tx, now, *r, s.author, "edited in Slack"); err != nil {
		return err
	}
	return c.note(tx, now, r, s, was)
}
