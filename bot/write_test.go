package bot

import (
	"context"
	"testing"

	"github.com/oncalm/oncalm/incidents"
	sections "github.com/oncalm/oncalm/postmortems/editing"
	"github.com/oncalm/oncalm/store"
)

// TestWrite: a section of the postmortem is written in a form that has what stands there, or behind the word; what could be said better
// is said to whoever wrote it; and two who edit at the same time lose nothing.
func TestWrite(t *testing.T) {
	led(t, func(w *world, id string) {
		section := func(name string) string {
			var text string
			w.view(func(tx store.Tx) {
				events, err := incidents.Timeline(tx, id)
				if err != nil {
					t.Fatal(err)
				}
				text, _ = sections.Now(events, name)
			})
			return text
		}
		w.tells(ana, "write 1 summary The engineer forgot <@U0BO> & it.",
			"The postmortem of 1 (checkout-5xx) has your words in its section summary.",
			"Only you see this.", "“The engineer forgot”", "(B07)")
		w.tells(ana, "write 1 lucky The sale began later.", "has your words")
		w.tells(ana, "write 1 gossip x", "Which section? There are summary, impact")

		open := func(user string) {
			t.Helper()
			r := w.slack.Hands.Command(context.Background(), user, channel, "/incident", "write 1 lucky")
			if r.Err != nil || r.Message != nil {
				t.Fatalf("%v, message %v\n%s", r.Err, r.Message, w.logged)
			}
			v, ok := w.slack.View(user)
			if !ok {
				t.Fatal("no form is open")
			}
			contains(t, string(v.Blocks), "The sale began later.")
		}
		save := func(user, text string) {
			t.Helper()
			r := w.slack.Hands.SubmitView(context.Background(), user, map[string]string{"section": text})
			if r.Err != nil || len(r.Errors) > 0 {
				t.Fatalf("%v, errors %v", r.Err, r.Errors)
			}
		}
		open(ana)
		open(bo)
		save(ana, "The sale began at noon.")
		save(bo, "The sale began later, and the cache was warm.")
		want := "The sale began at noon.\n\nThe sale began later, and the cache was warm."
		if got := section("lucky"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		w.tells(bo, "summary it was human error", "says what it is about now", "“human error”", "(B03)")
	})
}
