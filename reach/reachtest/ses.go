package reachtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// An Email is one that SES took.
type Email struct {
	At                            time.Time
	From, To, Subject, Text, HTML string
	Headers                       map[string]string
}

// SES keeps the messages that were sent. The zero value is ready.
type SES struct {
	line
	// Look is how the question fails whether an address is suppressed.
	Look Fault

	sent       []Email
	suppressed map[string]string // address → reason
}

// Suppress has SES drop what is for an address, as after a message came back. It takes such a message all the same.
func (s *SES) Suppress(address, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.suppressed == nil {
		s.suppressed = map[string]string{}
	}
	s.suppressed[address] = reason
}

// Sent are all messages that were delivered, the oldest first.
func (s *SES) Sent() []Email {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

// Config is that of clients whose calls come here, without a network.
func (s *SES) Config() aws.Config { return configuration(s) }

// RoundTrip implements [http.RoundTripper], for bubbles of time.
func (s *SES) RoundTrip(r *http.Request) (*http.Response, error) {
	f, do := s.route(r)
	return trip(r, f, do)
}

// ServeHTTP is SES over a network.
func (s *SES) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, do := s.route(r)
	serve(w, r, f, do)
}

const listed = "/v2/email/suppression/addresses/"

func (s *SES) route(r *http.Request) (Fault, answer) {
	if strings.HasPrefix(r.URL.Path, listed) {
		return s.Look, s.look
	}
	return s.next(), s.send
}

// look answers GetSuppressedDestination.
func (s *SES) look(w http.ResponseWriter, r *http.Request, f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found(r.Method != http.MethodGet, "GetSuppressedDestination is no GET")
	address, err := url.PathUnescape(strings.TrimPrefix(r.URL.EscapedPath(), listed))
	s.found(err != nil || !strings.Contains(address, "@"), "GetSuppressedDestination asks for no address")
	reason, is := s.suppressed[address]
	switch {
	case f.Hang:
	case f != Fault{}:
		refuse(w, f, "no")
	case !is:
		refuse(w, Fault{Status: http.StatusNotFound, Code: "NotFoundException"}, "not on the list")
	default:
		_ = json.NewEncoder(w).Encode(map[string]any{
			"SuppressedDestination": map[string]any{"EmailAddress": address, "Reason": reason, "LastUpdateTime": 1.7e9}})
	}
}

// refuse answers with an error as REST services of AWS do.
func refuse(w http.ResponseWriter, f Fault, why string) {
	if f.Code == "" {
		http.Error(w, "we will be back soon", f.Status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Amzn-Errortype", f.Code)
	w.WriteHeader(f.Status)
	fmt.Fprintf(w, `{"message":%q}`, why)
}

// simple is the part of SendEmail's input that is understood here.
type simple struct {
	FromEmailAddress string
	Destination      struct{ ToAddresses []string }
	Content          struct {
		Simple struct {
			Subject contents
			Body    struct{ Text, Html contents } //nolint:revive // named as in SES's model
			Headers []struct{ Name, Value string }
		}
	}
}

type contents struct{ Data, Charset string }

// send answers SendEmail.
func (s *SES) send(w http.ResponseWriter, r *http.Request, f Fault) {
	var in simple
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	err := d.Decode(&in)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.misread(r, in, err)
	fails := f != Fault{}
	to := strings.Join(in.Destination.ToAddresses, ",")
	if !fails || f.Takes {
		simple := in.Content.Simple
		one := Email{At: time.Now(), From: in.FromEmailAddress, To: to, Subject: simple.Subject.Data,
			Text: simple.Body.Text.Data, HTML: simple.Body.Html.Data, Headers: map[string]string{}}
		for _, h := range simple.Headers {
			one.Headers[h.Name] = h.Value
		}
		if _, drops := s.suppressed[to]; !drops {
			s.sent = append(s.sent, one)
		}
	}
	switch {
	case f.Hang:
	case f.Anything != "":
		_, _ = fmt.Fprint(w, f.Anything)
	case fails:
		refuse(w, f, "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: "+to+
			", "+in.FromEmailAddress)
	default:
		fmt.Fprintf(w, `{"MessageId":"e-%d"}`, len(s.sent))
	}
}

var (
	headerName  = regexp.MustCompile(`^[!-9;-~]{1,126}$`)
	headerValue = regexp.MustCompile(`^[ -~]{1,870}$`)
)

// mostHeaders is how many of one's own SES takes.
const mostHeaders = 15

// misread records the reasons for which SES would not have taken a request, by its model and by RFC 5322.
func (s *SES) misread(r *http.Request, in simple, err error) {
	s.found(r.Method != http.MethodPost || r.URL.Path != "/v2/email/outbound-emails", "it is no SendEmail")
	s.found(!strings.Contains(r.Header.Get("Authorization"), "/ses/aws4_request"), "it is not signed for ses")
	s.found(err != nil, fmt.Sprintf("its body is not as in the model: %v", err))
	from, err := mail.ParseAddress(in.FromEmailAddress)
	s.found(err != nil || from.Address == "", "it is from nobody")
	s.found(len(in.Destination.ToAddresses) != 1, "it is not to one person")
	for _, to := range in.Destination.ToAddresses {
		address, err := mail.ParseAddress(to)
		s.found(err != nil || address.Address != to, "it goes to no address")
	}
	message := in.Content.Simple
	for what, c := range map[string]contents{"subject": message.Subject, "text": message.Body.Text, "HTML": message.Body.Html} {
		s.found(c.Data == "" || c.Charset != "UTF-8" || !utf8.ValidString(c.Data), "its "+what+" is empty, or not UTF-8")
	}
	s.found(strings.ContainsAny(message.Subject.Data, "\r\n"), "its subject has more than one line")
	s.found(len(message.Headers) > mostHeaders, "it has too many headers")
	seen := map[string]bool{"from": true, "to": true, "cc": true, "bcc": true, "subject": true, "date": true, "message-id": true}
	for _, h := range message.Headers {
		s.found(!headerName.MatchString(h.Name) || !headerValue.MatchString(h.Value), "the header "+h.Name+" is none")
		s.found(seen[strings.ToLower(h.Name)], "the header "+h.Name+" is there twice")
		seen[strings.ToLower(h.Name)] = true
	}
}
