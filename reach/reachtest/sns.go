// Package reachtest is what stands in for the services that reach people: it takes what the SDK of AWS sends over the wire, holds each
// request against the service's model, and keeps what would have been delivered.
package reachtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// An SMS is one that SNS took.
type SMS struct {
	At       time.Time
	To, Text string
	Type     string // Transactional or Promotional
	Sender   string // the name or the number
}

// A Fault is how a call fails. The zero value is that it does not.
type Fault struct {
	Status   int    // of the answer
	Code     string // of AWS's error; empty: the answer is none of AWS's
	Hang     bool   // no answer comes
	NoLine   bool   // there is no connection
	CutOff   bool   // the answer ends before its end
	Anything string // is the answer, with status 200
	Takes    bool   // the message is delivered all the same
}

// SNS keeps the SMS that were published. The zero value is ready.
type SNS struct {
	mu      sync.Mutex
	sent    []SMS
	fault   func(call int) Fault
	calls   int
	wrong   []string // requests that SNS would not have understood
	refused map[string]bool
}

// Fail sets how calls fail from now on, counted from 1 on; nil: they do not.
func (s *SNS) Fail(how func(call int) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault, s.calls = how, 0
}

// OptOut has a phone take no more SMS, as after an answer STOP.
func (s *SNS) OptOut(phone string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused == nil {
		s.refused = map[string]bool{}
	}
	s.refused[phone] = true
}

// Sent are all SMS, the oldest first.
func (s *SNS) Sent() []SMS {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

// Calls is how often SNS was called since the faults were set.
func (s *SNS) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// Wrong are the requests that were none.
func (s *SNS) Wrong() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.wrong)
}

// Config is that of clients whose calls come here, without a network.
func (s *SNS) Config() aws.Config {
	return aws.Config{Region: "eu-central-1", HTTPClient: &http.Client{Transport: s}, Credentials: Credentials()}
}

// Credentials are some that nobody checks.
func Credentials() aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}, nil
	})
}

// errNoLine is what a client is told that finds nobody.
var errNoLine = errors.New("dial tcp: connection refused")

// RoundTrip implements [http.RoundTripper], for bubbles of time.
func (s *SNS) RoundTrip(r *http.Request) (*http.Response, error) {
	fault := s.next()
	if fault.NoLine {
		return nil, errNoLine
	}
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil && trace.WroteHeaders != nil {
		trace.WroteHeaders()
	}
	rec := httptest.NewRecorder()
	s.answer(rec, r, fault)
	if fault.Hang {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	resp := rec.Result()
	if fault.CutOff {
		resp.Body = io.NopCloser(io.LimitReader(resp.Body, 20))
	}
	return resp, nil
}

// ServeHTTP is SNS over a network.
func (s *SNS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault := s.next()
	if fault.NoLine || fault.CutOff {
		panic(http.ErrAbortHandler)
	}
	s.answer(w, r, fault)
	if fault.Hang {
		<-r.Context().Done()
	}
}

func (s *SNS) next() Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if s.fault == nil {
		return Fault{}
	}
	return s.fault(s.calls)
}

// answer does what SNS does.
func (s *SNS) answer(w http.ResponseWriter, r *http.Request, f Fault) {
	text, err := io.ReadAll(r.Body)
	in, formErr := url.ParseQuery(string(text))
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || formErr != nil {
		s.wrong = append(s.wrong, "the body is no form")
		return
	}
	s.wrong = append(s.wrong, misread(r, in)...)
	fails := f != Fault{}
	phone := in.Get("PhoneNumber")
	if !fails && s.refused[phone] {
		f, fails = Fault{Status: http.StatusBadRequest, Code: "InvalidParameter"}, true
	}
	if !fails || f.Takes {
		one := SMS{At: time.Now(), To: phone, Text: in.Get("Message")}
		for n := 1; in.Has(attribute(n) + ".Name"); n++ {
			switch value := in.Get(attribute(n) + ".Value.StringValue"); in.Get(attribute(n) + ".Name") {
			case "AWS.SNS.SMS.SMSType":
				one.Type = value
			case "AWS.SNS.SMS.SenderID", "AWS.MM.SMS.OriginationNumber":
				one.Sender = value
			}
		}
		s.sent = append(s.sent, one)
	}
	switch {
	case f.Hang:
	case f.Anything != "":
		_, _ = io.WriteString(w, f.Anything)
	case f.Code != "":
		w.WriteHeader(f.Status)
		fmt.Fprintf(w, `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>%s</Code>`+
			`<Message>Invalid parameter: PhoneNumber Reason: %s is not valid to publish to</Message></Error></ErrorResponse>`, f.Code, phone)
	case f.Status != 0:
		http.Error(w, "we will be back soon", f.Status)
	default:
		fmt.Fprintf(w, `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-%d</MessageId>`+
			`</PublishResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>`, len(s.sent))
	}
}

func attribute(n int) string { return fmt.Sprintf("MessageAttributes.entry.%d", n) }

var (
	phoneForm  = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	memberForm = regexp.MustCompile(`^(Action|Version|PhoneNumber|Message|MessageAttributes\.entry\.[0-9]+\.(Name|Value\.DataType|Value\.StringValue))$`)
)

// mostBytes is the longest message that SNS takes as SMS.
const mostBytes = 1600

// misread are the reasons for which SNS would not have understood a request.
func misread(r *http.Request, in url.Values) (wrong []string) {
	add := func(bad bool, what string) {
		if bad {
			wrong = append(wrong, what)
		}
	}
	add(r.Method != http.MethodPost, "it is no POST")
	add(!strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"), "it is no form")
	add(!strings.Contains(r.Header.Get("Authorization"), "/sns/aws4_request"), "it is not signed for sns")
	add(in.Get("Action") != "Publish" || in.Get("Version") != "2010-03-31", "it is no Publish")
	add(!phoneForm.MatchString(in.Get("PhoneNumber")), "its number is not E.164")
	add(in.Get("Message") == "" || len(in.Get("Message")) > mostBytes, "its message is empty, or too long")
	for name := range in {
		add(!memberForm.MatchString(name), "it has "+name)
	}
	return wrong
}
