package bot

import (
	"context"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
)

// incidentWords are the words of /incident, in the order of help.
func (b *Bot) incidentWords() []chat.Word {
	return []chat.Word{
		{Name: "ack", Also: []string{"acknowledge"}, Usage: "[id [note]]", Change: b.acknowledge,
			Help: "You take care of it, and nobody else is paged."},
		{Name: "resolve", Also: []string{"close"}, Usage: "[id] [reason]", Change: b.resolve,
			Help: "It is over."},
		{Name: "escalate", Usage: "[id] [reason]", Change: b.escalate,
			Help: "The next step of the policy is paged at once."},
		{Name: "note", Usage: "[id] text", Change: b.note,
			Help: "Puts a line on the timeline."},
		{Name: "list", Usage: "", Show: b.list,
			Help: "What is open."},
		{Name: "info", Also: []string{"show"}, Usage: "[id]", Show: b.info,
			Help: "How an incident stands, and what happened."},
		{Name: "postmortem", Also: []string{"pm", "retro"}, Usage: "[id]", Show: b.postmortem,
			Help: "The draft of the postmortem, made from the timeline."},
		{Name: "help", Usage: "", Show: b.incidentHelp,
			Help: "This list."},
	}
}

// incidentHelp explains all words of /incident.
func (b *Bot) incidentHelp(context.Context, *chat.Call) (blocks.Message, error) {
	m := chat.Help(b.o.Roots.Incident, b.incidentWords())
	m.Body = append(m.Body, blocks.Para(
		blocks.Say("The id may be left out while only one incident is open. ", blocks.Code(b.o.Roots.OnCall), " tells who is on call."),
	))
	return m, nil
}

// incidentRoom is the conversation of /incident.
func (b *Bot) incidentRoom() chat.Room {
	return chat.Room{
		Root: b.o.Roots.Incident, Words: b.incidentWords(), Silent: chat.Word{Show: b.brief}, Press: b.pressIncident,
	}
}

// pressIncident is the word of a button of an incident.
func (b *Bot) pressIncident(c *chat.Call, action, value string) (chat.Word, bool) {
	w, known := chat.Find(b.incidentWords(), action)
	if !known {
		return w, false
	}
	at, typed, readable := chat.ParseTarget(value)
	if !readable {
		return chat.NoButton(c.Root), true
	}
	c.Word, c.Rest, c.Target = w.Name, typed, &at
	return w, true
}
