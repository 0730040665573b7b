package codepipeline_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	awscodepipeline "github.com/aws/aws-sdk-go-v2/service/codepipeline"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/codepipeline"
	"github.com/oncalm/oncalm/rollbacks/codepipelinefake"
	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

// web is a fake CodePipeline, and the target that asks it with AWS's own client.
func web(t *testing.T) (*codepipelinefake.Pipeline, rollbacks.Target, *rollbackstest.Watch) {
	t.Helper()
	w := rollbackstest.NewWatch()
	p := codepipelinefake.New("web", w.Now)
	return p, rollbackstest.Target(t, codepipeline.Maker(), rollbacks.Settings{"pipeline": "web", "stage": "deploy", "account": "123456789012"}, p), w
}

// TestRollBack: the stage goes back to the newest execution before that succeeded in it, and after that further back, never forward to
// what was left.
func TestRollBack(t *testing.T) {
	c, target, w := web(t)
	c.Ran("a1", 72*time.Hour)
	c.Ran("b2", 48*time.Hour)
	c.Fails("c3", "deploy", 24*time.Hour)
	c.Fails("d4", "build", 12*time.Hour)
	c.Ran("e5", time.Hour)
	p := rollbackstest.Plan(t, target)
	if !strings.HasSuffix(p.From, "(e5)") || !strings.HasSuffix(p.To, "(b2)") || p.Keyed ||
		len(p.Differs) != 1 || p.Differs[0] != "source source-it: e5 “change e5” → b2 “change b2”" {
		t.Errorf("%+v", p)
	}
	ref, err := target.Start(t.Context(), "k", p)
	if err != nil {
		t.Fatal(err)
	}
	if s := rollbackstest.State(t, target, ref); s.Stage != rollbacks.Running {
		t.Error(s)
	}
	if _, err := target.Plan(t.Context()); err == nil || !strings.Contains(err.Error(), "already rolling") {
		t.Error(err)
	}
	w.Pass(time.Minute)
	if s := rollbackstest.State(t, target, ref); s.Stage != rollbacks.Done || c.Latest("deploy") != "b2" || c.Latest("build") != "e5" {
		t.Error(s, c.Latest("deploy"), c.Latest("build"))
	}
	if next := rollbackstest.Plan(t, target); !strings.HasSuffix(next.From, "(b2)") || !strings.HasSuffix(next.To, "(a1)") {
		t.Errorf("after going back, the way back leads to what was left: %+v", next)
	}
	w.Pass(time.Minute)
	c.Ran("f6", 0)
	if next := rollbackstest.Plan(t, target); !strings.HasSuffix(next.From, "(f6)") || !strings.HasSuffix(next.To, "(b2)") {
		t.Errorf("what was in the stage before f6 is b2, by a rollback, and not e5: %+v", next)
	}
}

// TestFailed: a stage in which an execution failed goes back to what succeeded before it.
func TestFailed(t *testing.T) {
	c, target, _ := web(t)
	c.Ran("a1", 48*time.Hour)
	c.Fails("b2", "deploy", time.Hour)
	c.Undoes = true
	p := rollbackstest.Plan(t, target)
	if !strings.HasSuffix(p.From, "(b2)") || !strings.HasSuffix(p.To, "(a1)") || len(p.Warnings) != 1 ||
		!strings.Contains(p.Warnings[0], "by itself") {
		t.Errorf("%+v", p)
	}
}

// TestStop: an execution that is in the stage is stopped, and once it has stopped the stage can be rolled back.
func TestStop(t *testing.T) {
	c, target, w := web(t)
	c.Ran("a1", 48*time.Hour)
	c.Runs("b2", "deploy")
	p := rollbackstest.Plan(t, target)
	if !strings.HasSuffix(p.From, "(b2)") || p.To != "a stopped stage deploy" || !strings.Contains(p.Cannot[0], "ask again") {
		t.Errorf("%+v", p)
	}
	ref, err := target.Start(t.Context(), "4/rollback/1", p)
	if err != nil {
		t.Fatal(err)
	}
	if s := rollbackstest.State(t, target, ref); s.Stage != rollbacks.Running {
		t.Error(s)
	}
	if _, err := target.Plan(t.Context()); err == nil || !strings.Contains(err.Error(), "is being stopped") {
		t.Error(err)
	}
	w.Pass(time.Minute)
	if s := rollbackstest.State(t, target, ref); s.Stage != rollbacks.Done || c.Calls("RollbackStage") != 0 {
		t.Error(s)
	}
	if next := rollbackstest.Plan(t, target); !strings.HasSuffix(next.From, "(b2)") || !strings.HasSuffix(next.To, "(a1)") {
		t.Errorf("%+v", next)
	}
}

