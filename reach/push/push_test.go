package push_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach/push"
	"github.com/oncalm/oncalm/reach/reachtest"
)

const (
	topic = "secret-topic-of-ana"
	link  = "https://oncall.example.com/a/42-2-abcdefghijklmnopqrst"
)

var page = paging.Page{Person: "ana", Why: "you are on call for payments", Incident: incidents.Incident{
	ID: "42", Severity: "sev1", Service: "checkout", Title: "5xx → 12 %",
	Pages: map[string]incidents.PageState{"42/page/0.0/ana/push": {Person: "ana", Via: "push"}},
}}

// channel is one that speaks to a fake over the wire.
func channel(t *testing.T, fake *reachtest.Ntfy, user string) *push.Channel {
	t.Helper()
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	return &push.Channel{
		Topic: func(person string) string {
			return map[string]string{"ana": strings.Replace(server.URL, "://", "://"+user, 1) + "/" + topic}[person]
		},
		Link: func(_ context.Context, _, page string) (string, error) {
			if page == "" {
				return "", errors.New("no page")
			}
			return link, nil
		},
	}
}

func TestPage(t *testing.T) {
	fake := &reachtest.Ntfy{Password: "tk_1"}
	r, err := channel(t, fake, ":tk_1@").Page(t.Context(), "42/page/0.0/ana/push", page)
	if err != nil || r.Message != "n1" {
		t.Fatalf("%+v, %v", r, err)
	}
	sent := fake.Sent()
	if len(sent) != 1 {
		t.Fatalf("%d messages", len(sent))
	}
	got := sent[0]
	if got.Topic != topic || got.Title != "sev1 #42 checkout: 5xx → 12 %" || got.Priority != 5 || got.Click != link ||
		got.Message != "Why you: you are on call for payments." {
		t.Errorf("%+v", got)
	}
	if a := got.Actions; len(a) != 2 || a[0].Action != "http" || a[0].Method != http.MethodPost || a[0].URL != link {
		t.Errorf("%+v", got.Actions)
	}
	if _, err := channel(t, fake, "").Page(t.Context(), "k", page); err == nil {
		t.Error("without a password it was sent")
	}
}

func TestSeveral(t *testing.T) {
	fake := &reachtest.Ntfy{}
	other := page
	other.Incident.ID, other.Incident.Severity = "43", "sev3"
	joint := paging.Joint{Person: "ana", Pages: []paging.Page{page, other}}
	if _, err := channel(t, fake, "").PageAll(t.Context(), "j", joint); err != nil {
		t.Fatal(err)
	}
	const want = "Why you: you are on call for payments.\nAlso:\nsev3 #43 checkout: 5xx → 12 %"
	if diff := cmp.Diff(want, fake.Sent()[0].Message); diff != "" {
		t.Error(diff)
	}
}

// TestFaults holds what each way to fail means for paging.
func TestFaults(t *testing.T) {
	type is struct{ never, unsure bool }
	tests := map[string]struct {
		fault reachtest.Fault
		want  is
	}{
		"no such topic":           {reachtest.Fault{Status: 404}, is{never: true}},
		"we may not":              {reachtest.Fault{Status: 403}, is{never: true}},
		"another place":           {reachtest.Fault{Status: 302}, is{never: true}},
		"too many":                {reachtest.Fault{Status: 429}, is{}},
		"500":                     {reachtest.Fault{Status: 500}, is{}},
		"503":                     {reachtest.Fault{Status: 503}, is{}},
		"cut off":                 {reachtest.Fault{CutOff: true}, is{unsure: true}},
		"taken without an answer": {reachtest.Fault{Hang: true, Takes: true}, is{unsure: true}},
		"taken, and nonsense":     {reachtest.Fault{Anything: "<html>", Takes: true}, is{unsure: true}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fake := &reachtest.Ntfy{}
			fake.Fail(func(int) reachtest.Fault { return tt.fault })
			c := channel(t, fake, "")
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			if tt.fault.Hang {
				ctx, stop = context.WithTimeout(t.Context(), 300*time.Millisecond)
			}
			defer stop()
			_, err := c.Page(ctx, "k", page)
			if err == nil {
				t.Fatal("no error")
			}
			_, never := errors.AsType[*paging.Undeliverable](err)
			_, unsure := errors.AsType[*paging.Unsure](err)
			if got := (is{never, unsure}); got != tt.want {
				t.Errorf("%v: %+v, want %+v", err, got, tt.want)
			}
			if strings.Contains(err.Error(), topic) {
				t.Errorf("the topic is shown: %v", err)
			}
		})
	}
}

func TestNoTopic(t *testing.T) {
	other := page
	other.Person = "bo"
	_, err := channel(t, &reachtest.Ntfy{}, "").Page(t.Context(), "k", other)
	if _, never := errors.AsType[*paging.Undeliverable](err); !never {
		t.Errorf("%v", err)
	}
	c := channel(t, &reachtest.Ntfy{}, "")
	c.Topic = func(string) string { return "http://127.0.0.1:1/" + topic } // nobody listens there
	_, err = c.Page(t.Context(), "k", page)
	if _, unsure := errors.AsType[*paging.Unsure](err); err == nil || unsure || strings.Contains(err.Error(), topic) {
		t.Errorf("%v", err)
	}
}
