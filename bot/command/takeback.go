package command

import (
	"errors"
	"strconv"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/incidents/undo"
	"github.com/oncalm/oncalm/store"
)

// lasting says what was done last and cannot be taken back, what could be done instead, and what was done before it that
// can be: an undo that goes on by itself to something older would take back what nobody meant.
func (room back) lasting(c *chat.Call, tx store.Tx, d undo.Done) (l blocks.Line, row []blocks.Button, err error) {
	l = blocks.Say("You ", didWhat(d.Event.Body), " ", blocks.Strong(d.Incident),
		" last, which cannot be taken back; nothing changed.")
	if instead := insteadOf(c, d); instead != nil {
		l = blocks.Say(l, " ", instead, ".")
	}
	before, err := undo.Before(tx, c.Now, c.Person, d)
	if errors.Is(err, undo.ErrNothing) {
		return l, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	i, err := incidents.Head(tx, d.Incident)
	if err != nil {
		return nil, nil, err
	}
	line := strconv.Itoa(before.Event.Seq)
	again := chat.Said{Room: view.Room, Word: "undo", Rest: chat.Target{ID: i.ID, Run: i.Run}.Value() + " " + line}
	return blocks.Say(l, " Before that you ", didWhat(before.Event.Body), " ", blocks.Strong(i.ID),
			". To take that back: ",
			say(c, "undo", i.ID, line), "."),
		[]blocks.Button{again.Numbered("Take that back", i.ID)}, nil
}

// insteadOf says what can be done about something that cannot be taken back; nil if nothing can.
func insteadOf(c *chat.Call, d undo.Done) blocks.Line {
	id := d.Incident
	switch b := d.Event.Body.(type) {
	case incidents.Escalated:
		return blocks.Say("Who was paged stays so. To have nobody else paged: ", say(c, "ack", id, ""))
	case incidents.Paged:
		return blocks.Say("A page that went out stays so")
	case incidents.Opened:
		return blocks.Say("To end it: ", say(c, "resolve", id, "opened by mistake"))
	case incidents.Reopened:
		return blocks.Say("To end it again: ", say(c, "resolve", id, ""))
	case incidents.Absorbed:
		return blocks.Say("To take an alarm out of it again: ", say(c, "split", id, "NAME"))
	case incidents.Split:
		return blocks.Say("To put it back: ", say(c, "merge", b.To, "into "+id))
	case incidents.Resolved:
		if b.Into != "" {
			return blocks.Say("To take an alarm out of ", b.Into, " again: ", say(c, "split", b.Into, "NAME"))
		}
	case incidents.Responded:
		return rewritten(c, id, b.Fact)
	}
	return nil
}

// rewritten says how what somebody wrote about an incident is written anew: the newest counts.
func rewritten(c *chat.Call, id string, f response.Fact) blocks.Line {
	switch f.(type) {
	case response.Summarised:
		return blocks.Say("Another takes its place: ", say(c, "summary", id, "TEXT"))
	case response.Affected:
		return blocks.Say("Another takes its place: ", say(c, "impact", id, "TEXT"))
	case response.Updated:
		return blocks.Say("Who reads it has read it. Correct it with another: ", say(c, "update", id, "TEXT"))
	case response.Planned:
		return blocks.Say("The postmortem has it; it can be left out there")
	}
	return nil
}
