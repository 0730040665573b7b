// Package pages is what a person reads in Slack who is paged: one message for one incident, or a joint one for several.
//
// [Pages] is the channel "slack" of package paging. It sends a page once, as far as it can tell, and brings what it sent up to date when
// the incident is acknowledged or over: the buttons go that need no answer any more. A joint message belongs to all incidents that it names, and says how
// each of them stands.
//
//	shown/<incident>    what the pages of an incident say, by their keys, unless they say what they said when they were sent
//
// What a page should say is a function of its incident; what it says by now is kept by its key, in one word. An update
// compares the two and edits what differs, so that many events before it runs are one edit, and an edit that failed is made
// up for.
package pages

import (
	"context"
	"log/slog"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
)

// Pages sends pages, and keeps them up to date. Its fields are set before it is used and not changed afterwards. It is one
// of a reload's assembly, so it keeps nothing in memory.
type Pages struct {
	Root   string // the slash command of incidents
	Book   *incidents.Book
	People map[string]chat.Person
	Out    *slack.Sender
	Clock  *clocks.Clock
	Log    *slog.Logger
}

// Kinds of outbox entries that this package handles.
const (
	KindPages = "pages"       // what the pages of an incident say, after they were delivered
	KindJoint = "joint-pages" // what a joint message says
)

// Handlers returns the handlers of outbox entries by kind.
func (ps *Pages) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{KindPages: ps.update, KindJoint: ps.updateJoint}
}

// body is the body of the entry that updates the pages of an incident.
type body struct {
	Incident string `json:"incident"`
}

// knows reports whether somebody is in the configuration.
func (ps *Pages) knows(person string) bool {
	_, ok := ps.People[person]
	return ok
}

// Follow is the part of pages in each event (see [incidents.Follower]): those that say something wrong now are updated. One
// entry for an incident, armed again by each event, edits all of its pages.
func (ps *Pages) Follow(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event) []incidents.Body {
	if outdates(i, e) {
		outbox.In(tx, now).Soon(outbox.Entry{
			Key: i.ID + "/pages", Kind: KindPages, Lane: outbox.Answers, Due: now, Body: outbox.Body(body{i.ID}),
		})
	}
	return nil
}

// outdates reports whether pages that were delivered say something wrong after an event.
func outdates(i *incidents.Incident, e incidents.Event) bool {
	switch b := e.Body.(type) {
	case incidents.Acknowledged, incidents.Escalated, incidents.Resolved:
		// pages of before count again where a resolution was taken back
		return len(i.Pages) > 0 || i.Run > 0
	case incidents.Reopened, incidents.Snoozed:
		return true // those of the runs before
	case incidents.Responded:
		_, is := b.Fact.(response.Answered)
		return is || paging.TakesCare(b)
	case incidents.Delivered:
		return i.Status != incidents.StatusTriggered // somebody was faster than Slack
	}
	return false
}

const (
	shownPart = "shown"
	// sweepBatch is how many keys are deleted in one transaction.
	sweepBatch = 100
)

// Keys are all keys of this package.
func Keys() []store.Check { return []store.Check{{Prefix: shownPart + "/"}} }

// Sweep forgets what the pages of incidents say that have been resolved for [outbox.Kept], and returns how many keys it
// deleted. Slack lets old messages be edited, but nobody looks at them any more.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	from, to := store.Under(shownPart)
	return store.Sweep(ctx, s, from, to, sweepBatch, func(tx store.Tx, key string, _ []byte) bool {
		return history.OverBefore(tx, store.Parts(key)[1], now.Add(-outbox.Kept))
	})
}
