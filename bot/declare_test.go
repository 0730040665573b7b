package bot

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/incidents"
)

// declared begins a world in a bubble, with two services and no incident.
func declared(t *testing.T, play func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) {
			o.Watched = alarms.Services{Default: "checkout", All: []alarms.Service{
				{Name: "checkout", Runbook: "https://wiki.example.com/checkout"}, {Name: "search", Severity: incidents.Sev3}}}
			o.PagesNobody = func(severity string) bool { return severity == incidents.Sev4 }
		})
		w.wait(time.Second)
		play(w)
	})
}

// TestDeclareInOneLine: severity and service may be left out; the policy pages, and the card is drawn.
func TestDeclareInOneLine(t *testing.T) {
	for _, tt := range []struct{ say, severity, service, title, told string }{
		{"declare sev1 search nobody finds anything", "sev1", "search", "nobody finds anything", "ana is paged."},
		{"create nobody finds anything", "sev2", "checkout", "nobody finds anything", "ana is paged."},
		{"new Search: nobody finds <!channel> anything", "sev3", "search", "nobody finds", "ana is paged."},
		{"declare sev1 search is down", "sev1", "search", "search is down", "ana is paged."},
		{"declare Search can't find anything", "sev3", "search", "Search can't find anything", "ana is paged."},
		{"declare search slow", "sev3", "search", "search slow", "ana is paged."},
		{"declare service:search is down", "sev3", "search", "is down", "ana is paged."},
		{"declare search: is it down?", "sev3", "search", "is it down?", "ana is paged."},
		{"declare search, checkout and all else fail", "sev2", "checkout", "search, checkout and", "ana is paged."},
		{"declare SEV-4 @bo sees odd figures", "sev4", "checkout", "@bo sees odd figures", "Nobody is paged: sev4 pages nobody."},
		{"open “sev1 is not meant here”", "sev2", "checkout", "sev1 is not meant here", "ana is paged."},
	} {
		declared(t, func(w *world) {
			w.tells(bo, tt.say, "You declared 1 (", tt.severity+", "+tt.service, tt.told)
			i := w.head("1")
			titled := i.Title == tt.title || strings.HasPrefix(i.Title, tt.title+" ")
			if i.Severity != tt.severity || i.Service != tt.service || !titled || i.OpenedBy.Name != "bo" {
				t.Errorf("%s: %+v", tt.say, i)
			}
			if n := len(w.slack.DM(ana)); (n == 1) == i.Quiet {
				t.Errorf("%s: ana has %d pages", tt.say, n)
			}
			card := w.only(w.slack.Messages(channel))
			contains(t, string(card.Blocks), tt.title)
			if strings.Contains(string(card.Blocks), "<!channel>") {
				t.Errorf("the card rings: %s", card.Blocks)
			}
			w.sound("1")
		})
	}
}

// TestDeclareNothing: without a title nothing is opened, and what there is is said.
func TestDeclareNothing(t *testing.T) {
	declared(t, func(w *world) {
		for _, say := range []string{"declare sev1", "declare search", "declare “ ”"} {
			w.tells(bo, say, "What goes wrong? Nothing was opened.", "sev1, sev2, sev3 and sev4", "checkout and search")
		}
		if n := len(w.slack.DM(ana)); n != 0 {
			t.Errorf("ana has %d pages", n)
		}
		w.tells(bo, "declare service:serach is down", "There is no service “serach”; nothing was opened. Did you mean `search`?",
			"Services: checkout and search.")
	})
}

