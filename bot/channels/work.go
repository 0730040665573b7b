package channels

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// cardEvent marks the card in a channel in its metadata.
const cardEvent = "oncalm_channel"

// tempo is how fast calls of a method go. Slack takes twenty a minute of most of these; others may need some.
func tempo(method string) slack.Tempo {
	t := slack.Tempo{Kind: method, Every: 4 * time.Second, Burst: 3}
	switch method {
	case "conversations.create":
		t.Every, t.Burst = 6*time.Second, 2
	case "chat.update":
		t = slack.Tempo{Kind: "channel cards", Every: 6 * time.Second, Burst: 2}
	}
	return t
}

// work is one look at the channel of an incident. It is read once, and the record in it changes with each step.
type work struct {
	c   *Channels
	e   outbox.Entry
	now time.Time
	i   view.Account
	r   record
}

// A step is something that is missing: one call. done says that nothing was.
type step func(context.Context) (done bool, err error)

// paced says that a step has to wait.
type paced struct{ until time.Time }

func (*paced) Error() string { return slack.ErrPaced.Error() }

// do does what is missing, step by step. What was done is recorded before the next.
func (w *work) do(ctx context.Context) (func(store.Tx) error, error) {
	if !w.r.stands() {
		if err := w.create(ctx); err != nil {
			return w.failed(ctx, err)
		}
		if !w.r.stands() {
			return nil, nil // Slack has refused it, which was said
		}
	}
	for _, s := range []step{w.invite, w.card, w.pin, w.topic, w.bookmark} {
		done, err := s(ctx)
		if err == nil && !done {
			err = w.save(ctx)
		}
		if err != nil {
			return w.failed(ctx, err)
		}
		if !w.r.stands() {
			break // somebody has archived it
		}
	}
	return nil, nil
}

// failed is what comes of a step that did not succeed: it waits, or is tried again.
func (w *work) failed(ctx context.Context, err error) (func(store.Tx) error, error) {
	if p, ok := err.(*paced); ok { //nolint:errorlint // it is our own, and never wrapped
		return w.postpone(p.until), ctx.Err()
	}
	return nil, slack.Owed(err)
}

// postpone leaves the rest for later. That is no failed attempt.
func (w *work) postpone(until time.Time) func(store.Tx) error {
	e := w.e
	e.Due = until
	return func(tx store.Tx) error {
		outbox.In(tx, w.now).Soon(e)
		return nil
	}
}

// call makes a call when it is its turn. That Slack refuses it is said once, and is no error: refused is Slack's name for it.
func (w *work) call(ctx context.Context, method string, with url.Values, into any, fine ...string) (refused string,
	err error) {
	key := w.e.Key + " " + method
	if when, ok := w.c.o.Pace.Start(key, tempo(method), w.c.o.Clock.Now()); !ok {
		return "", &paced{when}
	}
	err = w.c.o.Out.Aside(ctx, method, with, into)
	code := slack.CodeOf(err)
	switch t := slack.TroubleOf(err); {
	case err == nil, slices.Contains(fine, code):
		return "", nil
	case t != slack.Refused && t != slack.Unreadable:
		return "", err
	}
	if code == "is_archived" || code == "channel_not_found" {
		w.r.Archived = true // by somebody, who will have had their reasons
		return code, nil
	}
	return code, nil
}

// save records what was done.
func (w *work) save(ctx context.Context) error {
	return w.c.o.Book.Store.Update(ctx, func(tx store.Tx) error { return saveRecord(tx, w.i.ID, w.r) })
}

// complain says once in the channel of all incidents that Slack refuses something, and what to do about it. The key has the
// method and Slack's code in it: the same refusal is said once, for whichever incident it was.
func (w *work) complain(ctx context.Context, method, code string) error {
	w.c.o.Log.Warn("Slack refuses a call about the channel of an incident", "incident", w.i.ID, "method", method, "code", code)
	return w.c.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		w.c.o.Owe(tx, w.now, store.Key("told", "channels", method, code), "", blocks.Sentence(
			"⚠️ ", lacks(method), ": Slack refuses ", blocks.Code(method), " (", blocks.Code(code), "). ", remedy(method, code),
			" Pages and cards are not concerned. This is said once."))
		return saveRecord(tx, w.i.ID, w.r)
	})
}

