package command

import (
	"errors"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/mend"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/members"
	"github.com/oncalm/oncalm/nearest"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// merge is /incident merge: one incident or several into another, which is named last. All is looked at before the first
// change, so that a refusal can say that nothing changed.
func (room *Room) merge(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	var ids []string
	for _, arg := range c.Args {
		id := strings.Trim(arg.Text, "#,")
		if strings.EqualFold(id, "into") || id == "" || len(ids) > 0 && joins(arg) {
			continue
		}
		if !chat.IsID(id) {
			return noSuch(id, incidents.OpenIDs(tx, maxListed)), nil
		}
		ids = append(ids, id)
	}
	if len(ids) < 2 {
		return blocks.Sentence("Which one into which? Write ", blocks.Code(c.Root+" merge 12 into 11"),
			": 11 goes on with the alarms of 12."), nil
	}
	for _, id := range ids {
		if _, err := incidents.Head(tx, id); errors.Is(err, incidents.ErrNotFound) {
			return noSuch(id, incidents.OpenIDs(tx, maxListed)), nil
		}
	}
	last := len(ids) - 1
	from, into := slices.Compact(slices.Sorted(slices.Values(ids[:last]))), ids[last]
	if slices.Contains(from, into) {
		return blocks.Sentence("Incident ", into, " cannot be merged into itself; nothing changed."), nil
	}
	for _, id := range from {
		switch err := mend.CanMerge(tx, id, into); {
		case errors.Is(err, mend.ErrHushed):
			return blocks.Sentence("Nobody is paged for ", id, " and ", into, ", and not for the same reason; nothing changed. ",
				"Lift the silence first, or escalate one of them."), nil
		case err != nil:
			return blocks.Message{}, err
		}
	}
	for _, id := range from {
		if err := room.hand(c, tx).Merge(id, into); err != nil {
			return blocks.Message{}, err
		}
	}
	c.Acted = true
	i, err := incidents.Head(tx, into)
	if err != nil {
		return blocks.Message{}, err
	}
	said := []blocks.Line{blocks.Say("You merged ", blocks.Strong(text.List(from, "and")), " into ", blocks.Strong(into),
		" (", text.Line(i.Title), ").")}
	if alarms := view.AlarmsOf(i); alarms != nil {
		said = append(said, alarms)
	}
	if i.Status == incidents.StatusTriggered {
		said = append(said, blocks.Say("Nobody has acknowledged it yet: ", blocks.Code(c.Root+" ack "+into)))
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(said...)}}, nil
}

// hand is the person's hand in package mend, which knows what becomes of alarms and pages.
func (room *Room) hand(c *chat.Call, tx store.Tx) mend.Hand {
	return mend.Hand{Tx: tx, Book: room.o.Book, Now: c.Now, By: incidents.Person(c.Person), Judge: room.o.Judge,
		PagesNobody: room.o.PagesNobody}
}

// split is /incident split. The alarm is named as it is called; in an incident of one alarm there is nothing to split. What
// is split off pages by itself, unless somebody has the other one in hand.
func (room *Room) split(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, name, m := room.pick(c, tx)
	if i == nil {
		return m, nil
	}
	if name == "" {
		return blocks.Sentence("Which alarm? Write ", blocks.Code(c.Root+" split "+i.ID+" NAME"), ". ", inAlarm(i)), nil
	}
	made, err := room.hand(c, tx).Split(i.ID, name)
	switch {
	case errors.Is(err, mend.ErrNoAlarm):
		return blocks.Sentence("No alarm “", text.Clip(text.Line(name), 100), "” fires in ", i.ID, "; nothing changed. ",
			meant(name, i), inAlarm(i)), nil
	case errors.Is(err, mend.ErrOnlyAlarm):
		return blocks.Sentence("Incident ", i.ID, " has no other alarm; nothing changed."), nil
	case err != nil:
		return blocks.Message{}, err
	}
	c.Acted = true
	said := blocks.Say("You split ", text.Line(made.Title), " off: it is incident ", blocks.Strong(made.ID), " now, ",
		made.Severity, " of ", text.Line(made.Service), ".")
	if i.Status == incidents.StatusAcknowledged {
		said = blocks.Say(said, " ", view.NameOf(i.AcknowledgedBy), ", who has acknowledged ", i.ID,
			", has acknowledged it, too.")
	}
	if left, err := incidents.Head(tx, i.ID); err == nil && left.Open() && len(left.Firing) == 0 {
		said = blocks.Say(said, " No alarm fires in ", i.ID, " any more. Somebody declared it, so it stays open: ",
			blocks.Code(c.Root+" resolve "+i.ID))
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(said)}}, nil
}

// inAlarm names the alarms that can be split off an incident.
func inAlarm(i *incidents.Incident) blocks.Line {
	if alarms := view.AlarmsOf(i); alarms != nil {
		return alarms
	}
	return blocks.Say("It has no other alarms.")
}

// meant is the alarm that is written nearly so.
func meant(name string, i *incidents.Incident) blocks.Line {
	var names []string
	for _, m := range members.Of(i) {
		names = append(names, m.Name)
	}
	near := nearest.Of(name, names)
	if near == "" {
		return nil
	}
	return blocks.Say("Did you mean ", blocks.Code(text.Line(near)), "? ")
}
