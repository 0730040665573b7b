// Package home is the home tab of the app in Slack: whether its reader is on call, their next shifts, what is open, worst
// first, with a button for each, and their action items.
//
// It is drawn anew whenever somebody opens it, and after they pressed a button there; in between it stands as it was, and
// says of when it is. Nobody's tab is kept current by itself: each would be a call for each event.
//
//	home/<user>    entry: draw the tab of somebody
package home

import (
	"context"
	"log/slog"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/store"
)

// Options is what a Home needs.
type Options struct {
	Root      string // the slash command of incidents
	Book      *incidents.Book
	Overrides *overrides.Book   // who is on call
	Users     map[string]string // names of people by their ids in Slack
	Out       *slack.Sender
	Clock     *clocks.Clock
	Log       *slog.Logger
}

// A Home draws home tabs.
type Home struct{ o Options }

// New makes a Home.
func New(o Options) *Home { return &Home{o} }

// Kind is the kind of outbox entries that draw a tab.
const Kind = "home"

// Opening is the event that tells of somebody who opens the tab.
const Opening = "app_home_opened"

// Handlers returns the handlers of outbox entries by kind.
func (h *Home) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{Kind: h.draw}
}

// body is the body of an entry.
type body struct {
	User string `json:"user"`
}

// Opened has the tab of somebody drawn. The error is that of the store. Many openings before it is drawn are one drawing.
func (h *Home) Opened(ctx context.Context, user string, now time.Time) error {
	if user == "" {
		return nil
	}
	return h.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		outbox.In(tx, now).Soon(outbox.Entry{
			Key: store.Key("home", user), Kind: Kind, Lane: outbox.Answers, Due: now, Body: outbox.Body(body{user}),
		})
		return nil
	})
}

// draw draws a tab. Whoever is not in the configuration is told so, as by every word.
func (h *Home) draw(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b body
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	parts := []blocks.Message{blocks.Sentence("You are not in Oncalm's people list. Ask whoever maintains its ",
		"configuration to add you under ", blocks.Code("people"), ".")}
	if person := h.o.Users[b.User]; person != "" {
		now := h.o.Clock.Now()
		err := h.o.Book.Store.View(ctx, func(tx store.Tx) (err error) {
			parts, err = h.tab(tx, now, person)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	err := h.o.Out.PublishHome(ctx, b.User, blocks.Together(parts...))
	if t := slack.TroubleOf(err); t == slack.Refused || t == slack.Unreadable {
		h.o.Log.Warn("a home tab could not be drawn", "user", b.User, "err", err)
		return nil, nil
	}
	return nil, slack.Owed(err)
}
