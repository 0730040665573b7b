package bot

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/bot/declare"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
)

const mal = "U0MAL"

// visited begins a world in which mal, who is not in the configuration, may do some things.
func visited(t *testing.T, a rights.Access, play func(w *world, id string)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := (&world{t: t, logged: &buffer{}, groups: outbox.DefaultGroups(nil), subscriptions: []string{"message"}}).begin(
			func(o *Options) {
				o.Access, o.Watched = a, alarms.Services{Default: "checkout", All: []alarms.Service{{Name: "checkout"}}}
			})
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(time.Second)
		play(w, id)
		w.sound(id)
	})
}

// reads types a command in a channel and returns what comes to the response address, since nothing is said at once.
func (w *world) reads(user, root, said string) string {
	w.t.Helper()
	before := len(w.slack.Ephemerals(channel, user))
	if r := w.slack.Hands.Command(context.Background(), user, channel, root, said); r.Err != nil {
		w.t.Fatal(r.Err)
	}
	w.wait(10 * time.Second)
	all := w.slack.Ephemerals(channel, user)
	if len(all) != before+1 {
		w.t.Fatalf("%s %s: %d answers", root, said, len(all)-before)
	}
	return all[len(all)-1].Text
}

// TestWorkspaceAsksAndDeclares: a full member of the workspace may ask and declare, and nothing else.
func TestWorkspaceAsksAndDeclares(t *testing.T) {
	visited(t, rights.Access{Ask: true, Declare: true}, func(w *world, id string) {
		for said, want := range map[string]string{"list": "checkout-5xx", "info 1": "checkout-5xx", "help": "/incident declare",
			"": "Open now: 1"} {
			contains(t, w.reads(mal, "/incident", said), want)
		}
		contains(t, w.reads(mal, "/oncall", ""), "payments")
		for root, words := range map[string][]string{
			"/incident": {"ack", "resolve 1 anyway", "note 1 x", "postmortem", "page 1 ana", "undo", "nonsense"},
			"/oncall":   {"me 2h", "feed me", "override @ana 9-17", "schedule"},
		} {
			for _, said := range words {
				contains(t, w.reads(mal, root, said), "You are not in Oncalm's people list")
			}
		}
		if i := w.head(id); i.Status != incidents.StatusTriggered {
			t.Errorf("%+v", i)
		}
		contains(t, w.reads(mal, "/incident", "declare sev1 nobody can pay"), "You declared 2 (nobody can pay)", "ana is paged.")
		if i := w.head("2"); i.OpenedBy.Name != "mal (U0MAL)" {
			t.Errorf("%+v", i.OpenedBy)
		}
	})
}

// TestGuestsAreRefused: guests, people of other organisations, and whom Slack does not say anything of, are refused and told why.
func TestGuestsAreRefused(t *testing.T) {
	visited(t, rights.Access{Ask: true, Declare: true}, func(w *world, _ string) {
		for _, tt := range []struct {
			user workspace.User
			want string
		}{
			{workspace.User{ID: mal, Name: "mal", Guest: true}, "You are a guest in this workspace"},
			{workspace.User{ID: mal, Name: "mal", Team: "T0OTHER"}, "You belong to another organisation"},
			{workspace.User{ID: mal, Name: "mal", IsBot: true}, "You are not in Oncalm's people list"},
		} {
			w.slack.SetUser(tt.user)
			for _, said := range []string{"list", "declare sev1 nobody can pay"} {
				contains(t, w.reads(mal, "/incident", said), tt.want, "nothing was done")
			}
		}
		w.slack.Faults.Fail(faults.Fault{Method: "users.info", Kind: faults.Status(500)})
		contains(t, w.reads(mal, "/incident", "declare sev1 x"), "Slack does not say who you are; nothing was done.")
		if n := len(w.slack.DM(ana)); n != 1 {
			t.Errorf("ana has %d pages", n)
		}
	})
}

// TestAccessOfPeopleOnly: what the configuration keeps to its people, others may not do.
func TestAccessOfPeopleOnly(t *testing.T) {
	visited(t, rights.Access{Ask: true}, func(w *world, _ string) {
		contains(t, w.reads(mal, "/incident", "list"), "checkout-5xx")
		contains(t, w.reads(mal, "/incident", "declare sev1 x"), "You are not in Oncalm's people list")
	})
	visited(t, rights.Access{Declare: true}, func(w *world, _ string) {
		contains(t, w.reads(mal, "/incident", "list"), "You are not in Oncalm's people list")
		contains(t, w.reads(mal, "/incident", "declare sev1 x"), "You declared 2 (x)")
	})
}

