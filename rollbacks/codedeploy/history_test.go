package codedeploy_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

// TestHistory: what was deployed in the last two hours is told, with how far it has come.
func TestHistory(t *testing.T) {
	g, target, w := group(t, "Server")
	g.Deployed(g.Revision(43), "user", "Failed", 30*time.Minute)
	g.Deploys(g.Revision(44), "user")
	w.Pass(time.Second)
	want := []string{"CodeDeploy deployment of web to prod failed, 30m1s", "CodeDeploy deployment of web to prod in progress, 1s"}
	if diff := cmp.Diff(want, rollbackstest.History(t, target, "codedeploy/web/prod", w.Now())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
