package bot

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/hands"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
)

// wrote begins a world in a bubble in which ana has been paged and writes to the bot.
func wrote(t *testing.T, play func(w *world, id string, dm string)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := (&world{t: t, logged: &buffer{}, groups: outbox.DefaultGroups(nil), subscriptions: []string{"message"}}).begin()
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(2 * time.Second)
		play(w, id, w.only(w.slack.DM(ana)).Channel)
	})
}

// writes has somebody write a plain message to the bot, and returns what it answers.
func (w *world) writes(user, said string) workspace.Message {
	w.t.Helper()
	before := len(w.slack.DM(user))
	if _, err := w.slack.Hands.Say(context.Background(), user, user, said); err != nil {
		w.t.Fatal(err)
	}
	w.wait(2 * time.Second)
	all := w.slack.DM(user)
	if len(all) != before+2 {
		w.t.Fatalf("%s: %d messages more, want what was said and one answer: %v", said, len(all)-before, texts(all[before:]))
	}
	return all[len(all)-1]
}

// TestPlainMessages: what is written to the bot is answered as behind the slash command.
func TestPlainMessages(t *testing.T) {
	wrote(t, func(w *world, id, _ string) {
		contains(t, w.writes(ana, "hello").Text, "Answer a page:", "Open now: 1")
		contains(t, w.writes(ana, "help").Text, "/incident ack", "/incident declare")
		contains(t, w.writes(ana, "Ack 1 I look at it.").Text, "You acknowledged 1 (checkout-5xx)")
		if i := w.head(id); i.AcknowledgedBy.Name != "ana" {
			t.Errorf("%+v", i)
		}
		contains(t, w.writes(ana, "`/incident note 1 the pool is full`").Text, "Noted on 1")
		contains(t, w.writes(ana, "/oncall").Text, "payments")
		contains(t, w.writes(ana, "me 2h").Text, "payments")
		contains(t, w.writes(ana, "akc").Text, "I do not know “akc”. Did you mean `/incident ack`?")
		contains(t, w.writes(ana, "declare").Text, "What goes wrong?")
		w.sound(id)
	})
}

// TestPlainMessageOnce: the same message has one effect and one answer, however often Slack tells of it, also after a restart.
func TestPlainMessageOnce(t *testing.T) {
	wrote(t, func(w *world, id, dm string) {
		said, err := w.slack.Hands.Say(context.Background(), ana, dm, "note 1 said once")
		if err != nil {
			t.Fatal(err)
		}
		event := hands.Event{ID: "Ev1", Fields: map[string]any{"type": "message", "user": ana, "text": said.Text, "ts": said.TS,
			"channel": dm, "channel_type": "im"}}
		for n := range 2 {
			event.Retry = n + 1
			if r := w.slack.Bot.Event(context.Background(), event); r.Err != nil {
				t.Fatal(r.Err)
			}
			w.wait(2 * time.Second)
			w.restart()
			w.wait(2 * time.Second)
		}
		if n := strings.Count(fmt.Sprint(texts(w.slack.DM(ana))), "Noted on 1"); n != 1 {
			t.Errorf("it was answered %d times", n)
		}
		notes := 0
		for _, e := range w.events(id) {
			if _, is := e.Body.(incidents.Noted); is {
				notes++
			}
		}
		if notes != 1 {
			t.Errorf("%d notes", notes)
		}
	})
}

// TestPlainMessagesThatAreNone: what the bot itself says, what others say elsewhere, and what was edited is not answered; a stranger
// learns how to get in, and changes nothing.
func TestPlainMessagesThatAreNone(t *testing.T) {
	wrote(t, func(w *world, id, dm string) {
		for _, fields := range []map[string]any{
			{"user": "U0ONCALM", "bot_id": "B0ONCALM", "channel": dm, "text": "ack"},
			{"user": "U0ONCALM", "channel": dm, "text": "ack", "app_id": "A0ONCALM"},
			{"user": bo, "channel": "C0INC", "text": "ack"},
			{"subtype": "message_changed", "channel": dm, "message": map[string]any{"user": ana, "text": "ack", "ts": "5.5"}},
			{"subtype": "message_deleted", "channel": dm, "deleted_ts": "5.5"},
			{"channel": dm, "text": "ack"},
		} {
			fields["type"], fields["ts"] = "message", "5.5"
			w.slack.Bot.Event(context.Background(), hands.Event{Fields: fields})
		}
		w.wait(2 * time.Second)
		if n := len(w.slack.DM(ana)); n != 1 || w.head(id).Status != incidents.StatusTriggered {
			t.Errorf("ana has %d messages; it is %s", n, w.head(id).Status)
		}
		contains(t, w.writes("U0MAL", "ack").Text, "You are not in Oncalm's people list")
		if got := w.head(id).Status; got != incidents.StatusTriggered {
			t.Errorf("a stranger made it %s", got)
		}
	})
}

// TestPlainMessageWhileSlackIsAway: the answer comes when Slack is there again; what was asked for is done at once.
func TestPlainMessageWhileSlackIsAway(t *testing.T) {
	wrote(t, func(w *world, id, dm string) {
		w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", Times: 2, Kind: faults.Status(500)})
		if _, err := w.slack.Hands.Say(context.Background(), ana, dm, "ack 1"); err != nil {
			t.Fatal(err)
		}
		w.wait(time.Second)
		if got := w.head(id).Status; got != incidents.StatusAcknowledged {
			t.Errorf("it is %s", got)
		}
		w.wait(5 * time.Minute)
		contains(t, last(t, w.slack.DM(ana)).Text, "You acknowledged 1")
	})
}
