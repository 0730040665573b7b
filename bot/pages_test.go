package bot

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
)

// reminded is a world in which ana has acknowledged an incident so long ago, and was reminded of it since.
func reminded(t *testing.T, ago time.Duration) *world {
	t.Helper()
	w := begin(t, func(o *Options) { o.Channel = "" })
	w.wait(time.Second)
	w.alarm("checkout-5xx")
	w.wait(time.Second)
	w.typed(ana, "/incident", "ack")
	w.wait(ago)
	return w
}

// TestManyPages: an incident that stayed open for long has more pages than Slack lets us edit at a time. All of them come up to
// date all the same, each once.
func TestManyPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := reminded(t, 6*time.Hour)
		pages := len(w.slack.DM(ana))
		if pages < 10 {
			t.Fatalf("%d pages, too few to see anything", pages)
		}
		before := len(w.slack.API.Calls("chat.update"))
		for k := range 3 * pages {
			w.slack.Faults.Fail(faults.Fault{Method: "chat.update", Skip: 4 * (k + 1), Times: 1, Kind: faults.RateLimited("30")})
		}
		w.typed(ana, "/incident", "resolve anyway")
		w.wait(10 * time.Minute)
		for n, m := range w.slack.DM(ana) {
			if strings.Contains(labels(m), "Resolve") {
				t.Errorf("page %d of %d still asks: %s", n+1, pages, labels(m))
			}
		}
		edits := 0
		for _, c := range w.slack.API.Calls("chat.update")[before:] {
			if c.Outcome == "ok" {
				edits++
			}
		}
		if edits != pages {
			t.Errorf("%d edits of %d pages", edits, pages)
		}
	})
}

// TestPageThatCannotBeEdited: it does not keep the pages after it from being brought up to date.
func TestPageThatCannotBeEdited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := reminded(t, 2*time.Hour)
		// with and without form
		w.slack.Faults.Fail(faults.Fault{
			Method: "chat.update", Times: 2, Kind: faults.Error("msg_too_long"),
		})
		w.typed(ana, "/incident", "resolve anyway")
		w.wait(10 * time.Minute)
		var resolved []bool
		for _, m := range w.slack.DM(ana) {
			resolved = append(resolved, strings.Contains(m.Text, "Resolved"))
		}
		if len(resolved) < 3 || resolved[0] || slices.Contains(resolved[1:], false) {
			t.Errorf("brought up to date: %v, want all but the first, which Slack does not take", resolved)
		}
	})
}
