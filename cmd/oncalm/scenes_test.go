package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/incidents"
)

const (
	triggered    = incidents.StatusTriggered
	acknowledged = incidents.StatusAcknowledged
	resolved     = incidents.StatusResolved
)

// scenes are what the program is for, told in its own words. Each is played with a
// Slack that works and with one that does not.
func theScenes() map[string]func(*world) {
	return map[string]func(*world){
		"somebody acknowledges": func(w *world) {
			w.Alarm("checkout-5xx")
			page := w.Paged("ana", "checkout-5xx")
			w.Press("ana", page, "Acknowledge")
			w.Status("1", acknowledged)
			w.Wait(20 * time.Minute)
			w.Quiet()
			w.OK("checkout-5xx")
			w.Status("1", resolved)
			w.Wait(3 * time.Hour)
			w.Quiet()
		},
		"nobody answers, the next is paged": func(w *world) {
			w.Alarm("checkout-5xx")
			w.Paged("ana", "checkout-5xx")
			w.Wait(5*time.Minute + w.flaky)
			page := w.Paged("bo", "checkout-5xx")
			w.Press("bo", page, "Acknowledge")
			w.Status("1", acknowledged)
			w.Wait(25 * time.Minute)
			w.Quiet()
			w.Wait(5*time.Minute + w.flaky)
			w.Paged("bo", "checkout-5xx") // the reminder
			if text := w.Says("bo", "/incident", "resolve 1 anyway rolled back"); !strings.Contains(text, "resolved") {
				w.t.Errorf("resolve: %q", text)
			}
			w.Wait(2 * time.Hour)
			w.Quiet()
		},
		"nobody is on call": func(w *world) {
			w.Alarm("nights-batch") // Saturday
			w.Paged("cy", "nights-batch")
		},
		"escalated by hand": func(w *world) {
			w.Alarm("search-p99")
			page := w.Paged("ana", "search-p99")
			w.Press("ana", page, "Escalate")
			next := w.Paged("bo", "search-p99")
			w.Press("bo", next, "Resolve")
			w.Status("1", resolved)
			w.Wait(time.Hour)
			w.Quiet()
		},
		"fires again soon after": func(w *world) {
			w.Alarm("orders-age")
			w.Press("ana", w.Paged("ana", "orders-age"), "Acknowledge")
			w.Wait(time.Minute)
			w.OK("orders-age")
			w.Wait(14 * time.Minute)
			w.Alarm("orders-age")
			w.Paged("ana", "orders-age")
			w.Status("1", triggered)
			w.Wait(time.Minute)
			w.OK("orders-age")
			w.Wait(16 * time.Minute)
			w.Alarm("orders-age") // too late for the same incident
			w.Paged("ana", "orders-age")
			w.Status("1", resolved)
			w.Status("2", triggered)
		},
		"somebody takes over during a page": func(w *world) {
			w.Alarm("search-p99")
			w.Paged("ana", "search-p99")
			if text := w.Says("cy", "/oncall", "me 3h days"); !strings.Contains(text, "You are on call for days now") {
				w.t.Errorf("me: %q", text)
			}
			w.Restart()
			w.Wait(5*time.Minute + w.flaky)
			w.Paged("bo", "search-p99")
			w.Wait(10*time.Minute + w.flaky)
			page := w.Paged("cy", "search-p99") // the run keeps its policy, and asks who is on call now
			w.Press("cy", page, "Resolve")
			w.Alarm("checkout-5xx")
			w.Press("cy", w.Paged("cy", "checkout-5xx"), "Resolve")
			if text := w.Says("cy", "/oncall", "undo"); !strings.Contains(text, "Undone") {
				w.t.Errorf("undo: %q", text)
			}
			w.Alarm("orders-age")
			w.Press("ana", w.Paged("ana", "orders-age"), "Acknowledge")
			w.Wait(10 * time.Minute)
			w.Quiet()
		},
		"a restart between": func(w *world) {
			w.Alarm("checkout-5xx")
			w.Paged("ana", "checkout-5xx")
			w.Restart()
			w.Wait(5*time.Minute + w.flaky)
			w.Paged("bo", "checkout-5xx")
			w.Restart()
			w.Press("bo", w.pages("bo")[0], "Acknowledge")
			w.Wait(10 * time.Minute)
			w.Quiet()
		},
	}
}

func TestScenes(t *testing.T) {
	for name, scene := range theScenes() {
		t.Run(name, func(t *testing.T) { play(t, scene) })
	}
}

// TestScenesWithABadSlack plays them again with each n-th call of Slack failing, in
// each of the ways in which calls fail. Everything is seen all the same, a little later.
// Each second call is too many: who looks whether the last attempt got through before
// making another would for ever fail at the second of the two.
func TestScenesWithABadSlack(t *testing.T) {
	kinds := map[string]faults.Kind{
		"500": faults.Status(500), "429": faults.RateLimited("2"), "html": faults.HTML(),
		"reset": faults.Reset(), "stored": faults.StoredButTimedOut(), "internal": faults.Error("internal_error"),
	}
	every := []int{3, 4, 7}
	if testing.Short() {
		every = every[:1]
		maps.DeleteFunc(kinds, func(name string, _ faults.Kind) bool { return name != "500" && name != "stored" })
	}
	for _, n := range every {
		for _, kind := range slices.Sorted(maps.Keys(kinds)) {
			for name, scene := range theScenes() {
				t.Run(kind+" each "+string(rune('0'+n))+"/"+name, func(t *testing.T) {
					play(t, func(w *world) {
						w.flaky = 70 * time.Second
						w.slack.Faults.FailEvery(n, kinds[kind])
						scene(w)
					})
				})
			}
		}
	}
}

