package lambda_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/lambda"
	"github.com/oncalm/oncalm/rollbacks/lambdafake"
)

// function is a fake Lambda, and the target that asks it with AWS's own client.
func function(t *testing.T, f *lambdafake.Function, account string) rollbacks.Target {
	t.Helper()
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	cfg := aws.Config{Region: "eu-central-1", BaseEndpoint: &server.URL, Credentials: aws.CredentialsProviderFunc(
		func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "ID", SecretAccessKey: "KEY"}, nil
		})}
	target, err := lambda.Maker().New(cfg, rollbacks.Settings{"function": "charge", "alias": "live", "account": account})
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func charge(codes ...string) *lambdafake.Function {
	return &lambdafake.Function{Name: "charge", Alias: "live", Codes: codes, Page: 2}
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

// TestVersions: the alias goes to the newest published version before with other code.
func TestVersions(t *testing.T) {
	f := charge("aaa", "bbb", "ccc", "ccc", "ddd")
	f.Set("4", nil)
	target := function(t, f, "123456789012")
	p := plan(t, target)
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
	if now, _, n := f.Now(); now != "2" || n != 1 {
		t.Error(now, n)
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
	p := plan(t, target)
	if p.From != "1 with 10 % of the calls to 2" || p.To != "1" || len(p.Warnings) != 1 {
		t.Errorf("%+v", p)
	}
	if _, err := target.Start(t.Context(), "k", p); err != nil {
		t.Fatal(err)
	}
	if now, weights, _ := f.Now(); now != "1" || len(weights) != 0 {
		t.Error(now, weights)
	}
}

// TestUnanswered: Lambda does what it is told and does not answer. It is asked once, nobody takes that for a refusal, and it is found.
func TestUnanswered(t *testing.T) {
	for _, weights := range []map[string]float64{nil, {"1": 0.5}} {
		f := charge("aaa", "bbb")
		f.Set("2", weights)
		target := function(t, f, "")
		p := plan(t, target)
		f.Fail(0, "", true)
		_, err := target.Start(t.Context(), "k", p)
		_, _, n := f.Now()
		if _, no := errors.AsType[*rollbacks.Refused](err); err == nil || no || n != 1 {
			t.Errorf("%v, asked %d times", err, n)
		}
		if _, found, err := target.Find(t.Context(), "k", p); !found || err != nil {
			t.Error("not found", err)
		}
	}
}

// TestErrors: what Lambda refuses was not started, such as when somebody else has moved the alias; of what breaks on its side nobody
// knows.
func TestErrors(t *testing.T) {
	for code, want := range map[string]struct {
		status  int
		refused bool
	}{
		"PreconditionFailedException": {412, true}, "ResourceConflictException": {409, true}, "TooManyRequestsException": {429, true},
		"AccessDeniedException": {403, true}, "ServiceException": {500, false},
	} {
		f := charge("aaa", "bbb")
		f.Set("2", nil)
		target := function(t, f, "")
		p := plan(t, target)
		f.Fail(want.status, code, false)
		_, err := target.Start(t.Context(), "k", p)
		_, _, n := f.Now()
		if _, no := errors.AsType[*rollbacks.Refused](err); err == nil || no != want.refused || n != 1 {
			t.Errorf("%s: %v, refused %v, asked %d times", code, err, no, n)
		}
	}
	f := charge("aaa", "bbb")
	f.Set("2", nil)
	target := function(t, f, "")
	p := plan(t, target)
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
		"has no alias live":                 {"1", "", &lambdafake.Function{Name: "charge", Alias: "other", Codes: []string{"a"}}},
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
