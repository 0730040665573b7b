package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

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
func (b *Bot) me(c *call, tx store.Tx) (message, error) {
	if len(c.args) == 0 {
		return sentence("For how long do you take over? ", code(c.root+" me 2h"), " or ", code(c.root+" me until 18:00"), "."), nil
	}
	r, s, m, ok := b.requestedSpan(c, false)
	if !ok {
		return m, nil
	}
	p := plan{How: paging.HowMe, By: c.person, Change: changeID(c.id), Schedule: r.schedule, Person: c.person, Span: periodOf(s.From, s.To)}
	if !s.Length {
		return b.ask(c, tx, p, s)
	}
	if m, err := b.idle(c, tx, p); err != nil || len(m.body) > 0 {
		return m, err
	}
	return b.apply(c, tx, p)
}

// override is /oncall override: somebody is put on call.
func (b *Bot) override(c *call, tx store.Tx) (message, error) {
	r, s, m, ok := b.requestedSpan(c, true)
	if !ok {
		return m, nil
	}
	return b.ask(c, tx, plan{
		How: paging.HowOverride, By: c.person, Change: changeID(c.id), Schedule: r.schedule, Person: r.person, Span: periodOf(s.From, s.To),
	}, s)
}

// ask shows what was understood, and lets the person who said it confirm.
func (b *Bot) ask(c *call, tx store.Tx, p plan, s when.Span) (message, error) {
	if m, err := b.idle(c, tx, p); err != nil || len(m.body) > 0 {
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
	m.rows = [][]button{{
		{label: label, action: "oncall-confirm", value: p.value(), main: true},
		{label: "Cancel", action: "oncall-cancel", value: p.value()},
	}}
	return m, nil
}

// idle says why a plan cannot come about, or would change nothing.
func (b *Bot) idle(c *call, tx store.Tx, p plan) (message, error) {
	o := rotations.Override{Schedule: p.Schedule, Person: p.Person, From: p.Span.from(), To: p.Span.to()}
	if p.How == paging.HowCover {
		o.Person = c.person
	}
	if err := b.book().Check(c.now, o); err != nil {
		return refusedOverride(err)
	}
	if p.How == paging.HowCover || p.How == paging.HowSwap || !b.holds(tx, p.Schedule, p.Span, p.Person) || len(b.peopleIn(tx, p.Schedule, o.From, o.To, nil)) > 1 {
		return message{}, nil
	}
	return sentence("Nothing would change: ", strong(subject([]string{p.Person}, c.person)), verb([]string{p.Person}, c.person), "on call for ", strong(p.Schedule), " then anyway, ",
		inFull(o.From, o.To, b.zoneFor(c, p.Schedule)), "."), nil
}

// shownPlan says in full what a plan means.
func (b *Bot) shownPlan(c *call, tx store.Tx, p plan, notes []string) message {
	zone := b.zoneFor(c, p.Schedule)
	from, to := p.Span.from(), p.Span.to()
	lines := []line{b.planTitle(c, p)}
	if p.How == paging.HowSwap {
		lines = append(lines,
			say("Yours, for ", p.Person, ": ", inFull(from, to, zone)),
			say("Theirs, for you: ", inFull(p.Theirs.from(), p.Theirs.to(), zone)))
	} else {
		lines = append(lines, say(inFull(from, to, zone)))
	}
	if own := b.o.Pager.Schedules[p.Schedule].Zone; own != nil && own.String() != zone.String() && p.How != paging.HowSwap {
		lines = append(lines, say("On the clock of the schedule: ", inFull(from, to, own)))
	}
	if p.How == paging.HowOverride || p.How == paging.HowMe {
		lines = append(lines, say("Instead of ", b.heldBy(tx, p.Schedule, from, to, nil), "."))
	}
	if p.Person != "" && b.o.People[p.Person].Slack == "" {
		notes = append(slices.Clip(notes), p.Person+" has no Slack id in Oncalm's people list, so no page would reach them")
	}
	for _, n := range notes {
		lines = append(lines, say("⚠️ ", n, "."))
	}
	return message{body: []paragraph{para(lines...)}}
}

func (b *Bot) planTitle(c *call, p plan) line {
	switch p.How {
	case paging.HowCover:
		return say("Shall I ask the others of ", strong(p.Schedule), " to cover for you?")
	case paging.HowSwap:
		return say("Shall I ask ", strong(p.Person), " to swap these shifts of ", strong(p.Schedule), " with you?")
	}
	who := p.Person
	if who == c.person {
		return say("Shall I put ", strong("you"), " on call for ", strong(p.Schedule), "?")
	}
	return say("Shall I put ", strong(who), " on call for ", strong(p.Schedule), "?")
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
func (b *Bot) apply(c *call, tx store.Tx, p plan) (message, error) {
	made, err := b.book().Add(tx, c.now, p.Change, p.By, p.How, rotations.Override{
		Schedule: p.Schedule, Person: p.Person, From: p.Span.from(), To: p.Span.to(),
	})
	if err != nil {
		return refusedOverride(err)
	}
	b.announce(c, tx, news{what: newsMade, by: c.person, overrides: made})
	o := made[0]
	who := strong(o.Person) // with its verb
	l := say(who, " is on call for ", strong(o.Schedule), " now.")
	switch {
	case o.Person == c.person && !o.From.After(c.now):
		l = say("You are on call for ", strong(o.Schedule), " now.")
	case o.Person == c.person:
		l = say("You will be on call for ", strong(o.Schedule), ".")
	case o.From.After(c.now):
		l = say(who, " will be on call for ", strong(o.Schedule), ".")
	}
	return message{body: []paragraph{para(l,
		say(inFull(o.From, o.To, b.zoneFor(c, o.Schedule)), ", instead of ", b.heldBy(tx, o.Schedule, o.From, o.To, made), "."),
	)}, rows: [][]button{{undoButton(p.Change)}}}, nil
}

func undoButton(change string) button {
	return button{label: "Undo", action: "oncall-undo", value: change}
}

// refusedOverride is what people read about an override that cannot be made. Other errors are passed on.
func refusedOverride(err error) (message, error) {
	for _, known := range []error{
		paging.ErrUnknownSchedule, paging.ErrUnknownPerson, paging.ErrBackwards, paging.ErrOver, paging.ErrTooLong, paging.ErrTooFar, paging.ErrSamePerson,
	} {
		if errors.Is(err, known) {
			return sentence("No change was made: ", err.Error(), "."), nil
		}
	}
	switch {
	case errors.Is(err, paging.ErrMade):
		return sentence("That was done already."), nil
	case errors.Is(err, paging.ErrNoChange):
		return sentence("There is nothing left of that to take back."), nil
	}
	return message{}, err
}

// confirmed is what comes of the button below a plan.
func (b *Bot) confirmed(c *call, tx store.Tx, value string) (message, error) {
	var p plan
	readable := json.Unmarshal([]byte(value), &p) == nil && p.Change != ""
	switch {
	case readable && p.By != c.person:
		return sentence("That button is not yours; nothing was changed."), nil
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
	return sentence("I do not know that button any more; nothing was changed."), nil
}

// undo is /oncall undo: the last change that a person made, or took part in, is taken back.
func (b *Bot) undo(c *call, tx store.Tx) (message, error) {
	if len(c.args) > 0 {
		return sentence("Only your last change can be taken back: ", code(c.root+" undo"), "."), nil
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
		return sentence("There is nothing of yours to take back: no override that you made, or took part in, is ahead or in force."), nil
	}
	return b.takeBack(c, tx, last.Change)
}

// takeBack cancels a change, if it is for that person to do so.
func (b *Bot) takeBack(c *call, tx store.Tx, change string) (message, error) {
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
	lines := []line{say("Taken back.")}
	for _, o := range gone {
		from := laterOf(o.From, c.now)
		lines = append(lines, say(strong(o.Schedule), ": ", strong(b.heldBy(tx, o.Schedule, from, o.To, nil)), " instead of ", subject(before[o.ID], c.person), ", ",
			inFull(from, o.To, b.zoneFor(c, o.Schedule)), beforeThat(o)))
	}
	for _, o := range past {
		lines = append(lines, say(inFull(o.From, o.Ends(), b.zoneFor(c, o.Schedule)), " is past and stays as it was: ", b.wasOnCall(tx, o, c.person), "."))
	}
	return message{body: []paragraph{para(lines...)}}, nil
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
	return word{change: func(_ *call, tx store.Tx) (message, error) {
		switch verb {
		case "confirm":
			return b.confirmed(c, tx, value)
		case "cancel":
			return sentence("All right, nothing was changed."), nil
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
		return sentence("I do not know that button any more; nothing was changed. ", code(c.root+" help"), " lists what I know."), nil
	}}
}

// oncallAction is how the ids of the buttons of /oncall begin.
const oncallAction = "oncall-"
