package appconfig_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	awsappconfig "github.com/aws/aws-sdk-go-v2/service/appconfig"
	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/appconfig"
	"github.com/oncalm/oncalm/rollbacks/appconfigfake"
	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

func keys(more ...string) rollbacks.Settings {
	k := rollbacks.Settings{"application": "shop", "environment": "prod", "profile": "flags", "account": "123456789012"}
	for n := 0; n < len(more); n += 2 {
		k[more[n]] = more[n+1]
	}
	return k
}

// prod is a fake AppConfig, and the target that asks it with AWS's own client.
func prod(t *testing.T, more ...string) (*appconfigfake.Environment, rollbacks.Target, *rollbackstest.Watch) {
	t.Helper()
	w := rollbackstest.NewWatch()
	e := appconfigfake.New(w.Now)
	return e, rollbackstest.Target(t, appconfig.Maker(), keys(more...), e), w
}

// TestWays holds what must hold for all three ways back, whatever happens on the way.
func TestWays(t *testing.T) {
	stage := func(set func(*appconfigfake.Environment)) func(*testing.T) rollbackstest.Stage {
		return func(*testing.T) rollbackstest.Stage {
			w := rollbackstest.NewWatch()
			e := appconfigfake.New(w.Now)
			e.Deployed("flags", "6", 200*time.Hour)
			set(e)
			return rollbackstest.Stage{Fake: e, Maker: appconfig.Maker(), Keys: keys("account", ""), Pass: w.Pass,
				Moves: func() { e.Deployed("flags", "8", 0) }, Back: func() bool { return e.Version("flags") == "6" }}
		}
	}
	refuses := map[string]int{"BadRequestException": 400, "ConflictException": 409, "ResourceNotFoundException": 404, "AccessDeniedException": 403}
	rollbackstest.Test(t,
		rollbackstest.Way{Name: "stop", Starts: "StopDeployment", Refuses: refuses,
			Set: stage(func(e *appconfigfake.Environment) { e.Deploys("flags", "7") })},
		rollbackstest.Way{Name: "revert", Starts: "StopDeployment", Refuses: refuses,
			Set: stage(func(e *appconfigfake.Environment) { e.Deployed("flags", "7", time.Hour) })},
		rollbackstest.Way{Name: "start", Starts: "StartDeployment", Refuses: refuses,
			Set: stage(func(e *appconfigfake.Environment) { e.Deployed("flags", "7", 73*time.Hour) })},
	)
	rollbackstest.Model(t, awsappconfig.New(awsappconfig.Options{}), appconfigfake.New(time.Now))
}

// TestPlans: by how the newest deployment stands, and how long ago it completed, AppConfig stops it, reverts it, or deploys what was before;
// after that the way back leads further back.
func TestPlans(t *testing.T) {
	for name, tt := range map[string]struct {
		set  func(*appconfigfake.Environment)
		want string
	}{
		"deploying":          {func(e *appconfigfake.Environment) { e.Deploys("flags", "7") }, "stop 7→6"},
		"watched":            {func(e *appconfigfake.Environment) { e.Deploys("flags", "7"); e.Set("BAKING") }, "revert 7→6"},
		"completed 71 h ago": {func(e *appconfigfake.Environment) { e.Deployed("flags", "7", 71*time.Hour) }, "revert 7→6"},
		"completed 73 h ago": {func(e *appconfigfake.Environment) { e.Deployed("flags", "7", 73*time.Hour) }, "start 7→6"},
		"taken back":         {func(e *appconfigfake.Environment) { e.Deployed("flags", "7", time.Hour); e.Set("REVERTED") }, "start 6→5"},
		"gone back": {func(e *appconfigfake.Environment) {
			e.Deployed("flags", "7", 100*time.Hour)
			e.Deployed("flags", "6", time.Hour)
		}, "start 6→5"},
		"the same again": {func(e *appconfigfake.Environment) { e.Deployed("flags", "6", time.Hour) }, "start 6→5"},
		"another profile": {func(e *appconfigfake.Environment) {
			e.Deployed("flags", "7", 2*time.Hour)
			e.Deployed("limits", "3", time.Hour)
		}, "revert 7→6"},
	} {
		for _, id := range []string{"flags", "pro1234"} {
			e, target, _ := prod(t, "profile", id)
			e.Deployed("flags", "5", 300*time.Hour)
			e.Deployed("flags", "6", 200*time.Hour)
			tt.set(e)
			p := rollbackstest.Plan(t, target)
			got := p.Params["way"] + " " + strings.TrimPrefix(p.From, "version ") + "→" + strings.TrimPrefix(p.To, "version ")
			if got != tt.want {
				t.Errorf("%s: %s, want %s", name, got, tt.want)
			}
		}
	}
}