// TestDeclareByForm: alone the word opens a form, which is filled in already; sent twice it declares once.
func TestDeclareByForm(t *testing.T) {
	for whom, want := range map[string]string{
		"policy": "ana is paged.", "nobody": "Nobody is paged: it was declared without paging.",
		"person:cy": "ana and cy are paged.", "person:ana": "ana is paged.", "schedule:nobody": "ana is paged.",
	} {
		declared(t, func(w *world) {
			if got := w.typed(bo, "/incident", "declare"); got != "" {
				t.Errorf("beside the form stands %q", got)
			}
			form, ok := w.slack.View(bo)
			if !ok {
				t.Fatal("no form is open")
			}
			contains(t, string(form.Blocks), "What goes wrong", "checkout", "sev2", "Whom to page", "the same, and cy")
			if r := w.slack.Hands.SubmitView(context.Background(), bo, map[string]string{"title": " "}); r.Errors["title"] == "" {
				t.Errorf("an empty title was taken: %+v", r)
			}
			r := w.slack.Hands.SubmitView(context.Background(), bo, map[string]string{
				"title": "Customers cannot pay", "severity": "sev1", "whom": whom})
			if r.Err != nil || len(r.Errors) > 0 {
				t.Fatal(r.Err, r.Errors)
			}
			w.wait(2 * time.Second)
			after, _ := w.slack.View(bo)
			contains(t, string(after.Blocks), "You declared ", "Customers cannot pay", want)
			if i := w.head("1"); i.Severity != "sev1" || i.Service != "checkout" || i.OpenedBy.Name != "bo" {
				t.Errorf("%+v", i)
			}
			if n := len(w.slack.DM(cy)); (n == 1) != (whom == "person:cy") {
				t.Errorf("%s: cy has %d pages", whom, n)
			}
			w.sound("1")
		})
	}
}

// TestPageByHand: whoever is asked for is paged as by a policy, which goes on beside it; and whoever they are acknowledges like any page.
func TestPageByHand(t *testing.T) {
	led(t, func(w *world, id string) {
		w.tells(bo, "page @cy knows the database", "You paged cy for 1 (checkout-5xx).")
		page := w.only(w.slack.DM(cy))
		contains(t, string(page.Blocks), "bo asks for you: knows the database")
		contains(t, w.typed(bo, "/incident", "why"), "cy was paged by Slack, delivered", "Next: bo at")
		contains(t, w.typed(bo, "/incident", "timeline"), "paged cy through Slack", "knows the database")
		w.wait(6 * time.Minute)
		if n := len(w.slack.DM(bo)); n != 1 {
			t.Errorf("the policy's second step has paged bo %d times", n)
		}
		w.press(page, "Acknowledge", cy)
		w.wait(2 * time.Second)
		if i := w.head(id); i.Status != incidents.StatusAcknowledged || i.AcknowledgedBy.Name != "cy" {
			t.Errorf("%+v", i)
		}
		w.tells(cy, "page ana", "You paged ana for 1") // of what is acknowledged, too
		if n := len(w.slack.DM(ana)); n != 2 {
			t.Errorf("ana has %d pages", n)
		}
		w.tells(cy, "undo", "which cannot be taken back")
	})
}

// TestPageServiceAndSchedule: of a service and of a schedule those are paged who are on call; what is none of them names what there is.
func TestPageServiceAndSchedule(t *testing.T) {
	led(t, func(w *world, _ string) {
		w.tells(ana, "ack")
		w.tells(bo, "page 1 payments we need you", "You paged ana for 1")
		contains(t, string(last(t, w.slack.DM(ana)).Blocks), "bo asks for you, who are on call for schedule payments: we need you")
		w.tells(bo, "page checkout", "You paged ana for 1")
		w.tells(bo, "page nobody", "Nobody is on call for schedule nobody, so nobody was paged.")
		w.tells(bo, "page @payment", "There is no person, service or schedule “payment”; nobody was paged. Did you mean `payments`?", "ana, bo, cy and nil",
			"Services: checkout.", "Schedules: nobody and payments.")
		w.tells(bo, "page", "Whom should I page?")
		w.tells(bo, "resolve 1 anyway")
		w.tells(bo, "page 1 ana", "is resolved, so nobody was paged.")
	})
}

// TestPageByHandOfWhatIsHeld: a page by hand goes out of what is snoozed or quiet, and leaves it so.
func TestPageByHandOfWhatIsHeld(t *testing.T) {
	led(t, func(w *world, id string) {
		w.tells(ana, "snooze 1 30m")
		w.tells(bo, "page cy", "You paged cy")
		if n := len(w.slack.DM(cy)); n != 1 || !w.head(id).Snoozed() {
			t.Errorf("cy has %d pages; snoozed: %v", n, w.head(id).Snoozed())
		}
		before := len(w.slack.DM(ana))
		w.wait(31 * time.Minute)
		if n := len(w.slack.DM(ana)); n != before+1 {
			t.Errorf("after the snooze ana has %d pages, before %d", n, before)
		}
	})
}
