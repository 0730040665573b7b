package shifts

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/overrides"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// value is a plan as it travels in the button that confirms it.
func value(p overrides.Plan) string {
	val, err := json.Marshal(p)
	if err != nil {
		return "" // unreachable: strings and numbers can always be written
	}
	return string(val)
}

// changeID names what is made by a request, the same each time that it arrives.
func changeID(request string) string {
	sum := sha256.Sum256([]byte(request))
	return hex.EncodeToString(sum[:5])
}

// me is /oncall me: whoever says it takes over. A length needs no confirmation: there is nothing to misread.
func (room *Room) me(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	if len(c.Args) == 0 {
		return blocks.Sentence("For how long do you take over? ", blocks.Code(c.Root+" me 2h"), " or ", blocks.Code(c.Root+" me until 18:00"), "."), nil
	}
	r, s, m, ok := room.requestedSpan(c, false)
	if !ok {
		return m, nil
	}
	p := overrides.Plan{How: overrides.HowMe, By: c.Person, Change: changeID(c.ID), Schedule: r.schedule, Person: c.Person, Span: overrides.SpanOf(s.From, s.To)}
	if !s.Length {
		return room.ask(c, tx, p, s)
	}
	if m, err := room.idle(c, tx, p); err != nil || len(m.Body) > 0 {
		return m, err
	}
	return room.apply(c, tx, p)
}

// override is /oncall override: somebody is put on call.
func (room *Room) override(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	r, s, m, ok := room.requestedSpan(c, true)
	if !ok {
		return m, nil
	}
	return room.ask(c, tx, overrides.Plan{
		How: overrides.HowOverride, By: c.Person, Change: changeID(c.ID), Schedule: r.schedule, Person: r.person, Span: overrides.SpanOf(s.From, s.To),
	}, s)
}

// ask shows what was understood, and lets the person who said it confirm.
func (room *Room) ask(c *chat.Call, tx store.Tx, p overrides.Plan, s when.Span) (blocks.Message, error) {
	if m, err := room.idle(c, tx, p); err != nil || len(m.Body) > 0 {
		return m, err
	}
	m := room.shownPlan(c, tx, p, s.Notes)
	label := "Confirm"
	if p.How == overrides.HowCover {
		label = "Ask the others"
	}
	if p.How == overrides.HowSwap {
		label = "Ask " + p.Person
	}
	m.Rows = [][]blocks.Button{{
		{Label: label, Action: "oncall-confirm", Value: value(p), Main: true},
		{Label: "Cancel", Action: "oncall-cancel", Value: value(p)},
	}}
	return m, nil
}

// idle says why a plan cannot come about, or would change nothing.
func (room *Room) idle(c *chat.Call, tx store.Tx, p overrides.Plan) (blocks.Message, error) {
	o := rotations.Override{Schedule: p.Schedule, Person: p.Person, From: p.Span.Begin(), To: p.Span.End()}
	if p.How == overrides.HowCover {
		o.Person = c.Person
	}
	if err := room.o.Overrides.Check(c.Now, o); err != nil {
		return refusedOverride(err)
	}
	if p.How == overrides.HowCover || p.How == overrides.HowSwap || !room.o.Overrides.Holds(tx, p.Schedule, p.Person, o.From, o.To) || len(room.o.Overrides.During(tx, p.Schedule, o.From, o.To)) > 1 {
		return blocks.Message{}, nil
	}
	return blocks.Sentence("Nothing would change: ", blocks.Strong(Subject([]string{p.Person}, c.Person)), verb([]string{p.Person}, c.Person), "on call for ", blocks.Strong(p.Schedule), " then anyway, ",
		inFull(o.From, o.To, room.zoneFor(c, p.Schedule)), "."), nil
}