// TestFlags: it is said which flags go on and off; other values may be secrets, and are not shown.
func TestFlags(t *testing.T) {
	e, target, _ := prod(t)
	e.Deployed("flags", "6", 10*time.Hour)
	e.Deployed("flags", "7", time.Hour)
	e.Contents["6"] = `{"version":"1","values":{"checkout":{"enabled":false,"key":"canary-1"},"old":{"enabled":true}}}`
	e.Contents["7"] = `{"version":"1","values":{"checkout":{"enabled":true,"key":"canary-2"},"new":{"enabled":true}}}`
	p := rollbackstest.Plan(t, target)
	want := []string{"checkout: on → off", "values.checkout.key changes", "values.new goes away", "values.old comes back"}
	if diff := cmp.Diff(want, p.Differs); diff != "" || len(p.Warnings) != 0 {
		t.Errorf("%s %q", diff, p.Warnings)
	}
	e.Contents["7"] = e.Contents["6"]
	if p := rollbackstest.Plan(t, target); len(p.Differs) != 0 || !strings.Contains(strings.Join(p.Warnings, ""), "the same content") {
		t.Errorf("%+v", p)
	}
	delete(e.Contents, "7")
	if p := rollbackstest.Plan(t, target); len(p.Differs) != 0 || !strings.Contains(strings.Join(p.Warnings, ""), "not known") {
		t.Errorf("%+v", p)
	}
}

// TestStrategy: an older version is deployed at once, or as it is configured.
func TestStrategy(t *testing.T) {
	for _, strategy := range []string{"", "AppConfig.Linear50PercentEvery30Seconds"} {
		e, target, _ := prod(t, "strategy", strategy)
		e.Deployed("flags", "6", 200*time.Hour)
		e.Deployed("flags", "7", 100*time.Hour)
		if _, err := target.Start(t.Context(), "k", rollbackstest.Plan(t, target)); err != nil {
			t.Fatal(err)
		}
		want := strategy
		if want == "" {
			want = "AppConfig.AllAtOnce"
		}
		if got := e.Strategy(); got != want {
			t.Error(got)
		}
	}
}

// TestDeploymentsMeanwhile: what AppConfig takes back did not go back, and what had completed was not stopped.
func TestDeploymentsMeanwhile(t *testing.T) {
	for state, want := range map[string]rollbacks.Stage{"ROLLED_BACK": rollbacks.Failed, "ROLLING_BACK": rollbacks.Running,
		"BAKING": rollbacks.Running, "COMPLETE": rollbacks.Done} {
		e, target, _ := prod(t)
		e.Deployed("flags", "6", 200*time.Hour)
		e.Deployed("flags", "7", 100*time.Hour)
		ref, err := target.Start(t.Context(), "k", rollbackstest.Plan(t, target))
		if err != nil {
			t.Fatal(err)
		}
		e.Set(state)
		if s := rollbackstest.State(t, target, ref); s.Stage != want {
			t.Errorf("%s: %+v", state, s)
		}
	}
	e, target, w := prod(t)
	e.Deployed("flags", "6", 200*time.Hour)
	e.Deploys("flags", "7")
	p := rollbackstest.Plan(t, target)
	ref, err := target.Start(t.Context(), "k", p)
	if err != nil {
		t.Fatal(err)
	}
	e.Set("COMPLETE")
	if s := rollbackstest.State(t, target, ref); s.Stage != rollbacks.Failed || !strings.Contains(s.Note, "before it could be stopped") {
		t.Error(s)
	}
	w.Pass(time.Hour)
	if _, found, err := target.Find(t.Context(), "k", p); found || err != nil {
		t.Error(found, err)
	}
}

// TestImpossible: where there is no way back it is said why, and what else to do.
func TestImpossible(t *testing.T) {
	for why, tt := range map[string]struct {
		keys []string
		set  func(*appconfigfake.Environment)
	}{
		"no application store":                              {[]string{"application", "store"}, nil},
		"no environment test":                               {[]string{"environment", "test"}, nil},
		"no configuration profile colours":                  {[]string{"profile", "colours"}, nil},
		"of the account 123456789012, and not 999999999999": {[]string{"account", "999999999999"}, nil},
		"no deployment of flags in prod":                    {nil, func(*appconfigfake.Environment) {}},
		"with another version before version 6":             {nil, func(e *appconfigfake.Environment) { e.Deployed("flags", "6", time.Hour) }},
		"with another version before version 7":             {nil, func(e *appconfigfake.Environment) { e.Deploys("flags", "7") }},
		"already rolling deployment 2 back": {nil, func(e *appconfigfake.Environment) {
			e.Deployed("flags", "6", time.Hour)
			e.Deploys("flags", "7")
			e.Set("ROLLING_BACK")
		}},
		"deployment 3 of limits goes on in the same": {nil, func(e *appconfigfake.Environment) {
			e.Deployed("flags", "6", 200*time.Hour)
			e.Deployed("flags", "7", 100*time.Hour)
			e.Deploys("limits", "3")
		}},
	} {
		e, target, _ := prod(t, tt.keys...)
		if tt.set == nil {
			tt.set = func(e *appconfigfake.Environment) {
				e.Deployed("flags", "6", 2*time.Hour)
				e.Deployed("flags", "7", time.Hour)
			}
		}
		tt.set(e)
		_, err := target.Plan(t.Context())
		no, ok := errors.AsType[*rollbacks.Impossible](err)
		if !ok || !strings.Contains(no.Why, why) || no.Instead == "" {
			t.Errorf("%s: %v", why, err)
		}
	}
}
