package ecs_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	aws "github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/awsfake"
	"github.com/oncalm/oncalm/rollbacks/ecs"
	"github.com/oncalm/oncalm/rollbacks/ecsfake"
	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

// cluster is a fake ECS, and the target that asks it with AWS's own client.
func cluster(t *testing.T) (*ecsfake.Cluster, rollbacks.Target, *rollbackstest.Watch) {
	t.Helper()
	w := rollbackstest.NewWatch()
	c := ecsfake.New("prod", w.Now)
	return c, rollbackstest.Target(t, ecs.Maker(), settings(), c), w
}

func settings() rollbacks.Settings {
	return rollbacks.Settings{"cluster": "prod", "service": "web", "account": awsfake.Account}
}

// TestEachWay holds what must hold for each target.
func TestEachWay(t *testing.T) {
	way := func(starts string, set func(*ecsfake.Cluster)) rollbackstest.Way {
		return rollbackstest.Way{Name: starts, Starts: starts, Refuses: map[string]int{
			"AccessDeniedException": 400, "InvalidParameterException": 400, "ServiceNotActiveException": 400, "ThrottlingException": 400,
			"PlatformTaskDefinitionIncompatibilityException": 400, "ClientException": 400, "ConflictException": 400,
		}, Set: func(*testing.T) rollbackstest.Stage {
			w := rollbackstest.NewWatch()
			c := ecsfake.New("prod", w.Now)
			c.Deployed("web", "web:42", 24*time.Hour)
			set(c)
			return rollbackstest.Stage{Fake: c, Maker: ecs.Maker(), Keys: settings(), Pass: w.Pass,
				Moves: func() { c.Deploys("web", "web:44") }, Back: func() bool { return c.Running("web") == "web:42" }}
		}}
	}
	rollbackstest.Test(t,
		way("UpdateService", func(c *ecsfake.Cluster) { c.Deployed("web", "web:43", time.Hour) }),
		way("StopServiceDeployment", func(c *ecsfake.Cluster) { c.Deploys("web", "web:43") }),
		way("ContinueServiceDeployment", func(c *ecsfake.Cluster) {
			c.Deploys("web", "web:43")
			c.Set("web", ecsfake.Options{Hook: "h"})
		}))
}

// TestModel holds that the fake requires what AWS does.
func TestModel(t *testing.T) {
	c := ecsfake.New("prod", time.Now)
	rollbackstest.Model(t, aws.NewFromConfig(rollbackstest.Config(t, c)), c)
}

// TestUpdate: what has completed is replaced by the task definition before it.
func TestUpdate(t *testing.T) {
	c, target, w := cluster(t)
	c.Deployed("web", "web:41", 48*time.Hour)
	c.Deployed("web", "web:42", 24*time.Hour)
	c.Deployed("web", "web:43", 6*time.Minute)
	p := rollbackstest.Plan(t, target)
	if p.From != "web:43" || p.To != "web:42" || p.Keyed || len(p.Differs) != 1 || !strings.HasPrefix(p.Differs[0], "container app: web:43@") {
		t.Errorf("%+v", p)
	}
	if _, found, err := target.Find(t.Context(), "k", p); found || err != nil {
		t.Error(found, err)
	}
	ref, err := target.Start(t.Context(), "k", p)
	if err != nil {
		t.Fatal(err)
	}
	if s := rollbackstest.State(t, target, ref); s.Stage != rollbacks.Running {
		t.Error(s)
	}
	w.Pass(time.Minute)
	if s := rollbackstest.State(t, target, ref); s.Stage != rollbacks.Done || c.Running("web") != "web:42" {
		t.Error(s, c.Running("web"))
	}
	if next := rollbackstest.Plan(t, target); next.From != "web:42" || next.To != "web:41" {
		t.Errorf("after going back, the way back leads to what was left: %+v", next)
	}
}

