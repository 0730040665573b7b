package change

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/bot/shifts/news"
	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// Plans are what people want to change: whoever says a word has a plan, sees in full what it means, and confirms it. The fields are set
// before it is used and not changed afterwards.
type Plans struct {
	Reader    *typed.Reader
	Overrides *overrides.Book
}

// value is a plan as it travels in the button that confirms it. The book checks it again when the button is pressed.
func value(p overrides.Plan) string {
	val, err := json.Marshal(p)
	if err != nil {
		return "" // unreachable: strings and numbers can always be written
	}
	return string(val)
}

// propose shows what was understood, and lets the person who said it confirm. "cancel" changes nothing. It is there so that
// whoever sees a mistake has something to press.
func (ps *Plans) propose(c *chat.Call, tx store.Tx, p overrides.Plan, s when.Span) (blocks.Message, error) {
	if m, err := ps.idle(c, tx, p); err != nil || len(m.Body) > 0 {
		return m, err
	}
	m := ps.shownPlan(c, tx, p, s.Notes)
	label := "Confirm"
	if p.How == overrides.HowCover {
		label = "Ask the others"
	}
	if p.How == overrides.HowSwap {
		label = "Ask " + p.Person
	}
	m.Rows = [][]blocks.Button{{
		typed.Said("confirm", value(p)).Button(label).AsMain(), typed.Said("cancel", value(p)).Button("Cancel"),
	}}
	return m, nil
}

// forbidden says who may put somebody else on call, if whoever plans that may not.
func (ps *Plans) forbidden(c *chat.Call, p overrides.Plan) (m blocks.Message, refused bool) {
	if p.How != overrides.HowOverride || p.Person == c.Person {
		return m, false
	}
	return chat.Forbidden(ps.Reader.Router, c, rights.Reassign)
}

// idle says why a plan cannot come about, or would change nothing. If somebody else is on call beside the person, an
// override ends that: so it would change something.
func (ps *Plans) idle(c *chat.Call, tx store.Tx, p overrides.Plan) (blocks.Message, error) {
	if m, refused := ps.forbidden(c, p); refused {
		return m, nil
	}
	o := rotations.Override{Schedule: p.Schedule, Person: p.Person, From: p.Span.Begin(), To: p.Span.End()}
	if p.How == overrides.HowCover {
		o.Person = c.Person
	}
	if err := ps.Overrides.Check(c.Now, o); err != nil {
		return refusedOverride(err)
	}
	if p.How == overrides.HowCover || p.How == overrides.HowSwap ||
		!ps.Overrides.Holds(tx, p.Schedule, p.Person, o.From, o.To) ||
		len(ps.Overrides.During(tx, p.Schedule, o.From, o.To)) > 1 {
		return blocks.Message{}, nil
	}
	return blocks.Sentence("Nothing would change: ", blocks.Strong(news.Subject([]string{p.Person}, c.Person)),
		news.Verb([]string{p.Person}, c.Person), "on call for ", blocks.Strong(p.Schedule), " then anyway, ",
		inFull(o.From, o.To, ps.Reader.Zone(c, p.Schedule)), "."), nil
}

// shownPlan says in full what a plan means.
func (ps *Plans) shownPlan(c *chat.Call, tx store.Tx, p overrides.Plan, notes []string) blocks.Message {
	zone := ps.Reader.Zone(c, p.Schedule)
	from, to := p.Span.Begin(), p.Span.End()
	lines := []blocks.Line{ps.planTitle(c, p)}
	if p.How == overrides.HowSwap {
		lines = append(lines,
			blocks.Say("Yours, for ", p.Person, ": ", inFull(from, to, zone)),
			blocks.Say("Theirs, for you: ", inFull(p.Theirs.Begin(), p.Theirs.End(), zone)))
	} else {
		lines = append(lines, blocks.Say(inFull(from, to, zone)))
	}
	// Two clocks are a cause of mistakes, so both are shown. A swap is of whole shifts, of which nobody typed a time.
	if own := ps.Overrides.Schedules[p.Schedule].Zone; own != nil && own.String() != zone.String() &&
		p.How != overrides.HowSwap {
		lines = append(lines, blocks.Say("On the clock of the schedule: ", inFull(from, to, own)))
	}
	if p.How == overrides.HowOverride || p.How == overrides.HowMe {
		lines = append(lines, blocks.Say("Instead of ", heldBy(tx, ps.Overrides, p.Schedule, from, to), "."))
	}
	if p.Person != "" && ps.Reader.People[p.Person].Slack == "" {
		notes = append(slices.Clip(notes), p.Person+" has no Slack id in Oncalm's people list, so pages would not reach them")
	}
	for _, n := range notes {
		lines = append(lines, blocks.Say("⚠️ ", n, "."))
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}}
}

func (ps *Plans) planTitle(c *chat.Call, p overrides.Plan) blocks.Line {
	switch p.How {
	case overrides.HowCover:
		return blocks.Say("Should I ask the others of ", blocks.Strong(p.Schedule), " to cover for you?")
	case overrides.HowSwap:
		return blocks.Say("Should I ask ", blocks.Strong(p.Person), " to swap these shifts of ", blocks.Strong(p.Schedule),
			" with you?")
	}
	who := p.Person
	if who == c.Person {
		return blocks.Say("Should I put ", blocks.Strong("you"), " on call for ", blocks.Strong(p.Schedule), "?")
	}
	return blocks.Say("Should I put ", blocks.Strong(who), " on call for ", blocks.Strong(p.Schedule), "?")
}

// apply makes an override. Who was on call is worked out as if it had not been made: at this point of the transaction it
// has been.
func (ps *Plans) apply(c *chat.Call, tx store.Tx, p overrides.Plan) (blocks.Message, error) {
	made, err := ps.Overrides.Make(tx, c.Now, p.By, p.Change, p.How, rotations.Override{
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
		blocks.Say(inFull(o.From, o.To, ps.Reader.Zone(c, o.Schedule)), ", instead of ",
			heldBy(tx, ps.Overrides, o.Schedule, o.From, o.To, o), "."),
	)}, Rows: [][]blocks.Button{{undoButton(p.Change)}}}, nil
}

// Confirm is what comes of the button below a plan. A plan is that of whoever made it: others who can see the message
// cannot confirm it. What cannot be read is of another version, or made up, and changes nothing.
func (ps *Plans) Confirm(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	var p overrides.Plan
	readable := json.Unmarshal([]byte(c.Rest), &p) == nil && p.Change != ""
	switch {
	case readable && p.By != c.Person:
		return blocks.Sentence("That button is not yours; nothing was changed."), nil
	case !readable:
		p.How = ""
	}
	switch p.How {
	case overrides.HowCover, overrides.HowSwap:
		return ps.openAsk(c, tx, p)
	case overrides.HowMe, overrides.HowOverride:
		if m, refused := ps.forbidden(c, p); refused {
			return m, nil
		}
		return ps.apply(c, tx, p)
	}
	return chat.NoButton(c.Root), nil
}

// heldBy names who is on call in a span, as if some overrides had not been made: "ana and bo", or nobody. They are in the
// order of time; one name says nothing of how long.
func heldBy(tx store.Tx, book *overrides.Book, schedule string, from, to time.Time,
	without ...overrides.Override) string {
	return news.Subject(book.During(tx, schedule, from, to, without...), "")
}
