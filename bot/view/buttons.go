package view

import (
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/incidents"
)

// Buttons are the buttons that make sense for an incident as it stands, in their order.
func Buttons(i *incidents.Incident) []blocks.Button {
	at := chat.Target{ID: i.ID, Run: i.Run}.Value()
	switch i.Status {
	case incidents.StatusTriggered:
		return []blocks.Button{
			{Label: "Acknowledge", Action: "ack", Value: at, Main: true},
			{Label: "Resolve", Action: "resolve", Value: at},
			{Label: "Escalate", Action: "escalate", Value: at},
		}
	case incidents.StatusAcknowledged:
		return []blocks.Button{
			{Label: "Resolve", Action: "resolve", Value: at, Main: true},
			{Label: "Escalate", Action: "escalate", Value: at},
		}
	}
	return nil
}
