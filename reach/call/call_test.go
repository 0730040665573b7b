package call_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/oncalm/oncalm/awshttp"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/reach/call"
	"github.com/oncalm/oncalm/reach/reachtest"
	"github.com/oncalm/oncalm/reach/telephony"
)

const (
	phone = "+4915112345678"
	from  = "+4930123456"
)

func page(title string) paging.Page {
	return paging.Page{Person: "ana", Incident: incidents.Incident{ID: "42", Severity: "sev1", Service: "checkout", Title: title}}
}

// channel is one that speaks to a fake over the wire.
func channel(t *testing.T, fake *reachtest.Telephony) *call.Channel {
	t.Helper()
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	return &call.Channel{
		AWS: func(context.Context) (aws.Config, error) {
			return aws.Config{Region: "eu-central-1", BaseEndpoint: &server.URL, HTTPClient: awshttp.Client(nil),
				Credentials: reachtest.Credentials()}, nil
		},
		From:  from,
		Phone: func(person string) string { return map[string]string{"ana": phone}[person] },
	}
}

func TestPage(t *testing.T) {
	fake := &reachtest.Telephony{}
	r, err := channel(t, fake).Page(t.Context(), "k", page("checkout-5xx: errors & timeouts."))
	if err != nil || r.Message != "v-1" {
		t.Fatalf("%+v, %v", r, err)
	}
	if wrong := fake.Wrong(); len(wrong) > 0 || fake.Calls() != 1 {
		t.Fatalf("%d calls, wrong %q", fake.Calls(), wrong)
	}
	const said = "Severity one. Incident 42 . Service checkout. checkout 5xx errors & timeouts."
	const want = "Oncalm calls ana. " + said + " I say it again. " + said + " Please acknowledge it in Slack, or with the link of another message."
	got := fake.Rang()[0]
	if got.Said != want || got.To != phone || got.From != from || got.Voice != "JOANNA" {
		t.Errorf("%+v, want %q", got, want)
	}
	if !strings.Contains(got.SSML, `<say-as interpret-as="characters">42</say-as>`) {
		t.Errorf("the number is not spelled: %s", got.SSML)
	}
}

// TestNote: a code is said sign by sign, twice, and what an outsider wrote is no element.
func TestNote(t *testing.T) {
	fake := &reachtest.Telephony{}
	note := reach.Note{Person: "ana", Text: "Your code is 481516. Pass it on to <break/> nobody.", Code: "481516", Link: "https://x.example.com"}
	if _, err := channel(t, fake).Say(t.Context(), "k", note); err != nil {
		t.Fatal(err)
	}
	got := fake.Rang()[0]
	const said = "Your code is 481516 . Pass it on to <break > nobody."
	if want := "Oncalm calls ana. " + said + " I say it again. " + said; got.Said != want || got.To != phone {
		t.Errorf("%q, want %q", got.Said, want)
	}
	if strings.Count(got.SSML, `<say-as interpret-as="characters">481516</say-as>`) != 2 || strings.Contains(got.SSML, "<break/>") {
		t.Errorf("%s", got.SSML)
	}
	note.Person = "bo"
	if _, err := channel(t, fake).Say(t.Context(), "k", note); err == nil {
		t.Error("bo, who has no number, was called")
	}
}

func TestSpeech(t *testing.T) {
	again, other := page("5xx"), page("slow")
	again.Reminder, again.Incident.Severity = true, "sev3"
	for want, pages := range map[string][]paging.Page{
		"Severity three. Incident 42 . It is still open. Service":                         {again},
		"Service checkout. 5xx. There is one more incident. I say it again. Severity":     {page("5xx"), other},
		"Service checkout. 5xx. 2 more incidents are open. I say it again. Severity":      {page("5xx"), other, other},
		"Service checkout. " + strings.TrimSpace(strings.Repeat("long ", 39)) + ". I say": {page(strings.Repeat("long ", 2000))},
	} {
		if said, err := reachtest.Spoken(call.Speech(pages)); err != nil || !strings.Contains(said, want) {
			t.Errorf("%q, %v, want %q", said, err, want)
		}
	}
}

