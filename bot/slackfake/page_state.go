package slackfake

import (
	"net/http"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/blockkit"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

const (
	shownMessages = 150 // of a conversation, at first and with every step back
	countedUnread = 99
)

// pageState is all that the page shows to one person (as), with one conversation
// open (in), and perhaps a thread of it.
func (s *Slack) pageState(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.ws.Lock()
	defer s.ws.Unlock()
	me := s.actor(q.Get("as"))
	if me == nil {
		http.Error(w, "there is nobody in this workspace", http.StatusNotFound)
		return
	}
	im, _ := s.ws.OpenIM(me.ID)
	open := s.ws.Conversation(q.Get("in"))
	if open == nil || !open.Has(me.ID) {
		open = im
	}
	out := wire.Answer{
		"version": s.ws.Changes.Version(), "title": s.title(), "team": s.opts.Team.Name, "now": time.Now().UnixMilli(),
		"me": me.ID, "zone": s.shownZone(me), "bot": s.opts.BotUserID,
		"people": s.pagePeople(), "groups": s.pageGroups(), "convs": s.pageConvs(me, open),
		"open": s.pageOpen(open, me, q.Get("before")), "view": s.pageModal(me),
		"thread": s.pageThread(open, me, q.Get("thread")), "beside": s.pageBeside(open, me, q.Get("beside")),
		"down": s.pageDown(), "stage": s.pageStage(),
	}
	writeJSON(w, out)
}

func (s *Slack) title() string {
	if s.opts.Page.Title != "" {
		return s.opts.Page.Title
	}
	return s.opts.Team.Name
}

// shownZone is the zone in which a person reads times; "" is that of the browser.
func (s *Slack) shownZone(u *workspace.User) string {
	if s.opts.Page.LocalTime && u.ID == s.opts.Page.Actor {
		return ""
	}
	return u.Zone
}

// actor is who acts: the one asked for, the default, or the first person.
func (s *Slack) actor(id string) *workspace.User {
	for _, want := range []string{id, s.opts.Page.Actor} {
		if u := s.ws.User(want); u != nil && !u.IsBot && !u.Deleted {
			return u
		}
	}
	i := slices.IndexFunc(s.ws.People, func(u workspace.User) bool { return !u.IsBot && !u.Deleted })
	if i < 0 {
		return nil
	}
	return &s.ws.People[i]
}

func (s *Slack) pagePeople() []wire.Answer {
	people := []wire.Answer{}
	for i := range s.ws.People {
		u := &s.ws.People[i]
		unread := 0
		if c := s.ws.Conversation(workspace.DMID(u.ID)); c != nil {
			unread = s.unread(c, u.ID)
		}
		people = append(people, wire.Answer{
			"id": u.ID, "name": u.Name, "real": u.RealName, "title": u.Title, "zone": s.shownZone(u),
			"bot": u.IsBot, "gone": u.Deleted, "unread": unread,
		})
	}
	return people
}

func (s *Slack) pageGroups() []wire.Answer {
	groups := []wire.Answer{}
	for _, g := range s.ws.Groups {
		if !g.Disabled {
			groups = append(groups, wire.Answer{"id": g.ID, "handle": g.Handle, "name": g.Name})
		}
	}
	return groups
}

// pageConvs lists what stands on the left, and what can be mentioned.
func (s *Slack) pageConvs(me *workspace.User, open *workspace.Conversation) []wire.Answer {
	convs := []wire.Answer{}
	for _, c := range s.ws.Conversations {
		if !c.Has(me.ID) || c.Archived && c != open {
			continue
		}
		shape := wire.Answer{
			"id": c.ID, "name": c.Name, "kind": c.Kind(), "topic": c.Topic, "archived": c.Archived,
			"unread": s.unread(c, me.ID), "members": len(c.Members),
		}
		if last := lastVisible(c, me.ID); last != nil {
			shape["last"], shape["preview"] = last.TS, preview(last)
		}
		convs = append(convs, shape)
	}
	return convs
}

func lastVisible(c *workspace.Conversation, user string) *workspace.Message {
	for _, m := range slices.Backward(c.Messages) {
		if visibleTo(m, user) {
			return m
		}
	}
	return nil
}

func visibleTo(m *workspace.Message, user string) bool {
	return m.Ephemeral == "" || m.Ephemeral == user
}

// preview is the first line of a message, for notifications.
func preview(m *workspace.Message) string {
	r := []rune(m.Text)
	if len(r) > 120 {
		return string(r[:119]) + "…"
	}
	return m.Text
}

// unread counts what others have written since the person last looked.
func (s *Slack) unread(c *workspace.Conversation, user string) int {
	n := 0
	for _, m := range slices.Backward(c.Messages) {
		if workspace.CompareTS(m.TS, c.Seen[user]) <= 0 || n >= countedUnread {
			break
		}
		if visibleTo(m, user) && m.User != user {
			n++
		}
	}
	return n
}

// pageOpen is the open conversation with its newest messages, or with more of them
// back to before.
func (s *Slack) pageOpen(c *workspace.Conversation, me *workspace.User, before string) wire.Answer {
	shown := []wire.Answer{}
	more := false
	for _, m := range slices.Backward(c.Messages) {
		if !visibleTo(m, me.ID) || m.ThreadTS != "" && !m.Broadcast {
			continue
		}
		if len(shown) >= shownMessages && (before == "" || workspace.CompareTS(m.TS, before) < 0) {
			more = true
			break
		}
		shown = append(shown, s.pageMessage(c, m))
	}
	slices.Reverse(shown)
	return wire.Answer{
		"id": c.ID, "name": c.Name, "kind": c.Kind(), "topic": c.Topic, "archived": c.Archived,
		"members": len(c.Members), "messages": shown, "more": more,
		"pins": append([]string{}, c.Pins...), "bookmarks": append([]workspace.Bookmark{}, c.Bookmarks...),
		"seen": c.Seen[me.ID],
	}
}

// pageBeside is the channel that stands beside the open conversation, if the page has
// room for it.
func (s *Slack) pageBeside(open *workspace.Conversation, me *workspace.User, wanted string) any {
	c := s.ws.Conversation(s.opts.Page.Beside)
	if wanted == "" || c == nil || open.IM == "" || c.Archived || !c.Has(me.ID) {
		return nil
	}
	return s.pageOpen(c, me, "")
}

func (s *Slack) pageThread(c *workspace.Conversation, me *workspace.User, ts string) any {
	root := c.Message(ts)
	if root == nil || !visibleTo(root, me.ID) {
		return nil
	}
	shown := []wire.Answer{s.pageMessage(c, root)}
	for _, m := range c.Messages {
		if m.ThreadTS == root.TS && m.TS != root.TS && visibleTo(m, me.ID) {
			shown = append(shown, s.pageMessage(c, m))
		}
	}
	return wire.Answer{"ts": root.TS, "messages": shown}
}

func (s *Slack) pageMessage(c *workspace.Conversation, m *workspace.Message) wire.Answer {
	out := wire.Answer{
		"ts": m.TS, "channel": c.ID, "user": m.User, "bot": m.Bot, "text": m.Text, "edited": m.Edited,
		"own": m.Ephemeral != "", "asked": m.Asked, "pinned": slices.Contains(c.Pins, m.TS), "edits": len(m.Edits),
	}
	if m.Blocks != nil {
		out["blocks"] = m.Blocks
	}
	if m.Reactions != nil {
		out["reactions"] = m.Reactions
	}
	if m.Files != nil {
		out["files"] = m.Files
	}
	if m.Broadcast {
		out["thread"] = m.ThreadTS
	}
	if replies := c.Replies(m.TS); len(replies) > 0 {
		out["replies"], out["latest"] = len(replies), replies[len(replies)-1].TS
	}
	return out
}

func (s *Slack) pageModal(me *workspace.User) any {
	stack := s.ws.Screens.Of(me.ID)
	if len(stack) == 0 {
		return nil
	}
	v := stack[len(stack)-1]
	return wire.Answer{
		"id": v.ID, "hash": v.Hash, "title": v.Title, "submit": v.Submit, "depth": len(stack),
		"close": blockkit.TextOf(v.Request["close"]), "blocks": v.Blocks,
	}
}

func (s *Slack) pageDown() wire.Answer {
	now := time.Now()
	out := wire.Answer{"on": s.down.at(now), "left": 0}
	if !s.down.on && now.Before(s.down.until) {
		out["left"] = s.down.until.Sub(now).Milliseconds()
	}
	return out
}

func (s *Slack) pageStage() wire.Answer {
	p := s.opts.Page
	commands, controls, steps, links := []wire.Answer{}, []wire.Answer{}, []wire.Answer{}, []wire.Answer{}
	for _, c := range p.Commands {
		commands = append(commands, wire.Answer{"command": c.Command, "word": c.Word, "args": c.Args, "help": c.Help})
	}
	for _, c := range p.Controls {
		controls = append(controls, wire.Answer{"id": c.ID, "label": c.Label, "hint": c.Hint, "kind": c.Kind})
	}
	for _, st := range p.Steps {
		steps = append(steps, wire.Answer{"id": st.ID, "title": st.Title, "hint": st.Hint, "done": s.done[st.ID]})
	}
	for _, l := range p.Links {
		links = append(links, wire.Answer{"label": l.Label, "url": l.URL})
	}
	return wire.Answer{
		"commands": commands, "controls": controls, "steps": steps, "links": links,
		"welcome": p.Welcome, "farewell": p.Farewell, "actor": p.Actor, "beside": p.Beside,
	}
}