// TestWorkspaceDeclaresByForm: a full member declares by the form, too, whether typed, chosen as a shortcut or from a message, looks
// through lists by their buttons, and writes to the bot; guests are refused in each of these ways.
func TestWorkspaceDeclaresByForm(t *testing.T) {
	ctx := context.Background()
	guest := workspace.User{ID: mal, Name: "mal", Guest: true}
	for name, begin := range map[string]func(w *world){
		"typed": func(w *world) { w.typed(mal, "/incident", "declare") },
		"shortcut": func(w *world) {
			if r := w.slack.Hands.Shortcut(ctx, declare.Callback, mal); r.Err != nil {
				t.Fatal(r.Err)
			}
		},
		"from a message": func(w *world) {
			r := w.slack.Hands.MessageShortcut(ctx, w.slack.Messages(channel)[0], declare.FromMessage, mal)
			if r.Err != nil {
				t.Fatal(r.Err)
			}
		},
	} {
		for _, isGuest := range []bool{false, true} {
			visited(t, rights.Access{Ask: true, Declare: true}, func(w *world, _ string) {
				if isGuest {
					w.slack.SetUser(guest)
				}
				begin(w)
				w.wait(2 * time.Second)
				_, open := w.slack.View(mal)
				if open == isGuest {
					t.Fatalf("%s: a form is open: %t", name, open)
				}
				if isGuest {
					told := append(w.slack.DM(mal), w.slack.Ephemerals(channel, mal)...)
					contains(t, w.only(told).Text, "You are a guest in this workspace")
					return
				}
				w.slack.Faults.Fail(faults.Fault{Method: "users.info", Kind: faults.Hang(), Times: 1})
				filled := map[string]string{"title": "Nobody can pay", "severity": "sev1"}
				if r := w.slack.Hands.SubmitView(ctx, mal, filled); !strings.Contains(fmt.Sprint(r.Errors), "Slack does not say who you are") {
					t.Errorf("%s: who is not known is told %+v", name, r)
				}
				if r := w.slack.Hands.SubmitView(ctx, mal, filled); r.Err != nil || len(r.Errors) > 0 {
					t.Fatal(r.Err, r.Errors)
				}
				w.wait(2 * time.Second)
				if i := w.head("2"); i.OpenedBy.Name != "mal (U0MAL)" || i.Title != "Nobody can pay" || i.Severity != "sev1" {
					t.Errorf("%s: %+v", name, i)
				}
				begin(w)
				w.wait(2 * time.Second)
				w.slack.SetUser(guest)
				if r := w.slack.Hands.SubmitView(ctx, mal, filled); r.Err != nil {
					t.Fatal(r.Err)
				}
				w.wait(2 * time.Second)
				form, _ := w.slack.View(mal)
				contains(t, string(form.Blocks), "You are a guest in this workspace")
			})
		}
	}
}

// TestWorkspaceAsksByButton: the buttons of a list answer a full member, and no others do; what they write to the bot it answers.
func TestWorkspaceAsksByButton(t *testing.T) {
	visited(t, rights.Access{Ask: true, Declare: true}, func(w *world, id string) {
		for n := range 30 {
			w.alarm(fmt.Sprintf("alarm-%02d", n))
		}
		w.wait(time.Minute)
		w.reads(mal, "/incident", "list")
		lists := w.slack.Ephemerals(channel, mal)
		before := lists[len(lists)-1]
		w.press(before, "incident/list/more", mal)
		w.wait(5 * time.Second)
		lists = w.slack.Ephemerals(channel, mal)
		after := lists[len(lists)-1]
		contains(t, after.Text, "alarm-28")
		w.press(w.slack.Messages(channel)[0], "incident/ack", mal)
		w.wait(5 * time.Second)
		told := w.slack.Ephemerals(channel, mal)
		contains(t, told[len(told)-1].Text, "You are not in Oncalm's people list")
		if i := w.head(id); i.Status != incidents.StatusTriggered {
			t.Errorf("%+v", i)
		}
		contains(t, w.writes(mal, "info 1").Text, "checkout-5xx")
		contains(t, w.writes(mal, "ack 1").Text, "You are not in Oncalm's people list")
		contains(t, w.writes(mal, "declare sev1 nobody can pay").Text, "You declared 32 (nobody can pay)")
		w.slack.SetUser(workspace.User{ID: mal, Name: "mal", Guest: true})
		contains(t, w.writes(mal, "info 1").Text, "You are a guest in this workspace")
	})
}
