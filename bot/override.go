package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// A plan is a change of who is on call that somebody has to confirm. It travels in the value of the button, and is checked
// when that is pressed.
type plan struct {
	How      paging.How `json:"how"`
	By       string     `json:"by"`
	Change   string     `json:"change"`
	Schedule string     `json:"schedule"`
	Person   string     `json:"person,omitempty"` // who stands in, or with whom shifts are exchanged
	Span     period     `json:"span"`
	Theirs   period     `json:"theirs,omitzero"` // of a swap: the other's shift
}

// period is a half-open span in seconds since 1970.
type period struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

func periodOf(from, to time.Time) period { return period{from.Unix(), to.Unix()} }

func (p period) from() time.Time { return time.Unix(p.From, 0) }
func (p period) to() time.Time   { return time.Unix(p.To, 0) }

func (p plan) value() string {
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

// book keeps the overrides that people make.
func (b *Bot) book() *paging.OverrideBook {
	return &paging.OverrideBook{Schedules: b.o.Pager.Schedules, Known: b.knows}
}

// me is /oncall me: whoever says it takes over. A length needs no confirmation: there is nothing to misread.
func (b *Bot) me(c *call, tx store.Tx) (blocks.Message, error) {
	if len(c.args) == 0 {
		return blocks.Sentence("For how long do you take over? ", blocks.Code(c.root+" me 2h"), " or ", blocks.Code(c.root+" me until 18:00"), "."), nil
	}
	r, s, m, ok := b.requestedSpan(c, false)
	if !ok {
		return m, nil
	}
	p := plan{How: paging.HowMe, By: c.person, Change: changeID(c.id), Schedule: r.schedule, Person: c.person, Span: periodOf(s.From, s.To)}
	if !s.Length {
		return b.ask(c, tx, p, s)
	}
	if m, err := b.idle(c, tx, p); err != nil || len(m.Body) > 0 {
		return m, err
	}
	return b.apply(c, tx, p)
}

// override is /oncall override: somebody is put on call.
func (b *Bot) override(c *call, tx store.Tx) (blocks.Message, error) {
	r, s, m, ok := b.requestedSpan(c, true)
	if !ok {
		return m, nil
	}
	return b.ask(c, tx, plan{
		How: paging.HowOverride, By: c.person, Change: changeID(c.id), Schedule: r.schedule, Person: r.person, Span: periodOf(s.From, s.To),
	}, s)
}

// ask shows what was understood, and lets the person who said it confirm.
func (b *Bot) ask(c *call, tx store.Tx, p plan, s when.Span) (blocks.Message, error) {
	if m, err := b.idle(c, tx, p); err != nil || len(m.Body) > 0 {
		return m, err
	}
	m := b.shownPlan(c, tx, p, s.Notes)
	label := "Confirm"
	if p.How == paging.HowCover {
		label = "Ask the others"
	}
	if p.How == paging.HowSwap {
		label = "Ask " + p.Person
	}
	m.Rows = [][]blocks.Button{{
		{Label: label, Action: "oncall-confirm", Value: p.value(), Main: true},
		{Label: "Cancel", Action: "oncall-cancel", Value: p.value()},
	}}
	return m, nil
}

// idle says why a plan cannot come about, or would change nothing.
func (b *Bot) idle(c *call, tx store.Tx, p plan) (blocks.Message, error) {
	o := rotations.Override{Schedule: p.Schedule, Person: p.Person, From: p.Span.from(), To: p.Span.to()}
	if p.How == paging.HowCover {
		o.Person = c.person
	}
	if err := b.book().Check(c.now, o); err != nil {
		return refusedOverride(err)
	}
	if p.How == paging.HowCover || p.How == paging.HowSwap || !b.holds(tx, p.Schedule, p.Span, p.Person) || len(b.peopleIn(tx, p.Schedule, o.From, o.To, nil)) > 1 {
		return blocks.Message{}, nil
	}
	return blocks.Sentence("Nothing would change: ", blocks.Strong(subject([]string{p.Person}, c.person)), verb([]string{p.Person}, c.person), "on call for ", blocks.Strong(p.Schedule), " then anyway, ",
		inFull(o.From, o.To, b.zoneFor(c, p.Schedule)), "."), nil
}

// shownPlan says in full what a plan means.
func (b *Bot) shownPlan(c *call, tx store.Tx, p plan, notes []string) blocks.Message {
	zone := b.zoneFor(c, p.Schedule)
	from, to := p.Span.from(), p.Span.to()
	lines := []blocks.Line{b.planTitle(c, p)}
	if p.How == paging.HowSwap {
		lines = append(lines,
			blocks.Say("Yours, for ", p.Person, ": ", inFull(from, to, zone)),
			blocks.Say("Theirs, for you: ", inFull(p.Theirs.from(), p.Theirs.to(), zone)))
	} else {
		lines = append(lines, blocks.Say(inFull(from, to, zone)))
	}
	if own := b.o.Pager.Schedules[p.Schedule].Zone; own != nil && own.String() != zone.String() && p.How != paging.HowSwap {
		lines = append(lines, blocks.Say("On the clock of the schedule: ", inFull(from, to, own)))
	}
	if p.How == paging.HowOverride || p.How == paging.HowMe {
		lines = append(lines, blocks.Say("Instead of ", b.heldBy(tx, p.Schedule, from, to, nil), "."))
	}
	if p.Person != "" && b.o.People[p.Person].Slack == "" {
		notes = append(slices.Clip(notes), p.Person+" has no Slack id in Oncalm's people list, so no page would reach them")
	}
	for _, n := range notes {
		lines = append(lines, blocks.Say("⚠️ ", n, "."))
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}}
}

