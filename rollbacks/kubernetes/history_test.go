package kubernetes_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

// TestHistory: revisions that were made in the last two hours are told.
func TestHistory(t *testing.T) {
	_, target, w, _ := served(t, "web:41", "web:42", "web:43")
	w.Pass(time.Second)
	want := []string{"Kubernetes deployment web: revision 3 (web:43) rolled out, 1h0m1s"}
	if diff := cmp.Diff(want, rollbackstest.History(t, target, "", w.Now())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
