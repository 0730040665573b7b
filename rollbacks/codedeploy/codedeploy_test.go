package codedeploy_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	aws "github.com/aws/aws-sdk-go-v2/service/codedeploy"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/awsfake"
	"github.com/oncalm/oncalm/rollbacks/codedeploy"
	"github.com/oncalm/oncalm/rollbacks/codedeployfake"
	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

func settings() rollbacks.Settings { return rollbacks.Settings{"application": "web", "group": "prod"} }

// group is a fake CodeDeploy with 42 deployed, and the target that asks it with AWS's own client.
func group(t *testing.T, platform string) (*codedeployfake.Group, rollbacks.Target, *rollbackstest.Watch) {
	t.Helper()
	w := rollbackstest.NewWatch()
	g := codedeployfake.New("web", "prod", platform, w.Now)
	g.Deployed(g.Revision(42), "user", "Succeeded", 24*time.Hour)
	return g, rollbackstest.Target(t, codedeploy.Maker(), settings(), g), w
}

var platforms = []string{"Server", "ECS", "Lambda"}

// TestEachWay holds what must hold for each target.
func TestEachWay(t *testing.T) {
	var ways []rollbackstest.Way
	for _, platform := range platforms {
		for _, starts := range []string{"CreateDeployment", "StopDeployment"} {
			ways = append(ways, rollbackstest.Way{Name: platform + " " + starts, Starts: starts, Refuses: map[string]int{
				"DeploymentAlreadyCompletedException": 400, "DeploymentDoesNotExistException": 400, "DeploymentLimitExceededException": 400,
				"RevisionDoesNotExistException": 400, "ThrottlingException": 400, "AccessDeniedException": 400,
				"UnsupportedActionForDeploymentTypeException": 400, "AlarmsLimitExceededException": 400,
			}, Set: func(t *testing.T) rollbackstest.Stage {
				g, _, w := group(t, platform)
				if starts == "StopDeployment" {
					g.Deploys(g.Revision(43), "user")
				} else {
					g.Deployed(g.Revision(43), "user", "Succeeded", time.Hour)
				}
				return rollbackstest.Stage{Fake: g, Maker: codedeploy.Maker(), Keys: settings(), Pass: w.Pass,
					Moves: func() { g.Deployed(g.Revision(44), "user", "Succeeded", 0) },
					Back:  func() bool { return g.Settled() && g.Running() == "v42" && g.Calls(starts) == 1 }}
			}})
		}
	}
	rollbackstest.Test(t, ways...)
}

// TestModel holds that the fake requires what AWS does.
func TestModel(t *testing.T) {
	g, _, _ := group(t, "Server")
	rollbackstest.Model(t, aws.NewFromConfig(rollbackstest.Config(t, g)), g)
}

// TestPlans holds what people read of each platform.
func TestPlans(t *testing.T) {
	for platform, want := range map[string][3]string{
		"Server": {"web.zip@v43", "web.zip@v42", "s3://releases/web.zip: web.zip@v43 → web.zip@v42"},
		"ECS":    {"web:43", "web:42", "web:43 → web:42"},
		"Lambda": {"version 43", "version 42", "version 43 → version 42"},
	} {
		g, target, _ := group(t, platform)
		g.Deployed(g.Revision(43), "user", "Succeeded", time.Hour)
		p := rollbackstest.Plan(t, target)
		diff := cmp.Diff(want, [3]string{p.From, p.To, p.Differs[0]})
		if diff != "" || len(p.Differs) != 1 || len(p.Warnings) != 0 {
			t.Errorf("%s: %+v\n%s", platform, p, diff)
		}
	}
}

// TestRaw: what CloudFormation has deployed to Lambda goes back, too.
func TestRaw(t *testing.T) {
	g, target, w := group(t, "Lambda")
	g.Deployed(codedeployfake.Raw(g.Revision(43)), "CloudFormation", "Succeeded", time.Hour)
	p := rollbackstest.Plan(t, target)
	ref, err := target.Start(t.Context(), "k", p)
	if err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Hour)
	if s := rollbackstest.State(t, target, ref); s.Stage != rollbacks.Done || p.From != "version 43" || g.Running() != "v42" {
		t.Errorf("%+v %+v %s", p, s, g.Running())
	}
}

// TestAfterRollback: the way back from what was gone back to does not lead to what was left, and rollbacks of CodeDeploy count as what
// they deploy.
func TestAfterRollback(t *testing.T) {
	for _, creator := range []string{"user", "codeDeployRollback"} {
		g, target, _ := group(t, "Server")
		g.Deployed(g.Revision(41), "user", "Succeeded", 20*time.Hour)
		g.Deployed(g.Revision(43), "user", "Succeeded", 3*time.Hour)
		g.Deployed(g.Revision(41), creator, "Succeeded", 2*time.Hour)
		if p := rollbackstest.Plan(t, target); p.From != "web.zip@v41" || p.To != "web.zip@v42" {
			t.Errorf("%s: %+v", creator, p)
		}
		g.Deployed(g.Revision(44), "user", "Succeeded", time.Hour)
		g.Deployed(g.Revision(44), "autoscaling", "Succeeded", time.Minute)
		if p := rollbackstest.Plan(t, target); p.From != "web.zip@v44" || p.To != "web.zip@v41" {
			t.Errorf("%s: %+v", creator, p)
		}
	}
}

