package lambda_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	aws "github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/lambda"
	"github.com/oncalm/oncalm/rollbacks/lambdafake"
	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

// function is the target that asks a fake Lambda with AWS's own client.
func function(t *testing.T, f *lambdafake.Function, account string) rollbacks.Target {
	t.Helper()
	return rollbackstest.Target(t, lambda.Maker(), rollbacks.Settings{"function": "charge", "alias": "live", "account": account}, f)
}

func charge(codes ...string) *lambdafake.Function {
	f := lambdafake.New("charge", "live", codes...)
	f.Page = 2
	return f
}

// TestEachWay holds what must hold for each target.
func TestEachWay(t *testing.T) {
	way := func(name, version string, weights map[string]float64) rollbackstest.Way {
		return rollbackstest.Way{Name: name, Starts: "UpdateAlias", Refuses: map[string]int{
			"PreconditionFailedException": 412, "ResourceConflictException": 409, "TooManyRequestsException": 429,
			"AccessDeniedException": 403, "InvalidParameterValueException": 400,
		}, Set: func(*testing.T) rollbackstest.Stage {
			f := charge("aaa", "bbb")
			f.Set(version, weights)
			return rollbackstest.Stage{Fake: f, Maker: lambda.Maker(), Keys: rollbacks.Settings{"function": "charge", "alias": "live"},
				Pass: func(time.Duration) {}, Moves: func() { f.Set(version, weights) }, Back: func() bool {
					now, left := f.Now()
					return now == "1" && len(left) == 0
				}}
		}}
	}
	rollbackstest.Test(t, way("version", "2", nil), way("canary", "1", map[string]float64{"2": 0.5}))
}

// TestModel holds that the fake requires what AWS does.
func TestModel(t *testing.T) {
	f := charge("aaa")
	rollbackstest.Model(t, aws.NewFromConfig(rollbackstest.Config(t, f)), f)
}

// TestVersions: the alias goes to the newest published version before with other code.
func TestVersions(t *testing.T) {
	f := charge("aaa", "bbb", "ccc", "ccc", "ddd")
	f.Set("4", nil)
	target := function(t, f, "123456789012")
	p := rollbackstest.Plan(t, target)
	if p.From != "4" || p.To != "2" || !strings.Contains(p.Differs[0], "ccc of 2026-03-04") {
		t.Errorf("%+v", p)
	}
	if _, found, err := target.Find(t.Context(), "k", p); found || err != nil {
		t.Error(found, err)
	}
	ref, err := target.Start(t.Context(), "k", p)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := target.State(t.Context(), ref); err != nil || s.Stage != rollbacks.Done {
		t.Error(s, err)
	}
	if now, _ := f.Now(); now != "2" || f.Calls("UpdateAlias") != 1 {
		t.Error(now, f.Calls("UpdateAlias"))
	}
	f.Set("5", nil)
	if s, err := target.State(t.Context(), ref); err != nil || s.Stage != rollbacks.Failed {
		t.Error(s, err)
	}
}

// TestCanary: the weights are cleared, and the version stays.
func TestCanary(t *testing.T) {
	f := charge("aaa", "bbb")
	f.Set("1", map[string]float64{"2": 0.1})
	target := function(t, f, "")
	p := rollbackstest.Plan(t, target)
	if p.From != "1 with 10 % of the calls to 2" || p.To != "1" || len(p.Warnings) != 1 {
		t.Errorf("%+v", p)
	}
	if _, err := target.Start(t.Context(), "k", p); err != nil {
		t.Fatal(err)
	}
	if now, weights := f.Now(); now != "1" || len(weights) != 0 {
		t.Error(now, weights)
	}
}

// TestMoved: an alias that somebody else has moved since the plan was made is left alone.
func TestMoved(t *testing.T) {
	f := charge("aaa", "bbb")
	f.Set("2", nil)
	target := function(t, f, "")
	p := rollbackstest.Plan(t, target)
	f.Set("2", nil) // somebody else
	if _, err := target.Start(t.Context(), "k", p); err == nil {
		t.Error("an alias that somebody else has moved was moved")
	}
}

// TestImpossible: where there is no way back it is said why, and what else to do.
func TestImpossible(t *testing.T) {
	for why, tt := range map[string]struct {
		version, account string
		f                *lambdafake.Function
	}{
		"is on $LATEST":                     {"$LATEST", "", charge("aaa")},
		"no published version of charge":    {"2", "", charge("aaa", "aaa")},
		"has no alias live":                 {"1", "", lambdafake.New("charge", "other", "a")},
		"of the account 123456789012":       {"2", "999999999999", charge("aaa", "bbb")},
		"no published version of charge be": {"1", "", charge("aaa", "bbb")},
	} {
		tt.f.Set(tt.version, nil)
		_, err := function(t, tt.f, tt.account).Plan(t.Context())
		no, ok := errors.AsType[*rollbacks.Impossible](err)
		if !ok || !strings.Contains(no.Why, why) || no.Instead == "" {
			t.Errorf("%s: %v", why, err)
		}
	}
}
