package aws

import (
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/store/record/scan"
)

// A Message is what somebody published to a topic: a text that is mostly JSON, and perhaps a subject.
type Message struct {
	Subject string
	Text    string
	// Fields are the members, if the text is a JSON object; else nil.
	Fields Fields
	// Account and Region are those of our topic, for messages that do not say where they are from.
	Account, Region string
	// Via is the ARN of the topic that a relayed message came over first; empty if it was not relayed over a topic.
	Via string
	// Relayed says that the message stood inside another one.
	Relayed bool

	lines map[string]string // values of "Key: Value" lines; nil until asked
}

// NewMessage reads a message that came over a topic of that account and region.
func NewMessage(subject, text, account, region string) *Message {
	return &Message{Subject: subject, Text: text, Fields: Members(strings.TrimSpace(text)), Account: account,
		Region: region}
}

// inside is a message that stood in this one.
func (m *Message) inside(subject, text string) *Message {
	in := NewMessage(FirstOf(subject, m.Subject), text, m.Account, m.Region)
	in.Via, in.Relayed = m.Via, true
	return in
}

// At returns the text at a path, in a form for people: names with dots between them, numbers for the elements of lists. In a message
// that is no JSON the names are those of its lines "Name: value" or "Name='value'". It is empty for what is not there, and for objects.
func (m *Message) At(path string) string {
	if path == "" {
		return ""
	}
	if m.Fields == nil {
		return m.line(path)
	}
	return PlainText(m.Raw(strings.Split(path, ".")))
}

// line returns the value of a line.
func (m *Message) line(name string) string {
	if m.lines == nil {
		m.lines = linesOf(m.Text)
	}
	return m.lines[name]
}

// Raw follows a path to the JSON at its end. A text on the way that holds JSON is opened.
func (m *Message) Raw(path []string) string {
	if len(path) == 0 {
		return ""
	}
	value := m.Fields.Get(path[0])
	for _, name := range path[1:] {
		if value = step(value, name); value == "" {
			return ""
		}
	}
	return value
}

// step goes one name further down.
func step(value, name string) string {
	if text, ok := scan.Unquote(value); ok {
		value = strings.TrimSpace(text)
	}
	if n, err := strconv.Atoi(name); err == nil && strings.HasPrefix(value, "[") {
		if list := Elements(value); n >= 0 && n < len(list) {
			return list[n]
		}
		return ""
	}
	return Members(value).Get(name)
}

// List returns the elements of the list at a path.
func (m *Message) List(path string) []string {
	if m.Fields == nil {
		return nil
	}
	return Elements(m.Raw(strings.Split(path, ".")))
}

// maxListed is how many elements of a list are shown.
const maxListed = 5

// PlainText shows a JSON value without braces: texts, numbers, words, and lists of them.
func PlainText(value string) string {
	if s, ok := scan.Unquote(value); ok {
		if s = strings.TrimSpace(s); s == "null" { // some write it so
			return ""
		}
		return s
	}
	switch {
	case value == "" || value == "null" || value[0] == '{':
		return ""
	case value[0] != '[':
		return value
	}
	var shown []string
	for _, one := range Elements(value) {
		if strings.HasPrefix(one, "[") || len(shown) == maxListed {
			continue
		}
		if s := PlainText(one); s != "" {
			shown = append(shown, s)
		}
	}
	return strings.Join(shown, ", ")
}

// maxLines is how many lines of a text are read for values.
const maxLines = 200

// linesOf reads the lines of a text that name a value. Of repeated names the first one counts.
func linesOf(text string) map[string]string {
	if strings.Contains(text, "StackId='") {
		return stackValues(text)
	}
	found, n := map[string]string{}, 0
	for l := range strings.Lines(text) {
		if n++; n > maxLines {
			break
		}
		name, value, ok := strings.Cut(l, ":")
		if name = strings.TrimSpace(name); ok && len(name) <= 60 && found[name] == "" {
			found[name] = strings.TrimSpace(value)
		}
	}
	return found
}

// stackValues reads CloudFormation's lines of Name='value'. A value may have quotes and line ends in it, so it ends where the next
// line of that form begins.
func stackValues(text string) map[string]string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	found, name, value := map[string]string{}, "", ""
	keep := func() {
		if name != "" && len(found) < 100 {
			found[name] = strings.TrimSuffix(strings.TrimRight(value, "\n "), "'")
		}
	}
	for l := range strings.Lines(text) {
		if next, begin, ok := strings.Cut(l, "='"); ok && isWord(next) {
			keep()
			name, value = next, begin
			continue
		}
		value += l
	}
	keep()
	return found
}

func isWord(s string) bool {
	return s != "" && len(s) <= 60 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// Headline is what stands above a message: its subject, or the first line of a text that has none.
func (m *Message) Headline() string {
	if m.Subject != "" && m.Subject != noSubject {
		return m.Subject
	}
	if m.Fields != nil {
		return ""
	}
	line, _, _ := strings.Cut(strings.TrimSpace(m.Text), "\n")
	return Line(line, MaxValue)
}

// noSubject is what a mail of SNS is called that has no subject.
const noSubject = "AWS Notification Message"

// IsBroken reports whether a text looks like JSON that cannot be read, or is cut off: what only begins with a bracket or a brace is a text.
func (m *Message) IsBroken() bool {
	text := strings.TrimSpace(m.Text)
	if text == "" || m.Fields != nil || text[0] != '{' && text[0] != '[' {
		return false
	}
	rest := strings.TrimLeft(text[1:], " \t\r\n[{")
	return rest == "" || strings.ContainsRune(`"]}`, rune(rest[0]))
}

// DetailType is the type of an event of EventBridge, or of a notification of the developer tools, which spell it otherwise.
func (m *Message) DetailType() string {
	return FirstOf(m.Fields.Text("detail-type"), m.Fields.Text("detailType"))
}

// IsEvent reports whether a message is an event of EventBridge, perhaps cut down by a rule, or has the form of one.
func (m *Message) IsEvent() bool {
	return m.Fields.Has("detail") && (m.Fields.Has("detail-type") || m.Fields.Has("detailType") && m.Fields.Has("notificationRuleArn"))
}

// Resources are the ARNs that an event names.
func (m *Message) Resources() []string {
	var arns []string
	for _, raw := range m.Fields.List("resources") {
		if arn, ok := scan.Unquote(raw); ok && arn != "" && len(arns) < MaxPairs {
			arns = append(arns, arn)
		}
	}
	return arns
}