// shownPlan says in full what a plan means.
func (room *Room) shownPlan(c *chat.Call, tx store.Tx, p overrides.Plan, notes []string) blocks.Message {
	zone := room.zoneFor(c, p.Schedule)
	from, to := p.Span.Begin(), p.Span.End()
	lines := []blocks.Line{room.planTitle(c, p)}
	if p.How == overrides.HowSwap {
		lines = append(lines,
			blocks.Say("Yours, for ", p.Person, ": ", inFull(from, to, zone)),
			blocks.Say("Theirs, for you: ", inFull(p.Theirs.Begin(), p.Theirs.End(), zone)))
	} else {
		lines = append(lines, blocks.Say(inFull(from, to, zone)))
	}
	if own := room.o.Overrides.Schedules[p.Schedule].Zone; own != nil && own.String() != zone.String() && p.How != overrides.HowSwap {
		lines = append(lines, blocks.Say("On the clock of the schedule: ", inFull(from, to, own)))
	}
	if p.How == overrides.HowOverride || p.How == overrides.HowMe {
		lines = append(lines, blocks.Say("Instead of ", room.heldBy(tx, p.Schedule, from, to), "."))
	}
	if p.Person != "" && room.o.People[p.Person].Slack == "" {
		notes = append(slices.Clip(notes), p.Person+" has no Slack id in Oncalm's people list, so no page would reach them")
	}
	for _, n := range notes {
		lines = append(lines, blocks.Say("⚠️ ", n, "."))
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}}
}

func (room *Room) planTitle(c *chat.Call, p overrides.Plan) blocks.Line {
	switch p.How {
	case overrides.HowCover:
		return blocks.Say("Shall I ask the others of ", blocks.Strong(p.Schedule), " to cover for you?")
	case overrides.HowSwap:
		return blocks.Say("Shall I ask ", blocks.Strong(p.Person), " to swap these shifts of ", blocks.Strong(p.Schedule), " with you?")
	}
	who := p.Person
	if who == c.Person {
		return blocks.Say("Shall I put ", blocks.Strong("you"), " on call for ", blocks.Strong(p.Schedule), "?")
	}
	return blocks.Say("Shall I put ", blocks.Strong(who), " on call for ", blocks.Strong(p.Schedule), "?")
}

// heldBy names who is on call in a span, as if some overrides had not been made: "ana and bo", or nobody.
func (room *Room) heldBy(tx store.Tx, schedule string, from, to time.Time, without ...overrides.Override) string {
	people := room.o.Overrides.During(tx, schedule, from, to, without...)
	if len(people) == 0 {
		return "nobody"
	}
	return text.List(people, "and")
}

// apply makes an override.
func (room *Room) apply(c *chat.Call, tx store.Tx, p overrides.Plan) (blocks.Message, error) {
	made, err := room.o.Overrides.Make(tx, c.Now, p.By, p.Change, p.How, rotations.Override{
		Schedule: p.Schedule, Person: p.Person, From: p.Span.Begin(), To: p.Span.End(),
	})
	if err != nil {
		return refusedOverride(err)
	}
	o := made.Overrides[0]
	who := blocks.Strong(o.Person) // with its verb
	l := blocks.Say(who, " is on call for ", blocks.Strong(o.Schedule), " now.")
	switch {
	case o.Person == c.Person && !o.From.After(c.Now):
		l = blocks.Say("You are on call for ", blocks.Strong(o.Schedule), " now.")
	case o.Person == c.Person:
		l = blocks.Say("You will be on call for ", blocks.Strong(o.Schedule), ".")
	case o.From.After(c.Now):
		l = blocks.Say(who, " will be on call for ", blocks.Strong(o.Schedule), ".")
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(l,
		blocks.Say(inFull(o.From, o.To, room.zoneFor(c, o.Schedule)), ", instead of ", room.heldBy(tx, o.Schedule, o.From, o.To, o), "."),
	)}, Rows: [][]blocks.Button{{undoButton(p.Change)}}}, nil
}

func undoButton(change string) blocks.Button {
	return blocks.Button{Label: "Undo", Action: "oncall-undo", Value: change}
}

// refusedOverride is what people read about an override that cannot be made. Other errors are passed on.
func refusedOverride(err error) (blocks.Message, error) {
	for _, known := range []error{
		overrides.ErrUnknownSchedule, overrides.ErrUnknownPerson, overrides.ErrBackwards, overrides.ErrOver, overrides.ErrTooLong, overrides.ErrTooFar, overrides.ErrSamePerson,
	} {
		if errors.Is(err, known) {
			return blocks.Sentence("No change was made: ", err.Error(), "."), nil
		}
	}
	switch {
	case errors.Is(err, overrides.ErrMade):
		return blocks.Sentence("That was done already."), nil
	case errors.Is(err, overrides.ErrNoChange), errors.Is(err, overrides.ErrNotYours):
		return blocks.Sentence("There is nothing left of that to take back."), nil
	}
	return blocks.Message{}, err
}

