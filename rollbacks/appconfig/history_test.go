package appconfig_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

// TestHistory: deployments of the profile are told that went on in the last two hours, and none of another.
func TestHistory(t *testing.T) {
	e, target, w := prod(t)
	e.Deployed("flags", "6", 3*time.Hour)
	e.Deployed("flags", "7", 10*time.Minute)
	e.Deployed("limits", "3", 10*time.Minute)
	e.Deploys("flags", "8")
	w.Pass(time.Second)
	want := []string{"AppConfig flags: deployment of version 7 complete, 1h10m1s", "AppConfig flags: deployment of version 8 deploying, 1s"}
	if diff := cmp.Diff(want, rollbackstest.History(t, target, "appconfig/shop/prod/flags", w.Now())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
