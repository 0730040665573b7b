package rollback

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/respond"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/freeze"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Name is the name of the room whose words the buttons of rollbacks say.
const Name = "rollback"

// Word is the word of the room of incidents that plans a rollback.
const Word = "rollback"

// Options is what a Room needs.
type Options struct {
	Root string
	// Desk is where rollbacks are carried out; nil if nothing can be rolled back.
	Desk *rollbacks.Desk
	// Freezes is where pipelines are frozen; nil if none can be.
	Freezes *freeze.Desk
	Book    *incidents.Book
	Out     *slack.Sender
	// Channel is where the message of a rollback goes, as an id; "" for none.
	Channel string
	// Approvers are those who may approve, besides a person.
	Approvers func(besides string) []string
	// Owe enqueues a notice to a person. A key is used once.
	Owe   func(tx store.Tx, now time.Time, key, person string, m blocks.Message)
	Clock *clocks.Clock
	Log   *slog.Logger
}

// A Room has the words.
type Room struct {
	o Options
	// Router and Hand are set before anything is said.
	Router *chat.Router
	Hand   respond.Hand
}

// New makes a Room.
func New(o Options) *Room { return &Room{o: o} }

// Words are the words of this package, for the room of incidents.
func (r *Room) Words() []chat.Word {
	return append([]chat.Word{{
		Name: Word, Args: argument.List{argument.May("id", argument.Incident),
			argument.May("number of the target", argument.Fixed), argument.May("dry", argument.Fixed)},
		Form: r.form, Opens: true, Show: r.show, Filled: r.filled,
		Help: "Shows how to go back to the last good version, and asks for it.",
		More: "What can be rolled back is `rollback` of the service ([rollbacks](rollbacks.md)). Where others must " +
			"approve, it is started when they have, within 10 minutes. `dry` does everything but the start.",
	}}, r.freezing()...)
}

// Room is the conversation by buttons.
func (r *Room) Room() chat.Room {
	return chat.Room{Name: Name, Root: r.o.Root, Title: "Rollback", Target: true, Unheard: []chat.Word{
		{Name: "ask", Change: r.ask}, {Name: "approve", Change: r.approve}, {Name: "decline", Change: r.decline},
	}}
}

// Button is the button on cards and pages that plans a rollback; false if nothing of the incident's service can be rolled back.
func (r *Room) Button(i *incidents.Incident) (b blocks.Button, ok bool) {
	if !i.Open() || len(r.o.Desk.Levers(i.Service)) == 0 {
		return b, false
	}
	say := chat.Said{Room: view.Room, Word: Word, Rest: chat.Target{ID: i.ID, Run: i.Run}.Value()}
	return say.Button("Roll back"), true
}

// quickly is how long a plan may take while somebody's right to open a form lasts, and slowly without.
const (
	quickly = time.Second
	slowly  = 25 * time.Second
)

// wanted is what somebody asks to see.
type wanted struct {
	i     *incidents.Incident
	lever int // counted from 1; 0 for the first that can be rolled back
	dry   bool
}

// want reads what somebody asks to see. If it is not clear, m says what to do. want reads in one transaction, and calls
// nobody.
func (r *Room) want(ctx context.Context, c *chat.Call) (w wanted, m blocks.Message, err error) {
	err = r.o.Book.Store.View(ctx, func(tx store.Tx) error {
		var said string
		w = wanted{}
		if w.i, said, m = r.Hand.Pick(c, tx); w.i == nil {
			return nil
		}
		levers := r.o.Desk.Levers(w.i.Service)
		for word := range strings.FieldsSeq(said) {
			n, err := strconv.Atoi(word)
			switch {
			case strings.EqualFold(word, "dry"):
				w.dry = true
			case err == nil && n >= 1 && n <= len(levers):
				w.lever = n
			default:
				m = blocks.Sentence("I do not understand “", text.Clip(text.Line(word), 40), "”; nothing was done. Write ",
					blocks.Code(c.Root+" rollback "+w.i.ID+" [number of the target] [dry]"), ".")
				w.i = nil
				return nil
			}
		}
		m, w.i = r.instead(tx, w.i, levers)
		return nil
	})
	return w, m, err
}

