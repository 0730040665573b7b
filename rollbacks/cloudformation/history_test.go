package cloudformation_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/cloudformation"
	"github.com/oncalm/oncalm/rollbacks/cloudformationfake"
	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

// TestHistory: updates of the last two hours are told, each once, by what became of it.
func TestHistory(t *testing.T) {
	w := rollbackstest.NewWatch()
	s := cloudformationfake.New("web", w.Now)
	s.Became("UPDATE_IN_PROGRESS", 3*time.Hour)
	s.Became("UPDATE_COMPLETE", 170*time.Minute)
	s.Became("UPDATE_IN_PROGRESS", 125*time.Minute)
	s.Became("UPDATE_ROLLBACK_IN_PROGRESS", 118*time.Minute)
	s.Became("UPDATE_ROLLBACK_COMPLETE", 110*time.Minute)
	s.Became("UPDATE_IN_PROGRESS", time.Minute)
	s.Resource("Api", "AWS::ApiGateway::RestApi", "UPDATE_COMPLETE", "")
	w.Pass(time.Second)
	target := rollbackstest.Target(t, cloudformation.Maker(), rollbacks.Settings{"stack": "web"}, s)
	want := []string{"CloudFormation web: update rollback complete, 2h5m1s", "CloudFormation web: update in progress, 1m1s"}
	if diff := cmp.Diff(want, rollbackstest.History(t, target, "cloudformation/web", w.Now())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