// lacks is what is missing if a method is refused.
func lacks(method string) string {
	switch method {
	case "conversations.create":
		return "Incidents get no channels of their own"
	case "conversations.archive":
		return "The channels of incidents are not archived"
	case "conversations.invite":
		return "Somebody cannot be invited to the channel of an incident"
	}
	return "The channel of an incident is not as it should be"
}

// remedy says what to do about a refusal.
func remedy(method, code string) string {
	scope := map[string]string{"pins.add": "pins:write", "bookmarks.add": "bookmarks:write"}[method]
	if scope == "" {
		scope = "channels:manage"
	}
	switch code {
	case "missing_scope":
		return "Give the app the scope " + scope + " and install it again, or set channels.open to never."
	case "restricted_action", "cannot_create_channel", "user_is_restricted", "team_access_not_granted":
		return "Let apps do that in the settings of the workspace, or set channels.open to never."
	}
	return "See what Slack says about this error, or set channels.open to never."
}

// mostNames is how many names are tried.
const mostNames = 5

// create opens the channel, or finds the one that an earlier attempt has opened.
//
// A name may be taken by somebody else's channel: then the next number is tried. After an attempt whose outcome is not
// known, it may also be our own.
func (w *work) create(ctx context.Context) error {
	before := w.r.Before
	if w.r.Archived {
		before++
	}
	var in struct {
		Channel struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"channel"`
	}
	for n := range mostNames {
		name := nameOf(w.c.o.Name, w.i.Incident, before+n)
		code, err := w.call(ctx, "conversations.create", url.Values{"name": {name}}, &in)
		if err != nil {
			return err
		}
		if code == "name_taken" && w.e.PerhapsDone {
			if in.Channel.ID, err = w.ours(ctx, name); err != nil {
				return err
			}
			code = ""
			if in.Channel.ID == "" {
				code = "name_taken"
			}
		}
		switch {
		case code == "name_taken":
			continue
		case code != "":
			w.r = record{GaveUp: true}
			return w.complain(ctx, "conversations.create", code)
		}
		if in.Channel.Name == "" {
			in.Channel.Name = name
		}
		w.r = record{Channel: in.Channel.ID, Name: in.Channel.Name, Before: before, Asked: w.r.Asked}
		return w.convene(ctx)
	}
	w.r = record{GaveUp: true}
	return w.complain(ctx, "conversations.create", "name_taken")
}

// convene records that there is a channel, on the timeline as well.
func (w *work) convene(ctx context.Context) error {
	opened := response.Convened{Channel: w.r.Channel, Name: w.r.Name,
		Link: slack.LinkTo(w.c.o.Out.Watch.Identity().Home, w.r.Channel)}
	return w.c.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		if err := saveRecord(tx, w.i.ID, w.r); err != nil {
			return err
		}
		_, err := w.c.o.Book.Append(tx, w.now, w.i.ID, incidents.Event{By: incidents.Oncalm(),
			Body: incidents.Responded{Fact: opened}})
		return err
	})
}

// errNobody says that Slack has not told us yet who we are, as it does soon after the start: what is ours cannot be known then.
var errNobody = errors.New("slack has not told yet who we are")

// ours finds a channel of that name that we have opened: an earlier attempt got through, and we did not hear of it.
func (w *work) ours(ctx context.Context, name string) (id string, err error) {
	var in struct {
		Channels []struct {
			ID      string `json:"id"`
			Name    string `json:"name"`
			Creator string `json:"creator"`
		} `json:"channels"`
	}
	with := url.Values{"types": {"public_channel"}, "exclude_archived": {"1"}, "limit": {"999"}}
	err = w.c.o.Out.Aside(ctx, "users.conversations", with, &in)
	if t := slack.TroubleOf(err); t == slack.Limited || t == slack.Unreachable || t == slack.Barred {
		return "", err
	}
	us := w.c.o.Out.Watch.Identity().User
	if us == "" {
		return "", errNobody
	}
	for _, c := range in.Channels {
		if c.Name == name && c.Creator == us {
			return c.ID, nil
		}
	}
	return "", nil
}
