package command

import (
	"errors"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/bot/when"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/members"
	"github.com/oncalm/oncalm/store"
)

const (
	// maxNote is the longest note, in characters.
	maxNote = 3000
	// maxReason is the longest reason for resolving or escalating, in characters.
	maxReason = 500
)

// acknowledge is /incident ack. What is written behind the id is noted. A note needs a number in front: without one its
// first word may be a number that was mistyped.
func (room *Room) acknowledge(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	if m, asked := (many{room}).unjoined(c, tx); asked {
		return m, nil
	}
	if n, several := (many{room}).named(c); several {
		return many{room}.acknowledge(c, tx, n)
	}
	if len(c.Args) > 0 && !chat.IsID(strings.TrimPrefix(c.Args[0].Text, "#")) {
		return noSuch(c.Args[0].Text, incidents.OpenIDs(tx, maxListed)), nil
	}
	i, said, m := room.pick(c, tx)
	if i == nil {
		return m, nil
	}
	if said != "" { // it is kept whatever becomes of the rest
		if err := room.record(c, tx, i.ID, incidents.Noted{Text: text.Clip(said, maxNote)}); err != nil {
			return blocks.Message{}, err
		}
	}
	if i.Status != incidents.StatusTriggered && said != "" {
		m = Refusal(c, &incidents.Refused{Incident: *i, Reason: incidents.NotTriggered(i)})
		m.Body = append(m.Body, blocks.Para(blocks.Say("Your note is on its timeline.")))
		return m, nil
	}
	if err := room.record(c, tx, i.ID, incidents.Acknowledged{}); err != nil {
		return blocks.Message{}, err
	}
	m = blocks.Message{Shown: true, Body: []blocks.Paragraph{blocks.Para(append(noted(said),
		blocks.Say("You acknowledged ", blocks.Strong(i.ID), " (", text.Line(i.Title), "). ", view.Acked("it", i)),
		blocks.Say("When it is over: ", blocks.Code(c.Root+" resolve "+i.ID)),
	)...)}}
	return asksForLead(c, i, m), nil
}

// asksForLead adds to the answer to an acknowledgement of what is bad the question who leads, if nobody does.
func asksForLead(c *chat.Call, i *incidents.Incident, m blocks.Message) blocks.Message {
	if i.Response.Lead != "" || members.Worse(incidents.Sev2, i.Severity) {
		return m
	}
	// the question is in no card, so the reply has to be seen
	m.Shown = false
	m.Body = append(m.Body, blocks.Para(blocks.Say("Nobody leads it yet. Do you? Or hand it over: ",
		blocks.Code(c.Root+" lead "+i.ID+" @somebody"))))
	lead := chat.Said{Room: view.Room, Word: "lead", Rest: chat.Target{ID: i.ID, Run: i.Run}.Value()}
	m.Rows = [][]blocks.Button{{lead.Button("I lead")}}
	return m
}

// resolve is /incident resolve. While an alarm of the incident says ALARM, it asks first.
func (room *Room) resolve(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	if m, asked := (many{room}).unjoined(c, tx); asked {
		return m, nil
	}
	if n, several := (many{room}).named(c); several {
		return many{room}.resolve(c, tx, n)
	}
	i, reason, m := room.pick(c, tx)
	if i == nil {
		return m, nil
	}
	first, rest, _ := strings.Cut(reason, " ")
	if sure := strings.EqualFold(first, view.Anyway); sure {
		reason = strings.TrimSpace(rest)
	} else if i.Open() && len(i.Firing) > 0 {
		return askToResolve(c, i, reason), nil
	}
	if err := room.record(c, tx, i.ID, incidents.Resolved{Reason: text.Clip(reason, maxReason)}); err != nil {
		return blocks.Message{}, err
	}
	lines := []blocks.Line{blocks.Say("You resolved ", blocks.Strong(i.ID), " (", text.Line(i.Title), ").",
		because(reason))}
	if len(i.Firing) > 0 {
		lines = append(lines, blocks.Say(view.StillFires(i), " If it recovers and fires again soon, ", i.ID,
			" is triggered again."))
	}
	return blocks.Message{Shown: true,
		Body: []blocks.Paragraph{blocks.Para(append(lines,
			blocks.Say("Not over? ", blocks.Code(c.Root+" reopen "+i.ID), ". The draft of the postmortem: ",
				blocks.Code(c.Root+" postmortem "+i.ID)))...)}}, nil
}

