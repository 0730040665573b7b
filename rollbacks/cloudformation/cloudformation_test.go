package cloudformation_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	aws "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/awsfake"
	"github.com/oncalm/oncalm/rollbacks/cloudformation"
	"github.com/oncalm/oncalm/rollbacks/cloudformationfake"
	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

func settings() rollbacks.Settings { return rollbacks.Settings{"stack": "web"} }

// stack is a fake CloudFormation, and the target that asks it with AWS's own client.
func stack(t *testing.T) (*cloudformationfake.Stack, rollbacks.Target, *rollbackstest.Watch) {
	t.Helper()
	w := rollbackstest.NewWatch()
	s := cloudformationfake.New("web", w.Now)
	s.Role = "arn:aws:iam::123456789012:role/web"
	return s, rollbackstest.Target(t, cloudformation.Maker(), settings(), s), w
}

// ways are how the stack is in which one is planned.
var ways = map[string]func(*cloudformationfake.Stack){
	"CancelUpdateStack": func(s *cloudformationfake.Stack) { s.Became("UPDATE_IN_PROGRESS", time.Minute) },
	"ContinueUpdateRollback": func(s *cloudformationfake.Stack) {
		s.Became("UPDATE_IN_PROGRESS", time.Hour)
		s.Resource("Db", "AWS::RDS::DBInstance", "UPDATE_FAILED", "it is being backed up")
		s.Became("UPDATE_ROLLBACK_IN_PROGRESS", 50*time.Minute)
		s.Became("UPDATE_ROLLBACK_FAILED", 40*time.Minute)
	},
	"RollbackStack": func(s *cloudformationfake.Stack) {
		s.Became("UPDATE_IN_PROGRESS", time.Hour)
		s.Resource("Web", "AWS::ECS::Service", "UPDATE_COMPLETE", "")
		s.Resource("Db", "AWS::RDS::DBInstance", "UPDATE_FAILED", "it is being backed up")
		s.Resource("Queue", "AWS::SQS::Queue", "UPDATE_FAILED", "Resource update cancelled")
		s.Became("UPDATE_FAILED", 50*time.Minute)
	},
}

// TestEachWay holds what must hold for each target.
func TestEachWay(t *testing.T) {
	var all []rollbackstest.Way
	for starts, set := range ways {
		all = append(all, rollbackstest.Way{Name: starts, Starts: starts, Refuses: map[string]int{
			"ValidationError": 400, "Throttling": 400, "AccessDenied": 403, "InsufficientCapabilitiesException": 400,
		}, Set: func(t *testing.T) rollbackstest.Stage {
			s, _, w := stack(t)
			set(s)
			return rollbackstest.Stage{Fake: s, Maker: cloudformation.Maker(), Keys: settings(), Pass: w.Pass,
				Moves: func() { s.Became("UPDATE_COMPLETE", 0); s.Became("UPDATE_IN_PROGRESS", 0) },
				Back:  func() bool { return s.Status() == "UPDATE_ROLLBACK_COMPLETE" }}
		}})
	}
	rollbackstest.Test(t, all...)
}

// TestModel holds that the fake requires what AWS does.
func TestModel(t *testing.T) {
	s, _, _ := stack(t)
	rollbackstest.Model(t, aws.NewFromConfig(rollbackstest.Config(t, s)), s)
}

// TestPlans holds what people read of each way.
func TestPlans(t *testing.T) {
	for starts, want := range map[string]rollbacks.Plan{
		"CancelUpdateStack": {
			From: "the update of 2026-03-11 14:01:00 UTC", To: "the state of 2026-03-10 14:02:00 UTC",
			Will: []string{"CloudFormation cancels the update that goes on, and takes its resources back"},
			Warnings: []string{
				"resources that the update has made are deleted, with what is in them, unless the template retains them",
				"CloudFormation watches alarms, and rolls this update back by itself if they fire"},
		},
		"ContinueUpdateRollback": {
			From: "the update of 2026-03-11 13:02:00 UTC, whose rollback is stuck", To: "the state of 2026-03-10 14:02:00 UTC",
			Differs: []string{"Db (AWS::RDS::DBInstance) has failed: it is being backed up"},
			Will:    []string{"CloudFormation goes on with the rollback, and skips nothing"},
			Warnings: []string{"if what has failed is not mended, it fails again",
				"resources that the update has made are deleted, with what is in them, unless the template retains them"},
		},
		"RollbackStack": {
			From: "the update of 2026-03-11 13:02:00 UTC, which has failed", To: "the state of 2026-03-10 14:02:00 UTC",
			Differs: []string{"Db (AWS::RDS::DBInstance) has failed: it is being backed up"},
			Will:    []string{"CloudFormation takes the resources back that the failed update has changed"},
		},
	} {
		s, target, _ := stack(t)
		s.Watched = true
		ways[starts](s)
		p := rollbackstest.Plan(t, target)
		want.Cannot = []string{"what the version has written into databases or queues stays"}
		p.Params = nil
		if diff := cmp.Diff(want, p); diff != "" {
			t.Errorf("%s (-want +got):\n%s", starts, diff)
		}
		s.Role = ""
		if p := rollbackstest.Plan(t, target); !strings.Contains(strings.Join(p.Warnings, "\n"), "no role of its own") {
			t.Errorf("%s: %q", starts, p.Warnings)
		}
	}
}

