package bot

import (
	"testing"

	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/bot/view"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/incidents"
)

// messagesOf are all messages in which a text from outside may stand.
func messagesOf(s string) []blocks.Message {
	i, a := bottest.Incident(s), bottest.Alarm(s)
	all := []blocks.Message{
		blocks.Sentence(s, blocks.Strong(s), blocks.Code(s), blocks.Link(s, s), i.Opened, " "),
		chat.Unknown("/incident", s, []string{"ack"}),
		{Title: s, Body: []blocks.Paragraph{blocks.Bullets(blocks.Say("and ", s))},
			Rows: [][]blocks.Button{{{Label: s, Action: "a", Value: s, URL: s}}}},
	}
	for _, status := range []incidents.Status{incidents.StatusTriggered, incidents.StatusAcknowledged,
		incidents.StatusResolved} {
		i.Status = status
		all = append(all, cardMessage(view.Account{Incident: &i, Alarm: a, Events: bottest.Events(s)}))
	}
	return all
}

func TestMessagesFromHostileTexts(t *testing.T) { bottest.JudgeNasty(t, messagesOf) }

func FuzzBlocks(f *testing.F) {
	for _, s := range bottest.Nasty() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, m := range messagesOf(s) {
			bottest.Judge(t, m)
		}
	})
}