// confirmed is what comes of the button below a plan.
func (room *Room) confirmed(c *chat.Call, tx store.Tx, value string) (blocks.Message, error) {
	var p overrides.Plan
	readable := json.Unmarshal([]byte(value), &p) == nil && p.Change != ""
	switch {
	case readable && p.By != c.Person:
		return blocks.Sentence("That button is not yours; nothing was changed."), nil
	case !readable:
		p.How = ""
	}
	switch p.How {
	case overrides.HowCover, overrides.HowSwap:
		return room.openAsk(c, tx, p)
	case overrides.HowMe, overrides.HowOverride:
		return room.apply(c, tx, p)
	}
	return blocks.Sentence("I do not know that button any more; nothing was changed."), nil
}

// undo is /oncall undo: the last change that a person made, or took part in, is taken back.
func (room *Room) undo(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	if len(c.Args) > 0 {
		return blocks.Sentence("Only your last change can be taken back: ", blocks.Code(c.Root+" undo"), "."), nil
	}
	done, err := room.o.Overrides.Undo(tx, c.Now, c.Person)
	switch {
	case errors.Is(err, overrides.ErrNoChange):
		return blocks.Sentence("There is nothing of yours to take back: no override that you made, or took part in, is ahead or in force."), nil
	case err != nil:
		return refusedOverride(err)
	case done.What == overrides.Withdrawn:
		return withdrawn(c, *done.Ask), nil
	}
	return room.takenBack(c, tx, done), nil
}

// takeBack cancels a change, if it is for that person to do so.
func (room *Room) takeBack(c *chat.Call, tx store.Tx, change string) (blocks.Message, error) {
	done, err := room.o.Overrides.Cancel(tx, c.Now, c.Person, change)
	if err != nil {
		return refusedOverride(err)
	}
	return room.takenBack(c, tx, done), nil
}

// takenBack says who is on call instead, and what stays as it was.
func (room *Room) takenBack(c *chat.Call, tx store.Tx, done overrides.Change) blocks.Message {
	lines := []blocks.Line{blocks.Say("Taken back.")}
	for _, o := range done.Overrides {
		from := o.Left(c.Now)
		lines = append(lines, blocks.Say(blocks.Strong(o.Schedule), ": ", blocks.Strong(room.heldBy(tx, o.Schedule, from, o.To)), " instead of ", Subject(done.Before[o.ID], c.Person), ", ",
			inFull(from, o.To, room.zoneFor(c, o.Schedule)), beforeThat(o)))
	}
	for _, o := range done.Past {
		lines = append(lines, blocks.Say(inFull(o.From, o.Ends(), room.zoneFor(c, o.Schedule)), " is past and stays as it was: ", room.wasOnCall(tx, o, c.Person), "."))
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}}
}

// pressedOnCall is a button of /oncall.
func (room *Room) pressedOnCall(c *chat.Call, verb, value string) chat.Word {
	return chat.Word{Change: func(_ *chat.Call, tx store.Tx) (blocks.Message, error) {
		switch verb {
		case "confirm":
			return room.confirmed(c, tx, value)
		case "cancel":
			return blocks.Sentence("All right, nothing was changed."), nil
		case "say":
			return room.saidAgain(c, tx, value)
		case "undo":
			return room.takeBack(c, tx, strings.TrimSpace(value))
		case "accept":
			return room.answerAsk(c, tx, value, true)
		case "decline":
			return room.answerAsk(c, tx, value, false)
		case "withdraw":
			return room.withdraw(c, tx, value)
		}
		return room.unknownButton(c), nil
	}}
}

func (room *Room) unknownButton(c *chat.Call) blocks.Message {
	return blocks.Sentence("I do not know that button any more; nothing was changed. ", blocks.Code(c.Root+" help"), " lists what I know.")
}

// oncallAction is how the ids of the buttons of /oncall begin.
const oncallAction = "oncall-"
