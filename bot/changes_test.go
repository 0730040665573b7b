package bot

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/changes/around"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// TestChanges holds that page and card say what was changed before, with a text from outside that does no harm, and that nothing is said
// of changes where nobody tells of any.
func TestChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		finder := &around.Finder{Book: w.book}
		w.book.Followers = append(w.book.Followers, finder.Follow)
		metric := func(o *incidents.Opened) {
			o.Alarm.Account, o.Alarm.Region = "1", "eu-central-1"
			o.Alarm.Metric = &incidents.Metric{Dimensions: []incidents.Dimension{{Name: "FunctionName", Value: "charge"}}}
		}
		texts := func() string { // of the newest page and card
			dms, cards := w.slack.DM(ana), w.slack.Messages(channel)
			return shown(t, dms[len(dms)-1]) + shown(t, cards[len(cards)-1])
		}
		w.wait(time.Second)
		w.alarm("charge-errors", metric)
		w.wait(10 * time.Second)
		if got := texts(); strings.Contains(got, "change") {
			t.Errorf("nobody tells of changes: %s", got)
		}
		change := func(id, function string) {
			c := changes.Change{ID: id, At: time.Now().Add(-6 * time.Minute), Kind: "cloudtrail", Title: "Update of <!channel> *charge*",
				Resources: []string{"arn:aws:lambda:eu-central-1:1:function:" + function}}
			if err := w.db.Update(t.Context(), func(tx store.Tx) error { return changes.Save(tx, c) }); err != nil {
				t.Fatal(err)
			}
		}
		change("a", "another")
		w.alarm("charge-errors-2", metric)
		w.wait(10 * time.Second)
		if got := texts(); strings.Count(got, "No change is known in the 2 h before.") != 2 {
			t.Errorf("page and card do not say that none is known: %s", got)
		}
		change("b", "charge")
		w.alarm("charge-errors-3", metric)
		w.wait(10 * time.Second)
		got := texts()
		if strings.Count(got, "6 min before the incident began") < 2 || strings.Contains(got, "<!channel>") {
			t.Errorf("page and card do not say what was changed, or ping: %s", got)
		}
		if got := w.typed(bo, "/incident", "timeline 3"); !strings.Contains(got, "found a change: ") {
			t.Errorf("the timeline lacks the change: %s", got)
		}
	})
}
