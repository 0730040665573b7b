package aws

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/store/record/scan"
)

// MaxParts is how many messages one may hold.
const MaxParts = 100

// What is read for messages that stand inside others is bounded: how often one may be wrapped, how deeply one may stand in an object of
// somebody's own, how many values are read there, and how often it is tried to read JSON that is none in a text.
const (
	maxWraps  = 6
	maxDeep   = 8
	maxLooked = 2000
	maxTries  = 16
)

// Forms tell what [Open] cannot know, since this package judges nothing.
type Forms struct {
	// Whole says that a message is something of its own, whatever stands in it.
	Whole func(*Message) bool
	// Silent says that a message says nothing itself, besides what stands at that path: names with slashes between them.
	Silent func(m *Message, path string) bool
	// About says that a message, which stands at that path in another, is what that one is about. Of alarms it is asked, too.
	About func(outer, inner *Message, path string) bool
}

// Open takes the messages out that stand inside a message: a whole envelope of SNS, the records that Lambda or SQS hand on, JSON in a
// text of JSON, a list, an alarm anywhere in what somebody has written. A message with nothing inside is itself. The work is bounded: there are
// few levels and parts, and each level is read once; what is nested more deeply stays as it is, so that nothing is lost.
func Open(m *Message, forms Forms) []*Message {
	parts := []*Message{m}
	if m.Fields != nil && IsAlarm(m.Fields) { // most are, and nothing stands inside
		return parts
	}
	closed := map[*Message]bool{}
	for range maxWraps {
		var next []*Message
		opened := false
		for i, p := range parts {
			var inner []*Message
			if !closed[p] {
				inner = p.open(forms)
			}
			if len(inner) == 0 || len(next)+len(inner)+len(parts)-i-1 > MaxParts {
				next, closed[p] = append(next, p), true
				continue
			}
			next, opened = append(next, inner...), true
		}
		if parts = next; !opened {
			break
		}
	}
	return parts
}

// open takes one wrapping off; it returns nothing if there is none.
func (m *Message) open(forms Forms) []*Message {
	text := strings.TrimSpace(m.Text)
	switch {
	case m.Fields == nil:
		if inner, ok := scan.Unquote(text); ok && scan.Text(text, 0) == len(text) { // JSON in a text of JSON
			return []*Message{m.inside("", inner)}
		}
		if all := m.listed(Elements(text)); all != nil {
			return all
		}
		return m.search(forms)
	case IsAlarm(m.Fields):
		return nil
	}
	if all := m.carried(forms); all != nil {
		return all
	}
	if forms.Whole(m) {
		return nil
	}
	if wrapped := m.wrapped(forms); wrapped != nil {
		return []*Message{wrapped}
	}
	return m.search(forms)
}

// carried are the messages in what only carries them: an envelope, or records. What says something beside them does more.
func (m *Message) carried(forms Forms) []*Message {
	envelope, records := m.isEnvelope(), m.Fields.List("Records")
	if !envelope && len(records) == 0 || !forms.Silent(&Message{Fields: m.Fields.without(envelopeNames)}, "") {
		return nil
	}
	if envelope {
		return []*Message{m.enveloped(m.Fields)}
	}
	return m.records(records)
}

// envelopeNames are the members of an envelope of SNS, and of records.
var envelopeNames = []string{
	"Records",
	"Type", "MessageId", "TopicArn", "TopicARN", "Subject", "Message", "Timestamp", "MessageAttributes", "Token", "SubscribeURL", "UnsubscribeURL", "UnsubscribeUrl",
	"SignatureVersion", "Signature", "SigningCertURL", "SigningCertUrl", "SequenceNumber",
}

// isEnvelope reports whether a message is an envelope of SNS, as it comes over SQS or from a relay, which may have cut it down.
func (m *Message) isEnvelope() bool {
	f := m.Fields
	text := f.Text("Message")
	if text == "" || f.Has("TopicArn") || f.Has("TopicARN") || f.Text("Type") == "Notification" {
		return text != ""
	}
	return Members(strings.TrimSpace(text)) != nil &&
		!slices.ContainsFunc(f, func(one Member) bool { return !slices.Contains(envelopeNames, one.Name) })
}

// without are the members that have none of these names.
func (f Fields) without(names []string) Fields {
	return slices.DeleteFunc(slices.Clone(f), func(one Member) bool { return slices.Contains(names, one.Name) })
}

// enveloped is the message in an envelope. Some put the JSON there as it is, and not as a text.
func (m *Message) enveloped(f Fields) *Message {
	in := m.inside(f.Text("Subject"), FirstOf(f.Text("Message"), f.Get("Message")))
	in.Via = FirstOf(f.Text("TopicArn"), f.Text("TopicARN"), m.Via)
	return in
}

// records are what Lambda and SQS hand on. If there is one among them that is none, they belong to something else.
func (m *Message) records(records []string) []*Message {
	if len(records) > MaxParts {
		return nil
	}
	var found []*Message
	for _, raw := range records {
		r := Members(raw)
		switch sns := r.Object("Sns"); {
		case sns.Text("Message") != "", sns.Object("Message") != nil:
			found = append(found, m.enveloped(sns))
		case r.Text("body") != "":
			found = append(found, m.inside("", r.Text("body")))
		default:
			return nil
		}
	}
	return found
}

// listed are the messages in a list of objects, or of texts that hold objects.
func (m *Message) listed(list []string) []*Message {
	if len(list) > MaxParts {
		return nil
	}
	var found []*Message
	for _, e := range list {
		if e = opened(e); Members(e) == nil {
			return nil
		}
		found = append(found, m.inside("", e))
	}
	return found
}

// opened is a JSON value, or what a text of JSON says, which may be one again.
func opened(value string) string {
	for range maxWraps {
		text, ok := scan.Unquote(value)
		if !ok {
			break
		}
		value = strings.TrimSpace(text)
	}
	return value
}

// wrapped is what stands in one member of a message: JSON for all kinds of subscribers, or the body of a message of SQS. It may as well be a part
// of somebody's own message, which then says more.
func (m *Message) wrapped(forms Forms) *Message {
	for _, name := range [...]string{"default", "body", "Body", "Message"} {
		text := strings.TrimSpace(m.Fields.Text(name))
		if f := Members(text); f != nil {
			inner, path := m.inside("", text), BareName(name)
			if forms.Silent(m, path) || forms.About(m, inner, path) {
				return inner
			}
		}
	}
	return nil
}
