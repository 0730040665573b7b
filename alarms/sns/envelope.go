package sns

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/store/record/scan"
)

// MaxBody is the most that is read of a body, in bytes. SNS sends up to 256 KiB over
// HTTP, which escaping can double.
const MaxBody = 1 << 20

const (
	maxNesting   = aws.MaxNesting
	maxMessageID = 200
)

// What SNS sends, by Type.
const (
	Notification            = "Notification"
	SubscriptionConfirmed   = "SubscriptionConfirmation"
	UnsubscribeConfirmation = "UnsubscribeConfirmation"
	// Reconciled is the type of what SNS did not send: what CloudWatch says itself, when it was asked. Nothing over HTTP has it.
	Reconciled = "Reconciled"
)

// An Envelope is one message of SNS, with the fields that are signed and the
// signature. The rest is not kept: nobody vouches for it. Until [Verifier.Verify]
// has passed it, it is what a stranger claims.
type Envelope struct {
	Type      string
	MessageID string
	TopicARN  string
	Message   string
	Timestamp string    // as it was signed
	Sent      time.Time // the same, UTC
	// Subject is signed only if it is there; an empty one is there.
	Subject    string
	HasSubject bool
	// Token and SubscribeURL belong to the two confirmations.
	Token        string
	SubscribeURL string

	SignatureVersion string // "1" or "2"
	Signature        string // base64
	SigningCertURL   string
}

// Decode reads an envelope from a body. The error is a [*Problem].
func Decode(body []byte) (*Envelope, error) {
	f, err := decodeObject(body)
	if err != nil {
		return nil, err
	}
	e := &Envelope{}
	need := func(name string, to *string) {
		if err == nil {
			*to, err = required(f, name)
		}
	}
	need("Type", &e.Type)
	if err != nil {
		return nil, err
	}
	confirmation := e.Type == SubscriptionConfirmed || e.Type == UnsubscribeConfirmation
	if !confirmation && e.Type != Notification {
		return nil, refuse(CodeType, "unknown Type %q", text.Clip(e.Type, 50))
	}
	need("MessageId", &e.MessageID)
	need("TopicArn", &e.TopicARN)
	need("Message", &e.Message)
	need("Timestamp", &e.Timestamp)
	need("SignatureVersion", &e.SignatureVersion)
	need("Signature", &e.Signature)
	need("SigningCertURL", &e.SigningCertURL)
	if confirmation {
		need("Token", &e.Token)
		need("SubscribeURL", &e.SubscribeURL)
	}
	if err != nil {
		return nil, err
	}
	if f.Has("Subject") {
		if e.Subject, e.HasSubject = scan.Unquote(f.Get("Subject")); !e.HasSubject {
			return nil, refuse(CodeField, "Subject is not a string")
		}
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	return e, nil
}

// decodeObject checks that a body is a JSON object within limits, and takes it apart.
func decodeObject(body []byte) (aws.Fields, error) {
	trimmed := bytes.TrimSpace(body)
	switch {
	case len(trimmed) == 0:
		return nil, refuse(CodeEmpty, "empty body; expected an SNS JSON envelope")
	case len(body) > MaxBody:
		return nil, refuse(CodeTooLarge, "body exceeds 1 MiB")
	}
	if f := aws.Members(string(trimmed)); f != nil {
		return f, nil
	}
	return nil, notObject(trimmed)
}

// notObject says why a body is no JSON object within limits.
func notObject(body []byte) error {
	switch {
	case body[0] == '<':
		return refuse(CodeNotJSON, "body is not JSON (starts with '%s')", opening(body))
	case scan.Nesting(body) > maxNesting:
		return refuse(CodeNotObject, "JSON is nested more than %d levels deep", maxNesting)
	case !json.Valid(body):
		return notJSON(body)
	case body[0] == '{':
		return refuse(CodeNotObject, "JSON has more than %d members", scan.Most)
	case body[0] == '[':
		return refuse(CodeNotObject, "body is a JSON array; expected an SNS JSON envelope")
	}
	return refuse(CodeNotObject, "body is not a JSON object; expected an SNS JSON envelope")
}

func notJSON(body []byte) error {
	var v json.RawMessage
	if body[0] == '{' {
		if syntax, ok := errors.AsType[*json.SyntaxError](json.Unmarshal(body, &v)); ok {
			return refuse(CodeNotJSON, "body is not JSON (%v)", syntax)
		}
	}
	return refuse(CodeNotJSON, "body is not JSON (starts with '%s')", opening(body))
}

// opening is the first few characters of a body, fit to be shown.
func opening(body []byte) string {
	const shown = 5
	body = body[:min(len(body), 4*shown)]
	first := []rune(strings.ToValidUTF8(string(body), "\uFFFD"))
	return aws.Line(string(first[:min(len(first), shown)]), shown)
}

// required returns a field that must be a string and not empty.
func required(f aws.Fields, name string) (string, error) {
	if !f.Has(name) {
		return "", refuse(CodeField, "%s is missing", name)
	}
	s, ok := scan.Unquote(f.Get(name))
	switch {
	case !ok:
		return "", refuse(CodeField, "%s is not a string", name)
	case s == "" && name != "Message":
		return "", refuse(CodeField, "%s is empty", name)
	}
	return s, nil
}

// ID is what a message is remembered by. SNS sends the same MessageId and time each time; the time comes first so that what was
// sent together lies together in the store, and is written at once.
func (e *Envelope) ID() string { return e.Sent.Format("20060102T150405.000.") + e.MessageID }

// checkLines refuses control characters in all fields that are signed but Message. What is signed are
// lines: with a line break in another field one signature would fit several envelopes, so that a message
// could be cut into another one. SNS sends none.
func (e *Envelope) checkLines() error {
	for _, f := range [...]struct{ name, value string }{
		{"Type", e.Type}, {"MessageId", e.MessageID}, {"TopicArn", e.TopicARN}, {"Timestamp", e.Timestamp}, {"Subject", e.Subject},
		{"Token", e.Token}, {"SubscribeURL", e.SubscribeURL},
	} {
		if strings.ContainsFunc(f.value, unicode.IsControl) {
			return refuse(CodeField, "%s has control characters in it", f.name)
		}
	}
	return nil
}

// check looks at what can be judged without knowing who we are.
func (e *Envelope) check() error {
	if e.SignatureVersion != "1" && e.SignatureVersion != "2" {
		return refuse(CodeField, "SignatureVersion is neither \"1\" nor \"2\"")
	}
	if err := e.checkLines(); err != nil {
		return err
	}
	if len(e.MessageID) > maxMessageID {
		return refuse(CodeField, "MessageId is longer than %d bytes", maxMessageID)
	}
	sent, err := time.Parse(time.RFC3339, e.Timestamp)
	if err != nil {
		return refuse(CodeField, "Timestamp is not a time")
	}
	e.Sent = sent.UTC()
	return nil
}
