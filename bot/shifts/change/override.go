package change

import (
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/store"
)

// Me is /oncall me: whoever says it takes over. A length ("2h") needs no confirmation, since it begins now in every zone; a
// time ("until 18:00") does.
func (ps *Plans) Me(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	if len(c.Args) == 0 {
		return blocks.Sentence("How long will you take over for? ", blocks.Code(c.Root+" me 2h"), " or ",
			blocks.Code(c.Root+" me until 18:00"), "."), nil
	}
	meant, s, m, ok := ps.Reader.ReadSpan(c, false)
	if !ok {
		return m, nil
	}
	p := overrides.Plan{
		How: overrides.HowMe, By: c.Person, Change: typed.ChangeID(c.ID), Schedule: meant.Schedule, Person: c.Person,
		Span: overrides.SpanOf(s.From, s.To),
	}
	if !s.Length {
		return ps.propose(c, tx, p, s)
	}
	if m, err := ps.idle(c, tx, p); err != nil || len(m.Body) > 0 {
		return m, err
	}
	return ps.apply(c, tx, p)
}

// Override is /oncall override: somebody is put on call, without being asked. They are told, and anybody whom it concerns
// can undo it.
func (ps *Plans) Override(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	meant, s, m, ok := ps.Reader.ReadSpan(c, true)
	if !ok {
		return m, nil
	}
	return ps.propose(c, tx, overrides.Plan{
		How: overrides.HowOverride, By: c.Person, Change: typed.ChangeID(c.ID), Schedule: meant.Schedule,
		Person: meant.Person, Span: overrides.SpanOf(s.From, s.To),
	}, s)
}
