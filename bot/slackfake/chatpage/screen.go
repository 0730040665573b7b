package chatpage

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

// screen is what the page shows. It is asked with the workspace locked, but for state.
type screen struct{ p *Page }

// state is all that the page shows to one person (as), with one conversation
// open (in), and perhaps a thread of it.
func (s screen) state(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	s.p.ws.Lock()
	defer s.p.ws.Unlock()
	me := s.actor(q.Get("as"))
	if me == nil {
		http.Error(w, "there is nobody in this workspace", http.StatusNotFound)
		return
	}
	// opened when somebody looks, so that a bot which has said nothing yet can be written to
	im, _ := s.p.ws.OpenIM(me.ID)
	open := s.p.ws.Conversation(q.Get("in"))
	if open == nil || !open.Has(me.ID) {
		open = im
	}
	out := wire.Answer{
		"version": s.p.ws.Changes.Version(), "title": s.title(), "team": s.p.ws.App.Team.Name, "now": time.Now().UnixMilli(),
		"me": me.ID, "zone": s.shownZone(me), "bot": s.p.ws.App.BotUserID,
		"people": s.people(), "groups": s.groups(), "convs": s.convs(me, open),
		"open": s.open(open, me, q.Get("before")), "view": s.modal(me),
		"thread": s.thread(open, me, q.Get("thread")), "beside": s.beside(open, me, q.Get("beside")),
		"down": s.down(), "stage": s.stage(), "home": s.home(me), "phone": s.phone(me),
	}
	writeJSON(w, out)
}

func (s screen) title() string {
	if s.p.o.Title != "" {
		return s.p.o.Title
	}
	return s.p.ws.App.Team.Name
}

// shownZone is the zone in which a person reads times; "" is that of the browser.
func (s screen) shownZone(u *workspace.User) string {
	if s.p.o.LocalTime && u.ID == s.p.o.Actor {
		return ""
	}
	return u.Zone
}

// actor is who acts: the one asked for, the default, or the first person.
func (s screen) actor(id string) *workspace.User {
	for _, want := range []string{id, s.p.o.Actor} {
		if u := s.p.ws.User(want); u != nil && !u.IsBot && !u.Deleted {
			return u
		}
	}
	i := slices.IndexFunc(s.p.ws.People, func(u workspace.User) bool { return !u.IsBot && !u.Deleted })
	if i < 0 {
		return nil
	}
	return &s.p.ws.People[i]
}

// people are all, with how much each has not read in their direct messages: the page offers to become any of them.
func (s screen) people() []wire.Answer {
	people := []wire.Answer{}
	for i := range s.p.ws.People {
		u := &s.p.ws.People[i]
		unread := 0
		if c := s.p.ws.Conversation(workspace.DMID(u.ID)); c != nil {
			unread = s.unread(c, u.ID)
		}
		people = append(people, wire.Answer{
			"id": u.ID, "name": u.Name, "real": u.RealName, "title": u.Title, "zone": s.shownZone(u),
			"bot": u.IsBot, "gone": u.Deleted, "unread": unread, "rang": len(s.arrivals(u.ID)),
		})
	}
	return people
}

func (s screen) groups() []wire.Answer {
	groups := []wire.Answer{}
	for _, g := range s.p.ws.Groups {
		if !g.Disabled {
			groups = append(groups, wire.Answer{"id": g.ID, "handle": g.Handle, "name": g.Name})
		}
	}
	return groups
}