// instead is what is shown where nothing can be planned now; else it returns the incident.
func (r *Room) instead(tx store.Tx, i *incidents.Incident, levers []rollbacks.Lever) (m blocks.Message,
	_ *incidents.Incident) {
	switch {
	case len(levers) == 0:
		return blocks.Sentence("Nothing of ", blocks.Strong(i.Service), " can be rolled back: its service has no ",
			blocks.Code("rollback"), " in the configuration."), nil
	case !i.Open():
		return blocks.Sentence(blocks.Strong(i.ID), " (", text.Line(i.Title), ") is resolved. ",
			blocks.Code(r.o.Root+" reopen "+i.ID), " brings it back."), nil
	case i.Response.Rollback.Active():
		return r.message(tx, i), nil
	}
	return m, i
}

// plan makes a plan: of the lever that is wanted, or of the first that can be rolled back. It also says why those before cannot.
func (r *Room) plan(ctx context.Context, w wanted) (d rollbacks.Draft, l rollbacks.Lever, why []blocks.Line,
	err error) {
	for n, l := range r.o.Desk.Levers(w.i.Service) {
		if w.lever != 0 && w.lever != n+1 {
			continue
		}
		d, err := r.o.Desk.Plan(ctx, w.i.ID, l)
		if no, ok := errors.AsType[*rollbacks.Impossible](err); ok {
			why = append(why, impossible(l, no))
			continue
		}
		return d, l, why, err
	}
	return d, l, why, nil
}

// form is the form with a plan. What takes too long for it is shown as a message. A trigger of Slack's lasts 3 seconds, and
// AWS has to be asked within them; if that fails, show says the same without a form.
func (r *Room) form(ctx context.Context, c *chat.Call) (f blocks.Form, ok bool) {
	w, m, err := r.want(ctx, c)
	switch {
	case err != nil:
		return f, false
	case w.i == nil:
		m.Rows = nil
		return chat.Closing("Roll back", m), len(m.Body) > 0
	}
	short, cancel := context.WithTimeout(ctx, quickly)
	defer cancel()
	d, l, why, err := r.plan(short, w)
	switch {
	case err != nil:
		return f, false
	case l.Name == "":
		return chat.Closing("Roll back", noWay(w.i, why)), true
	}
	return formOf(r.o.Root, w.i, d, l, why, r.o.Desk, r.o.Approvers(c.Person)), true
}

// show is the plan as a message, with a button that asks for it.
func (r *Room) show(ctx context.Context, c *chat.Call) (blocks.Message, error) {
	w, m, err := r.want(ctx, c)
	if err != nil || w.i == nil {
		return m, err
	}
	long, cancel := context.WithTimeout(ctx, slowly)
	defer cancel()
	d, l, why, err := r.plan(long, w)
	switch {
	case err != nil:
		r.o.Log.Warn("a rollback cannot be planned", "incident", w.i.ID, "err", err)
		return blocks.Sentence("It cannot be found out what a rollback of ", blocks.Strong(w.i.ID),
			" would do: ", text.Clip(text.Line(rollbacks.Told(err).Error()), maxText), ". Nothing was done; try again."), nil
	case l.Name == "":
		return noWay(w.i, why), nil
	}
	m = planMessage(w.i, d, l, why, r.o.Approvers(c.Person))
	said := chat.Said{Room: Name, Word: "ask", Rest: chat.Target{ID: w.i.ID, Run: w.i.Run}.Value() + " " + d.Digest()}
	if w.dry || l.Dry {
		said.Rest += " dry"
	}
	m.Rows = [][]blocks.Button{{said.Button(sendLabel(l, w.dry))}}
	return m, nil
}

