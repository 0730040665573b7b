package bot

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/capture"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/incidents"
)

// TestEveryWordIsInTheTable: what is in no table nobody may say, and the tables have no words that there are not.
func TestEveryWordIsInTheTable(t *testing.T) {
	b, _ := alone(t, "s")
	said := map[string][]string{}
	for _, room := range roomsOf(b) {
		said[room.Name] = []string{""}
		for _, w := range slices.Concat(room.Words, room.Unheard) {
			said[room.Name] = append(said[room.Name], w.Name)
		}
	}
	listed := rights.Words()
	for _, all := range []map[string][]string{said, listed} {
		for _, words := range all {
			slices.Sort(words)
		}
	}
	if diff := cmp.Diff(said, listed); diff != "" {
		t.Errorf("words (-said +in the tables):\n%s", diff)
	}
}

// TestRights: each word, said by people of each role, is carried out or refused as the table says; a refusal changes nothing and names
// who may.
func TestRights(t *testing.T) {
	for name, tt := range map[string]struct {
		rules rights.Rules
		may   map[rights.Action]string // who may
	}{
		"left out": {nil, map[rights.Action]string{
			rights.Look: "ana bo cy", rights.Respond: "ana bo cy", rights.Reassign: "ana bo cy"}},
		"viewers": {rights.Rules{rights.Viewer: {"cy"}}, map[rights.Action]string{
			rights.Look: "ana bo cy", rights.Respond: "ana bo", rights.Duty: "ana bo", rights.Reassign: "ana bo"}},
		"responders": {rights.Rules{rights.Responder: {"bo"}}, map[rights.Action]string{
			rights.Look: "ana bo cy", rights.Respond: "bo", rights.Silence: "bo", rights.Reassign: "bo"}},
		"commanders": {rights.Rules{rights.Commander: {"ana"}, rights.Viewer: {"cy"}}, map[rights.Action]string{
			rights.Look: "ana bo cy", rights.Respond: "ana bo", rights.Duty: "ana bo", rights.Reassign: "ana"}},
		"admins": {rights.Rules{rights.Responder: {"bo"}, rights.Admin: {"cy"}}, map[rights.Action]string{
			rights.Look: "ana bo cy", rights.Respond: "bo cy", rights.Reassign: "bo cy"}},
	} {
		t.Run(name, func(t *testing.T) {
			for action, want := range tt.may {
				if got := strings.Join(tt.rules.Who(action, []string{"cy", "bo", "ana"}), " "); got != want {
					t.Errorf("%s: %s, want %s", action, got, want)
				}
			}
			synctest.Test(t, func(t *testing.T) { eachWord(t, tt.rules) })
		})
	}
}

// eachWord has each of three people say each word, and looks who is refused.
func eachWord(t *testing.T, rules rights.Rules) {
	w := begin(t, func(o *Options) { o.Rights = rules })
	w.wait(time.Second)
	w.alarm("checkout-5xx")
	w.wait(time.Second)
	for _, room := range []chat.Room{w.bot.command.Room(), w.bot.shifts.Room()} {
		for user, person := range map[string]string{ana: "ana", bo: "bo", cy: "cy"} {
			for _, word := range room.Words {
				before := w.doneBy(person)
				said := w.typed(user, room.Root, word.Name+" 1 fri 9-17")
				action, may := rules.May(person, room.Name, word.Name)
				refused := strings.Contains(said, "You may not "+string(action))
				if refused == may {
					t.Errorf("%s says %s %s: %s", person, room.Root, word.Name, said)
				}
				if refused && w.doneBy(person) != before {
					t.Errorf("%s was refused %s, which changed something", person, word.Name)
				}
			}
		}
	}
}

// doneBy counts what a person has done to the first incident.
func (w *world) doneBy(person string) (n int) {
	for _, e := range w.events("1") {
		if e.By == incidents.Person(person) {
			n++
		}
	}
	return n
}

// TestRightsOfButtons: a button that somebody may not press says who may, also if they might when it was drawn.
func TestRightsOfButtons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(time.Second)
		page := w.only(w.slack.DM(ana))
		w.stop()
		w.open(w.disk, func(o *Options) { o.Rights = rights.Rules{rights.Viewer: {"ana"}} })
		w.wait(time.Second)
		w.press(page, "Acknowledge", ana)
		w.wait(2 * time.Second)
		if got := w.head(id).Status; got != incidents.StatusTriggered {
			t.Errorf("it is %s", got)
		}
		contains(t, last(t, w.slack.Ephemerals(page.Channel, ana)).Text, "You may not respond to incidents; nothing was done.",
			"Who may: bo, cy and nil.")
		w.press(w.only(w.slack.Messages(channel)), "Acknowledge", bo)
		w.wait(2 * time.Second)
		if got := w.head(id).AcknowledgedBy.Name; got != "bo" {
			t.Errorf("it is %q's", got)
		}
	})
}

// TestRightsOfMarks: who may only look puts nothing onto a timeline, by a mark either.
func TestRightsOfMarks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := captures(t, false)
		w.stop()
		w.open(w.disk, func(o *Options) {
			o.Capture, o.Rights = capture.Rules{Signs: capture.DefaultSigns()}, rights.Rules{rights.Viewer: {"ana"}}
		})
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(2 * time.Second)
		m := w.says(bo, channel, w.only(w.slack.Messages(channel)).TS, "rolled back to 41")
		w.does(w.slack.Hands.React(t.Context(), ana, m, "pushpin"))
		w.does(w.slack.Hands.Pin(t.Context(), ana, m))
		w.wait(time.Minute)
		w.wantNotes(id)
		w.does(w.slack.Hands.React(t.Context(), bo, m, "pushpin"))
		w.wait(time.Minute)
		if got := len(w.notes(id)); got != 1 {
			t.Errorf("%d notes, want 1", got)
		}
	})
}
