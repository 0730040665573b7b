package sms_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/oncalm/oncalm/awshttp"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/reach/reachtest"
	"github.com/oncalm/oncalm/reach/sms"
)

const (
	phone = "+4915112345678"
	link  = "https://oncall.example.com/a/42-2-abcdefghijklmnopqrst"
)

var page = paging.Page{Person: "ana", Incident: incidents.Incident{
	ID: "42", Severity: "sev1", Service: "checkout", Title: "checkout-5xx: see https://evil.example.com",
	Pages: map[string]incidents.PageState{"42/page/0.0/ana/sms": {Person: "ana", Via: "sms"}},
}}

// channel is one that speaks to a fake over the wire.
func channel(t *testing.T, fake *reachtest.SNS) *sms.Channel {
	t.Helper()
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	return &sms.Channel{
		AWS: func(context.Context) (aws.Config, error) {
			return aws.Config{Region: "eu-central-1", BaseEndpoint: &server.URL, HTTPClient: awshttp.Client(nil),
				Credentials: reachtest.Credentials()}, nil
		},
		From:  "ONCALM",
		Phone: func(person string) string { return map[string]string{"ana": phone}[person] },
		Link:  func(context.Context, string, string) (string, error) { return link, nil },
	}
}

func TestPage(t *testing.T) {
	fake := &reachtest.SNS{}
	r, err := channel(t, fake).Page(t.Context(), "42/page/0.0/ana/sms", page)
	if err != nil || r.Message != "m-1" {
		t.Fatalf("%+v, %v", r, err)
	}
	sent := fake.Sent()
	if wrong := fake.Wrong(); len(wrong) > 0 || len(sent) != 1 {
		t.Fatalf("sent %d, wrong %q", len(sent), wrong)
	}
	const want = "sev1 #42 checkout: checkout-5xx: see https:// evil.example.com " + link
	if s := sent[0]; s.To != phone || s.Text != want || s.Type != "Transactional" || s.Sender != "ONCALM" {
		t.Errorf("sent %+v, want %q", s, want)
	}
}

func TestTexts(t *testing.T) {
	again := page
	again.Reminder = true
	joint := paging.Joint{Person: "ana", Pages: []paging.Page{page, page, page}}
	const about = "checkout: checkout-5xx: see https:// evil.example.com"
	for want, got := range map[string]string{
		"sev1 #42 still open: " + about + " " + link:           sms.Text(again, link),
		"sev1 #42 " + about + " (answer in Slack)":             sms.Text(page, ""),
		"sev1 #42 and 2 more: " + about + " " + link:           sms.JointText(joint, link),
		"sev1 #42 and 2 more: " + about + " (answer in Slack)": sms.JointText(joint, ""),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestFaults holds what each way to fail means for paging: another channel at once, once more and then no more, or again and again.
func TestFaults(t *testing.T) {
	type is struct{ never, unsure bool }
	tests := map[string]struct {
		fault reachtest.Fault
		want  is
	}{
		"the number is none":      {reachtest.Fault{Status: 400, Code: "InvalidParameter"}, is{never: true}},
		"we may not":              {reachtest.Fault{Status: 403, Code: "AuthorizationError"}, is{never: true}},
		"credentials ran out":     {reachtest.Fault{Status: 403, Code: "ExpiredToken"}, is{}},
		"too many":                {reachtest.Fault{Status: 400, Code: "Throttled"}, is{}},
		"500 of AWS":              {reachtest.Fault{Status: 500, Code: "InternalError"}, is{}},
		"503 of a proxy":          {reachtest.Fault{Status: 503}, is{}},
		"cut off":                 {reachtest.Fault{CutOff: true}, is{unsure: true}},
		"taken without an answer": {reachtest.Fault{Hang: true, Takes: true}, is{unsure: true}},
		"taken, and nonsense":     {reachtest.Fault{Anything: "<html>", Takes: true}, is{unsure: true}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fake := &reachtest.SNS{}
			fake.Fail(func(int) reachtest.Fault { return tt.fault })
			c := channel(t, fake)
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			if tt.fault.Hang {
				ctx, stop = context.WithTimeout(t.Context(), 300*time.Millisecond)
			}
			defer stop()
			_, err := c.Page(ctx, "42/page/0.0/ana/sms", page)
			if err == nil {
				t.Fatal("no error")
			}
			_, never := errors.AsType[*paging.Undeliverable](err)
			_, unsure := errors.AsType[*paging.Unsure](err)
			if got := (is{never, unsure}); got != tt.want {
				t.Errorf("%v: %+v, want %+v", err, got, tt.want)
			}
			if fake.Calls() != 1 {
				t.Errorf("%d calls, want 1", fake.Calls())
			}
			if strings.Contains(err.Error(), phone[1:]) {
				t.Errorf("the number is shown: %v", err)
			}
		})
	}
}

// TestNoLine: what never left is tried again.
func TestNoLine(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close() // nobody listens there any more
	c := channel(t, &reachtest.SNS{})
	c.AWS = func(context.Context) (aws.Config, error) {
		return aws.Config{Region: "eu-central-1", BaseEndpoint: &server.URL, HTTPClient: awshttp.Client(nil),
			Credentials: reachtest.Credentials()}, nil
	}
	_, err := c.Page(t.Context(), "k", page)
	_, unsure := errors.AsType[*paging.Unsure](err)
	if err == nil || unsure {
		t.Errorf("%v", err)
	}
	c.AWS = func(context.Context) (aws.Config, error) { return aws.Config{}, errors.New("no region") }
	if _, err := c.Page(t.Context(), "k", page); err == nil || !strings.Contains(err.Error(), "no region") {
		t.Errorf("%v", err)
	}
}

func TestNoNumber(t *testing.T) {
	fake := &reachtest.SNS{}
	c := channel(t, fake)
	other := page
	other.Person = "bo"
	_, err := c.Page(t.Context(), "k", other)
	if _, never := errors.AsType[*paging.Undeliverable](err); !never {
		t.Errorf("%v", err)
	}
	_, err = c.PageAll(t.Context(), "k", paging.Joint{Person: "bo", Pages: []paging.Page{other}})
	if _, never := errors.AsType[*paging.Undeliverable](err); !never {
		t.Errorf("%v", err)
	}
	fake.OptOut(phone)
	_, err = c.PageAll(t.Context(), "k", paging.Joint{Person: "ana", Pages: []paging.Page{page}})
	if _, never := errors.AsType[*paging.Undeliverable](err); !never {
		t.Errorf("%v", err)
	}
}

func TestHidden(t *testing.T) {
	for said, want := range map[string]string{
		"to +4915112345678 no":            "to (contact) no",
		"to 4915112345678 no":             "to (contact) no",
		"to +1 (555) 010-9999 and 503 no": "to (number) and 503 no",
		"status 429, request 12":          "status 429, request 12",
	} {
		if got := reach.Hidden(said, phone); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
