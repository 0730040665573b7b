package respond

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/store"
)

// lead is /incident lead, which is short for /incident role lead.
func (room *Room) lead(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, said, m := room.Hand.Pick(c, tx)
	if i == nil {
		return m, nil
	}
	return room.assign(c, tx, i, response.Lead, said)
}

// role is /incident role.
func (room *Room) role(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, said, m := room.Hand.Pick(c, tx)
	if i == nil {
		return m, nil
	}
	word, rest := firstWord(said)
	_, role, ok := room.names().Find(word, argument.Role)
	switch {
	case !ok && word != "":
		return room.names().None(word, "nothing changed", argument.Role), nil
	case !ok:
		return how(c, i, "Which role? lead, comms or scribe.", "comms @somebody"), nil
	}
	return room.assign(c, tx, i, role, rest)
}

// assign gives somebody a role: whoever says so, if nobody is named. One person has it at a time, and whoever had it is
// named in the reply, since they are not asked.
func (room *Room) assign(c *chat.Call, tx store.Tx, i *incidents.Incident, role, said string) (blocks.Message, error) {
	person, m, ok := room.person(said)
	switch {
	case !ok:
		return m, nil
	case strings.TrimSpace(said) == "":
		person = c.Person
	}
	before := i.Response.Holder(role)
	if before == person {
		if person == "" {
			return did("Nobody is ", role, " of ", blocks.Strong(i.ID), "; nothing changed."), nil
		}
		return did(blocks.Strong(person), " is ", role, " of ", blocks.Strong(i.ID), " already; nothing changed."), nil
	}
	body := incidents.Responded{Fact: response.Assigned{Role: role, Person: person}}
	if _, err := room.Hand.Append(c, tx, i.ID, body); err != nil {
		return blocks.Message{}, err
	}
	was := ""
	if before != "" {
		was = "; it was " + before
	}
	switch person {
	case "":
		return did("Nobody is ", role, " of ", named(i), " now", was, "."), nil
	case c.Person:
		return did("You are ", role, " of ", named(i), " now", was, "."), nil
	}
	return did(blocks.Strong(person), " is ", role, " of ", named(i), " now", was, ". They get a message."), nil
}

// person is who is named in front of a text, or alone; empty for nobody. A name counts in any case of letters, with an @ or
// without. Only people of the configuration can have a role: others could not be told.
func (room *Room) person(said string) (name string, m blocks.Message, ok bool) {
	word, _ := firstWord(said)
	bare := strings.TrimPrefix(strings.TrimRight(word, ".,;:"), "@")
	switch strings.ToLower(bare) {
	case "", "nobody", "none":
		return "", m, true
	}
	if _, name, ok = room.names().Find(word, argument.Person); ok {
		return name, m, true
	}
	return "", room.names().None(word, "nothing changed", argument.Person), false
}

// names are those that can stand in a word.
func (room *Room) names() argument.Names {
	return argument.Names{argument.Person: slices.Sorted(maps.Keys(room.o.People))}
}

// roles is /incident roles.
func (room *Room) roles(ctx context.Context, c *chat.Call) (m blocks.Message, err error) {
	err = room.o.Book.Store.View(ctx, func(tx store.Tx) error {
		i, sorry, err := room.Hand.PickAny(c, tx)
		if i == nil {
			m = sorry
			return err
		}
		var lines []blocks.Line
		for _, role := range response.Roles() {
			holder := blocks.Say("nobody")
			if p := i.Response.Holder(role); p != "" {
				holder = blocks.Say(blocks.Strong(p))
			}
			lines = append(lines, blocks.Say(strings.ToUpper(role[:1])+role[1:], ": ", holder))
		}
		m = did("Of ", named(i), ":")
		m.Body = append(m.Body, blocks.Bullets(lines...))
		return nil
	})
	return m, err
}

// Follow enqueues what people are told of what was decided (see [incidents.Follower]). Whoever takes a role themselves is
// told by the reply.
func (room *Room) Follow(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event) {
	b, ok := e.Body.(incidents.Responded)
	if !ok {
		return
	}
	switch f := b.Fact.(type) {
	case response.Assigned:
		if f.Person == "" || e.By == incidents.Person(f.Person) {
			return
		}
		key := store.Key("told", "role", i.ID, fmt.Sprint(e.Seq), f.Person)
		room.o.Owe(tx, now, key, f.Person, did(
			blocks.Strong(e.By.Name), " made you ", blocks.Strong(f.Role), " of incident ", named(i), "."))
	case response.Updated:
		room.tell(tx, now, i, e, f)
	}
}
