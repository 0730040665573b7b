package aws

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/store/record/scan"
)

// MaxParts is how many messages one may hold.
const MaxParts = 100

// maxWraps is how many others a message may stand in.
const maxWraps = 6

// Open takes the messages out that stand inside a message: a whole envelope of SNS, the records that Lambda or SQS hand on, JSON in a
// text of JSON, a list. A message with nothing inside is itself. The work is bounded: each level is read once, and there are
// few levels and parts; what is nested more deeply stays as it is, so that nothing is lost. What is known for what it is, though an alarm stands in it,
// stays whole.
func Open(m *Message, known func(*Message) bool) []*Message {
	parts := []*Message{m}
	if m.Fields != nil && IsAlarm(m.Fields) { // most are, and nothing stands inside
		return parts
	}
	for range maxWraps {
		var next []*Message
		opened := false
		for _, p := range parts {
			inner := p.open(known)
			if len(inner) == 0 || len(next)+len(inner) > MaxParts {
				next = append(next, p)
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
func (m *Message) open(known func(*Message) bool) []*Message {
	text := strings.TrimSpace(m.Text)
	switch {
	case m.Fields == nil && strings.HasPrefix(text, `"`): // JSON in a text of JSON
		if inner, ok := scan.Unquote(text); ok && scan.Text(text, 0) == len(text) {
			return []*Message{m.inside("", inner)}
		}
		return nil
	case m.Fields == nil && strings.HasPrefix(text, "["):
		return m.objectsOf(Elements(text))
	case m.Fields == nil || IsAlarm(m.Fields):
		return nil
	case m.isEnvelope():
		return []*Message{m.enveloped(m.Fields)}
	}
	if records := m.Fields.List("Records"); len(records) > 0 {
		return m.records(records)
	}
	if wrapped := m.wrapped(known); wrapped != nil {
		return []*Message{wrapped}
	}
	return nil
}

// isEnvelope reports whether a message is an envelope of SNS, as it comes over SQS or from a relay.
func (m *Message) isEnvelope() bool {
	f := m.Fields
	return f.Text("Message") != "" && (f.Has("TopicArn") || f.Has("TopicARN") || f.Text("Type") == "Notification")
}

// enveloped is the message in an envelope.
func (m *Message) enveloped(f Fields) *Message {
	in := m.inside(f.Text("Subject"), f.Text("Message"))
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
		case sns.Text("Message") != "":
			found = append(found, m.enveloped(sns))
		case r.Text("body") != "":
			found = append(found, m.inside("", r.Text("body")))
		default:
			return nil
		}
	}
	return found
}

// objectsOf are the messages in a list of objects.
func (m *Message) objectsOf(list []string) []*Message {
	if len(list) == 0 || len(list) > MaxParts || slices.ContainsFunc(list, func(e string) bool { return Members(e) == nil }) {
		return nil
	}
	var found []*Message
	for _, e := range list {
		found = append(found, m.inside("", e))
	}
	return found
}

// wrapped is what stands in one member of a message: JSON for all kinds of subscribers, the body of a message of SQS, or an alarm
// of CloudWatch that somebody has put into a message of their own.
func (m *Message) wrapped(known func(*Message) bool) *Message {
	for _, name := range [...]string{"default", "body", "Body", "Message"} {
		if text := m.Fields.Text(name); Members(strings.TrimSpace(text)) != nil {
			return m.inside("", text)
		}
	}
	if known(m) {
		return nil
	}
	for _, member := range m.Fields[:min(len(m.Fields), MaxPairs)] {
		value := member.Value
		if text, ok := scan.Unquote(value); ok {
			value = text
		}
		if value = strings.TrimSpace(value); IsAlarm(Members(value)) {
			return m.inside("", value)
		}
	}
	return nil
}