// askToResolve says what it means to resolve an incident while an alarm of it says ALARM, and how to do it all the same.
func askToResolve(c *chat.Call, i *incidents.Incident, reason string) blocks.Message {
	said := strings.TrimSpace(view.Anyway + " " + reason)
	m := blocks.Message{Body: []blocks.Paragraph{blocks.Para(
		blocks.Say(blocks.Strong(i.ID), " is not resolved yet: ", view.StillFires(i), " ", view.IfResolved),
		blocks.Say("To resolve it all the same: ", blocks.Code(c.Root+" resolve "+i.ID+" "+view.Anyway), "."),
	)}}
	again := chat.Said{Room: view.Room, Word: "resolve", Rest: chat.Target{ID: i.ID, Run: i.Run}.Value() + " " + said}
	m.Rows = [][]blocks.Button{{again.Button("Resolve it anyway")}}
	return m
}

// escalate is /incident escalate. Who is paged by it the follower of the event decides; the
// reply names where to look.
func (room *Room) escalate(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, reason, m := room.pick(c, tx)
	if i == nil {
		return m, nil
	}
	if err := room.record(c, tx, i.ID, incidents.Escalated{Reason: text.Clip(reason, maxReason)}); err != nil {
		return blocks.Message{}, err
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(
		blocks.Say("You escalated ", blocks.Strong(i.ID), " (", text.Line(i.Title),
			"). The next step of its policy is paged now.", because(reason)),
		blocks.Say("Who has been paged: ", blocks.Code(c.Root+" info "+i.ID)),
	)}}, nil
}

// note is /incident note. Notes can also be put on the timeline of a resolved incident.
func (room *Room) note(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, typed, m := room.pick(c, tx)
	if i == nil {
		return many{room}.numbered(c, tx, m), nil
	}
	if typed == "" {
		return blocks.Sentence("What should I note? Write ", blocks.Code(c.Root+" note "+i.ID+" what you saw or did"), "."),
			nil
	}
	past, timed, err := when.Past(typed, c.Now, room.Router.ZoneOf(c))
	switch {
	case err != nil:
		return blocks.Sentence("I noted nothing: ", err.Error(), "."), nil
	case timed && past.Text == "":
		return blocks.Sentence("What happened then? Write ",
			blocks.Code(c.Root+" note "+i.ID+" "+typed+" what you saw or did"), "."), nil
	case !timed:
		past.Text = typed
	}
	kept := text.Clip(past.Text, maxNote)
	if err := room.recordAt(c, tx, i.ID, past.At, incidents.Noted{Text: kept}); err != nil {
		return blocks.Message{}, err
	}
	said := blocks.Say("Noted on ", blocks.Strong(i.ID), " (", text.Line(i.Title), ").")
	if timed {
		said = blocks.Say("Noted on ", blocks.Strong(i.ID), " (", text.Line(i.Title), ") at ",
			past.At.Format("15:04 on Mon 2 Jan, MST"), remarked(past.Note), ".")
	}
	if kept != past.Text {
		said = blocks.Say(said, " Only the first ", maxNote, " characters: put the rest in another note.")
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(said)}}, nil
}

// remarked is a remark in brackets, if there is one.
func remarked(note string) string {
	if note == "" {
		return ""
	}
	return " (" + note + ")"
}

// record appends an event as the person's, and notes that the call has changed something.
func (room *Room) record(c *chat.Call, tx store.Tx, id string, body incidents.Body) error {
	return room.recordAt(c, tx, id, time.Time{}, body)
}

// recordAt is record of what happened at a time; zero means now.
func (room *Room) recordAt(c *chat.Call, tx store.Tx, id string, at time.Time, body incidents.Body) error {
	_, err := room.appendAt(c, tx, id, at, body)
	return err
}

// append is record that returns how the incident stands then.
func (room *Room) append(c *chat.Call, tx store.Tx, id string, body incidents.Body) (*incidents.Incident, error) {
	return room.appendAt(c, tx, id, time.Time{}, body)
}

// appendAt records what somebody did. All words go through it, so that none forgets to say that it has changed something.
func (room *Room) appendAt(c *chat.Call, tx store.Tx, id string, at time.Time,
	body incidents.Body) (*incidents.Incident, error) {
	i, err := room.o.Book.Append(tx, c.Now, id, incidents.Event{At: at, By: incidents.Person(c.Person), Body: body})
	c.Acted = c.Acted || err == nil
	return i, err
}

// pick finds the incident that is meant, and what was said about it. If it is not clear which, i is nil and m says what to
// do about it.
//
// In this order: what the button is about, the number in front, the incident of the place, the only one that is open.
func (room *Room) pick(c *chat.Call, tx store.Tx) (i *incidents.Incident, text string, m blocks.Message) {
	if i, text, m = find(room, c, tx); i != nil && merged(i) {
		return nil, text, elsewhereNow(room, c, tx, i, text)
	}
	return i, text, m
}