// TestGoesOn: while an update goes on, the resources that it comes to do not make another plan of it.
func TestGoesOn(t *testing.T) {
	s, target, _ := stack(t)
	s.Became("UPDATE_IN_PROGRESS", time.Minute)
	p := rollbackstest.Plan(t, target)
	for range 20 { // over some pages
		s.Resource("Web", "AWS::ECS::Service", "UPDATE_IN_PROGRESS", "")
	}
	s.Resource("Web", "AWS::ECS::Service", "UPDATE_FAILED", "it does not start")
	if again := rollbackstest.Plan(t, target); rollbackstest.Digest(again) != rollbackstest.Digest(p) {
		t.Error(cmp.Diff(p, again))
	}
}

// TestToken: the events have our token. One that CloudFormation knows already was begun, and other plans have others.
func TestToken(t *testing.T) {
	seen := map[string]bool{}
	for starts, set := range ways {
		s, target, _ := stack(t)
		set(s)
		p := rollbackstest.Plan(t, target)
		s.Fail(starts, awsfake.Fault{Code: "TokenAlreadyExistsException", Status: 400, Left: 1})
		if ref, err := target.Start(t.Context(), "4/rollback/1", p); err != nil || ref == "" {
			t.Error(starts, ref, err)
		}
		if _, err := target.Start(t.Context(), "4/rollback/1", p); err != nil {
			t.Fatal(starts, err)
		}
		api := aws.NewFromConfig(rollbackstest.Config(t, s))
		out, err := api.DescribeStackEvents(t.Context(), &aws.DescribeStackEventsInput{StackName: new("web")})
		if err != nil || out.StackEvents[0].ClientRequestToken == nil {
			t.Fatalf("%s: no token: %v", starts, err)
		}
		token := *out.StackEvents[0].ClientRequestToken
		if !strings.HasPrefix(token, "oncalm-4-rollback-1-") || len(token) > 128 || seen[token] {
			t.Errorf("%s: %s", starts, token)
		}
		seen[token] = true
	}
}

