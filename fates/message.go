package fates

import (
	"context"
	"slices"
	"time"

	"github.com/oncalm/oncalm/store"
)

// A Message is a message as it is listed: one that was taken in, with what became of it, or one that was refused.
type Message struct {
	At      time.Time `json:"at"`
	ID      string    `json:"id"` // its MessageId
	Topic   string    `json:"topic"`
	Subject string    `json:"subject,omitempty"`
	Parts   []Told    `json:"parts,omitempty"`
	// Text is what it said, if that was asked for and kept. Sent is when it was sent; zero if it was refused.
	Text *string   `json:"text,omitempty"`
	Sent time.Time `json:"sent,omitzero"`

	Refused string `json:"refused,omitempty"` // the code of the reason
	Problem string `json:"problem,omitempty"` // the reason
	From    string `json:"from,omitempty"`    // the address that it came from
	// Times is how many were refused for that reason in the span, on the newest of them; the others may not be kept.
	Times int `json:"times,omitempty"`
}

// Told is a part of a message with whom its incident paged.
type Told struct {
	Part
	Paged []Page `json:"paged,omitempty"`
	Fate  string `json:"fate"` // what became of it, in a sentence
}

// A Query says which messages are listed.
type Query struct {
	From, To time.Time
	Text     bool // with their texts
}

// List hands the messages to each that came in within a span of time, those that were refused among them, in order of time.
// Few are in memory at a time. The error is one of the store, or that of each. The two kinds are merged by time as far as
// fates come in order: those are read by the time of sending.
func List(ctx context.Context, s store.Store, q Query, each func(Message) error) error {
	var refused []Message
	err := s.View(ctx, func(tx store.Tx) error {
		refused = refusedIn(tx, q.From, q.To)
		return nil
	})
	if err != nil {
		return err
	}
	var ledger Ledger
	read := func(tx store.Tx, f *Fate) Message { return f.told(tx, &ledger, q.Text) }
	err = scan(ctx, s, q.From, q.To, read, func(m Message) error {
		for len(refused) > 0 && refused[0].At.Before(m.At) {
			if err := each(refused[0]); err != nil {
				return err
			}
			refused = refused[1:]
		}
		return each(m)
	})
	for _, m := range refused {
		if err == nil {
			err = each(m)
		}
	}
	return err
}

// Tell is a message with what became of it.
func (l *Ledger) Tell(tx store.Tx, f *Fate) Message { return f.told(tx, l, false) }

// told makes the message of a fate, with whom it paged by the ledger.
func (f *Fate) told(tx store.Tx, l *Ledger, withText bool) Message {
	m := Message{At: f.At, ID: f.MessageID(), Topic: f.Topic, Subject: f.Subject}
	if len(f.ID) > len(keyTime) {
		m.Sent, _ = time.Parse(keyTime, f.ID[:len(keyTime)]) // it is our own key
	}
	for _, p := range f.Parts {
		pages := l.Paged(tx, f, &p)
		m.Parts = append(m.Parts, Told{p, pages, p.Say(pages)})
	}
	if withText {
		if text, kept := f.Text(); kept {
			m.Text = &text
		}
	}
	return m
}

// refusedIn are the refused messages that are kept of a span, in order of time.
func refusedIn(tx store.Tx, from, to time.Time) []Message {
	var all []Message
	for _, t := range RefusedSince(tx, from) {
		for n, r := range t.Newest {
			if !r.At.Before(to) {
				continue
			}
			m := Message{At: r.At, ID: r.ID, Topic: r.Topic, Refused: t.Code, Problem: r.Text, From: r.From}
			if n == len(t.Newest)-1 {
				m.Times = t.Times()
			}
			all = append(all, m)
		}
	}
	slices.SortStableFunc(all, func(a, b Message) int { return a.At.Compare(b.At) })
	return all
}
