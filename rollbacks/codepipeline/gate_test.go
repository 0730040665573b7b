package codepipeline_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/awsfake"
	"github.com/oncalm/oncalm/rollbacks/codepipeline"
	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

// TestGate: the transition into the stage is held and let go, also if there is no answer, and what waits before it goes on after that.
func TestGate(t *testing.T) {
	c, target, w := web(t)
	gate, ok := target.(rollbacks.Gate)
	if !ok || !codepipeline.Maker().Gate {
		t.Fatal("it is no gate")
	}
	held := func(want rollbacks.Hold) {
		t.Helper()
		if h, err := gate.Held(t.Context()); err != nil || h != want {
			t.Errorf("%+v %v, want %+v", h, err, want)
		}
	}
	held(rollbacks.Hold{})
	c.Runs("a1", "build")
	for _, reason := range []string{"Frozen by Oncalm for incident 4 (web-5xx)", "for another"} {
		if err := gate.Hold(t.Context(), reason); err != nil {
			t.Fatal(err)
		}
		held(rollbacks.Hold{On: true, Reason: reason})
	}
	w.Pass(time.Hour)
	if c.Latest("deploy") != "" {
		t.Error("it came through")
	}
	if err := gate.Release(t.Context()); err != nil {
		t.Fatal(err)
	}
	held(rollbacks.Hold{})
	w.Pass(time.Hour)
	if c.Latest("deploy") != "a1" {
		t.Error("it did not go on")
	}
	c.Hold("deploy", "release day")
	held(rollbacks.Hold{On: true, Reason: "release day"})
	for _, op := range []string{"EnableStageTransition", "DisableStageTransition"} {
		c.Fail(op, awsfake.Fault{Deaf: true, Left: -1})
		do := gate.Release
		if op == "DisableStageTransition" {
			do = func(ctx context.Context) error { return gate.Hold(ctx, "x") }
		}
		if err := do(t.Context()); err == nil || c.Calls(op) > 3 {
			t.Errorf("%s: %v, asked %d times", op, err, c.Calls(op))
		}
		if _, on, _ := c.Held("deploy"); on != (op == "DisableStageTransition") {
			t.Errorf("%s: held %v", op, on)
		}
	}
}

// TestGateOfOthers: a pipeline of another account is not touched, nor one that is not there.
func TestGateOfOthers(t *testing.T) {
	c, _, _ := web(t)
	for why, keys := range map[string]rollbacks.Settings{
		"of the account " + awsfake.Account: {"pipeline": "web", "stage": "deploy", "account": "999999999999"},
		"has no stage release":              {"pipeline": "web", "stage": "release"},
	} {
		gate := rollbackstest.Target(t, codepipeline.Maker(), keys, c).(rollbacks.Gate)
		_, err := gate.Held(t.Context())
		if no, ok := errors.AsType[*rollbacks.Impossible](err); !ok || !strings.Contains(no.Why, why) {
			t.Errorf("%s: %v", why, err)
		}
	}
}
