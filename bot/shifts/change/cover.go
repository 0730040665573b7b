package change

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Cover is /oncall cover me: the others of a schedule are asked to stand in. "me" may be left out: nobody asks for a cover
// for somebody else.
func (ps *Plans) Cover(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	if len(c.Args) > 0 && strings.EqualFold(c.Args[0].Text, "me") {
		c.Args = c.Args[1:]
	}
	if len(c.Args) == 0 {
		return blocks.Sentence("When should somebody cover for you? ",
			blocks.Code(c.Root+" cover me fri 18:00..sat 09:00"), "."), nil
	}
	meant, s, m, ok := ps.Reader.ReadSpan(c, false)
	if !ok {
		return m, nil
	}
	// in any part of the span; of the rest it would be a cover for another
	if held := ps.Overrides.During(tx, meant.Schedule, s.From, s.To); !slices.Contains(held, c.Person) {
		return ps.notYours(c, tx, meant.Schedule, s.From, s.To), nil
	}
	return ps.propose(c, tx, overrides.Plan{
		How: overrides.HowCover, By: c.Person, Change: typed.ChangeID(c.ID), Schedule: meant.Schedule,
		Span: overrides.SpanOf(s.From, s.To),
	}, s)
}

// openAsk asks those who have to agree to a plan: for a swap its other side, for a cover all others of the schedule. The
// question is checked and put in this transaction; package news sends it.
func (ps *Plans) openAsk(c *chat.Call, tx store.Tx, p overrides.Plan) (blocks.Message, error) {
	done, err := ps.Overrides.Ask(tx, c.Now, c.Person, p)
	if err != nil {
		return ps.notAsked(c, tx, p, err)
	}
	m := blocks.Sentence("I ask ", text.List(done.Ask.Asked, "and"),
		". The first to accept takes it, and I will tell you who. Until then you are on call as planned.")
	if p.How == overrides.HowSwap {
		m = blocks.Sentence("I ask ", blocks.Strong(p.Person), ". Nothing changes until they accept; I will tell you.")
	}
	m.Rows = [][]blocks.Button{{typed.Said("withdraw", p.Change).Button("Take it back")}}
	return m, nil
}

// notAsked says why nobody was asked. Between the plan and its confirmation shifts may have changed.
func (ps *Plans) notAsked(c *chat.Call, tx store.Tx, p overrides.Plan, err error) (blocks.Message, error) {
	switch {
	case errors.Is(err, overrides.ErrAsked) && p.How == overrides.HowSwap:
		return blocks.Sentence(blocks.Strong(p.Person), " has already been asked."), nil
	case errors.Is(err, overrides.ErrAsked):
		return blocks.Sentence("They have been asked already."), nil
	case errors.Is(err, overrides.ErrNobody):
		return blocks.Sentence("There is nobody else in ", blocks.Strong(p.Schedule), " whom I could ask."), nil
	case errors.Is(err, overrides.ErrUnreachable):
		return blocks.Sentence(blocks.Strong(p.Person),
			" has no Slack id in Oncalm's people list, so I cannot ask them."), nil
	case errors.Is(err, overrides.ErrShifted):
		return blocks.Sentence("The shifts have changed since then; nobody was asked. Try again: ",
			blocks.Code(c.Root+" swap @"+p.Person), "."), nil
	case errors.Is(err, overrides.ErrNotOnCall):
		return ps.notYours(c, tx, p.Schedule, p.Span.Begin(), p.Span.End()), nil
	}
	return refusedOverride(err)
}

// notYours says to somebody who asks for a cover that they are not on call then.
func (ps *Plans) notYours(c *chat.Call, tx store.Tx, schedule string, from, to time.Time) blocks.Message {
	return blocks.Sentence("You are not on call for ", blocks.Strong(schedule), " then, so there is nothing to cover: ",
		inFull(from, to, ps.Reader.Zone(c, schedule)), " belongs to ", heldBy(tx, ps.Overrides, schedule, from, to), ".")
}
