package bot

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/learning"
)

// TestPast: page and card say how often the alarm fired before, what helped, and what was to be done since, with a button to the
// document of that time; of an alarm that never fired they say nothing. What outsiders wrote does no harm.
func TestPast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.book.Followers = append(w.book.Followers, learning.Follow)
		texts := func() string { // of the newest page and card
			dms, cards := w.slack.DM(ana), w.slack.Messages(channel)
			return shown(t, dms[len(dms)-1]) + shown(t, cards[len(cards)-1])
		}
		do := func(id string, by incidents.Actor, bodies ...incidents.Body) {
			for _, b := range bodies {
				if _, err := w.book.Record(t.Context(), id, by, b); err != nil {
					t.Fatal(err)
				}
			}
		}
		w.wait(time.Second)
		id := w.alarm("charge-errors")
		w.wait(10 * time.Second)
		if got := texts(); strings.Contains(got, "Fired before") || strings.Contains(got, "Last time") {
			t.Errorf("it has never fired: %s", got)
		}
		began := time.Now()
		w.wait(3 * time.Minute)
		do(id, incidents.Person("ana"), incidents.Responded{Fact: response.RollbackRequested{N: 1, Person: "ana", Target: "ecs <!channel> *web*"}})
		do(id, incidents.Oncalm(), incidents.Responded{Fact: response.RollbackStarted{N: 1, When: began}},
			incidents.Responded{Fact: response.RollbackFinished{N: 1, When: time.Now()}},
			incidents.Responded{Fact: response.RollbackProven{N: 1, Proof: response.Helped, After: 60}})
		do(id, incidents.Person("ana"), incidents.Responded{Fact: response.Planned{What: "a test"}}, incidents.Resolved{})
		w.wait(24 * time.Hour)
		w.alarm("charge-errors")
		w.wait(10 * time.Second)
		got := texts()
		for part, times := range map[string]int{"Fired before: ": 2, "1 time in 90 days. Last time (incident 1": 2, "helped in 4 min": 2,
			"Still to do ": 2, "1 of 1 action item": 2, "Last time: 1": 2, "<!channel>": 0} {
			if n := strings.Count(got, part); n != times {
				t.Errorf("%q stands there %d times, want %d: %s", part, n, times, got)
			}
		}
		if got := w.typed(bo, "/incident", "info 2"); !strings.Contains(got, "Like it before") ||
			!strings.Contains(got, "the same alarm") || strings.Contains(got, "<!channel>") {
			t.Errorf("info does not tell of the incident before: %s", got)
		}
		cards := w.slack.Messages(channel)
		w.press(cards[len(cards)-1], "Last time: 1", bo)
		w.wait(time.Second)
		if got := shown(t, w.seen(bo)); !strings.Contains(got, "Postmortem of 1") {
			t.Errorf("the button shows no document: %s", got)
		}
	})
}
