package traces_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/lookups"
	"github.com/oncalm/oncalm/lookups/traces"
	"github.com/oncalm/oncalm/lookups/tracesfake"
	"github.com/oncalm/oncalm/rollbacks/awsfake"
	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

var noon = time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)

func asker(t *testing.T) (*traces.Asker, *tracesfake.Traces) {
	fake := tracesfake.New()
	cfg := rollbackstest.Config(t, fake)
	cfg.RetryMaxAttempts = 1
	return &traces.Asker{Ways: func(context.Context, string) (aws.Config, error) { return cfg, nil }}, fake
}

// fill has a service with two below it, of which one fails, and one beside it, which fails as well.
func fill(fake *tracesfake.Traces) {
	for n := range 20 {
		at := noon.Add(time.Duration(n) * time.Minute)
		pays := tracesfake.Hop{Name: "payments", Type: "remote", Took: 100 * time.Millisecond}
		if n%2 == 0 {
			pays.Took, pays.Fault = 3*time.Second, true
		}
		own := tracesfake.Hop{Name: "checkout", Type: "AWS::ECS::Container", Took: pays.Took + 50*time.Millisecond, Fault: n == 10}
		fake.Add(tracesfake.Call{At: at, Way: []tracesfake.Hop{own, pays}},
			tracesfake.Call{At: at, Way: []tracesfake.Hop{own, {Name: "orders", Type: "AWS::DynamoDB::Table", Throttle: n < 3}}},
			tracesfake.Call{At: at, Way: []tracesfake.Hop{{Name: "search", Fault: true}}})
	}
}

// TestFailing holds that of a service and those that it calls the ones that fail come, with how often, and links to what failed, also when
// X-Ray answers in parts; and that nothing of others does.
func TestFailing(t *testing.T) {
	for _, page := range []int{0, 2, 9} {
		a, fake := asker(t)
		fake.Page = page
		fill(fake)
		s := traces.Search{Services: []string{"checkout", "nothing"}, From: noon.Add(-time.Hour), To: noon.Add(time.Hour)}
		got, err := a.Find(t.Context(), s)
		if err != nil {
			t.Fatal(err)
		}
		want := []traces.Service{
			{Name: "payments", Type: "remote", Faults: 10, Calls: 20, P90: 3 * time.Second},
			{Name: "checkout", Type: "AWS::ECS::Container", Faults: 2, Calls: 40, P90: 3050 * time.Millisecond},
			{Name: "orders", Type: "AWS::DynamoDB::Table", Throttles: 3, Calls: 20},
		}
		if diff := cmp.Diff(want, got.Failing); diff != "" || !got.Known || got.More != 0 {
			t.Errorf("(-want +got):\n%s", diff)
		}
		// of two a page, five parts are read
		if len(got.Traces) != 3 || got.Partly != (page == 2) {
			t.Errorf("parts of %d: %+v", page, got)
		}
		if link := got.Traces[0].Link; page == 0 && !strings.HasPrefix(link,
			"https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#xray:traces/1-") {
			t.Error(link)
		}
		s.Services = []string{"unheard of"}
		if got, err := a.Find(t.Context(), s); err != nil || got.Known || len(got.Traces)+len(got.Failing) != 0 {
			t.Errorf("%+v %v", got, err)
		}
	}
}

// TestRefusals holds that what goes wrong is told with what to do, and that a name cannot become a part of the question.
func TestRefusals(t *testing.T) {
	a, fake := asker(t)
	s := traces.Search{Services: []string{`x") OR service("y`}, From: noon, To: noon.Add(time.Hour)}
	if _, err := a.Find(t.Context(), s); err != nil {
		t.Error(err)
	}
	for _, action := range []string{"GetServiceGraph", "GetTraceSummaries"} {
		fake.Fail(action, awsfake.Fault{Code: "AccessDeniedException", Status: 403, Left: 1})
		_, err := a.Find(t.Context(), s)
		if no, ok := errors.AsType[*lookups.Refusal](err); !ok || !strings.Contains(no.Why, "may not call xray:"+action) {
			t.Error(err)
		}
	}
}

// TestModel holds that the fake requires and answers what AWS does.
func TestModel(t *testing.T) {
	_, fake := asker(t)
	rollbackstest.Model(t, xray.New(xray.Options{Region: "eu-central-1"}), fake)
}
