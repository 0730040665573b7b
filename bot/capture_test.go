package bot

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/bot/capture"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/hands"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
)

// captures makes a world whose Slack tells of what people say and mark.
func captures(t *testing.T, all bool) *world {
	t.Helper()
	rules := capture.Rules{Signs: capture.DefaultSigns(), All: all}
	return (&world{t: t, logged: &buffer{}, groups: outbox.DefaultGroups(nil),
		subscriptions: []string{"message", "reaction_added", "reaction_removed", "pin_added", "pin_removed"}}).
		begin(func(o *Options) { o.Capture = rules })
}

// says lets a person write, in the thread of a message if there is one.
func (w *world) says(user, in, thread, text string, files ...workspace.FileRef) workspace.Message {
	w.t.Helper()
	m, err := w.slack.Hands.Share(context.Background(), user, in, thread, text, files...)
	if err != nil {
		w.t.Fatal(err)
	}
	return m
}

// does fails if something cannot be done in Slack.
func (w *world) does(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Error(err)
	}
}

// notes are the lines of a timeline that people wrote, as they read: who, when, what, and ~ in front if it was struck.
func (w *world) notes(id string) (all []string) {
	w.t.Helper()
	struck := map[int]string{}
	events := w.events(id)
	for _, e := range events {
		if b, ok := e.Body.(incidents.Struck); ok {
			struck[b.Seq] = " ~" + e.By.Name + ": " + b.Reason
		}
	}
	for _, e := range events {
		if b, ok := e.Body.(incidents.Noted); ok {
			all = append(all, e.By.Name+" "+e.At.Format("15:04:05")+" "+b.Text+struck[e.Seq])
		}
	}
	return all
}

func (w *world) wantNotes(id string, want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.notes(id)); diff != "" {
		w.t.Errorf("notes of %s (-want +got):\n%s", id, diff)
	}
}

// TestMarkedMessage: a mark puts a message onto the timeline at its own time, by its author, once; the last mark that goes strikes it.
func TestMarkedMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, ctx := captures(t, false), context.Background()
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(2 * time.Second)
		card := w.only(w.slack.Messages(channel))
		m := w.says(bo, channel, card.TS, "rolled back to 41, see <https://x.example.com|this>")
		w.wait(time.Hour)
		w.does(w.slack.Hands.React(ctx, ana, m, "pushpin"))
		w.wait(time.Second)
		w.wantNotes(id, "bo 00:00:03 rolled back to 41, see <https://x.example.com|this>")
		line := w.events(id)[len(w.events(id))-1]
		b, _ := line.Body.(incidents.Noted)
		if want := "https://oncalm.slack.com/archives/C0INC/p" + strings.ReplaceAll(m.TS, ".", "") + "?thread_ts=" + card.TS + "&cid=C0INC"; b.Link != want ||
			b.Captured != "ana" || line.Words().Source != incidents.SourceMessage {
			t.Errorf("%+v, want the link %s", b, want)
		}
		w.does(w.slack.Hands.React(ctx, bo, m, "memo")) // a second mark changes nothing
		w.does(w.slack.Hands.Pin(ctx, bo, m))
		w.does(w.slack.Hands.React(ctx, cy, m, "eyes")) // is none
		w.does(w.slack.Hands.React(ctx, "U0MAL", m, "stopwatch"))
		w.wait(time.Second)
		w.does(w.slack.Hands.Unreact(ctx, ana, m, "pushpin"))
		w.does(w.slack.Hands.Unreact(ctx, bo, m, "memo"))
		w.wait(time.Second)
		w.wantNotes(id, "bo 00:00:03 rolled back to 41, see <https://x.example.com|this>")
		w.does(w.slack.Hands.Unpin(ctx, bo, m))
		w.wait(time.Second)
		w.wantNotes(id, "bo 00:00:03 rolled back to 41, see <https://x.example.com|this> ~bo: the mark was taken away in Slack")
		w.does(w.slack.Hands.React(ctx, ana, m, "stopwatch")) // marked anew
		w.wait(time.Second)
		if got := len(w.notes(id)); got != 2 {
			t.Errorf("%d notes, want 2", got)
		}
		if got := w.slack.Ephemerals(channel, ana); len(got) > 0 {
			t.Errorf("in the thread of the card nobody is asked: %v", texts(got))
		}
	})
}