// TestAnotherConfigurationDuringAPage holds that a page in progress keeps its policy, and
// that each step that is not yet taken asks who is on call then.
func TestAnotherConfigurationDuringAPage(t *testing.T) {
	play(t, func(w *world) {
		w.Alarm("search-p99")
		w.Paged("ana", "search-p99")
		w.configure("people: [ana], start", "people: [cy], start")
		w.configure(`{page: ["person:bo"], wait: 10m}`, `{page: ["person:ana"], wait: 20m}`)
		w.Wait(5 * time.Minute)
		w.Paged("bo", "search-p99") // the second step as it was
		w.Wait(10 * time.Minute)
		w.Press("cy", w.Paged("cy", "search-p99"), "Resolve") // the first step again: who is on call now
		w.Alarm("orders-age")
		w.Paged("cy", "orders-age")
		w.Wait(5 * time.Minute)
		w.Press("ana", w.Paged("ana", "orders-age"), "Resolve") // the second step as it is
		w.Wait(time.Hour)
		w.Quiet()
	})
}

func TestTheWholeWay(t *testing.T) {
	play(t, func(w *world) {
		w.Alarm("checkout-5xx")
		page := w.Paged("ana", "checkout-5xx")
		w.Press("ana", page, "Acknowledge")
		card := w.Card("1")
		if !strings.Contains(card.Text, "acknowledged") {
			t.Errorf("the card says %q", card.Text)
		}
		w.Says("ana", "/incident", "note 1 it is the new release")
		w.Wait(7 * time.Minute)
		w.OK("checkout-5xx")
		w.Wait(5 * time.Second)
		if card := w.Card("1"); !strings.Contains(card.Text, "resolved") || len(card.Edits) == 0 {
			t.Errorf("the card says %q after %d edits", card.Text, len(card.Edits))
		}
		doc := w.Says("ana", "/incident", "postmortem 1")
		for _, part := range []string{"checkout-5xx", "it is the new release"} {
			if !strings.Contains(doc, part) {
				t.Errorf("the postmortem has no %q:\n%s", part, doc)
			}
		}
		_, kinds := w.Incident("1")
		want := "opened paged delivered acknowledged noted reported resolved"
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("timeline: %s\nwant:     %s", got, want)
		}
	})
}

func TestAStrangerIsRefused(t *testing.T) {
	play(t, func(w *world) {
		w.Alarm("checkout-5xx")
		page := w.Paged("ana", "checkout-5xx")
		if text := w.turnsAway("eve", "/incident", "ack 1"); !strings.Contains(text, "U0EVE") {
			t.Errorf("eve was answered %q, want a refusal that names her id", text)
		}
		w.Status("1", triggered)
		card := w.Card("1")
		b, _ := card.Button("Acknowledge")
		w.slack.Hands.Press(w.t.Context(), card, b.ActionID, "U0EVE")
		w.Status("1", triggered)
		w.Press("ana", page, "Acknowledge")
	})
}

func TestALongOutage(t *testing.T) {
	play(t, func(w *world) {
		w.slack.Faults.Down(true)
		w.Alarm("search-old")   // sev3, resolved while Slack is down
		w.Alarm("search-p99")   // sev3
		w.Alarm("orders-age")   // sev2
		w.Alarm("checkout-5xx") // sev1
		w.Wait(2 * time.Minute)
		w.OK("search-old")
		w.Wait(time.Minute)
		w.slack.Faults.Down(false)
		w.Wait(40 * time.Second)
		w.Paged("ana", "checkout-5xx")
		w.Paged("ana", "orders-age")
		w.Paged("ana", "search-p99")
		w.Quiet()
	})
}

func TestTheSameMessageTwice(t *testing.T) {
	play(t, func(w *world) {
		at := time.Now()
		body, err := w.topic.Alarm(aws.Example{Name: "checkout-5xx", At: at})
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			if status := w.PostBody(body); status != 200 {
				t.Fatal(status)
			}
		}
		w.Restart()
		w.PostBody(body)
		w.Paged("ana", "checkout-5xx")
		w.Wait(4 * time.Minute)
		w.Quiet()
	})
}

// TestContributorsInEveryOrder: one alarm, two series. It is over when both are.
func TestContributorsInEveryOrder(t *testing.T) {
	play(t, func(w *world) {
		series := func(id string, state incidents.AlarmState) {
			w.Post(aws.Example{Name: "checkout-by-team", State: state, Contributor: id, Attributes: map[string]string{"Team": id}})
			w.Wait(4 * time.Second)
		}
		series("a", incidents.AlarmFiring)
		series("b", incidents.AlarmFiring)
		series("a", incidents.AlarmOK)
		w.Status("1", triggered)
		series("b", incidents.AlarmOK)
		w.Status("1", resolved)
		w.Paged("ana", "checkout-by-team")
		w.Quiet()
	})
}

func TestALateOKDoesNotCloseANewerAlarm(t *testing.T) {
	play(t, func(w *world) {
		start := time.Now()
		w.Wait(time.Minute)
		w.Alarm("checkout-5xx")
		w.Post(aws.Example{Name: "checkout-5xx", State: incidents.AlarmOK, At: start})
		w.Status("1", triggered)
		w.Paged("ana", "checkout-5xx")
		w.Quiet()
	})
}