// TestEnds: what ends otherwise did not go back, and what is done to the stack afterwards changes nothing.
func TestEnds(t *testing.T) {
	for name, tt := range map[string]struct {
		then  func(s *cloudformationfake.Stack, w *rollbackstest.Watch)
		stage rollbacks.Stage
		note  string
	}{
		"goes on": {func(_ *cloudformationfake.Stack, w *rollbackstest.Watch) { w.Pass(time.Second) }, rollbacks.Running,
			"update rollback in progress: User Initiated"},
		"stuck": {func(s *cloudformationfake.Stack, w *rollbackstest.Watch) {
			s.Sticks = true
			w.Pass(time.Hour)
		}, rollbacks.Failed,
			"the rollback is stuck; when what holds it is mended, it can be asked for again: The following resource(s) failed to update: [Db]."},
		"deleted": {func(s *cloudformationfake.Stack, _ *rollbackstest.Watch) { s.Became("DELETE_IN_PROGRESS", 0) }, rollbacks.Failed,
			"somebody deletes the stack"},
		"updated afterwards": {func(s *cloudformationfake.Stack, w *rollbackstest.Watch) {
			w.Pass(time.Hour)
			if s.Status() != "UPDATE_ROLLBACK_COMPLETE" {
				t.Error(s.Status())
			}
			s.Became("UPDATE_IN_PROGRESS", 0)
			s.Became("UPDATE_FAILED", 0)
		}, rollbacks.Done, ""},
	} {
		s, target, w := stack(t)
		s.Became("UPDATE_IN_PROGRESS", time.Minute)
		ref, err := target.Start(t.Context(), "k", rollbackstest.Plan(t, target))
		if err != nil {
			t.Fatal(err)
		}
		tt.then(s, w)
		if got := rollbackstest.State(t, target, ref); got.Stage != tt.stage || got.Note != tt.note {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestTooLate: an update that has completed before it could be cancelled is refused by CloudFormation, and did not go back.
func TestTooLate(t *testing.T) {
	s, target, w := stack(t)
	s.Became("UPDATE_IN_PROGRESS", time.Minute)
	p := rollbackstest.Plan(t, target)
	w.Pass(time.Hour)
	_, err := target.Start(t.Context(), "k", p)
	if _, no := errors.AsType[*rollbacks.Refused](err); !no {
		t.Error(err)
	}
	if _, found, err := target.Find(t.Context(), "k", p); found || err != nil {
		t.Error(found, err)
	}
	ref := rollbacks.Ref(`{"stack":"` + p.Params["stack"] + `","after":"` + p.Params["after"] + `"}`)
	if got := rollbackstest.State(t, target, ref); got.Stage != rollbacks.Failed || !strings.Contains(got.Note, "had completed before") {
		t.Errorf("%+v", got)
	}
}

// TestDeletesNothing: a failed update is rolled back only where nothing is deleted by it, neither the stack nor what is in it.
func TestDeletesNothing(t *testing.T) {
	for why, set := range map[string]func(*cloudformationfake.Stack){
		"was never stable": func(s *cloudformationfake.Stack) {
			s.Became("CREATE_FAILED", time.Hour)
		},
		"lists no state in which web was stable": func(s *cloudformationfake.Stack) {
			ways["RollbackStack"](s)
			s.Forget()
		},
		"has made Queue (AWS::SQS::Queue)": func(s *cloudformationfake.Stack) {
			s.Became("UPDATE_IN_PROGRESS", time.Hour)
			s.Resource("Queue", "AWS::SQS::Queue", "CREATE_IN_PROGRESS", "")
			s.Resource("Queue", "AWS::SQS::Queue", "CREATE_COMPLETE", "")
			s.Became("UPDATE_FAILED", time.Hour)
			s.Became("UPDATE_IN_PROGRESS", time.Minute) // tried once more
			s.Became("UPDATE_FAILED", time.Minute)
		},
		"has made Db (AWS::RDS::DBInstance)": func(s *cloudformationfake.Stack) {
			s.Became("UPDATE_IN_PROGRESS", time.Hour)
			s.Resource("Db", "AWS::RDS::DBInstance", "UPDATE_IN_PROGRESS",
				"Requested update requires the creation of a new physical resource; hence creating one.")
			s.Became("UPDATE_FAILED", time.Hour)
		},
	} {
		s, target, _ := stack(t)
		set(s)
		_, err := target.Plan(t.Context())
		no, ok := errors.AsType[*rollbacks.Impossible](err)
		if !ok || !strings.Contains(no.Why, why) || no.Instead == "" || s.Calls("RollbackStack") != 0 {
			t.Errorf("%s: %v", why, err)
		}
	}
}

// TestImpossible: where there is no way back it is said why, and what else to do; for each status that CloudFormation has.
func TestImpossible(t *testing.T) {
	for status, why := range map[string]string{
		"CREATE_IN_PROGRESS":                           "is create in progress, which cannot be cancelled",
		"CREATE_COMPLETE":                              "does not undo an update that has completed",
		"CREATE_FAILED":                                "was never stable",
		"ROLLBACK_IN_PROGRESS":                         "already rolling back",
		"ROLLBACK_COMPLETE":                            "can only be deleted",
		"ROLLBACK_FAILED":                              "was never stable",
		"DELETE_IN_PROGRESS":                           "can only be deleted",
		"DELETE_FAILED":                                "can only be deleted",
		"UPDATE_COMPLETE":                              "does not undo an update that has completed",
		"UPDATE_COMPLETE_CLEANUP_IN_PROGRESS":          "does not undo an update that has completed",
		"UPDATE_ROLLBACK_IN_PROGRESS":                  "already rolling back",
		"UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": "already rolling back",
		"UPDATE_ROLLBACK_COMPLETE":                     "as it was before the last update",
		"REVIEW_IN_PROGRESS":                           "cannot be cancelled",
		"IMPORT_IN_PROGRESS":                           "cannot be cancelled",
		"IMPORT_COMPLETE":                              "does not undo an update that has completed",
		"IMPORT_ROLLBACK_IN_PROGRESS":                  "already rolling back",
		"IMPORT_ROLLBACK_COMPLETE":                     "does not undo an update that has completed",
		"IMPORT_ROLLBACK_FAILED":                       "does not undo an update that has completed",
	} {
		s, target, _ := stack(t)
		s.Became(status, time.Minute)
		_, err := target.Plan(t.Context())
		no, ok := errors.AsType[*rollbacks.Impossible](err)
		if !ok || !strings.Contains(no.Why, why) || no.Instead == "" {
			t.Errorf("%s: %v", status, err)
		}
	}
	s, target, _ := stack(t)
	s.Root = awsfake.ARN("cloudformation", "stack/shop/1")
	if _, err := target.Plan(t.Context()); err == nil || !strings.Contains(err.Error(), "nested in the stack shop") {
		t.Error(err)
	}
	s.Name = "other"
	if _, err := target.Plan(t.Context()); err == nil || !strings.Contains(err.Error(), "has no stack web") {
		t.Error(err)
	}
}

// TestName: a stack is named by its name.
func TestName(t *testing.T) {
	check := cloudformation.Maker().Keys[0].Check
	for name, ok := range map[string]bool{"web-1": true, "1web": false, "web/x": false, awsfake.ARN("cloudformation", "stack/web/1"): false,
		strings.Repeat("a", 129): false} {
		if (check(name) == nil) != ok {
			t.Error(name)
		}
	}
}