// TestMarkDeliveredOften: an event that comes three times, and after a restart, has one effect; so have events that overtake each other.
func TestMarkDeliveredOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, ctx := captures(t, false), context.Background()
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(2 * time.Second)
		m := w.says(bo, channel, w.only(w.slack.Messages(channel)).TS, "looking")
		w.does(w.slack.Hands.React(ctx, ana, m, "pushpin"))
		event := func(kind string) {
			w.slack.Bot.Event(ctx, hands.Event{ID: "Ev1", Retry: 1, Fields: map[string]any{
				"type": kind, "user": ana, "reaction": "pushpin", "item_user": bo,
				"item": map[string]any{"type": "message", "channel": "C0INC", "ts": m.TS},
			}})
		}
		for range 3 {
			event("reaction_added")
			event("reaction_removed") // of before
			w.wait(time.Second)
		}
		w.restart(func(o *Options) { o.Capture = capture.Rules{Signs: capture.DefaultSigns()} })
		w.wait(time.Minute)
		event("reaction_added")
		w.wait(time.Second)
		w.wantNotes(id, "bo 00:00:03 looking")
	})
}

// TestMarkWhileDown: what was marked, unmarked and said while we were not there is found after the start.
func TestMarkWhileDown(t *testing.T) {
	for _, all := range []bool{false, true} {
		t.Run(strconv.FormatBool(all), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, ctx := captures(t, all), context.Background()
				w.wait(time.Second)
				id := w.alarm("checkout-5xx")
				w.wait(2 * time.Second)
				card := w.only(w.slack.Messages(channel))
				first := w.says(bo, channel, card.TS, "first")
				second := w.says(bo, channel, card.TS, "second")
				w.does(w.slack.Hands.Pin(ctx, ana, second))
				w.wait(time.Second)
				w.stop()
				w.slack.Bot.ConnectHandler(http.NotFoundHandler())
				w.does(w.slack.Hands.React(ctx, cy, first, "pushpin"))
				w.does(w.slack.Hands.Unpin(ctx, ana, second))
				w.says("U0MAL", channel, card.TS, "third")
				w.restart(func(o *Options) { o.Capture = capture.Rules{Signs: capture.DefaultSigns(), All: all} })
				w.wait(time.Minute)
				want := []string{"bo 00:00:03 second ~oncalm: the mark was taken away in Slack", "bo 00:00:03 first"}
				if all {
					want = []string{"bo 00:00:03 first", "bo 00:00:03 second", "mal 00:00:04 third"}
				}
				if got := w.notes(id); all {
					slices.Sort(got) // a mark may be looked at before the place is read
					if !slices.Equal(got, want) {
						t.Errorf("%q, want %q", got, want)
					}
					return
				}
				w.wantNotes(id, want...)
			})
		})
	}
}

// TestWhichTimeline: a message that is marked elsewhere goes to the incident that is open; if several are, whoever marked it is asked once.
func TestWhichTimeline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, ctx := captures(t, false), context.Background()
		w.wait(time.Second)
		lone := w.says(bo, "general", "", "what is wrong with checkout?")
		w.does(w.slack.Hands.React(ctx, bo, lone, "memo"))
		w.wait(time.Second)
		if got := w.slack.Ephemerals("general", bo); len(got) > 0 {
			t.Errorf("nothing is open, and people use the sign for other things: %v", texts(got))
		}
		first := w.alarm("checkout-5xx")
		w.does(w.slack.Hands.React(ctx, ana, lone, "pushpin"))
		w.wait(2 * time.Second)
		w.wantNotes(first, "bo 00:00:01 what is wrong with checkout?")
		contains(t, last(t, w.slack.Ephemerals("general", ana)).Text, "On the timeline of 1 (checkout-5xx). Take your mark away")
		second := w.alarm("search-5xx")
		w.wait(time.Second)
		m := w.says(bo, "general", "", "search is slow")
		for range 2 {
			w.does(w.slack.Hands.React(ctx, ana, m, "pushpin"))
			w.wait(time.Second)
			w.does(w.slack.Hands.Unreact(ctx, ana, m, "pushpin"))
			w.wait(time.Second)
		}
		w.does(w.slack.Hands.React(ctx, ana, m, "pushpin"))
		w.wait(time.Second)
		all := w.slack.Ephemerals("general", ana)
		if len(all) != 2 {
			t.Fatalf("asked once, not: %v", texts(all))
		}
		if got, want := labels(all[1]), "1 · sev2 · checkout-5xx, 2 · sev2 · search-5xx"; got != want {
			t.Errorf("buttons: %s, want %s", got, want)
		}
		w.press(all[1], "2 · sev2 · search-5xx", ana)
		w.wait(time.Second)
		w.wantNotes(second, "bo 00:00:05 search is slow")
		w.press(all[1], "1 · sev2 · checkout-5xx", ana)
		w.wait(time.Second)
		w.wantNotes(first, "bo 00:00:01 what is wrong with checkout?")
		contains(t, last(t, w.slack.Ephemerals("general", ana)).Text, "It is on the timeline of 2 already")
	})
}

