// Package reachtest is what stands in for the services that reach people: it takes what the SDK of AWS sends over the wire, holds each
// request against the service's model, and keeps what would have been delivered.
package reachtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
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
	line

	sent    []SMS
	refused map[string]bool
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

// Config is that of clients whose calls come here, without a network.
func (s *SNS) Config() aws.Config { return configuration(s) }

// Credentials are some that nobody checks.
func Credentials() aws.CredentialsProvider {
	return aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "secret"}, nil
	})
}

// errNoLine is what a client is told that finds nobody.
var errNoLine = errors.New("dial tcp: connection refused")

// RoundTrip implements [http.RoundTripper], for bubbles of time.
func (s *SNS) RoundTrip(r *http.Request) (*http.Response, error) { return trip(r, s.next(), s.answer) }

// ServeHTTP is SNS over a network.
func (s *SNS) ServeHTTP(w http.ResponseWriter, r *http.Request) { serve(w, r, s.next(), s.answer) }

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
	s.misread(r, in)
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

// misread records why SNS would not have understood a request.
func (s *SNS) misread(r *http.Request, in url.Values) {
	s.found(r.Method != http.MethodPost, "it is no POST")
	s.found(!strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"), "it is no form")
	s.found(!strings.Contains(r.Header.Get("Authorization"), "/sns/aws4_request"), "it is not signed for sns")
	s.found(in.Get("Action") != "Publish" || in.Get("Version") != "2010-03-31", "it is no Publish")
	s.found(!phoneForm.MatchString(in.Get("PhoneNumber")), "its number is not E.164")
	s.found(in.Get("Message") == "" || len(in.Get("Message")) > mostBytes, "its message is empty, or too long")
	for name := range in {
		s.found(!memberForm.MatchString(name), "it has "+name)
	}
}
