package lambda_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

// TestHistory: the versions of the last two hours are told, and which of them the alias is on.
func TestHistory(t *testing.T) {
	f := charge("aaa", "bbb", "ccc")
	f.Set("3", nil)
	want := []string{"Lambda charge: version 3 published, which live is on, 5m0s"}
	now := time.Date(2026, 3, 3, 10, 5, 0, 0, time.UTC) // each version of the fake is of a day of its own
	if diff := cmp.Diff(want, rollbackstest.History(t, function(t, f, ""), "lambda/charge", now)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