// TestAutoScaling: new hosts get what is deployed already. That is no deployment to stop.
func TestAutoScaling(t *testing.T) {
	for _, creator := range []string{"autoscaling", "autoscalingTermination"} {
		g, target, _ := group(t, "Server")
		g.Deployed(g.Revision(43), "user", "Succeeded", time.Hour)
		g.Deploys(g.Revision(43), creator)
		if p := rollbackstest.Plan(t, target); p.Params["way"] != "redeploy" || p.From != "web.zip@v43" || p.To != "web.zip@v42" {
			t.Errorf("%s: %+v", creator, p)
		}
	}
}

// TestLong: what is listed over pages, and described in parts, is found.
func TestLong(t *testing.T) {
	g, target, _ := group(t, "ECS")
	g.Page = 30
	for range 50 {
		g.Deployed(g.Revision(43), "user", "Succeeded", time.Hour)
	}
	if p := rollbackstest.Plan(t, target); p.To != "web:42" || g.Calls("ListDeployments") != 4 || g.Calls("BatchGetDeployments") != 6 {
		t.Errorf("%+v, %d and %d calls", p, g.Calls("ListDeployments"), g.Calls("BatchGetDeployments"))
	}
}

// TestSlowStop: a deployment that is being stopped is not found until it says so, and then it is.
func TestSlowStop(t *testing.T) {
	g, target, w := group(t, "Server")
	g.StopTakes = time.Minute
	g.Deploys(g.Revision(43), "user")
	p := rollbackstest.Plan(t, target)
	if len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "half deployed") {
		t.Error(p.Warnings)
	}
	g.Fail("StopDeployment", awsfake.Fault{Deaf: true, Left: -1})
	ref, err := target.Start(t.Context(), "k", p)
	if err == nil {
		t.Error("there was an answer", ref)
	}
	if _, found, err := target.Find(t.Context(), "k", p); found || err != nil {
		t.Error(found, err)
	}
	w.Pass(time.Minute)
	ref, found, err := target.Find(t.Context(), "k", p)
	if !found || err != nil {
		t.Fatal(found, err)
	}
	if s := rollbackstest.State(t, target, ref); s.Stage != rollbacks.Running || s.Note != "inprogress: 0 of 2 done" {
		t.Errorf("%+v", s)
	}
	w.Pass(time.Hour)
	if s := rollbackstest.State(t, target, ref); s.Stage != rollbacks.Done || g.Running() != "v42" || g.Calls("StopDeployment") != 1 {
		t.Errorf("%+v %s", s, g.Running())
	}
}

// TestFiringAlarm: an alarm of the group that fires does not stop the way back, and that is said.
func TestFiringAlarm(t *testing.T) {
	g, target, w := group(t, "ECS")
	g.Alarms, g.Firing = []string{"errors"}, true
	g.Deployed(g.Revision(43), "user", "Succeeded", time.Hour)
	p := rollbackstest.Plan(t, target)
	if len(p.Will) != 2 || !strings.Contains(p.Will[1], "alarms of the group (errors)") {
		t.Error(p.Will)
	}
	ref, err := target.Start(t.Context(), "k", p)
	if err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Hour)
	if s := rollbackstest.State(t, target, ref); s.Stage != rollbacks.Done || g.Running() != "v42" {
		t.Errorf("%+v", s)
	}
}

// TestWarnings: what the group does by itself, what it waits for, and what may not be any more what it was.
func TestWarnings(t *testing.T) {
	g, target, w := group(t, "Server")
	g.Waits, g.AutoRollback = true, true
	g.Deployed(map[string]any{"revisionType": "S3", "s3Location": map[string]any{"bucket": "b", "key": "web.tgz", "eTag": "1"}}, "user",
		"Succeeded", 2*time.Hour)
	g.Deployed(g.Revision(43), "user", "Failed", time.Hour)
	p := rollbackstest.Plan(t, target)
	all := strings.Join(p.Warnings, "\n")
	for _, want := range []string{"did not succeed", "no version of its object", "goes back to the last that succeeded", "wait up to 60 min"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing in %s", want, all)
		}
	}
	if p.From != "web.zip@v43 (failed)" || p.To != "web.tgz@1" {
		t.Errorf("%+v", p)
	}
	ref, err := target.Start(t.Context(), "k", p)
	if err != nil {
		t.Fatal(err)
	}
	w.Pass(time.Hour)
	if s := rollbackstest.State(t, target, ref); s.Stage != rollbacks.Running || !strings.Contains(s.Note, "lets the traffic go to it") {
		t.Errorf("%+v", s)
	}
}

