package bot

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake"
)

// TestChannelThatWasAway: what a person does brings a card at once that waited for its channel, and time within a minute.
func TestChannelThatWasAway(t *testing.T) {
	for name, act := range map[string]func(w *world){
		"a note":             func(w *world) { w.typed(ana, "/incident", "note it is slow") },
		"an acknowledgement": func(w *world) { w.typed(ana, "/incident", "ack") },
		"time":               func(w *world) { w.wait(50 * time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := begin(t)
				w.slack.Fail(slackfake.Fault{Method: "chat.postMessage", Channel: channel, Kind: slackfake.Error("is_archived")})
				w.alarm("checkout-5xx")
				w.wait(12 * time.Second)
				if w.bot.Status().Channel == "" {
					t.Fatal("it is not said that the channel takes no cards")
				}
				w.slack.Clear()
				act(w)
				w.wait(2 * time.Second)
				w.only(w.slack.Messages(channel))
				if p := w.bot.Status().Channel; p != "" {
					t.Errorf("still said: %s", p)
				}
			})
		})
	}
}