// TestCaptureAll: whatever is said in the thread of a card is on the timeline; what is edited is struck and noted again, what is deleted
// struck. What Slack says itself, and what we do, is not.
func TestCaptureAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, ctx := captures(t, true), context.Background()
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(2 * time.Second)
		card := w.only(w.slack.Messages(channel))
		m := w.says(bo, channel, card.TS, "looking")
		w.wait(time.Second)
		n := w.says("U0MAL", channel, card.TS, "password is hunter2")
		w.says(ana, channel, "", "in the channel, not in the thread")
		w.wait(time.Second)
		w.does(w.slack.Hands.Change(ctx, bo, m, "looking at the deployment"))
		w.does(w.slack.Hands.Change(ctx, "U0MAL", n, ""))
		w.wait(time.Second)
		w.wantNotes(id, "bo 00:00:03 looking ~bo: edited in Slack", "mal 00:00:04 password is hunter2 ~oncalm: deleted in Slack",
			"bo 00:00:03 looking at the deployment")
		w.says(cy, channel, card.TS, "", workspace.FileRef{ID: "F1", Name: "graph.png", Title: "5xx since 14:00", Form: "image/png",
			Link: "https://oncalm.slack.com/files/U0CY/F1/graph.png"})
		w.wait(time.Second)
		contains(t, w.typed(ana, "/incident", "info 1"), "cy shared – picture 5xx since 14:00", "bo: looking at the deployment")
	})
}

// TestCaptureOfHostileText: nothing that is captured is alive anywhere.
func TestCaptureOfHostileText(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := captures(t, true)
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(2 * time.Second)
		card := w.only(w.slack.Messages(channel))
		for _, s := range bottest.Nasty() {
			if len(s) < 40_000 {
				w.says("U0MAL", channel, card.TS, s, workspace.FileRef{Name: s, Title: s, Link: s, Form: s})
			}
		}
		w.wait(time.Minute)
		if got := len(w.notes(id)); got < len(bottest.Nasty())-2 {
			t.Errorf("%d notes", got)
		}
		w.typed(ana, "/incident", "info 1")
		for _, m := range slices.Concat(w.slack.Messages(channel)[:1], w.slack.Ephemerals(channel, ana)) {
			bottest.JudgeSent(t, m.Text, m.Blocks)
		}
	})
}

// TestCaptureWithoutRights: where Slack does not let us read, nothing happens but a line in the log.
func TestCaptureWithoutRights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, ctx := captures(t, false), context.Background()
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(2 * time.Second)
		m := w.says(bo, channel, w.only(w.slack.Messages(channel)).TS, "looking")
		w.slack.Faults.Fail(faults.Fault{Method: "conversations.replies", Kind: faults.Error("missing_scope")})
		w.does(w.slack.Hands.React(ctx, ana, m, "pushpin"))
		w.wait(time.Hour)
		w.wantNotes(id)
		if n := strings.Count(w.logged.String(), "cannot be read; invite the bot"); n != 1 {
			t.Errorf("said %d times", n)
		}
		if p := w.bot.Status().Problem; p != "" {
			t.Errorf("pages are well, not: %s", p)
		}
	})
}