// TestEnds: whatever ends otherwise did not go back.
func TestEnds(t *testing.T) {
	for _, tt := range []struct {
		starts  string
		set     codedeployfake.Options
		stage   rollbacks.Stage
		note    string
		nothing bool // there is no rollback of what was stopped
	}{
		{"CreateDeployment", codedeployfake.Options{Status: "Failed", Reason: "too many hosts"}, rollbacks.Failed, "failed: too many hosts", false},
		{"CreateDeployment", codedeployfake.Options{Status: "Stopped"}, rollbacks.Failed, "stopped", false},
		{"CreateDeployment", codedeployfake.Options{Status: "Queued"}, rollbacks.Running, "queued", false},
		{"StopDeployment", codedeployfake.Options{Status: "Failed", Reason: "no hosts"}, rollbacks.Failed, "failed: no hosts", false},
		{"StopDeployment", codedeployfake.Options{NotBack: "no last successful revision"}, rollbacks.Failed, "no last successful revision", true},
		{"StopDeployment", codedeployfake.Options{NotBack: " "}, rollbacks.Failed, "not rolled back", true},
	} {
		g, target, w := group(t, "Server")
		if tt.starts == "CreateDeployment" {
			g.Deployed(g.Revision(43), "user", "Succeeded", time.Hour)
		} else {
			g.Deploys(g.Revision(43), "user")
		}
		p := rollbackstest.Plan(t, target)
		if tt.nothing {
			g.Set(tt.set)
		}
		ref, err := target.Start(t.Context(), "k", p)
		if err != nil {
			t.Fatal(err)
		}
		w.Pass(time.Second)
		if !tt.nothing {
			g.Set(tt.set)
		}
		if s := rollbackstest.State(t, target, ref); s.Stage != tt.stage || !strings.Contains(s.Note, tt.note) {
			t.Errorf("%s %+v: %+v", tt.starts, tt.set, s)
		}
	}
}

// TestSucceededFirst: a deployment that ends before it can be stopped is refused by CodeDeploy, and is not said to have gone back.
func TestSucceededFirst(t *testing.T) {
	g, target, w := group(t, "Server")
	g.Deploys(g.Revision(43), "user")
	p := rollbackstest.Plan(t, target)
	w.Pass(time.Hour)
	_, err := target.Start(t.Context(), "k", p)
	if _, no := errors.AsType[*rollbacks.Refused](err); !no {
		t.Error(err)
	}
	if _, found, err := target.Find(t.Context(), "k", p); found || err != nil {
		t.Error(found, err)
	}
	if s := rollbackstest.State(t, target, rollbacks.Ref(fmt.Sprintf(`{"way":"stop","deployment":%q}`, p.Params["deployment"]))); s.Stage !=
		rollbacks.Failed || !strings.Contains(s.Note, "had succeeded before") {
		t.Errorf("%+v", s)
	}
}

// TestImpossible: where there is no way back it is said why, and what else to do.
func TestImpossible(t *testing.T) {
	for why, set := range map[string]func(g *codedeployfake.Group){
		"no deployment of another revision that succeeded before web.zip@v42": func(*codedeployfake.Group) {},
		"is already rolling back, by the deployment d-000000003: alarms": func(g *codedeployfake.Group) {
			g.Deployed(g.Revision(43), "user", "Failed", time.Hour)
			g.Deploys(g.Revision(42), "codeDeployRollback")
			g.Set(codedeployfake.Options{RollbackOf: "d-000000002", Reason: "alarms"})
		},
		"no deployment group prod of the application web": func(g *codedeployfake.Group) { g.Name = "other" },
		"not in CodeDeploy, so it does not say which versions": func(g *codedeployfake.Group) {
			g.Deployed(g.Revision(43), "user", "Succeeded", time.Hour)
			g.Platform = "Lambda"
		},
		"on which versions the alias was left": func(g *codedeployfake.Group) {
			g.Deployed(g.Revision(43), "user", "Stopped", time.Hour)
			g.Platform = "Lambda"
		},
	} {
		g, target, _ := group(t, "Server")
		set(g)
		_, err := target.Plan(t.Context())
		no, ok := errors.AsType[*rollbacks.Impossible](err)
		if !ok || !strings.Contains(no.Why, why) || no.Instead == "" {
			t.Errorf("%s: %v", why, err)
		}
	}
	w := rollbackstest.NewWatch()
	g := codedeployfake.New("web", "prod", "Server", w.Now)
	target := rollbackstest.Target(t, codedeploy.Maker(), settings(), g)
	if _, err := target.Plan(t.Context()); err == nil || !strings.Contains(err.Error(), "lists no deployment") {
		t.Error(err)
	}
	g.Deploys(g.Revision(1), "user")
	if _, err := target.Plan(t.Context()); err == nil || !strings.Contains(err.Error(), "is the first of web/prod") {
		t.Error(err)
	}
}

// TestShifted: while what was before still stands, the plan says so.
func TestShifted(t *testing.T) {
	g, target, _ := group(t, "Server")
	g.Deploys(g.Revision(43), "user")
	g.Set(codedeployfake.Options{Shifted: true})
	if p := rollbackstest.Plan(t, target); len(p.Will) != 2 || !strings.Contains(p.Will[1], "still stand") || len(p.Warnings) != 0 {
		t.Errorf("%+v", p)
	}
}
