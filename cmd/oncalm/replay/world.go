package replay

import (
	"context"
	"fmt"
	"maps"
	"math"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
)

// A World is Oncalm as a configuration makes it, at a time that is set. It has the parts of the server that decide, put
// together as the server does, and nothing that sends. It is not safe for concurrent use.
type World struct {
	now      time.Time
	begun    time.Time
	store    *scratch
	book     *incidents.Book
	intake   *alarms.Intake
	handlers map[string]outbox.Handler
	paged    []paged // since somebody looked last
}

// paged is that somebody was paged for an incident.
type paged struct {
	incident, person string
	at               time.Time
}

// delivers is a channel that takes every page at once.
type delivers struct{}

// Page implements [paging.Channel]. A page that takes time to be delivered would change when others are withheld; nobody
// knows how long it would have taken.
func (delivers) Page(context.Context, string, paging.Page) (paging.Receipt, error) {
	return paging.Receipt{}, nil
}

// NewWorld makes the world of a configuration at a time. The overrides are all that count, by schedule.
func NewWorld(cfg *config.Config, begins time.Time, overrides map[string][]rotations.Override) (*World, error) {
	topics, err := sns.ParseTopics(cfg.SNS.Topics)
	if err != nil {
		return nil, err
	}
	w := &World{now: begins, begun: begins, store: newScratch(), handlers: map[string]outbox.Handler{}}
	// both of its times are the world's
	clock := &clocks.Clock{
		Wall: func() time.Time { return w.now }, Up: func() time.Duration { return w.now.Sub(w.begun) },
	}
	w.book = &incidents.Book{Store: w.store, Clock: clock}
	who := cfg.Overrides(clock)
	who.Planned = overrides
	pager := &paging.Pager{Book: w.book, Policy: cfg.PolicyOf, Overrides: who, Reach: cfg.Reach, Clock: clock,
		Channels: map[string]paging.Channel{incidents.ViaSlack: delivers{}}}
	for person := range cfg.People {
		for _, severity := range []string{incidents.Sev1, incidents.Sev2, incidents.Sev3, incidents.Sev4} {
			for _, via := range cfg.Reach(person, severity) {
				pager.Channels[via.Name] = delivers{}
			}
		}
	}
	hushed := &silences.Book{Incidents: w.book, Rules: cfg.Maintenance, Known: cfg.Knows, Clock: clock,
		Opens: cfg.Services.Opens, PagesNobody: cfg.PagesNobody}
	w.intake = &alarms.Intake{
		Book: w.book, Services: cfg.Services, Topics: topics, Silences: hushed, Quiet: cfg.Quiet, Rules: cfg.Messages,
	}
	w.book.Followers = []incidents.Follower{pager.Follow, w.follow}
	for _, all := range []map[string]outbox.Handler{pager.Handlers(), hushed.Handlers(), w.intake.Handlers()} {
		maps.Copy(w.handlers, all)
	}
	return w, nil
}

// follow keeps in mind who is paged.
func (w *World) follow(_ store.Tx, now time.Time, i *incidents.Incident, e incidents.Event) []incidents.Body {
	if b, ok := e.Body.(incidents.Paged); ok {
		w.paged = append(w.paged, paged{i.ID, b.Person, now})
	}
	return nil
}

// steps bounds what is done until the next thing that happened: more would be work that enqueues itself for ever.
const steps = 100_000

// Until does what is due until then, or until somebody is paged. What somebody does about a page may come before the next
// thing that is due, so it returns then.
func (w *World) Until(ctx context.Context, then time.Time) error {
	for range steps {
		var key string
		var due time.Time
		var ok bool
		err := w.store.View(ctx, func(tx store.Tx) error {
			key, due, ok = outbox.In(tx, w.now).Next()
			return nil
		})
		switch {
		case err != nil:
			return err
		case !ok || due.After(then):
			w.set(then)
			return nil
		}
		w.set(due)
		if err := outbox.Play(ctx, w.store, w.handlers, key, w.now); err != nil {
			return fmt.Errorf("%s at %s: %w", key, w.now.Format(time.RFC3339), err)
		}
		if len(w.paged) > 0 {
			return nil
		}
	}
	return fmt.Errorf("what is due at %s never ends", w.now.Format(time.RFC3339))
}

// set sets the clock, which does not go back.
func (w *World) set(to time.Time) {
	if to.After(w.now) {
		w.now = to
	}
}

// Receive has a message come in now, and returns what became of it. It goes in behind the door: the signature was checked
// when it came, and would be too old now.
func (w *World) Receive(ctx context.Context, m *fates.Message) (fates.Fate, error) {
	v := &sns.Verified{Received: w.now.UTC(), Envelope: sns.Envelope{
		Type: sns.Notification, MessageID: m.ID, TopicARN: m.Topic, Message: *m.Text, Sent: m.Sent.UTC(),
		Subject: m.Subject, HasSubject: m.Subject != "",
	}}
	v.Topic, _ = aws.ParseARN(m.Topic) // it was one when it was signed
	if _, err := w.intake.Take(ctx, v); err != nil {
		return fates.Fate{}, err
	}
	var f fates.Fate
	return f, w.store.View(ctx, func(tx store.Tx) error {
		f, _ = fates.Of(tx, v.ID())
		return nil
	})
}

// Does has somebody do with an incident what they did. What makes no sense for it, as it is in this world, is left out.
func (w *World) Does(ctx context.Context, id string, e incidents.Event) {
	_ = w.store.Update(ctx, func(tx store.Tx) error {
		_, err := w.book.Append(tx, w.now, id, incidents.Event{By: e.By, Body: e.Body})
		return err
	})
}

// Timelines are those of all incidents, in the order in which they were opened.
func (w *World) Timelines(ctx context.Context) (all [][]incidents.Event, err error) {
	return all, w.store.View(ctx, func(tx store.Tx) error {
		found, err := history.Newest(tx, math.MaxInt)
		if err != nil {
			return err
		}
		for n := range found {
			events, err := incidents.Timeline(tx, found[len(found)-1-n].ID)
			if err != nil {
				return err
			}
			all = append(all, events)
		}
		return nil
	})
}