func (b *Bot) planTitle(c *call, p plan) blocks.Line {
	switch p.How {
	case paging.HowCover:
		return blocks.Say("Shall I ask the others of ", blocks.Strong(p.Schedule), " to cover for you?")
	case paging.HowSwap:
		return blocks.Say("Shall I ask ", blocks.Strong(p.Person), " to swap these shifts of ", blocks.Strong(p.Schedule), " with you?")
	}
	who := p.Person
	if who == c.person {
		return blocks.Say("Shall I put ", blocks.Strong("you"), " on call for ", blocks.Strong(p.Schedule), "?")
	}
	return blocks.Say("Shall I put ", blocks.Strong(who), " on call for ", blocks.Strong(p.Schedule), "?")
}

// heldBy names who is on call in a span, without some overrides: "ana and bo", or nobody.
func (b *Bot) heldBy(tx store.Tx, schedule string, from, to time.Time, without []paging.Override) string {
	people := b.peopleIn(tx, schedule, from, to, without)
	if len(people) == 0 {
		return "nobody"
	}
	return text.List(people, "and")
}

// peopleIn lists who is on call in a span, in order of time, without some overrides.
func (b *Bot) peopleIn(tx store.Tx, schedule string, from, to time.Time, without []paging.Override) []string {
	overrides := slices.DeleteFunc(slices.Clone(b.o.Pager.Overrides(tx, schedule)), func(o rotations.Override) bool {
		return o.ID != "" && slices.ContainsFunc(without, func(w paging.Override) bool { return w.ID == o.ID })
	})
	var people []string
	for _, s := range b.o.Pager.Schedules[schedule].Shifts(from, to, overrides) {
		for _, p := range s.People {
			if !slices.Contains(people, p) {
				people = append(people, p)
			}
		}
	}
	return people
}

// apply makes an override, and says so to those whom it touches.
func (b *Bot) apply(c *call, tx store.Tx, p plan) (blocks.Message, error) {
	made, err := b.book().Add(tx, c.now, p.Change, p.By, p.How, rotations.Override{
		Schedule: p.Schedule, Person: p.Person, From: p.Span.from(), To: p.Span.to(),
	})
	if err != nil {
		return refusedOverride(err)
	}
	b.announce(c, tx, news{what: newsMade, by: c.person, overrides: made})
	o := made[0]
	who := blocks.Strong(o.Person) // with its verb
	l := blocks.Say(who, " is on call for ", blocks.Strong(o.Schedule), " now.")
	switch {
	case o.Person == c.person && !o.From.After(c.now):
		l = blocks.Say("You are on call for ", blocks.Strong(o.Schedule), " now.")
	case o.Person == c.person:
		l = blocks.Say("You will be on call for ", blocks.Strong(o.Schedule), ".")
	case o.From.After(c.now):
		l = blocks.Say(who, " will be on call for ", blocks.Strong(o.Schedule), ".")
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(l,
		blocks.Say(inFull(o.From, o.To, b.zoneFor(c, o.Schedule)), ", instead of ", b.heldBy(tx, o.Schedule, o.From, o.To, made), "."),
	)}, Rows: [][]blocks.Button{{undoButton(p.Change)}}}, nil
}

func undoButton(change string) blocks.Button {
	return blocks.Button{Label: "Undo", Action: "oncall-undo", Value: change}
}

// refusedOverride is what people read about an override that cannot be made. Other errors are passed on.
func refusedOverride(err error) (blocks.Message, error) {
	for _, known := range []error{
		paging.ErrUnknownSchedule, paging.ErrUnknownPerson, paging.ErrBackwards, paging.ErrOver, paging.ErrTooLong, paging.ErrTooFar, paging.ErrSamePerson,
	} {
		if errors.Is(err, known) {
			return blocks.Sentence("No change was made: ", err.Error(), "."), nil
		}
	}
	switch {
	case errors.Is(err, paging.ErrMade):
		return blocks.Sentence("That was done already."), nil
	case errors.Is(err, paging.ErrNoChange):
		return blocks.Sentence("There is nothing left of that to take back."), nil
	}
	return blocks.Message{}, err
}

