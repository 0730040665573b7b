package command

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
)

// messagesOf are the messages in which a text from outside may stand.
func messagesOf(s string) []blocks.Message {
	i, a := bottest.Incident(s), bottest.Alarm(s)
	all := []blocks.Message{
		noSuch(s, []string{"41"}), postmortemMessage(&i, s),
		postmortemMessage(&i, strings.Repeat(s+"\n", 1+20_000/(len(s)+1))),
	}
	for _, status := range []incidents.Status{incidents.StatusTriggered, incidents.StatusAcknowledged,
		incidents.StatusResolved} {
		i.Status = status
		all = append(all, infoMessage(view.Account{Incident: &i, Alarm: a, Events: bottest.Events(s)}, time.Time{}))
	}
	return all
}

func TestMessagesFromHostileTexts(t *testing.T) {
	bottest.JudgeNasty(t, func(s string) []blocks.Message {
		unquote(s)
		return messagesOf(s)
	})
}
