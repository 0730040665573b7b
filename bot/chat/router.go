package chat

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Options is what a Router needs.
type Options struct {
	Out    *slack.Sender
	Book   *incidents.Book // its store
	Clock  *clocks.Clock
	Log    *slog.Logger
	People map[string]Person   // by their names in the configuration
	Rights func() rights.Rules // who may say which word
	Access rights.Access       // what others of the workspace may
	Rooms  []Room
	// Refusal says why an incident's state does not allow what was asked.
	Refusal func(*Call, *incidents.Refused) blocks.Message
	// Aside makes the answer to a call that has changed an incident.
	Aside func(blocks.Message) blocks.Message
	// Look is what shows whether something was done, as people type it.
	Look string
	// Token is the bot's: addresses that have to be written down are sealed with it.
	Token string
}

// A Room is the conversation of one slash command. It owns its words; its buttons and forms say them.
type Room struct {
	Name  string // in buttons and forms: it never changes
	Root  string // the slash command
	Title string // of its forms
	About string // what the slash command is for, in a few words
	Words []Word
	// Elsewhere is what other tools call words of the room.
	Elsewhere []Elsewhere
	// Unheard are words that only buttons and forms say: nobody types them.
	Unheard []Word
	// Was are the words of buttons and forms from before they named their room, by their actions. Messages live on in Slack.
	Was map[string]string
	// Silent is said if nothing follows the command, Other if what follows is no word of the room; without Other the nearest word
	// is named.
	Silent Word
	Other  *Word
	// Bare says that no word of the room takes a text: marks around words were copied along. Its times are in the zone of whoever
	// asks, which is found out.
	Bare bool
	// Target says that what a button carries begins with the incident that it is about.
	Target bool
}

// A Router carries out what people say in Slack.
type Router struct {
	o     Options
	users map[string]string // names of people by their Slack ids
	zones zones
	loose loose
	seal  seal

	ending chan struct{} // closed by End
	end    func()
}

// New makes a Router. Users are the names of people by their ids in Slack.
func New(o Options, users map[string]string) *Router {
	ending := make(chan struct{})
	return &Router{
		o: o, users: users, seal: newSeal(o.Token), ending: ending, end: sync.OnceFunc(func() { close(ending) }),
	}
}

// End gives up what is told loosely, and waits for what goes on.
func (r *Router) End() {
	r.end()
	r.loose.Wait()
}

// KindAnswer is the kind of outbox entries that tell a person what came of pressing a button.
const KindAnswer = "answer"

// Handlers returns the handlers of outbox entries by kind.
func (r *Router) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{
		KindAnswer: r.answer,
		KindDirect: func(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			return sendDirectly(ctx, r, e)
		},
	}
}

// Serve carries out a command, a button or a form, by whichever door it came.
func (r *Router) Serve(ctx context.Context, in slack.Request) slack.Reply {
	switch {
	case in.Command != nil:
		return slack.Reply{JSON: r.typed(ctx, in)}
	case in.Action != nil:
		r.pressed(ctx, in)
	case in.Form != nil:
		return slack.Reply{JSON: r.submitted(ctx, in)}
	case in.Shortcut != nil:
		r.chosen(ctx, in)
	}
	return slack.Reply{}
}

// typed carries out what was typed, and returns the answer.
func (r *Router) typed(ctx context.Context, in slack.Request) (payload string) {
	c := &Call{ID: in.ID, Now: in.At, Root: in.Command.Root, Rest: in.Command.Text, Channel: in.Channel, reply: in.ReplyTo}
	unknown, known := r.admit(ctx, c, in)
	if !known && !visits(ctx, r, in) {
		return encode(unknown, time.UTC, false)
	}
	room, ok := r.room(c.Root)
	if !ok {
		return encode(r.noRoom(c.Root), time.UTC, false)
	}
	if c.Rest = bare(c.Rest, c.Root); room.Bare && !room.verbatim(c.Rest) {
		c.Rest = bareAll(c.Rest, c.Root)
	}
	c.Args = Tokens(c.Rest)
	w, m, ok := meant(c, room)
	switch {
	case !ok && !known:
		return encode(unknown, time.UTC, false)
	case !known:
		visit(r, c, in, room, w)
		return ""
	case !ok:
		if theirs, known := Theirs(r, c.Root, c.Word); known {
			m = theirs
		}
		return encode(m, r.zone(c.Person), false)
	}
	if (room.Bare || w.Zoned) && len(c.Args) > 0 || w.Timed && c.timed() {
		r.learnZone(ctx, c)
	}
	w = r.permitted(c, room, w)
	if w.Form != nil && (len(c.Args) == 0 || w.Asks) && r.open(ctx, c, w, in.Trigger) {
		return "" // the form is the answer
	}
	return r.CarryOut(ctx, c, w)
}

