package ecs_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/ecs"
	"github.com/oncalm/oncalm/rollbacks/ecsfake"
)

// watch is a clock that is moved by hand.
type watch struct {
	mu  sync.Mutex
	now time.Time
}

func (w *watch) read() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *watch) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// cluster is a fake ECS, and the target that asks it with AWS's own client.
func cluster(t *testing.T) (*ecsfake.Cluster, rollbacks.Target, *watch) {
	t.Helper()
	w := &watch{now: time.Date(2026, 3, 11, 14, 2, 0, 0, time.UTC)}
	c := ecsfake.New("prod", w.read)
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	cfg := aws.Config{Region: "eu-central-1", BaseEndpoint: &server.URL, Credentials: keys{}}
	target, err := ecs.Maker().New(cfg, rollbacks.Settings{"cluster": "prod", "service": "web", "account": "123456789012"})
	if err != nil {
		t.Fatal(err)
	}
	return c, target, w
}

// keys are credentials.
type keys struct{}

// Retrieve implements [aws.CredentialsProvider].
func (keys) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "ID", SecretAccessKey: "KEY"}, nil
}

// plan makes a plan, or stops the test.
func plan(t *testing.T, target rollbacks.Target) rollbacks.Plan {
	t.Helper()
	p, err := target.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, err := target.Plan(t.Context())
	if diff := cmp.Diff(p, again); err != nil || diff != "" {
		t.Errorf("made twice it is another: %v %s", err, diff)
	}
	return p
}

// state asks how far it is.
func state(t *testing.T, target rollbacks.Target, r rollbacks.Ref) rollbacks.State {
	t.Helper()
	s, err := target.State(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestUpdate: what has completed is replaced by the task definition before it.
func TestUpdate(t *testing.T) {
	c, target, w := cluster(t)
	c.Deployed("web", "web:41", 48*time.Hour)
	c.Deployed("web", "web:42", 24*time.Hour)
	c.Deployed("web", "web:43", 6*time.Minute)
	p := plan(t, target)
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
	if s := state(t, target, ref); s.Stage != rollbacks.Running {
		t.Error(s)
	}
	w.pass(time.Minute)
	if s := state(t, target, ref); s.Stage != rollbacks.Done || c.Running("web") != "web:42" {
		t.Error(s, c.Running("web"))
	}
	if next := plan(t, target); next.From != "web:42" || next.To != "web:41" {
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
		p := plan(t, target)
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
		if s := state(t, target, ref); s.Stage != rollbacks.Running {
			t.Error(s)
		}
		if _, err := target.Plan(t.Context()); err == nil || !strings.Contains(err.Error(), "already rolling back") {
			t.Error(err)
		}
		w.pass(time.Minute)
		if s := state(t, target, ref); s.Stage != rollbacks.Done || c.Running("web") != "web:42" {
			t.Error(s, c.Running("web"))
		}
		want := map[bool]string{true: "ContinueServiceDeployment", false: "StopServiceDeployment"}[o.Hook != ""]
		if c.Calls(want) != 1 || c.Calls("UpdateService") != 0 {
			t.Errorf("%+v: %s was asked for %d times", o, want, c.Calls(want))
		}
	}
}

// TestUnanswered: ECS does what it is told and does not answer. It is asked once, nobody takes that for a refusal, and it is found.
func TestUnanswered(t *testing.T) {
	for _, op := range []string{"UpdateService", "StopServiceDeployment", "ContinueServiceDeployment"} {
		c, target, w := cluster(t)
		c.Deployed("web", "web:42", 24*time.Hour)
		switch op {
		case "UpdateService":
			c.Deployed("web", "web:43", time.Hour)
		case "StopServiceDeployment":
			c.Deploys("web", "web:43")
		default:
			c.Deploys("web", "web:43")
			c.Set("web", ecsfake.Options{Hook: "h"})
		}
		p := plan(t, target)
		c.Fail(op, ecsfake.Fault{Deaf: true, Left: -1})
		_, err := target.Start(t.Context(), "k", p)
		if _, no := errors.AsType[*rollbacks.Refused](err); err == nil || no || c.Calls(op) != 1 {
			t.Errorf("%s: %v, asked %d times", op, err, c.Calls(op))
		}
		ref, found, err := target.Find(t.Context(), "k", p)
		if !found || err != nil {
			t.Errorf("%s: not found: %v", op, err)
			continue
		}
		w.pass(time.Minute)
		if s := state(t, target, ref); s.Stage != rollbacks.Done {
			t.Errorf("%s: %v", op, s)
		}
	}
}

// TestErrors: what ECS refuses was not started; of what breaks on its side nobody knows.
func TestErrors(t *testing.T) {
	for code, want := range map[string]struct {
		status  int
		refused bool
	}{
		"AccessDeniedException": {400, true}, "InvalidParameterException": {400, true}, "ServiceNotActiveException": {400, true},
		"ThrottlingException": {400, true}, "PlatformTaskDefinitionIncompatibilityException": {400, true}, "ClientException": {400, true},
		"ServerException": {500, false}, "InternalFailure": {503, false},
	} {
		c, target, _ := cluster(t)
		c.Deployed("web", "web:42", 24*time.Hour)
		c.Deployed("web", "web:43", time.Hour)
		p := plan(t, target)
		c.Fail("UpdateService", ecsfake.Fault{Code: code, Status: want.status, Left: -1})
		_, err := target.Start(t.Context(), "k", p)
		if _, no := errors.AsType[*rollbacks.Refused](err); err == nil || no != want.refused || c.Calls("UpdateService") != 1 {
			t.Errorf("%s: %v, refused %v, asked %d times", code, err, no, c.Calls("UpdateService"))
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
			c.Fail("DescribeServices", ecsfake.Fault{Code: "ClusterNotFoundException", Status: 400, Left: -1})
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
	p := plan(t, target)
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
		ref, err := target.Start(t.Context(), "k", plan(t, target))
		if err != nil {
			t.Fatal(err)
		}
		c.Set("web", ecsfake.Options{Status: status, Reason: "tasks did not start"})
		if s := state(t, target, ref); s.Stage != want {
			t.Errorf("%s: %v", status, s)
		}
	}
}