// confirmed is what comes of the button below a plan.
func (b *Bot) confirmed(c *call, tx store.Tx, value string) (blocks.Message, error) {
	var p plan
	readable := json.Unmarshal([]byte(value), &p) == nil && p.Change != ""
	switch {
	case readable && p.By != c.person:
		return blocks.Sentence("That button is not yours; nothing was changed."), nil
	case !readable:
		p.How = ""
	}
	switch p.How {
	case paging.HowCover:
		return b.openCover(c, tx, p)
	case paging.HowSwap:
		return b.openSwap(c, tx, p)
	case paging.HowMe, paging.HowOverride:
		return b.apply(c, tx, p)
	}
	return blocks.Sentence("I do not know that button any more; nothing was changed."), nil
}

// undo is /oncall undo: the last change that a person made, or took part in, is taken back.
func (b *Bot) undo(c *call, tx store.Tx) (blocks.Message, error) {
	if len(c.args) > 0 {
		return blocks.Sentence("Only your last change can be taken back: ", blocks.Code(c.root+" undo"), "."), nil
	}
	var last paging.Override
	for _, o := range paging.All(tx, "") {
		if o.Pending(c.now) && o.Concerns(c.person) && !o.Made.Before(last.Made) {
			last = o
		}
	}
	if a, ok := lastAsk(tx, c.person); ok && a.Made.After(last.Made) {
		return b.withdraw(c, tx, a)
	}
	if last.Change == "" {
		return blocks.Sentence("There is nothing of yours to take back: no override that you made, or took part in, is ahead or in force."), nil
	}
	return b.takeBack(c, tx, last.Change)
}

// takeBack cancels a change, if it is for that person to do so.
func (b *Bot) takeBack(c *call, tx store.Tx, change string) (blocks.Message, error) {
	whole := slices.DeleteFunc(paging.All(tx, ""), func(o paging.Override) bool { return o.Change != change })
	left, past := whatIsLeft(whole, c.now)
	mine := slices.ContainsFunc(left, func(o paging.Override) bool { return o.Concerns(c.person) })
	if !mine {
		return refusedOverride(paging.ErrNoChange)
	}
	before := b.heldBefore(tx, c.now, left, nil)
	gone, err := b.book().Cancel(tx, c.now, change, c.person)
	if err != nil {
		return refusedOverride(err)
	}
	b.announce(c, tx, news{what: newsUndone, by: c.person, overrides: gone, past: past, before: before})
	lines := []blocks.Line{blocks.Say("Taken back.")}
	for _, o := range gone {
		from := laterOf(o.From, c.now)
		lines = append(lines, blocks.Say(blocks.Strong(o.Schedule), ": ", blocks.Strong(b.heldBy(tx, o.Schedule, from, o.To, nil)), " instead of ", subject(before[o.ID], c.person), ", ",
			inFull(from, o.To, b.zoneFor(c, o.Schedule)), beforeThat(o)))
	}
	for _, o := range past {
		lines = append(lines, blocks.Say(inFull(o.From, o.Ends(), b.zoneFor(c, o.Schedule)), " is past and stays as it was: ", b.wasOnCall(tx, o, c.person), "."))
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}}, nil
}

// whatIsLeft parts the overrides of a change into those that can be taken back and those that are over.
func whatIsLeft(whole []paging.Override, now time.Time) (left, past []paging.Override) {
	for _, o := range whole {
		switch {
		case o.Pending(now):
			left = append(left, o)
		case o.From.Before(o.Ends()):
			past = append(past, o)
		}
	}
	return left, past
}

// pressedOnCall is a button of /oncall.
func (b *Bot) pressedOnCall(c *call, verb, value string) word {
	return word{change: func(_ *call, tx store.Tx) (blocks.Message, error) {
		switch verb {
		case "confirm":
			return b.confirmed(c, tx, value)
		case "cancel":
			return blocks.Sentence("All right, nothing was changed."), nil
		case "say":
			return b.saidAgain(c, tx, value)
		case "undo":
			return b.takeBack(c, tx, strings.TrimSpace(value))
		case "accept":
			return b.accept(c, tx, value)
		case "decline":
			return b.decline(c, tx, value)
		case "withdraw":
			if a, ok := readAsk(tx, value); ok && a.By == c.person {
				return b.withdraw(c, tx, a)
			}
		}
		return blocks.Sentence("I do not know that button any more; nothing was changed. ", blocks.Code(c.root+" help"), " lists what I know."), nil
	}}
}

// oncallAction is how the ids of the buttons of /oncall begin.
const oncallAction = "oncall-"
