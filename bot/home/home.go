// Package home is the home tab of the app in Slack: whether its reader is on call, their next shifts, what is open, worst
// first, with a button for each, and their open action items.
//
// It is drawn anew whenever somebody opens it, after they pressed a button there, and for an hour after that when something
// happens to an incident: with a pause, since each event would be a call. Later, and after a restart, it stands as it was,
// and says of when it is: Slack does not tell who looks at it.
//
//	home/<user>    entry: draw the tab of somebody
package home

import (
	"context"
	"log/slog"
	"sync"
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
type Home struct {
	o Options

	mu     sync.Mutex
	opened map[string]time.Time // by user of the configuration: when they opened the tab last
}

// New makes a Home.
func New(o Options) *Home { return &Home{o: o, opened: map[string]time.Time{}} }

const (
	// looking is how long somebody is taken to look at the tab that they opened.
	looking = time.Hour
	// settling is how long a tab waits for more to happen before it is drawn: nobody is paged by it.
	settling = 5 * time.Second
)

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
	err := h.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		enqueue(tx, now, user, now)
		return nil
	})
	if h.o.Users[user] != "" && err == nil {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.opened[user] = now
	}
	return err
}

func enqueue(tx store.Tx, now time.Time, user string, due time.Time) {
	outbox.In(tx, now).Soon(outbox.Entry{
		Key: store.Key("home", user), Kind: Kind, Lane: outbox.Answers, Due: due, Body: outbox.Body(body{user}),
	})
}

// Follow is the part of home tabs in each event of an incident: those that somebody looks at are drawn anew.
func (h *Home) Follow(tx store.Tx, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for user, at := range h.opened {
		if now.Sub(at) > looking {
			delete(h.opened, user)
			continue
		}
		enqueue(tx, now, user, now.Add(settling))
	}
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
		err := h.o.Book.Store.View(ctx, func(tx store.Tx) error {
			parts = h.tab(tx, now, person)
			return nil
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
