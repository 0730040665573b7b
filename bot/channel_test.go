package bot

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// acts are what brings a card that waited for its channel: what a person does and a restart at once, time within a minute.
func acts() map[string]func(w *world) {
	return map[string]func(w *world){
		"a note":             func(w *world) { w.typed(ana, "/incident", "note it is slow") },
		"an acknowledgement": func(w *world) { w.typed(ana, "/incident", "ack") },
		"a button":           func(w *world) { pages := w.slack.DM(ana); w.press(pages[len(pages)-1], "Escalate", ana) },
		"an override":        func(w *world) { w.typed(bo, "/oncall", "me 2h payments") }, // the channel is told
		"a restart":          func(w *world) { w.restart() },
		"time":               func(w *world) { w.wait(50 * time.Second) },
	}
}

// cards are the cards in the channel, without what else it is told.
func (w *world) cards() (all []workspace.Message) {
	for _, m := range w.slack.Messages(channel) {
		if m.Metadata != nil && m.Metadata.EventType == cardEvent {
			all = append(all, m)
		}
	}
	return all
}

// away lets the channel take nothing any more.
func (w *world) away(code string) {
	for _, method := range []string{"chat.postMessage", "chat.update"} {
		w.slack.Faults.Fail(faults.Fault{Method: method, Channel: channel, Kind: faults.Error(code)})
	}
}

// TestChannelThatWasAway: whatever brings a card back brings the others that waited, too, and the channel is told how long
// cards were missing. It is said all the while, over a restart as well.
func TestChannelThatWasAway(t *testing.T) {
	for _, code := range []string{"is_archived", "channel_not_found", "not_in_channel"} {
		for name, act := range acts() {
			t.Run(code+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := begin(t)
					w.away(code)
					w.alarm("checkout-5xx")
					w.wait(12 * time.Second)
					contains(t, w.bot.Status().Channel, code)
					w.slack.Faults.Clear()
					act(w)
					w.wait(2 * time.Second)
					w.only(w.cards())
					w.back(code)
				})
			})
		}
	}
}

// back holds that the channel takes cards again, and was told once that it took none.
func (w *world) back(code string) {
	w.t.Helper()
	w.wait(2 * time.Second)
	if p := w.bot.Status().Channel; p != "" {
		w.t.Errorf("still said: %s", p)
	}
	got := w.told("Cards were missing")
	if len(got) != 1 {
		w.t.Fatalf("the channel was told %q", got)
	}
	contains(w.t, got[0], "⚠️ Cards were missing here, or out of date, from ", " UTC> until ", ": Slack refused them (`"+code+"`). The missing ones follow now.")
}

// TestEditsOfAChannelThatWasAway is the same for cards that stand already, and for all that wait.
func TestEditsOfAChannelThatWasAway(t *testing.T) {
	for _, code := range []string{"is_archived", "channel_not_found", "not_in_channel"} {
		for name, act := range acts() {
			t.Run(code+" "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := begin(t)
					for _, title := range []string{"one", "two", "three"} {
						w.alarm(title)
						w.wait(2 * time.Second)
					}
					w.away(code)
					for _, id := range []string{"1", "2"} {
						contains(t, w.typed(bo, "/incident", "resolve "+id+" anyway"), "You resolved "+id)
					}
					w.wait(12 * time.Second)
					if !strings.Contains(w.bot.Status().Channel, code) {
						t.Fatalf("said: %q", w.bot.Status().Channel)
					}
					if name == "a restart" { // it is known at once, though Slack has refused nothing yet
						w.restart()
						w.wait(100 * time.Millisecond)
						contains(t, w.bot.Status().Channel, code)
					}
					w.slack.Faults.Clear()
					act(w)
					w.wait(5 * time.Second)
					contains(t, w.cards()[0].Text, "resolved by bo")
					contains(t, w.cards()[1].Text, "resolved by bo")
					w.back(code)
				})
			})
		}
	}
}

// TestToldWhileTheChannelIsAway: who changes something reads that its card is not there, and what to do about it.
func TestToldWhileTheChannelIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		w.away("not_in_channel")
		w.alarm("checkout-5xx")
		w.wait(5 * time.Second)
		const said = "The card cannot be updated: channel C0INC does not accept cards (not_in_channel); type /invite @oncalm in that channel"
		contains(t, w.typed(ana, "/incident", "note it is slow"), "Noted on 1", said)
		w.press(w.slack.DM(ana)[0], "Acknowledge", ana)
		w.wait(2 * time.Second)
		contains(t, last(t, w.slack.Ephemerals(w.slack.DM(ana)[0].Channel, ana)).Text, "You acknowledged 1", said)
		if got := w.typed(ana, "/incident", "list"); strings.Contains(got, "does not accept cards") {
			t.Errorf("who only looks is told, too: %s", got)
		}
		w.slack.Faults.Clear()
		w.typed(ana, "/incident", "note again")
		w.wait(2 * time.Second)
		if got := w.typed(ana, "/incident", "note it is well"); strings.Contains(got, "does not accept cards") {
			t.Errorf("still told: %s", got)
		}
	})
}

// TestAnotherChannel: cards that stand in a channel which takes none any more are posted again where the configuration says.
func TestAnotherChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.alarm("checkout-5xx")
		w.wait(2 * time.Second)
		w.away("is_archived")
		w.typed(ana, "/incident", "ack")
		w.wait(12 * time.Second)
		w.stop()
		w.open(w.disk, func(o *Options) { o.Channel = "C0GEN" })
		w.wait(5 * time.Second)
		var here []string
		for _, m := range w.slack.Messages("general") {
			here = append(here, m.Text)
		}
		if len(here) != 2 || !strings.Contains(here[0]+here[1], "acknowledged by ana") || !strings.Contains(here[0]+here[1], "Cards were missing") {
			t.Errorf("the other channel has %q", here)
		}
		if p := w.bot.Status().Channel; p != "" {
			t.Errorf("said: %s", p)
		}
	})
}

// TestChannelBeforeTheFirstCard: what Slack tells of a channel at the start is said before a card is refused, and not any more
// when it is mended.
func TestChannelBeforeTheFirstCard(t *testing.T) {
	for _, code := range []string{"not_in_channel", "channel_not_found"} {
		synctest.Test(t, func(t *testing.T) {
			w := begin(t)
			w.stop()
			w.slack.Faults.Fail(faults.Fault{Method: "conversations.history", Channel: channel, Kind: faults.Error(code)})
			w.open(w.disk)
			w.wait(time.Second)
			contains(t, w.bot.Status().Channel, code, "/invite @oncalm")
			w.slack.Faults.Clear()
			w.wait(confirmEvery)
			if p := w.bot.Status().Channel; p != "" {
				t.Errorf("still said: %s", p)
			}
		})
	}
}

// TestCardThatIsUnreadable: a message that Slack does not take says nothing of its channel.
func TestCardThatIsUnreadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.slack.Faults.Fail(faults.Fault{
			Method: "chat.postMessage", Channel: channel, Times: 2, Kind: faults.Error("invalid_blocks"),
		})
		w.alarm("checkout-5xx")
		w.wait(5 * time.Second)
		if p := w.bot.Status().Channel; p != "" {
			t.Errorf("said: %s", p)
		}
		w.wait(time.Minute)
		w.only(w.slack.Messages(channel))
	})
}
