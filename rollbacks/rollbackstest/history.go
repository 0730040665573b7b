package rollbackstest

import (
	"slices"
	"testing"
	"time"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

// History is what a target says was done to it in the two hours before a time, the oldest first: the title, and how long before it began. It
// must be about a thing of an account and a region, by the name that messages have for it.
func History(t *testing.T, target rollbacks.Target, thing string, now time.Time) (lines []string) {
	t.Helper()
	h, ok := target.(rollbacks.Historian)
	if !ok {
		t.Fatal("it knows nothing of what was done to it")
	}
	all, err := rollbacks.Between(t.Context(), h, now.Add(-2*time.Hour), now)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b rollbacks.Deployment) int { return a.Began.Compare(b.Began) })
	ids := map[string]bool{}
	for _, d := range all {
		lines = append(lines, d.Title+", "+now.Sub(d.Began).String())
		if d.ID == "" || ids[d.ID] || d.Kind == "" {
			t.Errorf("it cannot be told from others: %+v", d)
		}
		ids[d.ID] = true
		want := changes.Thing{Account: awsfake.Account, Region: awsfake.Region, Name: thing}
		if got, _ := changes.ThingOf(d.ARN); thing != "" && got != want {
			t.Errorf("%s is of %+v", d.ARN, got)
		}
	}
	return lines
}