// TestNothingIsInjected: whatever an alarm is called, a voice says it, no element comes of it, and it is not too long.
func TestNothingIsInjected(t *testing.T) {
	fake := &reachtest.Telephony{}
	c := channel(t, fake)
	plain := strings.Count(call.Speech([]paging.Page{page("x")}), "<")
	titles := []string{
		`</speak><speak><audio src="https://evil.example.com/a.mp3"/>`, `<break time="10s"/>`, `"><audio src='x'/>`, `&lt;audio&gt;`,
		`<![CDATA[</speak>]]>`, `<!--`, `-->`, `]]>`, `<?xml version="1.0"?>`, `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;`,
		`<say-as interpret-as="telephone">0900</say-as>`, `<prosody volume="silent">`, `<mark name="x"/>`, "\x00\x01\x0b", "x\xff\xfe",
		"\u202e\u200b\ufffe", "💥", strings.Repeat(`"&<>'`, 2000), strings.Repeat("💥", 4000), "", "   ", "...",
	}
	for n, title := range titles {
		p := page(title)
		p.Incident.Service, p.Person = title, "ana"
		if _, err := c.Page(t.Context(), strconv.Itoa(n), p); err != nil {
			t.Errorf("%q: %v", title, err)
		}
		if got := fake.Rang()[n].SSML; strings.Count(got, "<") != plain {
			t.Errorf("%q: it has elements of its own: %s", title, got)
		}
	}
	if wrong := fake.Wrong(); len(wrong) > 0 {
		t.Errorf("wrong %q", wrong)
	}
	if _, err := reachtest.Spoken(`<speak><p>x</p><audio src="y"/></speak>`); err == nil {
		t.Error("an element that is not ours is not found")
	}
}

// TestVoices: the voice that was chosen speaks.
func TestVoices(t *testing.T) {
	fake := &reachtest.Telephony{}
	c := channel(t, fake)
	for _, voice := range telephony.Voices() {
		c.Voice = voice
		if _, err := c.Page(t.Context(), "k", page("5xx")); err != nil {
			t.Errorf("%s: %v", voice, err)
		}
	}
	if rang := fake.Rang(); rang[0].Voice != "AMY" || len(rang) != len(telephony.Voices()) {
		t.Errorf("%+v", rang)
	}
}

// TestFaults holds what each way to fail means for paging: another channel at once, once more and then no more, or again and again.
func TestFaults(t *testing.T) {
	type is struct{ never, unsure bool }
	tests := map[string]struct {
		fault reachtest.Fault
		state func(*reachtest.Telephony)
		want  is
		said  string
	}{
		"opted out": {state: func(f *reachtest.Telephony) { f.OptOut(phone) }, want: is{never: true}, said: "the number has opted out"},
		"in the sandbox": {state: func(f *reachtest.Telephony) { f.Sandbox(phone) }, want: is{never: true},
			said: "the account is in the sandbox, and the number is not verified"},
		"all is spent":            {state: (*reachtest.Telephony).SpendAll, want: is{never: true}, said: "the spend limit of the month for calls"},
		"we may not":              {fault: reachtest.Fault{Status: 400, Code: "AccessDeniedException"}, want: is{never: true}},
		"no such identity":        {fault: reachtest.Fault{Status: 400, Code: "ResourceNotFoundException"}, want: is{never: true}},
		"not as in the model":     {fault: reachtest.Fault{Status: 400, Code: "ValidationException"}, want: is{never: true}},
		"credentials ran out":     {fault: reachtest.Fault{Status: 400, Code: "ExpiredTokenException"}},
		"too many":                {fault: reachtest.Fault{Status: 400, Code: "ThrottlingException"}},
		"500 of AWS":              {fault: reachtest.Fault{Status: 500, Code: "InternalServerException"}},
		"503 of a proxy":          {fault: reachtest.Fault{Status: 503}},
		"cut off":                 {fault: reachtest.Fault{CutOff: true}, want: is{unsure: true}},
		"taken without an answer": {fault: reachtest.Fault{Hang: true, Takes: true}, want: is{unsure: true}},
		"taken, and nonsense":     {fault: reachtest.Fault{Anything: "<html>", Takes: true}, want: is{unsure: true}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fake := &reachtest.Telephony{}
			fake.Fail(func(int) reachtest.Fault { return tt.fault })
			if tt.state != nil {
				tt.state(fake)
			}
			ctx, stop := context.WithTimeout(t.Context(), time.Minute)
			if tt.fault.Hang {
				ctx, stop = context.WithTimeout(t.Context(), 300*time.Millisecond)
			}
			defer stop()
			_, err := channel(t, fake).Page(ctx, "k", page("5xx"))
			if err == nil {
				t.Fatal("no error")
			}
			_, never := errors.AsType[*paging.Undeliverable](err)
			_, unsure := errors.AsType[*paging.Unsure](err)
			if _, dead := errors.AsType[*reach.Dead](err); dead != (name == "opted out") {
				t.Errorf("%v: dead is %v", err, dead)
			}
			if got := (is{never, unsure}); got != tt.want || !strings.Contains(err.Error(), tt.said) {
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

func TestNoNumber(t *testing.T) {
	fake := &reachtest.Telephony{}
	c := channel(t, fake)
	_, err := c.PageAll(t.Context(), "k", paging.Joint{Person: "bo", Pages: []paging.Page{page("5xx")}})
	if _, never := errors.AsType[*paging.Undeliverable](err); !never || fake.Calls() > 0 {
		t.Errorf("%v", err)
	}
	c.AWS = func(context.Context) (aws.Config, error) { return aws.Config{}, errors.New("no region") }
	if _, err := c.Page(t.Context(), "k", page("5xx")); err == nil || !strings.Contains(err.Error(), "no region") {
		t.Errorf("%v", err)
	}
}