func (r *Router) room(root string) (*Room, bool) {
	for n := range r.o.Rooms {
		if r.o.Rooms[n].Root == root {
			return &r.o.Rooms[n], true
		}
	}
	return nil, false
}

// verbatim reports whether a text begins with a word behind which marks count.
func (room *Room) verbatim(typed string) bool {
	first, _ := firstWord(typed)
	w, ok := Find(room.Words, plain(first))
	return ok && w.Verbatim
}

func (r *Router) noRoom(root string) blocks.Message {
	var roots []any
	for _, room := range r.o.Rooms {
		if len(room.Words) == 0 {
			continue // only buttons say its words
		}
		if len(roots) > 0 {
			roots = append(roots, " and ")
		}
		roots = append(roots, blocks.Code(room.Root))
	}
	return blocks.Sentence(blocks.Say("I do not know ", blocks.Code(text.Clip(text.Line(root), 40)), ", only "),
		blocks.Say(roots...), ".")
}

// admit finds out who asks. Who is not in the configuration is told how to get there, and nothing else.
func (r *Router) admit(ctx context.Context, c *Call, in slack.Request) (blocks.Message, bool) {
	switch r.o.Out.Watch.Judge(ctx, in.From) {
	case slack.Starting:
		return stillStarting(), false
	case slack.Foreign:
		return blocks.Sentence("This Oncalm belongs to another workspace; nothing was done."), false
	}
	c.Person = r.users[in.User]
	if c.Person == "" {
		return stranger(in.User), false
	}
	return blocks.Message{}, true
}

// stillStarting is the answer while it is not known who we are.
func stillStarting() blocks.Message {
	return blocks.Sentence("I am still starting and do not know my Slack identity yet; nothing was done. Try again in " +
		"a minute.")
}

func stranger(user string) blocks.Message {
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(
		blocks.Say("You are not in Oncalm's people list, so nothing was done."),
		blocks.Say("Ask whoever maintains its configuration to add this under ", blocks.Code("people"), ": ",
			blocks.Code("yourname: {slack: "+text.Clip(text.Line(user), 20)+"}")),
	)}}
}

// meant finds the word that was typed, and leaves in c what follows it. Without one, m is the answer.
func meant(c *Call, room *Room) (w Word, m blocks.Message, ok bool) {
	if len(c.Args) == 0 {
		return room.Silent, m, true
	}
	c.Word = c.Args[0].Text
	w, ok = Find(room.Words, c.Word)
	if !ok && room.Target && numberFirst(c, room) {
		w, ok = Find(room.Words, c.Word)
	}
	switch {
	case ok:
		c.Word = w.Name
	case room.Other != nil:
		return *room.Other, m, true
	case room.Target && IsNumber(strings.Trim(c.Word, numbered)):
		return w, afterNumber(c, room), false
	default:
		return w, Unknown(c.Root, c.Word, Names(room.Words)), false
	}
	c.Args = c.Args[1:]
	if len(c.Args) == 0 {
		c.Rest = ""
		return w, m, true
	}
	begin := c.Args[0].From
	c.Rest = c.Rest[begin:]
	for n := range c.Args {
		c.Args[n].From -= begin
	}
	return w, m, true
}

// pressed carries out a button. Whoever pressed is answered later, or by the message itself.
func (r *Router) pressed(ctx context.Context, in slack.Request) {
	c := &Call{ID: in.ID, Now: in.At, Private: in.Action.Private, Channel: in.Channel, url: in.ReplyTo}
	if c.home = in.Action.Home; c.home {
		c.Channel, c.direct = in.User, true
	}
	if link, _, _ := strings.Cut(in.Action.ID, "/"); link == "open" {
		return // a link: the browser has opened it already
	}
	m, known := r.admit(ctx, c, in)
	room, w, ok := r.said(in.Action.ID)
	if !known && (!ok || !visits(ctx, r, in)) {
		turnAway(r, c, m)
		return
	}
	if !ok {
		room, w = &r.o.Rooms[0], Telling(NoButton(r.o.Rooms[0].Root))
	}
	c.Root, c.Word, c.Rest = room.Root, w.Name, in.Action.Value
	if ok && room.Target && !w.Untargeted && !c.aim() {
		w = Telling(NoButton(c.Root))
	}
	c.Args = Tokens(c.Rest)
	if !known {
		visit(r, c, in, room, w)
		return
	}
	if room.Bare || w.Zoned && len(c.Args) > 0 {
		r.learnZone(ctx, c)
	}
	if w = r.permitted(c, room, w); w.Opens && r.open(ctx, c, w, in.Trigger) {
		return
	}
	r.CarryOut(ctx, c, w)
}
