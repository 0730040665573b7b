package aws

import (
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/store/record/scan"
)

// BareName is a name without its capital letters and signs, since everybody writes them in another way: Alert_Name is alertname.
func BareName(s string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(s))
}

// A place is a value that stands in a message.
type place struct {
	value string
	path  string
	// in is the message that it stands in: the outermost, or one with the subject and the topic of an envelope on the way.
	in *Message
}

// search looks for the messages that a message is about and that stand somewhere in it, what is less deep before what is deeper. Nothing is
// searched for inside of what was found.
func (m *Message) search(forms Forms) []*Message {
	var found []*Message
	level, looked := m.inner(), 0
	for range maxDeep {
		var next []place
		for _, p := range level {
			if looked++; looked > maxLooked || len(found) > MaxParts {
				return found
			}
			f := Members(p.value)
			if f == nil {
				next = append(next, p.children()...)
				continue
			}
			all := p.messages(m, f, forms)
			found = append(found, all...)
			switch {
			case all != nil:
			case IsAlarm(f): // only cited, which takes longer to find out
				looked += maxLooked / MaxParts
			default:
				next = append(next, p.members(f)...)
			}
		}
		level = next
	}
	return found
}

// messages are those that the outer message is about, if the object at that place is one, or carries some.
func (p place) messages(outer *Message, f Fields, forms Forms) []*Message {
	inner := p.in.inside("", p.value)
	if all := inner.carried(forms); all != nil && !IsAlarm(f) && forms.Silent(outer, p.path) {
		return all
	}
	if forms.About(outer, inner, p.path) {
		return []*Message{inner}
	}
	return nil
}

// inner are the values in a message.
func (m *Message) inner() []place {
	if m.Fields != nil {
		return place{in: m}.members(m.Fields)
	}
	return place{value: strings.TrimSpace(m.Text), in: m}.children()
}

// members are the values in an object that can hold messages.
func (p place) members(f Fields) []place {
	in := p.in
	if f.Text("Message") != "" && (f.Has("TopicArn") || f.Has("TopicARN")) {
		in = in.enveloped(f)
	}
	var all []place
	for _, one := range f {
		if value := opened(one.Value); strings.Contains(value, "{") {
			all = append(all, place{value, strings.TrimPrefix(p.path+"/"+BareName(one.Name), "/"), in})
		}
	}
	return all
}

// children are the elements of a list, or the objects in a text.
func (p place) children() []place {
	list := embedded(p.value)
	if strings.HasPrefix(p.value, "[") {
		list = Elements(p.value)
	}
	var all []place
	for i, e := range list {
		if value := opened(e); strings.Contains(value, "{") {
			all = append(all, place{value, p.path + "/" + strconv.Itoa(i), p.in})
		}
	}
	return all
}

// embedded are the JSON objects in a text that begin a line, or stand on one after a word for what they are: what stands within a sentence is a part of
// what somebody says.
func embedded(text string) []string {
	var found []string
	for tries := 0; tries < maxTries && len(found) <= MaxParts; {
		line := strings.TrimLeft(text, " \t\r\n`>")
		if begin := labelled(line); begin >= 0 {
			if end := scan.Value(line, begin, MaxNesting); end < 0 {
				tries++
			} else {
				found, line = append(found, line[begin:end]), line[end:]
			}
		}
		said, rest, more := strings.Cut(line, "\n")
		if complains(said) {
			return nil
		}
		if !more {
			break
		}
		text = rest
	}
	return found
}

// complains reports whether a line tells of a failure, so that what stands below it is what failed, and not what is told.
func complains(line string) bool {
	line = strings.ToLower(line)
	return slices.ContainsFunc([]string{"could not", "cannot", "unable to", " failed", "crashed"},
		func(words string) bool { return strings.Contains(line, words) })
}

// maxLabel is how long the word for a JSON object is at most, in bytes.
const maxLabel = 60

// labelled finds the object that a line begins with, after a label perhaps; -1 if there is none. "Could not send: {" is no label.
func labelled(line string) int {
	begin := strings.IndexByte(line[:min(len(line), maxLabel)], '{')
	if begin <= 0 {
		return begin
	}
	label := strings.ToLower(line[:begin])
	if strings.Contains(label, "\n") || !strings.HasSuffix(strings.TrimSpace(label), ":") {
		return -1
	}
	for _, word := range [...]string{"not", "fail", "error", "unable", "exception", "denied", "invalid", "reject", "drop"} {
		if strings.Contains(label, word) {
			return -1
		}
	}
	return begin
}