// TestStop: a deployment that goes on is stopped with a rollback, and a hook that waits is told to roll back.
func TestStop(t *testing.T) {
	for _, o := range []ecsfake.Options{{}, {Hook: "hook-1"}, {Breaker: true}} {
		c, target, w := cluster(t)
		c.Deployed("web", "web:42", 24*time.Hour)
		c.Deploys("web", "web:43")
		c.Set("web", o)
		p := rollbackstest.Plan(t, target)
		if p.From != "web:43" || p.To != "web:42" || o.Breaker != (len(p.Warnings) == 1) {
			t.Errorf("%+v: %+v", o, p)
		}
		if _, found, err := target.Find(t.Context(), "k", p); found || err != nil {
			t.Error(found, err)
		}
		ref, err := target.Start(t.Context(), "k", p)
		if err != nil {
			t.Fatal(err)
		}
		if s := rollbackstest.State(t, target, ref); s.Stage != rollbacks.Running {
			t.Error(s)
		}
		if _, err := target.Plan(t.Context()); err == nil || !strings.Contains(err.Error(), "already rolling back") {
			t.Error(err)
		}
		w.Pass(time.Minute)
		if s := rollbackstest.State(t, target, ref); s.Stage != rollbacks.Done || c.Running("web") != "web:42" {
			t.Error(s, c.Running("web"))
		}
		want := map[bool]string{true: "ContinueServiceDeployment", false: "StopServiceDeployment"}[o.Hook != ""]
		if c.Calls(want) != 1 || c.Calls("UpdateService") != 0 {
			t.Errorf("%+v: %s was asked for %d times", o, want, c.Calls(want))
		}
	}
}

// TestImpossible: where there is no way back it is said why, and what else to do.
func TestImpossible(t *testing.T) {
	for why, set := range map[string]func(*ecsfake.Cluster){
		"has no active service web":                         func(*ecsfake.Cluster) {},
		"no deployment of web that succeeded before web:42": func(c *ecsfake.Cluster) { c.Deployed("web", "web:42", time.Hour) },
		"the first deployment of web":                       func(c *ecsfake.Cluster) { c.Deploys("web", "web:42") },
		"CodeDeploy deploys web": func(c *ecsfake.Cluster) {
			c.Deployed("web", "web:42", time.Hour)
			c.Set("web", ecsfake.Options{Controller: "CODE_DEPLOY"})
		},
		"an external controller deploys web": func(c *ecsfake.Cluster) {
			c.Deployed("web", "web:42", time.Hour)
			c.Set("web", ecsfake.Options{Controller: "EXTERNAL"})
		},
		"already rolling back: circuit breaker": func(c *ecsfake.Cluster) {
			c.Deployed("web", "web:42", time.Hour)
			c.Deploys("web", "web:43")
			c.Set("web", ecsfake.Options{Status: "ROLLBACK_REQUESTED", Reason: "circuit breaker"})
		},
		"web:42 is not active any more": func(c *ecsfake.Cluster) {
			c.Deployed("web", "web:42", time.Hour)
			c.Deployed("web", "web:43", time.Minute)
			c.Set("web", ecsfake.Options{Inactive: []string{"web:42"}})
		},
		"has no service web in the cluster": func(c *ecsfake.Cluster) {
			c.Fail("DescribeServices", awsfake.Fault{Code: "ClusterNotFoundException", Status: 400, Left: -1})
		},
	} {
		c, target, _ := cluster(t)
		set(c)
		_, err := target.Plan(t.Context())
		no, ok := errors.AsType[*rollbacks.Impossible](err)
		if !ok || !strings.Contains(no.Why, why) || no.Instead == "" {
			t.Errorf("%s: %v", why, err)
		}
	}
}

// TestWarnings: what the task definition does not bring back, and a tag that has moved.
func TestWarnings(t *testing.T) {
	c, target, _ := cluster(t)
	c.Deployed("web", "web:42", time.Hour)
	c.Set("web", ecsfake.Options{Image: "repo/web:latest"})
	c.Deployed("web", "web:43", time.Minute)
	c.Set("web", ecsfake.Options{Image: "repo/web:latest", Subnets: []string{"subnet-1"}})
	p := rollbackstest.Plan(t, target)
	if len(p.Warnings) != 2 || !strings.Contains(p.Warnings[0], "its tag has moved") || !strings.Contains(p.Warnings[1], "differ in network") {
		t.Errorf("%q", p.Warnings)
	}
}

// TestDeploymentsMeanwhile: one that fails, or that ECS undoes, did not go back.
func TestDeploymentsMeanwhile(t *testing.T) {
	for status, want := range map[string]rollbacks.Stage{
		"STOPPED": rollbacks.Failed, "ROLLBACK_SUCCESSFUL": rollbacks.Failed, "ROLLBACK_FAILED": rollbacks.Failed, "PENDING": rollbacks.Running,
	} {
		c, target, _ := cluster(t)
		c.Deployed("web", "web:42", 24*time.Hour)
		c.Deployed("web", "web:43", time.Hour)
		ref, err := target.Start(t.Context(), "k", rollbackstest.Plan(t, target))
		if err != nil {
			t.Fatal(err)
		}
		c.Set("web", ecsfake.Options{Status: status, Reason: "tasks did not start"})
		if s := rollbackstest.State(t, target, ref); s.Stage != want {
			t.Errorf("%s: %v", status, s)
		}
	}
}