// filled asks for what the form shows. The reason is checked here as well, since only a form can point to the field.
func (r *Room) filled(ctx context.Context, c *chat.Call, f *slack.Form) chat.Filled {
	id, digest, _ := strings.Cut(c.Rest, " ")
	how := f.Values[howField].Option
	ask := rollbacks.Ask{
		Person: c.Person, Digest: digest, Reason: text.Clip(strings.TrimSpace(f.Values[reasonField].Text), maxText),
		Alone: how == alone, Dry: how == dryRun,
	}
	if ask.Alone && len([]rune(ask.Reason)) < 15 {
		return chat.Filled{Wrong: map[string]string{reasonField: "Why can it not wait? 15 characters at least."}}
	}
	m := r.Router.Once(ctx, c, func(tx store.Tx) (blocks.Message, error) { return r.request(tx, c, id, ask) })
	m.Rows = nil
	return chat.Filled{Next: chat.Closing("Roll back", m)}
}

// ask is the button that asks for a plan.
func (r *Room) ask(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	digest, rest, _ := strings.Cut(c.Rest, " ")
	return r.request(tx, c, c.Target.ID, rollbacks.Ask{Person: c.Person, Digest: digest, Dry: rest == "dry"})
}

// request asks the desk, and says what comes of it. What others hear of it follows from the event.
func (r *Room) request(tx store.Tx, c *chat.Call, id string, ask rollbacks.Ask) (blocks.Message, error) {
	i, err := r.o.Desk.Request(tx, c.Now, ask)
	if err != nil {
		return r.excuse(id, err)
	}
	c.Acted = true
	if i.Response.Rollback.Needs == 0 {
		return blocks.Sentence("You asked for the rollback of ", blocks.Strong(i.ID), " (", text.Line(i.Title),
			"). It begins now; the channel tells how far it has come."), nil
	}
	return blocks.Sentence("You asked for the rollback of ", blocks.Strong(i.ID), " (", text.Line(i.Title), "). ",
		who(r.o.Approvers(c.Person)), " can approve it within 10 minutes."), nil
}

// number reads which rollback a button is about.
func number(c *chat.Call) int {
	n, err := strconv.Atoi(c.Rest)
	if err != nil {
		return 0
	}
	return n
}

// approve is the button of whoever approves.
func (r *Room) approve(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, err := r.o.Desk.Approve(tx, c.Now, c.Person, c.Target.ID, number(c))
	if err != nil {
		return r.excuse(c.Target.ID, err)
	}
	c.Acted = true
	if missing := i.Response.Rollback.Needs - len(i.Response.Rollback.Approved); missing > 0 {
		return blocks.Sentence("You approved the rollback of ", blocks.Strong(i.ID), "; it needs ",
			text.Count(missing, "approval", "approvals"), " more."), nil
	}
	return blocks.Sentence("You approved the rollback of ", blocks.Strong(i.ID), "; it begins now."), nil
}

// decline is the button of whoever does not want it.
func (r *Room) decline(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, err := r.o.Desk.Decline(tx, c.Now, c.Person, c.Target.ID, number(c), "")
	if err != nil {
		return r.excuse(c.Target.ID, err)
	}
	c.Acted = true
	return blocks.Sentence("You declined the rollback of ", blocks.Strong(i.ID), "; nothing is rolled back."), nil
}

// excuse says why something was not done. What is in no table is our fault.
func (r *Room) excuse(id string, err error) (blocks.Message, error) {
	for _, known := range []struct {
		err error
		say string
	}{
		{rollbacks.ErrNoTarget, "The configuration names nothing like that any more; nothing was done."},
		{rollbacks.ErrStale, "That plan is older than 10 minutes; nothing was done. It may be another by now."},
		{rollbacks.ErrBusy, "A rollback of that goes on already; nothing was done."},
		{rollbacks.ErrOver, "That rollback is over, or another was asked for since; nothing was done."},
		{rollbacks.ErrExpired, "That request is older than 10 minutes; nothing was done. Ask for it again."},
		{rollbacks.ErrOwn, "A second person must approve: you asked for it yourself. Nothing was done."},
		{rollbacks.ErrAgain, "You have approved it already; that counts once."},
		{rollbacks.ErrRights, "You may not do that; nothing was done."},
		{rollbacks.ErrAlone, "Doing without approval is for approvers, where the target has break_glass, with a reason of " +
			"15 characters at least. Nothing was done."},
	} {
		if errors.Is(err, known.err) {
			return blocks.Sentence(known.say, " ", blocks.Code(r.o.Root+" rollback "+id)), nil
		}
	}
	return blocks.Message{}, err
}
