package logs_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/lookups"
	"github.com/oncalm/oncalm/lookups/logs"
	"github.com/oncalm/oncalm/lookups/logsfake"
	"github.com/oncalm/oncalm/rollbacks/awsfake"
	"github.com/oncalm/oncalm/rollbacks/rollbackstest"
)

// asker asks a fake, whose clock is moved by hand.
func asker(t *testing.T) (*logs.Asker, *logsfake.Logs, *rollbackstest.Watch) {
	watch := rollbackstest.NewWatch()
	fake := logsfake.New(watch.Now)
	cfg := rollbackstest.Config(t, fake)
	cfg.RetryMaxAttempts = 1
	return &logs.Asker{Ways: func(context.Context, string) (aws.Config, error) { return cfg, nil }}, fake, watch
}

func searchOf(watch *rollbackstest.Watch, words ...string) logs.Search {
	return logs.Search{Groups: []string{"/ecs/checkout"}, From: watch.Now().Add(-time.Hour), To: watch.Now(), Words: words}
}

// find asks, and waits by the fake's clock until it is answered.
func find(t *testing.T, a *logs.Asker, watch *rollbackstest.Watch, s logs.Search) logs.Answer {
	t.Helper()
	id, err := a.Begin(t.Context(), &s)
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		answer, done, err := a.Read(t.Context(), s, id)
		if err != nil {
			t.Fatal(err)
		}
		if done {
			return answer
		}
		watch.Pass(time.Second)
	}
	t.Fatal("there is no answer")
	return logs.Answer{}
}

// TestPatterns holds that the lines of the time that tell of trouble come in patterns, the most frequent first, without secrets, and with
// what that cost; and that with words those lines come which have all of them, however they are written.
func TestPatterns(t *testing.T) {
	a, fake, watch := asker(t)
	fake.Takes, fake.Bytes = 3*time.Second, 10_000_000
	now := watch.Now()
	fake.Write("/ecs/checkout", now.Add(-2*time.Hour), "ERROR before the time")
	fake.Write("/ecs/checkout", now.Add(-time.Minute), "GET /cart 200", "ERROR order 1 payment provider answered 503",
		"ERROR order 2 payment provider answered 503", "java.lang.IllegalStateException: password=correct-horse in a/b.c[0]", "GET /cart 200")
	fake.Write("/ecs/other", now, "ERROR of another")
	got := find(t, a, watch, searchOf(watch))
	want := logs.Answer{Lines: 5, Matched: 3, Bytes: 50e6, Patterns: []logs.Pattern{
		{"ERROR order <Token-1> payment provider answered <Token-2>", 2},
		{"java.lang.IllegalStateException: password=[secret] in <Token-1>", 1}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if c := got.Cost(); c < 0.00024 || c > 0.00026 {
		t.Errorf("it costs %v", c)
	}
	for _, words := range [][]string{{"a/b.c[0]"}, {"illegalSTATE", "in a/"}, {"/cart", "get"}} {
		want := 1
		if words[0] == "/cart" {
			want = 2
		}
		if got := find(t, a, watch, searchOf(watch, words...)); got.Matched != want {
			t.Errorf("%q: %+v", words, got)
		}
	}
	if got := find(t, a, watch, searchOf(watch, `.*/ or 1=1 | fields @message`)); got.Matched != 0 || len(got.Patterns) != 0 {
		t.Errorf("a word has become a part of the question: %+v", got)
	}
}

// TestRefusals holds that what goes wrong is told with what to do.
func TestRefusals(t *testing.T) {
	a, fake, watch := asker(t)
	s := searchOf(watch)
	for _, tc := range []struct{ code, why, do string }{
		{"", "does not know the log “/ecs/checkout”", "correct logs of the service"},
		{"AccessDeniedException", "may not call logs:StartQuery", "templates/aws/iam/lookups.json"},
		{"ExpiredTokenException", "does not accept Oncalm's credentials", "renew"},
		{"LimitExceededException", "too much to do", "in a minute"},
		{"MalformedQueryException", "refused the question (MalformedQueryException: a fault", "link"},
		{"ServiceUnavailableException", "problem of its own", "in a minute"},
	} {
		fake.Fail("StartQuery", awsfake.Fault{Code: tc.code, Left: 1})
		_, err := a.Begin(t.Context(), &s)
		no, ok := errors.AsType[*lookups.Refusal](err)
		if !ok || !strings.Contains(no.Why, tc.why) || !strings.Contains(no.Do, tc.do) {
			t.Errorf("%s: %v", tc.code, err)
		}
	}
	a.Ways = func(context.Context, string) (aws.Config, error) { return aws.Config{Region: "eu-central-1"}, nil }
	_, err := a.Begin(t.Context(), &s)
	if no, ok := errors.AsType[*lookups.Refusal](err); !ok || no.Why != "Oncalm has no credentials for AWS" {
		t.Error(err)
	}
}

// TestGivenUp holds that a question that takes too long can be given up, and what becomes of it.
func TestGivenUp(t *testing.T) {
	a, fake, watch := asker(t)
	fake.Write("/ecs/checkout", watch.Now())
	fake.Takes = time.Hour
	s := searchOf(watch)
	s.Groups = []string{"arn:aws:logs:eu-central-1:123456789012:log-group:/ecs/checkout"}
	id, err := a.Begin(t.Context(), &s)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Stop(t.Context(), s, id); err != nil || fake.Stopped() != 1 {
		t.Error(err, fake.Stopped())
	}
	_, done, err := a.Read(t.Context(), s, id)
	if no, ok := errors.AsType[*lookups.Refusal](err); done || !ok || !strings.Contains(no.Why, "Cancelled") {
		t.Error(done, err)
	}
}

// TestLink holds that the link leads to the same question, and is an address whatever was typed.
func TestLink(t *testing.T) {
	s := logs.Search{Groups: []string{"/ecs/checkout", "/ecs/cart"}, From: time.Date(2026, 3, 11, 13, 47, 0, 0, time.UTC),
		To: time.Date(2026, 3, 11, 14, 2, 0, 0, time.UTC), Words: []string{"<!channel>|é~'"}}
	const want = "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#logsV2:logs-insights$3FqueryDetail$3D" +
		"~(end~'2026-03-11T14*3a02*3a00.000Z~start~'2026-03-11T13*3a47*3a00.000Z~timeType~'ABSOLUTE~tz~'UTC~editorString~'filter*20*40message" +
		"*20like*20*2f*28*3fi*29*3c*21channel*3e*5c*7c*e9*7e*27*2f*0a*7c*20pattern*20*40message*0a*7c*20sort*20*40sampleCount*20desc*0a*7c*20limit*206" +
		"~source~(~'*2fecs*2fcheckout~'*2fecs*2fcart)~lang~'CWLI)"
	s.Region = "eu-central-1"
	got := s.Link()
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if _, err := url.Parse(got); err != nil {
		t.Error(err)
	}
	if s.Region = "us-iso-east-1"; s.Link() != "" {
		t.Error("there is a link to a console that is not known")
	}
}

// TestModel holds that the fake requires and answers what AWS does.
func TestModel(t *testing.T) {
	_, fake, _ := asker(t)
	rollbackstest.Model(t, cloudwatchlogs.New(cloudwatchlogs.Options{Region: "eu-central-1"}), fake)
}