// find is pick that also finds what was merged: it can be looked at, and no more.
func find(room *Room, c *chat.Call, tx store.Tx) (i *incidents.Incident, text string, m blocks.Message) {
	if m, several := (many{room}).onlyOne(c, tx); several {
		return nil, "", m
	}
	open := incidents.OpenIDs(tx, maxListed)
	id, text := room.cut(c)
	if id == "" {
		id = room.here(c, tx)
	}
	switch {
	case id == "" && len(open) == 0:
		return nil, text, blocks.Sentence("No incident is open. ", blocks.Code(c.Root+" list"), " shows the last ones.")
	case id == "" && len(open) > 1:
		return nil, text, room.which(c, tx, open, text)
	case id == "":
		id = open[0]
	}
	i, m = room.incident(c, tx, id, open)
	return i, text, m
}

// incident is the incident of an id that was typed or pressed. If it is none, i is nil and m says what to do about it. An
// incident that cannot be read is our fault and goes to the log; the person is told what helps.
func (room *Room) incident(c *chat.Call, tx store.Tx, id string, open []string) (i *incidents.Incident,
	m blocks.Message) {
	if !chat.IsID(id) {
		return nil, noSuch(id, open)
	}
	i, err := incidents.Head(tx, id)
	if errors.Is(err, incidents.ErrNotFound) {
		return nil, noSuch(id, open)
	}
	if err != nil {
		room.o.Log.Error("cannot read an incident", "incident", id, "err", err)
		return nil, blocks.Sentence("Incident ", id,
			" cannot be read; nothing was changed. Ask whoever runs Oncalm to run ", blocks.Code("oncalm fsck"), ".")
	}
	// what was acknowledged or resolved then is not what pages now
	if c.Target != nil && c.Target.Run != i.Run {
		return nil, blocks.Sentence("That button is from before ", id,
			" was triggered again; nothing was changed. See ", blocks.Code(c.Root+" info "+id), ".")
	}
	return i, blocks.Message{}
}

// here is the incident that is talked about where something is said; "" if none is.
func (room *Room) here(c *chat.Call, tx store.Tx) string {
	if room.o.Here == nil {
		return ""
	}
	return room.o.Here(tx, c)
}

// cut takes the id off what was typed, if there is one, and returns the rest. A number in front is an id, whether there is such an
// incident or not: what was meant for one incident is never put into another.
func (room *Room) cut(c *chat.Call) (id, text string) {
	if c.Target != nil {
		return c.Target.ID, c.Rest
	}
	text = c.Rest
	if len(c.Args) > 0 {
		first := c.Args[0]
		bare := strings.TrimPrefix(first.Text, "#")
		if first.Kind == chat.WordToken && chat.IsNumber(bare) {
			id, text = bare, ""
			if len(c.Args) > 1 {
				text = c.Rest[c.Args[1].From:]
			}
		}
	}
	return id, unquote(room.Router.Readable(text))
}

// unquote takes off quotes around a whole text. Text is escaped as Slack delivers it, since that is what [chat.Tokens]
// reads.
func unquote(s string) string {
	if all := chat.Tokens(strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)); len(all) == 1 {
		return strings.TrimSpace(all[0].Text)
	}
	return s
}

// noSuch says that there is no incident of that id, and which there are.
func noSuch(id string, open []string) blocks.Message {
	m := "No incident " + id + "."
	if !chat.IsID(id) {
		m = "“" + text.Clip(text.Line(id), 40) + "” is not the number of an incident."
	}
	if len(open) == 0 {
		return blocks.Sentence(m, " None is open.")
	}
	shown := open
	more := ""
	if len(shown) > 10 {
		shown, more = shown[:10], ", …"
	}
	return blocks.Sentence(m, " Open now: ", strings.Join(shown, ", "), more, ".")
}

// which asks which incident is meant, with a button for each that says the same word. What was typed behind the word goes
// along with the button, as far as it has room there.
func (room *Room) which(c *chat.Call, tx store.Tx, open []string, said string) blocks.Message {
	w, _ := chat.Find(room.words(), c.Word)
	m := blocks.Sentence("Several incidents are open. Which one?")
	const asked = 10 // more buttons than that help nobody
	for n, id := range open {
		i, err := incidents.Head(tx, id)
		if err != nil {
			continue // it is named by its id in the list, and by fsck
		}
		value := strings.TrimSpace(chat.Target{ID: id, Run: i.Run}.Value() + " " + said)
		if n == asked || len(value) > blocks.MaxValue {
			m.Body = append(m.Body, blocks.Para(blocks.Say("Or write the id: ", blocks.Code(w.Says(c.Root)), ". All: ",
				blocks.Code(c.Root+" list"))))
			return m
		}
		again := chat.Said{Room: view.Room, Word: w.Name, Rest: value}
		m.Rows = append(m.Rows, []blocks.Button{again.Numbered(id+" · "+i.Severity+" · "+text.Line(i.Title), id)})
	}
	return m
}
