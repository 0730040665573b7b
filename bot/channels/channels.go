package channels

import (
	"context"
	"log/slog"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/members"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// Rules say which incidents have a channel, and what becomes of it.
type Rules struct {
	// Open is the least severity of which incidents have a channel, [Always] or [Never].
	Open   string
	Name   string   // with {id}, {slug}, {service} and {severity}
	Invite []string // who is in each channel: people by their names, and user groups by their ids
	// ArchiveAfter is how long after it is over a channel is archived; 0: never.
	ArchiveAfter time.Duration
}

// What [Rules.Open] can be besides a severity.
const (
	Never  = "never"
	Always = "always"
)

// DefaultName is how channels are called.
const DefaultName = "inc-{id}-{slug}"

// Default is that no incident has a channel.
func Default() Rules { return Rules{Open: Never, Name: DefaultName, ArchiveAfter: 7 * 24 * time.Hour} }

// Kinds of outbox entries that this package handles.
const (
	Kind        = "channel"
	KindArchive = "channel-archive"
)

// Options is what Channels need.
type Options struct {
	Rules
	Book   *incidents.Book
	Out    *slack.Sender
	Pace   *slack.Pace
	People map[string]chat.Person
	Clock  *clocks.Clock
	Log    *slog.Logger

	// Carded reports whether an incident has a card of its own, and Stormy whether it is part of a storm.
	Carded, Stormy func(tx store.Tx, id string) bool
	// Card is the card of an incident.
	Card func(view.Account) blocks.Message
	// Owe enqueues what the channel of all incidents is told. A key is used once.
	Owe func(tx store.Tx, now time.Time, key, person string, m blocks.Message)
}

// Channels are those of incidents.
type Channels struct{ o Options }

// New makes Channels.
func New(o Options) *Channels { return &Channels{o} }

// Handlers returns the handlers of outbox entries by kind.
func (c *Channels) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{Kind: c.look, KindArchive: c.archive}
}

const (
	// first is how long the pages of an incident have before its channel is thought of.
	first = 5 * time.Second
	// settling is how long a channel waits for more to happen.
	settling = 2 * time.Second
	// recent is how many events a card reads, and how many are looked at for whether somebody cares.
	recent = 60
)

// body is the body of an entry: whose channel is to be looked at.
type body struct {
	Incident string `json:"incident"`
}

// Follow is the part of channels in each event (see [incidents.Follower]). It decides nothing: an entry is armed for each
// event that could matter, and what is to be done is found out when that runs.
func (c *Channels) Follow(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event) {
	if tx.Get(ofKey(i.ID)) == nil && (!c.concerns(i) || !c.o.Carded(tx, i.ID)) {
		return
	}
	switch e.Body.(type) {
	case incidents.Paged, incidents.Delivered, incidents.Reported:
		if tx.Get(ofKey(i.ID)) == nil {
			return // nothing that would change what was decided
		}
	case incidents.Resolved:
		if c.o.ArchiveAfter > 0 {
			outbox.In(tx, now).Soon(outbox.Entry{
				Key: i.ID + "/channel/archive", Kind: KindArchive, Lane: outbox.Asides, Due: now.Add(c.o.ArchiveAfter),
				Body: outbox.Body(body{i.ID}),
			})
		}
	}
	c.enqueue(tx, now, i.ID, now.Add(settling))
}

// Carded takes note that the card of an incident was drawn: what its channel needs is there.
func (c *Channels) Carded(tx store.Tx, now time.Time, i *incidents.Incident) {
	if tx.Get(ofKey(i.ID)) == nil && c.concerns(i) {
		c.enqueue(tx, now, i.ID, now.Add(first))
	}
}

// Asked takes note that somebody wants to see an incident of a storm. That is kept in the record, since no event says it.
func (c *Channels) Asked(tx store.Tx, now time.Time, i *incidents.Incident) error {
	if !c.concerns(i) {
		return nil
	}
	r, err := readRecord(tx, i.ID)
	if err != nil || r.Asked {
		return err
	}
	r.Asked = true
	c.enqueue(tx, now, i.ID, now.Add(settling))
	return saveRecord(tx, i.ID, r)
}

// enqueue has the channel looked at; many occasions before that are one look.
func (c *Channels) enqueue(tx store.Tx, now time.Time, id string, due time.Time) {
	outbox.In(tx, now).Soon(outbox.Entry{
		Key: id + "/channel", Kind: Kind, Lane: outbox.Asides, Due: due, Body: outbox.Body(body{id}),
	})
}

// concerns reports whether incidents such as this one have a channel.
func (c *Channels) concerns(i *incidents.Incident) bool {
	switch c.o.Open {
	case Never, "":
		return false
	case Always:
	default:
		if members.Worse(c.o.Open, i.Severity) {
			return false
		}
	}
	return i.Open() && !i.Quiet && i.Held == nil
}

// wanted reports whether an incident is to have a channel now. Once there is a channel it stays one, whatever the incident
// becomes; see [Channels.look].
func (c *Channels) wanted(tx store.Tx, i view.Account, r record) bool {
	if !c.concerns(i.Incident) || !c.o.Carded(tx, i.ID) {
		return false
	}
	if !c.o.Stormy(tx, i.ID) || r.Asked {
		return true
	}
	for _, e := range i.Events {
		if e.By.Kind == incidents.KindPerson {
			return true // somebody cares for just this one
		}
	}
	return false
}

// look does what is missing about the channel of an incident.
func (c *Channels) look(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b body
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	w := work{c: c, e: e, now: c.o.Clock.Now()}
	var wanted bool
	err := c.o.Book.Store.View(ctx, func(tx store.Tx) (err error) {
		if w.i, err = view.ReadAccount(tx, b.Incident, recent); err != nil {
			return err
		}
		if w.r, err = readRecord(tx, b.Incident); err != nil {
			return err
		}
		wanted = c.wanted(tx, w.i, w.r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if w.r.GaveUp || !w.r.stands() && !wanted {
		return nil, nil
	}
	return w.do(ctx)
}

// archive archives the channel of an incident that is over, unless it is not over any more, or not for long enough.
func (c *Channels) archive(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b body
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	w := work{c: c, e: e, now: c.o.Clock.Now()}
	err := c.o.Book.Store.View(ctx, func(tx store.Tx) (err error) {
		if w.i, err = view.ReadAccount(tx, b.Incident, 1); err != nil {
			return err
		}
		w.r, err = readRecord(tx, b.Incident)
		return err
	})
	if err != nil {
		return nil, err
	}
	// it may have been resolved again meanwhile
	over := w.i.Resolved.Add(c.o.ArchiveAfter)
	switch {
	case !w.r.stands() || w.i.Open() || c.o.ArchiveAfter == 0:
		return nil, nil
	case over.After(w.now):
		return w.postpone(over), nil
	}
	return w.close(ctx)
}
