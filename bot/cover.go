package bot

import (
	"errors"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// cover is /oncall cover me: the others of a schedule are asked to stand in.
func (b *Bot) cover(c *call, tx store.Tx) (blocks.Message, error) {
	if len(c.args) > 0 && strings.EqualFold(c.args[0].text, "me") {
		c.args = c.args[1:]
	}
	if len(c.args) == 0 {
		return blocks.Sentence("When shall somebody cover for you? ", blocks.Code(c.root+" cover me fri 18:00..sat 09:00"), "."), nil
	}
	r, s, m, ok := b.requestedSpan(c, false)
	if !ok {
		return m, nil
	}
	if held := b.peopleIn(tx, r.schedule, s.From, s.To, nil); !slices.Contains(held, c.person) {
		return blocks.Sentence("You are not on call for ", blocks.Strong(r.schedule), " then, so there is nothing to cover: ", inFull(s.From, s.To, b.zoneFor(c, r.schedule)),
			" is held by ", b.heldBy(tx, r.schedule, s.From, s.To, nil), "."), nil
	}
	return b.ask(c, tx, plan{How: paging.HowCover, By: c.person, Change: changeID(c.id), Schedule: r.schedule, Span: periodOf(s.From, s.To)}, s)
}

// openCover asks the others.
func (b *Bot) openCover(c *call, tx store.Tx, p plan) (blocks.Message, error) {
	var others []string
	for _, name := range membersOf(b.o.Pager.Schedules[p.Schedule], p.Span.from()) {
		if name != c.person && b.o.People[name].Slack != "" {
			others = append(others, name)
		}
	}
	if _, made := readAsk(tx, p.Change); made {
		return blocks.Sentence("They are asked already."), nil
	}
	switch {
	case len(others) == 0:
		return blocks.Sentence("There is nobody else in ", blocks.Strong(p.Schedule), " whom I could ask."), nil
	case !c.now.Before(p.Span.to()):
		return refusedOverride(paging.ErrOver)
	}
	b.openAsk(c, tx, ask{plan: p, Asked: others})
	m := blocks.Sentence("I ask ", text.List(others, "and"), ". The first to accept takes it, and I tell you who. Until then you are on call as planned.")
	m.Rows = [][]blocks.Button{{{Label: "Take it back", Action: "oncall-withdraw", Value: p.Change}}}
	return m, nil
}

// accept is the button below a question.
func (b *Bot) accept(c *call, tx store.Tx, id string) (blocks.Message, error) {
	a, m, ok := b.open(c, tx, id)
	if !ok {
		return m, nil
	}
	var wanted []rotations.Override
	if a.How == paging.HowSwap {
		if !b.stillHeld(tx, a) {
			b.closeAsk(tx, c.now, a, askVoid)
			b.oweTold(tx, c.now, store.Key("told", a.Change, "void", a.By), a.By,
				blocks.Sentence("The swap with ", blocks.Strong(a.Person), " for ", blocks.Strong(a.Schedule), " did not come about: the shifts have changed since you asked."))
			return blocks.Sentence("The shifts have changed since ", blocks.Strong(a.By), " asked; nothing was exchanged."), nil
		}
		wanted = []rotations.Override{
			{Schedule: a.Schedule, Person: a.Person, For: a.By, From: a.Span.from(), To: a.Span.to()},
			{Schedule: a.Schedule, Person: a.By, For: a.Person, From: a.Theirs.from(), To: a.Theirs.to()},
		}
	} else {
		wanted = []rotations.Override{{Schedule: a.Schedule, Person: c.person, For: a.By, From: a.Span.from(), To: a.Span.to()}}
	}
	made, err := b.book().Add(tx, c.now, a.Change, a.By, a.How, wanted...)
	if errors.Is(err, paging.ErrOver) {
		b.closeAsk(tx, c.now, a, askExpired)
		return blocks.Sentence("It is too late: the time is over."), nil
	}
	if err != nil {
		return refusedOverride(err)
	}
	a.Taken = c.person
	b.closeAsk(tx, c.now, a, askTaken)
	b.announce(c, tx, news{what: newsMade, by: c.person, overrides: made})
	return blocks.Message{Shown: true, Body: []blocks.Paragraph{blocks.Para(blocks.Say("You accepted ", a.whatFor(c.person), "."))}}, nil
}

// open returns a question that waits for that person's answer.
func (b *Bot) open(c *call, tx store.Tx, id string) (a ask, m blocks.Message, ok bool) {
	a, ok = readAsk(tx, id)
	switch {
	case !ok:
		return a, blocks.Sentence("That question is from long ago; nothing was changed."), false
	case !slices.Contains(a.Asked, c.person):
		return a, blocks.Sentence("You were not asked; nothing was changed."), false
	case a.State == askTaken && a.Taken == c.person:
		return a, blocks.Sentence("You have accepted already."), false
	case a.State == askTaken:
		return a, blocks.Sentence(blocks.Strong(a.Taken), " was faster and has it; nothing was changed."), false
	case a.State == askWithdrawn:
		return a, blocks.Sentence(blocks.Strong(a.By), " has taken it back; nothing was changed."), false
	case a.State != askOpen && a.State != askDeclined:
		return a, blocks.Sentence("It is too late for that; nothing was changed."), false
	}
	return a, m, true
}

// decline is the other button below a question.
func (b *Bot) decline(c *call, tx store.Tx, id string) (blocks.Message, error) {
	a, m, ok := b.open(c, tx, id)
	if !ok {
		return m, nil
	}
	if !slices.Contains(a.Declined, c.person) {
		a.Declined = append(a.Declined, c.person)
	}
	state := askOpen
	if len(a.Declined) == len(a.Asked) {
		state = askDeclined
		b.oweTold(tx, c.now, store.Key("told", a.Change, "declined", a.By), a.By, b.declinedMessage(a))
	}
	b.closeAsk(tx, c.now, a, state)
	return blocks.Message{Shown: true, Body: []blocks.Paragraph{blocks.Para(blocks.Say("You declined."))}}, nil
}

// declinedMessage tells whoever asked that nobody will.
func (b *Bot) declinedMessage(a ask) blocks.Message {
	l := blocks.Say("⚠️ ", text.List(a.Declined, "and"), " declined ")
	l = append(l, a.whatFor(a.By)...)
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(append(l, blocks.Say(". You are still on call as planned.")...))}}
}

// withdraw takes a question back that nobody has accepted.
func (b *Bot) withdraw(c *call, tx store.Tx, a ask) (blocks.Message, error) {
	if a.State != askOpen && a.State != askDeclined {
		if a.State == askTaken {
			return blocks.Sentence(blocks.Strong(a.Taken), " has accepted already. ", blocks.Code(c.root+" undo"), " takes that back."), nil
		}
		return blocks.Sentence("There is nothing left of that to take back."), nil
	}
	b.closeAsk(tx, c.now, a, askWithdrawn)
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(append(append(blocks.Say("You took back "), a.whatFor(c.person)...), blocks.Say(". Nothing was changed.")...))}}, nil
}
