package codebuild_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	awscodebuild "github.com/aws/aws-sdk-go-v2/service/codebuild"
	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/codebuild"
	"github.com/oncalm/oncalm/rollbacks/codebuildfake"
	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

func keys() rollbacks.Settings {
	return rollbacks.Settings{"project": "rollback-web", "account": "123456789012", "env.SERVICE": "web", "env.TOKEN": "canary-9"}
}

// back is a fake CodeBuild, and the target that asks it with AWS's own client.
func back(t *testing.T) (*codebuildfake.Project, rollbacks.Target, *rollbackstest.Watch) {
	t.Helper()
	w := rollbackstest.NewWatch()
	p := codebuildfake.New("rollback-web", w.Now)
	return p, rollbackstest.Target(t, codebuild.Maker(), keys(), p), w
}

// TestWays holds what must hold, whatever happens on the way: for a project that was never built, and for one that was.
func TestWays(t *testing.T) {
	stage := func(built int) func(*testing.T) rollbackstest.Stage {
		return func(*testing.T) rollbackstest.Stage {
			w := rollbackstest.NewWatch()
			p := codebuildfake.New("rollback-web", w.Now)
			for n := range built {
				p.Built(time.Duration(built-n) * time.Hour)
			}
			return rollbackstest.Stage{Fake: p, Maker: codebuild.Maker(), Keys: rollbacks.Settings{"project": "rollback-web"}, Pass: w.Pass,
				Moves: p.Edit, Back: func() bool { return p.Done() == 1 }}
		}
	}
	refuses := map[string]int{"InvalidInputException": 400, "ResourceNotFoundException": 400, "AccountLimitExceededException": 400,
		"AccessDeniedException": 400}
	rollbackstest.Test(t,
		rollbackstest.Way{Name: "first build", Starts: "StartBuild", Set: stage(0), Refuses: refuses},
		rollbackstest.Way{Name: "after others", Starts: "StartBuild", Set: stage(120), Refuses: refuses})
	rollbackstest.Model(t, awscodebuild.New(awscodebuild.Options{}), codebuildfake.New("rollback-web", time.Now))
}

// TestBuild: the project gets what is configured, and for which rollback it is, and nothing else; the plan says what it cannot know, and
// no values.
func TestBuild(t *testing.T) {
	c, target, w := back(t)
	c.Built(time.Hour)
	p := rollbackstest.Plan(t, target)
	all := p.From + p.To + strings.Join(append(append(p.Will, p.Cannot...), p.Warnings...), " ")
	for _, want := range []string{"after the build 1, which succeeded", "with SERVICE, TOKEN as configured", "Oncalm does not know",
		"codecommit at refs/heads/main"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not in %q", want, all)
		}
	}
	if strings.Contains(all, "canary") {
		t.Error("the plan shows a value")
	}
	ref, err := target.Start(t.Context(), "4/rollback/1", p)
	if err != nil {
		t.Fatal(err)
	}
	told, token := c.Told()
	want := []string{"ONCALM_ROLLBACK=4/rollback/1 PLAINTEXT", "SERVICE=web PLAINTEXT", "TOKEN=canary-9 PLAINTEXT"}
	if diff := cmp.Diff(want, told); diff != "" || token != "oncalm-4-rollback-1" {
		t.Errorf("%s %q", diff, token)
	}
	if s := rollbackstest.State(t, target, ref); s.Stage != rollbacks.Running || !strings.Contains(s.Note, "build 2: build") {
		t.Error(s)
	}
	if _, found, err := target.Find(t.Context(), "4/rollback/2", p); found || err != nil {
		t.Errorf("a build of another rollback is taken for this one: %v", err)
	}
	w.Pass(time.Hour)
	for status, stage := range map[string]rollbacks.Stage{"SUCCEEDED": rollbacks.Done, "FAILED": rollbacks.Failed, "FAULT": rollbacks.Failed,
		"TIMED_OUT": rollbacks.Failed, "STOPPED": rollbacks.Failed} {
		c.Set(status)
		s := rollbackstest.State(t, target, ref)
		if s.Stage != stage || stage == rollbacks.Failed && !strings.Contains(s.Note, "https://console.example.com/") {
			t.Errorf("%s: %+v", status, s)
		}
	}
}

// TestImpossible: where it cannot be run it is said why, and what else to do.
func TestImpossible(t *testing.T) {
	c, target, _ := back(t)
	c.Built(0)
	_, err := target.Plan(t.Context())
	if no, ok := errors.AsType[*rollbacks.Impossible](err); !ok || !strings.Contains(no.Why, "the build 1 of the project goes on") || no.Instead == "" {
		t.Error(err)
	}
	missing := rollbackstest.Target(t, codebuild.Maker(), rollbacks.Settings{"project": "other"}, c)
	_, err = missing.Plan(t.Context())
	if no, ok := errors.AsType[*rollbacks.Impossible](err); !ok || !strings.Contains(no.Why, "has no project other") || no.Instead == "" {
		t.Error(err)
	}
}

// TestNames: names that CodeBuild does not take, or that somebody else sets, are refused by the configuration.
func TestNames(t *testing.T) {
	for _, k := range codebuild.Maker().Keys {
		check, good, bad := k.Check, []string{"rollback-web"}, []string{"a", "x y", "-x", "arn:aws:codebuild:x"}
		if k.Name == "env" {
			check, good, bad = k.Names, []string{"SERVICE", "_x1"}, []string{"1X", "A-B", "", "CODEBUILD_SRC_DIR", "ONCALM_ROLLBACK"}
		}
		for _, s := range good {
			if err := check(s); err != nil {
				t.Errorf("%s: %v", s, err)
			}
		}
		for _, s := range bad {
			if check(s) == nil {
				t.Errorf("%s %q passes", k.Name, s)
			}
		}
	}
}