// TestWays holds what must hold for both ways back, whatever happens on the way.
func TestWays(t *testing.T) {
	stage := func(set func(*codepipelinefake.Pipeline), back func(*codepipelinefake.Pipeline) bool) (
		_ func(*testing.T) rollbackstest.Stage) {
		return func(*testing.T) rollbackstest.Stage {
			w := rollbackstest.NewWatch()
			p := codepipelinefake.New("web", w.Now)
			p.Ran("a1", 24*time.Hour)
			set(p)
			return rollbackstest.Stage{Fake: p, Maker: codepipeline.Maker(),
				Keys: rollbacks.Settings{"pipeline": "web", "stage": "deploy"}, Pass: w.Pass,
				Moves: func() { p.Ran("z9", 0) }, Back: func() bool { return back(p) }}
		}
	}
	refuses := func(codes ...string) map[string]int {
		all := map[string]int{}
		codes = append(codes, "AccessDeniedException", "ThrottlingException", "ConflictException", "ValidationException")
		for _, code := range codes {
			all[code] = 400
		}
		return all
	}
	rollbackstest.Test(t, rollbackstest.Way{
		Name: "roll back", Starts: "RollbackStage",
		Set: stage(func(p *codepipelinefake.Pipeline) { p.Ran("b2", time.Hour) },
			func(p *codepipelinefake.Pipeline) bool { return p.Latest("deploy") == "a1" }),
		Refuses: refuses("UnableToRollbackStageException", "PipelineExecutionOutdatedException", "PipelineExecutionNotFoundException",
			"StageNotFoundException"),
	}, rollbackstest.Way{
		Name: "stop", Starts: "StopPipelineExecution",
		Set: stage(func(p *codepipelinefake.Pipeline) { p.Runs("b2", "deploy") },
			func(p *codepipelinefake.Pipeline) bool { return p.Status("00000002") == "Stopped" }),
		Refuses: refuses("DuplicatedStopRequestException", "PipelineExecutionNotStoppableException"),
	})
	rollbackstest.Model(t, awscodepipeline.New(awscodepipeline.Options{}), codepipelinefake.New("web", time.Now))
}

// TestAnotherStage: a rollback of another stage to the same execution is not taken for ours, nor is one that the plan knew.
func TestAnotherStage(t *testing.T) {
	c, target, w := web(t)
	c.Ran("a1", 24*time.Hour)
	c.Ran("b2", time.Hour)
	p := rollbackstest.Plan(t, target)
	other := rollbackstest.Target(t, codepipeline.Maker(), rollbacks.Settings{"pipeline": "web", "stage": "build"}, c)
	if _, err := other.Start(t.Context(), "k", rollbackstest.Plan(t, other)); err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Minute)
	if _, found, err := target.Find(t.Context(), "k", p); found || err != nil {
		t.Error(found, err)
	}
	if _, err := target.Start(t.Context(), "k", p); err != nil {
		t.Fatal(err)
	}
	if _, found, err := target.Find(t.Context(), "k", p); !found || err != nil {
		t.Error(found, err)
	}
	w.Pass(time.Minute)
	c.Ran("c3", 0)
	again := rollbackstest.Plan(t, target)
	if again.Params["execution"] != p.Params["execution"] {
		t.Fatalf("%+v", again)
	}
	if _, found, err := target.Find(t.Context(), "k", again); found || err != nil {
		t.Errorf("an older rollback is taken for this one: %v", err)
	}
}

