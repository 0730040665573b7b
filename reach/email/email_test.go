package email_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/awshttp"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/reach/email"
	"github.com/oncalm/oncalm/reach/reachtest"
)

const (
	ana  = "ana+pager@example.com"
	from = "Oncalm <oncall@example.com>"
	link = "https://oncall.example.com/a/42-2-abcdefghijklmnopqrst"
	key  = "42/page/0.0/ana/email"
)

// page is one whose alarm is called as its owner likes.
func page(title string) paging.Page {
	return paging.Page{Person: "ana", Why: "you are on call for payments", Incident: incidents.Incident{
		ID: "42", Severity: "sev1", Service: "checkout", Title: title, Opened: time.Date(2026, 12, 1, 2, 14, 0, 0, time.UTC),
		Runbook: "https://wiki.example.com/checkout",
		Pages:   map[string]incidents.PageState{key: {Person: "ana", Via: "email"}},
	}, Alarm: &incidents.Alarm{Reason: "5 of 5 datapoints were > 5"}}
}

// channel is one that speaks to a fake over the wire.
func channel(t *testing.T, fake *reachtest.SES) *email.Channel {
	t.Helper()
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	return &email.Channel{
		AWS: func(context.Context) (aws.Config, error) {
			return aws.Config{Region: "eu-central-1", BaseEndpoint: &server.URL, HTTPClient: awshttp.Client(nil),
				Credentials: reachtest.Credentials()}, nil
		},
		From:    from,
		Address: func(person string) string { return map[string]string{"ana": ana}[person] },
		Link: func(_ context.Context, _, page string) (string, error) {
			if page != key {
				return "", errors.New("there is no page " + page)
			}
			return link, nil
		},
	}
}

// sent sends pages together, and returns what came.
func sent(t *testing.T, pages ...paging.Page) reachtest.Email {
	t.Helper()
	fake := &reachtest.SES{}
	if _, err := channel(t, fake).PageAll(t.Context(), "j", paging.Joint{Person: "ana", Pages: pages}); err != nil {
		t.Fatal(err)
	}
	if wrong := fake.Wrong(); len(wrong) > 0 || len(fake.Sent()) != 1 {
		t.Fatalf("sent %d, wrong %q", len(fake.Sent()), wrong)
	}
	return fake.Sent()[0]
}

