package declare

import (
	"time"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/paging/rehearsal"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// page is /incident page.
func (room *Room) page(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, said, m := room.o.Pick(c, tx)
	if i == nil {
		return m, nil
	}
	word, reason := firstWord(said)
	switch {
	case word == "":
		return did("Whom should I page? Write ", blocks.Code(c.Root+" page "+i.ID+" @somebody why"),
			"; instead of a person also a service or a schedule."), nil
	case !i.Open():
		return did(blocks.Strong(i.ID), " (", text.Line(i.Title), ") is resolved, so nobody was paged. ",
			blocks.Code(c.Root+" reopen "+i.ID), " brings it back."), nil
	}
	kind, name, ok := room.target(word)
	if !ok {
		return room.names().None(word, "nobody was paged", whom()...), nil
	}
	people, what := room.called(tx, c.Now, kind, name)
	if len(people) == 0 {
		return did("Nobody is on call for ", what, ", so nobody was paged."), nil
	}
	reason = text.Clip(text.Line(reason), maxReason)
	why := c.Person + " asks for you"
	if kind != argument.Person {
		why += ", who are on call for " + what
	}
	if reason != "" {
		why += ": " + reason
	}
	for _, person := range people {
		if err := paging.ByHand(room.o.Pager, tx, c.Now, i.ID, incidents.Person(c.Person), person, why); err != nil {
			return blocks.Message{}, err
		}
	}
	c.Acted = true
	m = did("You paged ", blocks.Strong(text.List(people, "and")), " for ", blocks.Strong(i.ID), " (", text.Line(i.Title),
		"). What becomes of it: ", blocks.Code(c.Root+" why "+i.ID))
	return m, nil
}

// whom are the types of whom can be paged. Where a name is several of them, the first is meant, unless its kind stands in front.
func whom() []argument.Type {
	return []argument.Type{argument.Person, argument.Service, argument.Schedule}
}

// target is who is meant by a name.
func (room *Room) target(said string) (kind argument.Type, name string, ok bool) {
	return room.names().Find(said, whom()...)
}

// called are the people of a target, and how it reads.
func (room *Room) called(tx store.Tx, now time.Time, kind argument.Type, name string) (people []string, what string) {
	switch kind {
	case argument.Person:
		return []string{name}, name
	case argument.Service:
		people = rehearsal.First(room.o.Pager, tx, now, name, "")
	default:
		people = rehearsal.First(room.o.Pager, tx, now, "", name)
	}
	return people, string(kind) + " " + name
}