// TestMovedMeanwhile: what the pipeline has become since the plan was made, CodePipeline refuses by itself.
func TestMovedMeanwhile(t *testing.T) {
	for what, move := range map[string]func(*codepipelinefake.Pipeline){
		"edited": func(c *codepipelinefake.Pipeline) { c.Edit() },
		"busy":   func(c *codepipelinefake.Pipeline) { c.Runs("c3", "deploy") },
	} {
		c, target, _ := web(t)
		c.Ran("a1", 24*time.Hour)
		c.Ran("b2", time.Hour)
		p := rollbackstest.Plan(t, target)
		move(c)
		_, err := target.Start(t.Context(), "k", p)
		if _, no := errors.AsType[*rollbacks.Refused](err); !no {
			t.Errorf("%s: %v", what, err)
		}
	}
	c, target, w := web(t)
	c.Ran("a1", 24*time.Hour)
	c.Runs("b2", "deploy")
	p := rollbackstest.Plan(t, target)
	w.Pass(time.Minute)
	_, err := target.Start(t.Context(), "k", p)
	if _, no := errors.AsType[*rollbacks.Refused](err); !no {
		t.Errorf("an execution that has ended is stopped: %v", err)
	}
}

// TestExecutionsMeanwhile: a rollback that fails did not go back, nor was stopped what succeeded first.
func TestExecutionsMeanwhile(t *testing.T) {
	for status, want := range map[string]rollbacks.Stage{
		"Failed": rollbacks.Failed, "Stopped": rollbacks.Failed, "Superseded": rollbacks.Failed, "Stopping": rollbacks.Running,
	} {
		c, target, _ := web(t)
		c.Ran("a1", 24*time.Hour)
		c.Ran("b2", time.Hour)
		ref, err := target.Start(t.Context(), "k", rollbackstest.Plan(t, target))
		if err != nil {
			t.Fatal(err)
		}
		c.Set("00000003-1111-4111-8111-111111111111", status)
		if s := rollbackstest.State(t, target, ref); s.Stage != want || s.Note == "" {
			t.Errorf("%s: %v", status, s)
		}
	}
	c, target, _ := web(t)
	id := c.Runs("b2", "deploy")
	ref, err := target.Start(t.Context(), "k", rollbackstest.Plan(t, target))
	if err != nil {
		t.Fatal(err)
	}
	c.Set(id, "Succeeded")
	if s := rollbackstest.State(t, target, ref); s.Stage != rollbacks.Failed {
		t.Error(s)
	}
}

// TestImpossible: where there is no way back it is said why, and what else to do.
func TestImpossible(t *testing.T) {
	for why, tt := range map[string]struct {
		set  func(*codepipelinefake.Pipeline)
		keys rollbacks.Settings
	}{
		"nothing has run in the stage deploy": {set: func(*codepipelinefake.Pipeline) {}},
		"no execution before 00000001 has succeeded": {set: func(c *codepipelinefake.Pipeline) {
			c.Ran("a1", time.Hour)
		}},
		"since the pipeline was last edited": {set: func(c *codepipelinefake.Pipeline) {
			c.Ran("a1", 2*time.Hour)
			c.Edit()
			c.Ran("b2", time.Hour)
		}},
		"is of type V1":                                   {set: func(c *codepipelinefake.Pipeline) { c.Type = "V1" }},
		"source is the source stage":                      {keys: rollbacks.Settings{"pipeline": "web", "stage": "source"}},
		"has no stage release, but source, build, deploy": {keys: rollbacks.Settings{"pipeline": "web", "stage": "release"}},
		"has no pipeline shop":                            {keys: rollbacks.Settings{"pipeline": "shop", "stage": "deploy"}},
		"of the account 123456789012":                     {keys: rollbacks.Settings{"pipeline": "web", "stage": "deploy", "account": "999999999999"}},
	} {
		c, target, _ := web(t)
		if tt.keys != nil {
			target = rollbackstest.Target(t, codepipeline.Maker(), tt.keys, c)
			tt.set = func(c *codepipelinefake.Pipeline) { c.Ran("a1", 2*time.Hour); c.Ran("b2", time.Hour) }
		}
		tt.set(c)
		_, err := target.Plan(t.Context())
		no, ok := errors.AsType[*rollbacks.Impossible](err)
		if !ok || !strings.Contains(no.Why, why) || no.Instead == "" {
			t.Errorf("%s: %v", why, err)
		}
	}
}