func TestPage(t *testing.T) {
	fake := &reachtest.SES{}
	r, err := channel(t, fake).Page(t.Context(), key, page("checkout-5xx: see https://evil.example.com"))
	if err != nil || r.Message != "e-1" {
		t.Fatalf("%+v, %v", r, err)
	}
	if wrong := fake.Wrong(); len(wrong) > 0 || fake.Calls() != 1 {
		t.Fatalf("%d calls, wrong %q", fake.Calls(), wrong)
	}
	got := fake.Sent()[0]
	if !strings.Contains(got.HTML, `<a href="`+link+`"`) || !strings.Contains(got.HTML, "5 of 5 datapoints were &gt; 5") {
		t.Errorf("HTML: %s", got.HTML)
	}
	const conversation = "<incident-42-1796091240@example.com>"
	want := reachtest.Email{At: got.At, From: from, To: ana, HTML: got.HTML,
		Subject: "sev1 #42 checkout: checkout-5xx: see https:// evil.example.com",
		Text: "sev1 #42 checkout: checkout-5xx: see https:// evil.example.com\n\nYou are paged: you are on call for payments.\n" +
			"The alarm says: 5 of 5 datapoints were > 5\nOpen since 2026-12-01 02:14 UTC.\n" +
			"Runbook: https://wiki.example.com/checkout\n\nAcknowledge: " + link + "\n",
		Headers: map[string]string{"References": conversation, "In-Reply-To": conversation, "Auto-Submitted": "auto-generated",
			"Importance": "high", "X-Priority": "1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestNote: a code or a test is a message of its own, in no conversation.
func TestNote(t *testing.T) {
	fake := &reachtest.SES{}
	c := channel(t, fake)
	if _, err := c.Say(t.Context(), "k", reach.Note{
		Person: "ana", Title: "Oncalm: a\r\nBcc: test", Text: "TEST <b>", Link: link, Label: "It arrived",
	}); err != nil {
		t.Fatal(err)
	}
	got := fake.Sent()[0]
	want := reachtest.Email{At: got.At, From: from, To: ana, HTML: got.HTML, Subject: "Oncalm: a Bcc: test",
		Text: "TEST <b>\n\nIt arrived: " + link + "\n", Headers: map[string]string{"Auto-Submitted": "auto-generated"}}
	if diff := cmp.Diff(want, got); diff != "" || !strings.Contains(got.HTML, "TEST &lt;b&gt;") ||
		!strings.Contains(got.HTML, `href="`+link+`"`) {
		t.Errorf("(-want +got):\n%s\n%s", diff, got.HTML)
	}
	if wrong := fake.Wrong(); len(wrong) > 0 {
		t.Errorf("wrong: %q", wrong)
	}
	fake.Suppress(ana, "BOUNCE")
	_, err := c.Say(t.Context(), "k2", reach.Note{Person: "ana", Title: "x", Text: "y"})
	if _, dead := errors.AsType[*reach.Dead](err); !dead {
		t.Errorf("an address that is suppressed: %v", err)
	}
}

// TestConversation: whatever is sent of an incident has the same subject and refers to the same, and another incident does not.
func TestConversation(t *testing.T) {
	again, other := page("5xx"), page("5xx")
	again.Reminder = true
	other.Incident.Opened = other.Incident.Opened.Add(time.Second)
	first, second, third := sent(t, page("5xx")), sent(t, again), sent(t, other)
	if first.Subject != second.Subject || first.Headers["References"] != second.Headers["References"] {
		t.Errorf("%+v and %+v are two conversations", first, second)
	}
	if first.Headers["References"] == third.Headers["References"] {
		t.Error("two incidents are one conversation")
	}
	if !strings.Contains(second.Text, "It is still open.") || !strings.Contains(second.HTML, "It is still open.") {
		t.Errorf("a reminder says %q", second.Text)
	}
}

func TestSeveral(t *testing.T) {
	other := page("search <slow>")
	other.Incident.ID, other.Incident.Severity = "43", "sev3"
	got := sent(t, page("5xx"), other, other)
	const line = "sev3 #43 checkout: search <slow>\n"
	if !strings.HasSuffix(got.Text, "\nAlso open:\n"+line+line) || !strings.Contains(got.HTML, "search &lt;slow&gt;") {
		t.Errorf("%s\n%s", got.Text, got.HTML)
	}
	many := []paging.Page{page("5xx")}
	for range 60 {
		many = append(many, other)
	}
	if got := sent(t, many...); !strings.HasSuffix(got.Text, line+"and 10 more\n") {
		t.Errorf("%s", got.Text)
	}
}

// TestNothingIsInjected: whatever an alarm is called, there is one subject of one line, no header more, no link and no element of HTML.
func TestNothingIsInjected(t *testing.T) {
	plain := sent(t, page("5xx"))
	for _, title := range []string{
		"x\r\nBcc: evil@example.com", "x\nBcc: evil@example.com", "x\rBcc: evil@example.com", "x\x00\r\n\r\n<html>", "x%0d%0aBcc: e@example.com",
		"x\u2028Bcc: evil@example.com", "x\u0085Bcc: evil@example.com", "x\v\fBcc: evil@example.com", "=?utf-8?q?=0d=0aBcc:_evil@example.com?=",
		"</title><script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, `<a href="https://evil.example.com">acknowledge</a>`,
		"javascript:alert(1)", "{{.Link}}", "see www.evil.example.com", "see WWW.evil.example.com",
		"MailTo:evil@example.com", "\u202egnp.exe", "x\xff\xfe", strings.Repeat("long ", 2000),
		"--boundary\r\nContent-Type: text/html\r\n\r\n<b>", "\u200b\u2066x", strings.Repeat("💥", 400), "<!--", "]]>", "&lt;script&gt;",
	} {
		p := page(title)
		p.Incident.Service, p.Alarm.Reason, p.Why = title, title, title
		got := sent(t, p, p) // which holds it against the model
		if len(got.Headers) != len(plain.Headers) || got.Headers["References"] != plain.Headers["References"] || got.To != ana {
			t.Errorf("%q: headers %q", title, got.Headers)
		}
		broken := func(r rune) bool { return r < ' ' || r == 0x2028 || r == 0x85 || r == 0x202e }
		if strings.ContainsFunc(got.Subject, broken) {
			t.Errorf("%q: the subject is %q", title, got.Subject)
		}
		for _, what := range []string{"<script", "<img", "onerror=alert(1)>", "<b>", "<!--"} {
			if strings.Contains(got.HTML, what) {
				t.Errorf("%q: the HTML has %s", title, what)
			}
		}
		if n := strings.Count(got.HTML, "<a "); n != 2 { // the runbook and the button
			t.Errorf("%q: %d links", title, n)
		}
		if strings.Contains(got.Text, "://evil") || strings.Contains(strings.ToLower(got.Text), "www.evil") ||
			strings.Contains(strings.ToLower(got.Text), "mailto:evil") {
			t.Errorf("%q: the text has a link: %s", title, got.Text)
		}
		if len(got.Subject) > 4*150 {
			t.Errorf("the subject has %d bytes", len(got.Subject))
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
		"in the sandbox":          {reachtest.Fault{Status: 400, Code: "MessageRejected"}, is{never: true}},
		"nobody verified it":      {reachtest.Fault{Status: 400, Code: "MailFromDomainNotVerifiedException"}, is{never: true}},
		"we may not":              {reachtest.Fault{Status: 403, Code: "AccessDeniedException"}, is{never: true}},
		"the account may not":     {reachtest.Fault{Status: 400, Code: "AccountSuspendedException"}, is{never: true}},
		"sending is paused":       {reachtest.Fault{Status: 400, Code: "SendingPausedException"}, is{never: true}},
		"not as in the model":     {reachtest.Fault{Status: 400, Code: "BadRequestException"}, is{never: true}},
		"credentials ran out":     {reachtest.Fault{Status: 403, Code: "ExpiredTokenException"}, is{}},
		"too many":                {reachtest.Fault{Status: 429, Code: "TooManyRequestsException"}, is{}},
		"too many today":          {reachtest.Fault{Status: 400, Code: "LimitExceededException"}, is{}},
		"500 of AWS":              {reachtest.Fault{Status: 500, Code: "InternalServiceErrorException"}, is{}},
		"503 of a proxy":          {reachtest.Fault{Status: 503}, is{}},
		"cut off":                 {reachtest.Fault{CutOff: true}, is{unsure: true}},
		"taken without an answer": {reachtest.Fault{Hang: true, Takes: true}, is{unsure: true}},
		"taken, and nonsense":     {reachtest.Fault{Anything: "<html>", Takes: true}, is{unsure: true}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fake := &reachtest.SES{}
			fake.Fail(func(int) reachtest.Fault { return tt.fault })
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			if tt.fault.Hang {
				ctx, stop = context.WithTimeout(t.Context(), 300*time.Millisecond)
			}
			defer stop()
			_, err := channel(t, fake).Page(ctx, key, page("5xx"))
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
			if strings.Contains(err.Error(), "@") {
				t.Errorf("an address is shown: %v", err)
			}
		})
	}
}

// TestSuppressed: what SES takes and drops counts as refused, unless SES does not say so.
func TestSuppressed(t *testing.T) {
	for name, look := range map[string]reachtest.Fault{
		"said": {}, "we may not ask": {Status: 403, Code: "AccessDeniedException"}, "no answer": {Hang: true}, "asked too often": {Status: 429},
	} {
		t.Run(name, func(t *testing.T) {
			fake := &reachtest.SES{Look: look}
			fake.Suppress(ana, "BOUNCE")
			_, err := channel(t, fake).Page(t.Context(), key, page("5xx"))
			if _, never := errors.AsType[*paging.Undeliverable](err); never != (name == "said") || !never && err != nil {
				t.Errorf("%v", err)
			}
			if len(fake.Sent()) > 0 || fake.Calls() != 1 || len(fake.Wrong()) > 0 {
				t.Errorf("sent %d in %d calls, wrong %q", len(fake.Sent()), fake.Calls(), fake.Wrong())
			}
		})
	}
}

func TestNoAddress(t *testing.T) {
	fake := &reachtest.SES{}
	c := channel(t, fake)
	other := page("5xx")
	other.Person = "bo"
	_, err := c.Page(t.Context(), key, other)
	if _, never := errors.AsType[*paging.Undeliverable](err); !never || fake.Calls() > 0 {
		t.Errorf("%v", err)
	}
	c.AWS = func(context.Context) (aws.Config, error) { return aws.Config{}, errors.New("no region") }
	if _, err := c.Page(t.Context(), key, page("5xx")); err == nil || !strings.Contains(err.Error(), "no region") {
		t.Errorf("%v", err)
	}
	c.Link = func(context.Context, string, string) (string, error) { return "", nil }
	c.AWS = func(context.Context) (aws.Config, error) { return fake.Config(), nil }
	if _, err := c.Page(t.Context(), key, page("5xx")); err != nil {
		t.Fatal(err)
	}
	if got := fake.Sent()[0]; !strings.HasSuffix(got.Text, "\nAnswer in Slack.\n") || strings.Contains(got.HTML, "Acknowledge") {
		t.Errorf("%s\n%s", got.Text, got.HTML)
	}
}
