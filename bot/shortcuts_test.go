package bot

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/declare"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
)

// TestDeclareShortcut: the global shortcut opens the form of /incident declare.
func TestDeclareShortcut(t *testing.T) {
	declared(t, func(w *world) {
		ctx := context.Background()
		if r := w.slack.Hands.Shortcut(ctx, declare.Callback, bo); r.Err != nil {
			t.Fatal(r.Err)
		}
		if r := w.slack.Hands.SubmitView(ctx, bo, map[string]string{"title": "Customers cannot pay"}); r.Err != nil || len(r.Errors) > 0 {
			t.Fatal(r.Err, r.Errors)
		}
		w.wait(2 * time.Second)
		if i := w.head("1"); i.Title != "Customers cannot pay" || i.OpenedBy.Name != "bo" || len(w.slack.DM(ana)) != 1 {
			t.Errorf("%+v", i)
		}
	})
}

// TestDeclareFromMessage: what a message says is filled in, as a text that does nothing, and can be changed before it is sent.
func TestDeclareFromMessage(t *testing.T) {
	declared(t, func(w *world) {
		ctx := context.Background()
		said, err := w.slack.Hands.Say(ctx, "U0MAL", "general", "<!channel> *Nobody* can pay\n@ana look: https://evil.example.com "+
			strings.Repeat("🔥", 300))
		if err != nil {
			t.Fatal(err)
		}
		if r := w.slack.Hands.MessageShortcut(ctx, said, declare.FromMessage, bo); r.Err != nil {
			t.Fatal(r.Err)
		}
		form, ok := w.slack.View(bo)
		if !ok {
			t.Fatal("no form is open")
		}
		contains(t, string(form.Blocks), "Nobody* can pay", "@ana look: https://evil.example.com 🔥", "initial_value")
		if n := strings.Count(string(form.Blocks), "🔥"); n > 100 || n < 50 {
			t.Errorf("%d of what counts twice were filled in", n)
		}
		if r := w.slack.Hands.SubmitView(ctx, bo, nil); r.Err != nil || len(r.Errors) > 0 {
			t.Fatal(r.Err, r.Errors)
		}
		w.wait(2 * time.Second)
		contains(t, w.head("1").Title, "Nobody* can pay @ana look:")
		for _, m := range append(w.slack.Messages(channel), w.slack.DM(ana)...) {
			if strings.Contains(m.Text, "<!channel>") || strings.Contains(m.Text, "<https://evil") {
				t.Errorf("a foreign text does something: %s", m.Text)
			}
		}
		w.sound("1")
	})
}

// TestShortcutsWithoutForm: if Slack does not open the form, and to strangers, it is said why, in a direct message where there is no other
// place.
func TestShortcutsWithoutForm(t *testing.T) {
	declared(t, func(w *world) {
		ctx := context.Background()
		w.slack.Hands.Shortcut(ctx, declare.Callback, "U0MAL")
		w.wait(2 * time.Second)
		contains(t, w.only(w.slack.DM("U0MAL")).Text, "You are not in Oncalm's people list")
		w.slack.Faults.Fail(faults.Fault{Method: "views.open", Kind: faults.Error("expired_trigger_id")})
		w.slack.Hands.Shortcut(ctx, declare.Callback, bo)
		w.wait(2 * time.Second)
		contains(t, w.only(w.slack.DM(bo)).Text, "What goes wrong? Nothing was opened.")
		w.slack.Hands.Shortcut(ctx, "never/heard", bo)
		w.wait(2 * time.Second)
		contains(t, last(t, w.slack.DM(bo)).Text, "I do not know that form any more")
	})
}
