package view

import (
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/text"
)

// mostOver is how many incidents have a button by which they are taken over.
const mostOver = 5

// TakeOver adds to what a person is told, who comes on call, the question whether they take over what others acknowledged who go. To
// acknowledge an incident is the answer.
func TakeOver(m blocks.Message, asked []handoffs.Open) blocks.Message {
	if len(asked) == 0 {
		return m
	}
	var ids, from []string
	seen := map[string]bool{}
	row := []blocks.Button{}
	for n, i := range asked {
		ids = append(ids, i.ID)
		if !seen[i.AcknowledgedBy] {
			from = append(from, i.AcknowledgedBy)
		}
		seen[i.AcknowledgedBy] = true
		if n < mostOver {
			ack := chat.Said{Room: Room, Word: "ack", Rest: chat.Target{ID: i.ID, Run: i.Run}.Value()}
			row = append(row, ack.Button("Take over "+i.ID))
		}
	}
	all := text.List(ids, "and")
	m.Body = append(m.Body, blocks.Para(
		blocks.Say("Do you take over ", blocks.Strong(all), " from ", text.List(from, "and"), "? Or write ",
			blocks.Code("/incident ack "+all), "."),
		blocks.Say("Until somebody does, it stays theirs, and they are reminded of it."),
	))
	m.Rows = append(m.Rows, row)
	return m
}
