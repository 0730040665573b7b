package capture

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/spoken"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

const (
	// apart is how far apart places are read after a start: Slack takes fifty such calls a minute.
	apart = 2 * time.Second
	// caughtUp is of how many open incidents the places are read after a start, the newest.
	caughtUp = 200
	// pages is how many pages of messages are read of a place at once.
	pages = 10
)

// placeBody is the body of an entry about a place.
type placeBody struct {
	Place
	Whole bool `json:"whole,omitempty"` // from its beginning, for marks that we did not hear of
}

// CatchUp enqueues that the places of open incidents are read: what was said and marked while we were not there. Slack does
// not keep events for a bot that is away: over a socket they are lost, and by post it tries three times.
func (c *Captures) CatchUp(tx store.Tx, now time.Time) {
	open := incidents.OpenIDs(tx, 0)
	due := now
	for _, id := range open[max(len(open)-caughtUp, 0):] {
		for _, p := range c.o.Places(tx, id) {
			c.enqueuePlace(tx, now, due, p, true)
			due = due.Add(apart)
		}
	}
}

// enqueuePlace enqueues that a place is read. One that waits to be read whole stays so.
func (c *Captures) enqueuePlace(tx store.Tx, now, due time.Time, p Place, whole bool) {
	key := store.Key("captures", p.Channel, cmp.Or(p.Thread, "-"))
	if old, ok := outbox.In(tx, now).Get(key); ok && old.Done.IsZero() {
		var b placeBody
		whole = whole || old.Decode(&b) == nil && b.Whole
	}
	outbox.In(tx, now).Soon(outbox.Entry{
		Key: key, Kind: KindPlace, Lane: outbox.Asides, Due: due, Body: outbox.Body(placeBody{p, whole}),
	})
}

// read reads a place, and does what is missing about each message there.
func (c *Captures) read(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b placeBody
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	from, known, err := c.from(ctx, b)
	if err != nil {
		return nil, err
	}
	all, err := c.since(ctx, b.Place, from)
	if err != nil {
		return nil, c.unread(b.Channel, err)
	}
	var wanted []seen
	for _, m := range all {
		s := seen{Message: m}
		if c.ours(&m) {
			continue
		}
		if err := c.reader.complete(ctx, &s); err != nil {
			return nil, slack.Owed(err)
		}
		if s.marker != "" || known[m.TS] || c.o.All && m.Says() {
			wanted = append(wanted, s)
		}
	}
	now := c.o.Clock.Now()
	return func(tx store.Tx) error {
		for _, s := range wanted {
			if err := c.settle(tx, now, s); err != nil {
				return err
			}
		}
		for _, m := range all {
			if m.Replies > 0 && b.Thread == "" && b.Whole {
				c.enqueuePlace(tx, now, now.Add(apart), Place{b.Channel, m.TS}, true)
			}
		}
		if len(all) > 0 {
			tx.Put(untilKey(b.Place), []byte(all[len(all)-1].TS))
		}
		return nil
	}, nil
}

// from is since when a place is to be read, and which of its messages we have done something about. A place that is read
// whole begins where its incident did: marks may have come to old messages, of which no event tells.
func (c *Captures) from(ctx context.Context, b placeBody) (from string, known map[string]bool, err error) {
	err = c.o.Book.Store.View(ctx, func(tx store.Tx) error {
		known = map[string]bool{}
		low, high := store.Under(prefix, "message", b.Channel)
		for key := range tx.Range(low, high) {
			known[store.Parts(key)[3]] = true
		}
		from = string(tx.Get(untilKey(b.Place)))
		if from != "" && !b.Whole {
			return nil
		}
		if from = b.Thread; from != "" {
			return nil // the whole thread
		}
		if i, err := incidents.Head(tx, c.o.Place(tx, b.Channel, "")); err == nil {
			from = spoken.Stamp(i.Opened.Add(-time.Hour)) // our clock may be another
		}
		return nil
	})
	return from, known, err
}

// since reads the messages of a place after one, in order.
func (c *Captures) since(ctx context.Context, p Place, from string) (all []spoken.Message, err error) {
	method, with := "conversations.history", url.Values{"channel": {p.Channel}, "oldest": {from}, "limit": {"200"}}
	if p.Thread != "" {
		method = "conversations.replies"
		with.Set("ts", p.Thread)
	}
	for n := 0; ; n++ {
		page, next, err := c.reader.conversation(ctx, method, with)
		if err != nil {
			return nil, err
		}
		for _, m := range page {
			if m.TS != p.Thread { // the message that began the thread comes with each page
				all = append(all, m)
			}
		}
		if next == "" || n == pages {
			break
		}
		with.Set("cursor", next)
	}
	slices.SortFunc(all, func(a, b spoken.Message) int { return a.At().Compare(b.At()) })
	return all, nil
}
