package codepipeline_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/codepipeline"
	"github.com/oncalm/oncalm/rollbacks/codepipelinefake"
	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

// TestHistory: the executions of the last two hours are told, with how far each has come.
func TestHistory(t *testing.T) {
	w := rollbackstest.NewWatch()
	p := codepipelinefake.New("web", w.Now)
	p.Ran("41", 5*time.Hour)
	p.Ran("42", time.Hour)
	p.Fails("43", "build", 20*time.Minute)
	p.Runs("44", "build")
	w.Pass(time.Second)
	target := rollbackstest.Target(t, codepipeline.Maker(), rollbacks.Settings{"pipeline": "web", "stage": "deploy"}, p)
	want := []string{"CodePipeline web: execution 00000002 succeeded, 1h0m1s", "CodePipeline web: execution 00000003 failed, 20m1s",
		"CodePipeline web: execution 00000004 in progress, 1s"}
	if diff := cmp.Diff(want, rollbackstest.History(t, target, "codepipeline/web", w.Now())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
