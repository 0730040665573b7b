// Package graph shows in Slack what the metric of an alarm was: package graphs puts it on the timeline, and this package draws it into
// the thread of the incident's card, and into the incident's own channel where there is one.
//
// A picture is sent once, or not at all: an upload cannot be looked for by its key as a message is, so one that may have come through is
// not sent again. The timeline says what it shows.
//
//	<incident>/graph/<seq>/<place>    entry: the picture of the event of that number
package graph

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/graphs"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Kind is the kind of outbox entries that send the picture of a graph.
const Kind = "graph-picture"

// useful is how long a picture is of use.
const useful = 30 * time.Minute

// A Room sends pictures. Its fields are set before it is used.
type Room struct {
	Book *incidents.Book
	Out  *slack.Sender
	// Places are where an incident is talked about: messages in whose threads, and channels in which, a picture is to stand.
	Places func(tx store.Tx, incident string) []slack.Ref
	Clock  *clocks.Clock
	Log    *slog.Logger
}

// work is the body of an entry.
type work struct {
	Incident string    `json:"incident"`
	Seq      int       `json:"seq"`
	To       slack.Ref `json:"to"`
}

// Follow enqueues the pictures of a metric that was looked at (see [incidents.Follower]).
func (r *Room) Follow(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event) []incidents.Body {
	b, ok := e.Body.(incidents.Responded)
	if !ok {
		return nil
	}
	if _, ok := b.Fact.(response.Measured); !ok {
		return nil
	}
	for n, to := range r.Places(tx, i.ID) {
		outbox.In(tx, now).Once(outbox.Entry{Key: i.ID + "/graph/" + strconv.Itoa(e.Seq) + "/" + strconv.Itoa(n), Kind: Kind,
			Lane: outbox.Asides,
			Due:  now, Body: outbox.Body(work{i.ID, e.Seq, to})})
	}
	return nil
}

// Handlers returns the handlers of outbox entries by kind.
func (r *Room) Handlers() map[string]outbox.Handler { return map[string]outbox.Handler{Kind: r.send} }

// send draws a graph and sends it.
func (r *Room) send(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var body work
	if err := e.Decode(&body); err != nil {
		return nil, err
	}
	if r.Clock.Now().Sub(e.Created) > useful || r.Out.Unsure(e.Key, e.PerhapsDone) {
		return nil, nil
	}
	var events []incidents.Event
	err := r.Book.Store.View(ctx, func(tx store.Tx) (err error) {
		events, err = incidents.Timeline(tx, body.Incident)
		return err
	})
	g, ok := graphs.Of(events, body.Seq)
	if !ok || errors.Is(err, incidents.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	png, err := g.Scene().PNG()
	if err != nil {
		return nil, err
	}
	err = r.Out.Attach(ctx, e.Key, body.To, slack.File{Name: "metric.png", Title: text.Clip(text.Line(g.Metric), 100),
		Alt: text.Clip(g.Words(), 900), Data: png})
	if t := slack.TroubleOf(err); t == slack.Refused || t == slack.Unreadable || slack.CodeOf(err) == "missing_scope" {
		r.Log.Warn("could not send the graph of an alarm's metric; the app needs the scope files:write", "incident",
			body.Incident, "err", err)
		return nil, nil
	}
	return nil, slack.Owed(err)
}
