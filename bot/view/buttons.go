package view

import (
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/incidents"
)

// Room is the name of the room whose words the buttons of incidents say.
const Room = "incident"

// Buttons are the buttons that make sense for an incident as it stands, in their order.
func Buttons(i *incidents.Incident) []blocks.Button {
	at := chat.Target{ID: i.ID, Run: i.Run}.Value()
	say := func(word, label string) blocks.Button {
		return chat.Said{Room: Room, Word: word, Rest: at}.Button(label)
	}
	switch i.Status {
	case incidents.StatusTriggered:
		return []blocks.Button{say("ack", "Acknowledge").AsMain(), say("resolve", "Resolve"), say("escalate", "Escalate")}
	case incidents.StatusAcknowledged:
		return []blocks.Button{say("resolve", "Resolve").AsMain(), say("escalate", "Escalate")}
	}
	return nil
}
