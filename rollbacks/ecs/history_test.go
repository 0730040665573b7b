package ecs_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/ecs"
	"github.com/oncalm/oncalm/rollbacks/ecsfake"
	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

// TestHistory: what was deployed in the last two hours is told, with how far it has come.
func TestHistory(t *testing.T) {
	w := rollbackstest.NewWatch()
	c := ecsfake.New("prod", w.Now)
	c.Deployed("checkout", "web:41", 3*time.Hour)
	c.Deployed("checkout", "web:42", 6*time.Minute)
	c.Deploys("checkout", "web:43")
	w.Pass(time.Second)
	target := rollbackstest.Target(t, ecs.Maker(), rollbacks.Settings{"cluster": "prod", "service": "checkout"}, c)
	want := []string{"ECS deployment of checkout completed, 6m1s", "ECS deployment of checkout in progress, 1s"}
	if diff := cmp.Diff(want, rollbackstest.History(t, target, "ecs/prod/checkout", w.Now())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
