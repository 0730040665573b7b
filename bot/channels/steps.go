package channels

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// mostInvited is how many people Slack invites at once.
const mostInvited = 100

// invite invites who is not there yet: who is paged, has acknowledged or opened it, or has a role, and whom
// the rules name. With force, Slack invites those whom it can (conversations.invite). Who leaves the channel is not invited
// again.
func (w *work) invite(ctx context.Context) (done bool, err error) {
	missing := w.missing()
	if len(missing) == 0 {
		return true, nil
	}
	users, err := w.members(ctx, missing)
	if err != nil {
		return false, err
	}
	code := ""
	if len(users) > 0 {
		var said json.RawMessage
		code, err = w.call(ctx, "conversations.invite", url.Values{
			"channel": {w.r.Channel}, "users": {strings.Join(users, ",")}, "force": {"1"},
		}, &said, "already_in_channel", "cant_invite_self")
		if err != nil {
			return false, err
		}
	}
	// also if it was refused, so that it is not tried with each event
	w.r.Invited = append(w.r.Invited, missing...)
	if code != "" {
		return false, w.complain(ctx, "conversations.invite", code)
	}
	return false, nil
}

// missing are the ids of those who belong into the channel and were not invited: people, and user groups. Somebody without
// a Slack id cannot be invited.
func (w *work) missing() (ids []string) {
	for _, name := range w.invited() {
		id := w.c.o.People[name].Slack
		if _, person := w.c.o.People[name]; !person && strings.HasPrefix(name, "S") {
			id = name // a user group
		}
		if id != "" && !slices.Contains(w.r.Invited, id) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// members are people, with those of user groups among them. Who is in a group is asked for each time, and not kept.
func (w *work) members(ctx context.Context, ids []string) (users []string, err error) {
	for _, id := range ids {
		if !strings.HasPrefix(id, "S") {
			users = append(users, id)
			continue
		}
		var in struct {
			Users []string `json:"users"`
		}
		code, err := w.call(ctx, "usergroups.users.list", url.Values{"usergroup": {id}}, &in)
		if err == nil && code != "" {
			err = w.complain(ctx, "usergroups.users.list", code)
		}
		if err != nil {
			return nil, err
		}
		users = append(users, in.Users...)
	}
	slices.Sort(users)
	users = slices.Compact(users)
	return users[:min(len(users), mostInvited)], nil
}

// invited are the names of those who belong into the channel.
func (w *work) invited() []string {
	var all []string
	for _, p := range w.i.Pages {
		all = append(all, p.Person)
	}
	for _, name := range []string{w.i.Response.Lead, w.i.Response.Comms, w.i.Response.Scribe} {
		if name != "" {
			all = append(all, name)
		}
	}
	for _, a := range []incidents.Actor{w.i.AcknowledgedBy, w.i.OpenedBy} {
		if a.Kind == incidents.KindPerson {
			all = append(all, a.Name)
		}
	}
	slices.Sort(all)
	return append(all, w.c.o.Invite...)
}

// card posts the card of the incident in its channel, or brings it up to date. Its pace is that of all cards in channels
// together.
func (w *work) card(ctx context.Context) (done bool, err error) {
	if w.r.Card != "" && w.r.Seq >= w.i.Seq {
		return true, nil
	}
	if w.r.Card != "" {
		if when, ok := w.c.o.Pace.Start(w.e.Key+" card", tempo("chat.update"), w.c.o.Clock.Now()); !ok {
			return false, &paced{when}
		}
	}
	key := w.e.Key + "/" + strconv.Itoa(w.r.Before)
	p := slack.Post{
		To: w.r.Channel, Tag: slack.Tag{Event: cardEvent, Key: key}, Name: key, Drawn: blocks.Draw(w.c.o.Card(w.i)),
		Since: w.e.Created, Perhaps: w.e.PerhapsDone, Renew: true,
	}
	if w.r.Card != "" {
		p.At = slack.Ref{Channel: w.r.Channel, TS: w.r.Card}
	}
	at, _, err := w.c.o.Out.Put(ctx, p)
	switch t := slack.TroubleOf(err); {
	case t == slack.Refused && slack.OfChannel(slack.CodeOf(err)):
		w.r.Archived = true
		return false, nil
	case t == slack.Refused || t == slack.Unreadable:
		w.r.Seq = w.i.Seq // what Slack does not take now it does not take later
		return false, w.complain(ctx, "chat.postMessage", slack.CodeOf(err))
	case err != nil:
		return false, err
	}
	// a new message, if the old one was deleted
	w.r.Pinned = w.r.Pinned && at.TS == w.r.Card
	w.r.Card, w.r.Seq = at.TS, w.i.Seq
	return false, nil
}

// pin pins the card.
func (w *work) pin(ctx context.Context) (done bool, err error) {
	if w.r.Pinned || w.r.Card == "" {
		return true, nil
	}
	var said struct{}
	code, err := w.call(ctx, "pins.add", url.Values{"channel": {w.r.Channel}, "timestamp": {w.r.Card}}, &said, "already_pinned")
	if err != nil {
		return false, err
	}
	w.r.Pinned = true
	if code != "" {
		return false, w.complain(ctx, "pins.add", code)
	}
	return false, nil
}

// topic keeps the topic current.
func (w *work) topic(ctx context.Context) (done bool, err error) {
	says := topicOf(w.i.Incident)
	if says == w.r.Topic {
		return true, nil
	}
	var said json.RawMessage
	code, err := w.call(ctx, "conversations.setTopic", url.Values{"channel": {w.r.Channel}, "topic": {says}}, &said)
	if err != nil {
		return false, err
	}
	w.r.Topic = says
	if code != "" {
		return false, w.complain(ctx, "conversations.setTopic", code)
	}
	return false, nil
}

// bookmark adds the links to where one looks first. Each is recorded before the next, so
// that an error at the second does not add the first again.
func (w *work) bookmark(ctx context.Context) (done bool, err error) {
	for _, l := range view.Links(w.i.Incident, w.i.Alarm) {
		if !strings.HasPrefix(l.URL, "https://") || slices.Contains(w.r.Bookmarks, l.URL) {
			continue
		}
		var said struct{}
		code, err := w.call(ctx, "bookmarks.add", url.Values{
			"channel_id": {w.r.Channel}, "title": {l.Label}, "type": {"link"}, "link": {l.URL},
		}, &said)
		if err != nil {
			return false, err
		}
		w.r.Bookmarks = append(w.r.Bookmarks, l.URL)
		if code != "" {
			err = w.complain(ctx, "bookmarks.add", code)
		} else {
			err = w.save(ctx)
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// close archives the channel.
func (w *work) close(ctx context.Context) (func(store.Tx) error, error) {
	var said struct{}
	code, err := w.call(ctx, "conversations.archive", url.Values{"channel": {w.r.Channel}}, &said, "already_archived")
	if err != nil {
		return w.failed(ctx, err)
	}
	w.r.Archived = true
	if code != "" && code != "is_archived" && code != "channel_not_found" {
		return nil, w.complain(ctx, "conversations.archive", code)
	}
	return nil, w.save(ctx)
}
