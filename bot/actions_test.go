package bot

import (
	"context"
	"testing"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/store"
)

// openItems are the action items that are open.
func (w *world) openItems() (all []actions.Item) {
	w.t.Helper()
	w.view(func(tx store.Tx) { all = actions.Open(tx) })
	return all
}

// TestActions: an action item is planned by a word, looked at, changed, done and opened again, by its id; and lists have what is open.
func TestActions(t *testing.T) {
	led(t, func(w *world, id string) {
		w.alarm("search-slow")
		w.tells(ana, "action 1 @bo an alarm on the pool due fri type detect p2 verified by it fires in staging",
			"An action item of 1 (checkout-5xx) for bo, due", "“an alarm on the pool”. It is 1-1.")
		w.tells(ana, "action 2 write it down", "It is 2-1.", "It has no owner and no day yet: `/incident action 2-1 @somebody due fri`.")
		w.tells(ana, "action 2-1", "2-1 write it down · nobody’s · no day")
		w.tells(ana, "action 2-1 @cy due tomorrow type process link https://tickets.example.com/7", "2-1 is changed.",
			"2-1 write it down · cy · due", "process", "ticket")
		w.tells(ana, "action 2-1 write the runbook", "2-1 write the runbook · cy · due")
		w.tells(ana, "action 2-1 @cy", "Nothing is different in 2-1.")
		w.tells(ana, "action 2-1 @cyy", "There is no person “cyy”; nothing changed. Did you mean `cy`?")
		w.tells(ana, "action 2-1 due 2026-02-30", "I do not understand when that is due. Nothing changed.")
		w.tells(ana, "action 2-9 @cy", "There is no action item 2-9; nothing changed.")
		w.tells(bo, "actions", "2 action items are open:", "• 2-1 write the runbook", "• 1-1 an alarm on the pool · bo · due",
			"detect · p2 · verified by: it fires in staging")
		w.tells(bo, "actions @bo", "1 action item is open for bo:", "1-1")
		w.tells(bo, "actions mine checkout", "1 action item is open of checkout for bo:")
		w.tells(bo, "actions overdue", "No action item is open and overdue.")
		w.tells(bo, "actions gone", "There is no person or service “gone”; nothing is listed.")
		w.wait(48 * time.Hour)
		w.tells(bo, "actions overdue", "1 action item is open and overdue:", "2-1 write the runbook · cy · overdue since")
		w.tells(bo, "action done 2-1 it is in the wiki", "2-1 is done.", "closed by bo", "“it is in the wiki”")
		w.tells(bo, "action 2 done 1", "2-1 was closed by bo", "nothing changed.")
		w.tells(bo, "action reopen 2-1 it lacks a part", "2-1 is open again.")
		w.tells(bo, "action reopen 2-1", "2-1 is open already; nothing changed.")
		w.tells(bo, "action done 1", "Which one? Name its incident, too; nothing changed.")
		w.tells(bo, "action 1 done with the old pool", "An action item of 1", "“done with the old pool”")
		w.tells(bo, "resolve 2 anyway")
		w.tells(bo, "action done 1", "1-1 is done.")
		if all := w.openItems(); len(all) != 2 || all[0].ID() != "2-1" || all[1].ID() != "1-2" {
			t.Errorf("%+v", all)
		}
		contains(t, w.typed(bo, "/incident", "timeline 1"), "closed an action item")
		w.sound(id)
	})
}

// TestActionForm: the form of an item opens by the word alone, and by the button Edit with what stands there; what is wrong with what
// was filled in is said there; the button Done closes an item, and its answer opens it again.
func TestActionForm(t *testing.T) {
	led(t, func(w *world, id string) {
		w.tells(ana, "resolve 1 anyway")
		r := w.slack.Hands.Command(context.Background(), ana, channel, "/incident", "action")
		if r.Err != nil || r.Message != nil {
			t.Fatalf("%v, message %v\n%s", r.Err, r.Message, w.logged)
		}
		fill := func(user string, values map[string]string) map[string]string {
			t.Helper()
			r := w.slack.Hands.SubmitView(context.Background(), user, values)
			if r.Err != nil {
				t.Fatal(r.Err)
			}
			w.wait(2 * time.Second)
			return r.Errors
		}
		wrong := fill(ana, map[string]string{"what": " ", "owner": "U0MAL", "due": "soon"})
		for _, field := range []string{"what", "owner", "due"} {
			if wrong[field] == "" {
				t.Errorf("%s is taken: %q", field, wrong)
			}
		}
		values := map[string]string{"what": "an alarm on the pool", "owner": bo, "due": "fri", "type": "detect", "priority": "p1"}
		if wrong := fill(ana, values); len(wrong) > 0 {
			t.Error(wrong)
		}
		v, _ := w.slack.View(ana)
		contains(t, string(v.Blocks), "An action item of ")
		all := w.openItems()
		if len(all) != 1 || all[0].Owner != "bo" || all[0].Type != "detect" || all[0].Priority != "p1" || all[0].By != "ana" {
			t.Fatalf("%+v", all)
		}
		due := all[0].Due

		w.typed(bo, "/incident", "action 1-1")
		shown := last(t, w.slack.Ephemerals("C0INC", bo))
		w.press(shown, "Edit", bo)
		if v, ok := w.slack.View(bo); !ok {
			t.Fatal("no form is open")
		} else {
			contains(t, string(v.Blocks), "an alarm on the pool", `"initial_user":"`+bo+`"`)
		}
		values = map[string]string{"what": "two alarms", "owner": bo, "due": due.Format("2006-01-02 15:04"), "type": "detect"}
		if wrong := fill(bo, values); len(wrong) > 0 {
			t.Error(wrong)
		}
		if all := w.openItems(); len(all) != 1 || all[0].What != "two alarms" || !all[0].Due.Equal(due) || all[0].Priority != "p1" {
			t.Errorf("%+v, want due %s", all, due)
		}
		w.press(shown, "Done", bo)
		w.wait(2 * time.Second)
		contains(t, last(t, w.slack.Ephemerals("C0INC", bo)).Text, "1-1 is done.")
		if all := w.openItems(); len(all) != 0 {
			t.Errorf("%+v", all)
		}
		w.press(last(t, w.slack.Ephemerals("C0INC", bo)), "Reopen", bo)
		w.wait(2 * time.Second)
		if all := w.openItems(); len(all) != 1 {
			t.Errorf("%+v", all)
		}
		w.sound(id)
	})
}