// convs lists what stands on the left, and what can be mentioned.
func (s screen) convs(me *workspace.User, open *workspace.Conversation) []wire.Answer {
	convs := []wire.Answer{}
	for _, c := range s.p.ws.Conversations {
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

// lastVisible is the newest message of a conversation that a person can see; nil if there is none.
func lastVisible(c *workspace.Conversation, user string) *workspace.Message {
	for _, m := range slices.Backward(c.Messages) {
		if visibleTo(m, user) {
			return m
		}
	}
	return nil
}

// visibleTo tells whether a person sees a message: an ephemeral one is seen by one alone.
func visibleTo(m *workspace.Message, user string) bool {
	return m.Ephemeral == "" || m.Ephemeral == user
}

// preview is the beginning of a message, for notifications.
func preview(m *workspace.Message) string {
	r := []rune(m.Text)
	if len(r) > 120 {
		return string(r[:119]) + "…"
	}
	return m.Text
}

// unread counts what others have written since the person last looked. It stops at 99: beyond that nobody reads the number.
func (s screen) unread(c *workspace.Conversation, user string) int {
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

// open is the open conversation with its newest messages, or with more of them
// back to before.
func (s screen) open(c *workspace.Conversation, me *workspace.User, before string) wire.Answer {
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
		shown = append(shown, s.message(c, m))
	}
	slices.Reverse(shown)
	return wire.Answer{
		"id": c.ID, "name": c.Name, "kind": c.Kind(), "topic": c.Topic, "archived": c.Archived,
		"members": len(c.Members), "messages": shown, "more": more,
		"pins": c.PinnedMessages(), "bookmarks": append([]workspace.Bookmark{}, c.Bookmarks...),
		"seen": c.Seen[me.ID],
	}
}

// beside is the channel that stands beside the open conversation, if the page has
// room for it.
func (s screen) beside(open *workspace.Conversation, me *workspace.User, wanted string) any {
	c := s.p.ws.Conversation(s.p.o.Beside)
	if wanted == "" || c == nil || open.IM == "" || c.Archived || !c.Has(me.ID) {
		return nil
	}
	return s.open(c, me, "")
}

// thread is a thread with its first message; nil if none is open or the person cannot see it.
func (s screen) thread(c *workspace.Conversation, me *workspace.User, ts string) any {
	root := c.Message(ts)
	if root == nil || !visibleTo(root, me.ID) {
		return nil
	}
	shown := []wire.Answer{s.message(c, root)}
	for _, m := range c.Messages {
		if m.ThreadTS == root.TS && m.TS != root.TS && visibleTo(m, me.ID) {
			shown = append(shown, s.message(c, m))
		}
	}
	return wire.Answer{"ts": root.TS, "messages": shown}
}

// message is one as the page draws it. What is empty is left out, for there are many.
func (s screen) message(c *workspace.Conversation, m *workspace.Message) wire.Answer {
	out := wire.Answer{
		"ts": m.TS, "channel": c.ID, "user": m.User, "bot": m.Bot, "text": m.Text, "edited": m.Edited,
		"own": m.Ephemeral != "", "asked": m.Asked, "pinned": c.Pinned(m.TS), "edits": len(m.Edits),
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

// modal is the topmost modal of a person; those below come back when it is closed.
func (s screen) modal(me *workspace.User) any {
	stack := s.p.ws.Screens.Of(me.ID)
	if len(stack) == 0 {
		return nil
	}
	v := stack[len(stack)-1]
	return wire.Answer{
		"id": v.ID, "hash": v.Hash, "title": v.Title, "submit": v.Submit, "depth": len(stack),
		"close": blockkit.TextOf(v.Request["close"]), "blocks": v.Blocks,
	}
}

// home is the app's home tab, as the bot published it last.
func (s screen) home(me *workspace.User) any {
	v := s.p.ws.Screens.Home(me.ID)
	if v == nil {
		return nil
	}
	return wire.Answer{"hash": v.Hash, "blocks": v.Blocks}
}

// down tells whether Slack is down, and for how many milliseconds more if that is known.
func (s screen) down() wire.Answer {
	now := time.Now()
	down, until := s.p.faults.Outage(now)
	out := wire.Answer{"on": down, "left": 0}
	if now.Before(until) {
		out["left"] = until.Sub(now).Milliseconds()
	}
	return out
}

// stage is all that the page offers besides Slack (see Options), with the steps that are done.
func (s screen) stage() wire.Answer {
	p := s.p.o
	commands, controls, steps, links := []wire.Answer{}, []wire.Answer{}, []wire.Answer{}, []wire.Answer{}
	for _, c := range p.Commands {
		commands = append(commands, wire.Answer{"command": c.Command, "word": c.Word, "args": c.Args, "help": c.Help})
	}
	for _, c := range p.Controls {
		shape := wire.Answer{"id": c.ID, "label": c.Label, "hint": c.Hint, "kind": c.Kind}
		if c.On != nil {
			shape["on"] = c.On()
		}
		controls = append(controls, shape)
	}
	for _, st := range p.Steps {
		steps = append(steps, wire.Answer{"id": st.ID, "title": st.Title, "hint": st.Hint, "done": s.p.done[st.ID]})
	}
	for _, l := range p.Links {
		links = append(links, wire.Answer{"label": l.Label, "url": l.URL})
	}
	shortcuts := []wire.Answer{}
	for _, sc := range p.Shortcuts {
		shortcuts = append(shortcuts, wire.Answer{"id": sc.Callback, "name": sc.Name, "hint": sc.Hint, "message": sc.OnMessage})
	}
	return wire.Answer{
		"commands": commands, "controls": controls, "shortcuts": shortcuts, "steps": steps, "links": links,
		"welcome": p.Welcome, "farewell": p.Farewell, "actor": p.Actor, "beside": p.Beside,
	}
}
