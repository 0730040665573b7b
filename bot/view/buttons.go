package view

import (
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/members"
	"github.com/oncalm/oncalm/text"
)

// Room is the name of the room whose words the buttons of incidents say.
const Room = "incident"

// Buttons are the buttons that make sense for an incident as it stands, in their order. What pages nobody cannot be
// snoozed, and what was merged goes on elsewhere.
func Buttons(i *incidents.Incident) []blocks.Button {
	say := func(word, label string) blocks.Button { return saying(i, word, label) }
	switch {
	case i.Status == incidents.StatusTriggered && i.Quiet:
		return []blocks.Button{say("ack", "Acknowledge").AsMain(), resolving(i), say("escalate", "Escalate")}
	case i.Status == incidents.StatusTriggered:
		return []blocks.Button{say("ack", "Acknowledge").AsMain(), resolving(i), say("escalate", "Escalate"), say("snooze", "Snooze")}
	case i.Status == incidents.StatusAcknowledged && i.Quiet:
		return []blocks.Button{resolving(i).AsMain(), say("escalate", "Escalate")}
	case i.Status == incidents.StatusAcknowledged:
		return []blocks.Button{resolving(i).AsMain(), say("escalate", "Escalate"), say("snooze", "Snooze")}
	case i.MergedInto == "":
		return []blocks.Button{say("reopen", "Reopen")}
	}
	return nil
}

// AddNote is the button that opens the form of a note.
func AddNote(i *incidents.Incident) blocks.Button { return saying(i, "note", "Add note") }

// saying is a button that says a word of the room. It carries the run of the incident, so that a button of before it was
// triggered again has no effect.
func saying(i *incidents.Incident, word, label string) blocks.Button {
	return chat.Said{Room: Room, Word: word, Rest: chat.Target{ID: i.ID, Run: i.Run}.Value()}.Button(label)
}

// Anyway stands before the reason of a resolution to say that it is meant, though an alarm still says ALARM.
const Anyway = "anyway"

// resolving is the button that resolves an incident. It asks first while an alarm of it says ALARM. Slack asks before it
// sends; the value says "anyway" already, so that nobody is asked twice.
func resolving(i *incidents.Incident) blocks.Button {
	b := saying(i, "resolve", "Resolve")
	if len(i.Firing) > 0 {
		b.Value += " " + Anyway
		b.Asks = &blocks.Question{
			Title: "Resolve incident " + i.ID + "?", Text: StillFires(i) + " " + IfResolved, Yes: "Resolve it", No: "Not yet",
		}
	}
	return b
}

// IfResolved is what it means to resolve an incident while an alarm of it says ALARM.
const IfResolved = "If you resolve it, nobody is paged for that any more, until it was OK and fires again."

// StillFires names the alarms of an incident that say ALARM, the worst first. Something of it has to fire.
func StillFires(i *incidents.Incident) string {
	all := members.Of(i)
	said := "“" + text.Clip(text.Line(all[0].Name), 100) + "”"
	if more := len(all) - 1; more > 0 {
		return said + " and " + text.Count(more, "alarm more", "alarms more") + " still say ALARM."
	}
	return said + " still says ALARM."
}
