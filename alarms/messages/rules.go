package messages

import (
	"fmt"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/judge"
)

// A Rule is a row that a user adds to the table: what it fits, and what that amounts to. All conditions that are given must hold.
type Rule struct {
	// Subject and Text are patterns with * and ?, in any case of letters. Text is matched against the whole message.
	Subject, Text string
	// JSON are patterns for what stands at paths of the message, such as "$.detail.state".
	JSON  []Condition
	Treat judge.Treatment
	// Key, Title are texts, in which a path such as $.job, alone or in braces, stands for what is there; empty for what the table of the program says.
	Key, Title string
	Severity   string // of a Page; empty for that of the message or the service
}

// A Condition is a pattern for what stands at a path.
type Condition struct{ Path, Pattern string }

// maxMatched is how much of a text is looked at for a pattern, in bytes. A pattern costs the product of its length and that
// of the text.
const maxMatched = 64 << 10

// Fits reports whether a rule is about a message. A rule without a condition fits nothing.
func (r *Rule) Fits(m *aws.Message) bool {
	if r.Subject == "" && r.Text == "" && len(r.JSON) == 0 {
		return false
	}
	if r.Subject != "" && !fits(r.Subject, m.Subject) || r.Text != "" && !fits(r.Text, m.Text) {
		return false
	}
	return !slices.ContainsFunc(r.JSON, func(c Condition) bool {
		path, err := aws.ParsePath(c.Path)
		if err != nil || m.Fields == nil {
			return true
		}
		raw := m.Raw(path)
		// what is not there fits no pattern, not even *
		return raw == "" || raw == "null" || !fits(c.Pattern, aws.PlainText(raw))
	})
}

func fits(pattern, text string) bool {
	if len(text) > maxMatched {
		text = text[:maxMatched]
	}
	return aws.Glob(strings.ToLower(pattern), strings.ToLower(strings.TrimSpace(text)))
}

// configured is the family of messages to which a rule gives a key.
const configured = "messages"

// JudgeBy is Judge with rules that come before the table: the first that fits a message counts.
func JudgeBy(rules []Rule, m *aws.Message) []judge.Judgement {
	all := Judge(m)
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.Fits(m) })
	if i < 0 {
		return all
	}
	r := &rules[i]
	at := func(path string) string { return atPath(m, path) }
	key, title := strings.TrimSpace(expand(r.Key, at)), judge.Tidy(expand(r.Title, at))
	if key != "" {
		all = all[:1] // all of it is one thing
		all[0].Family, all[0].Key = configured, key
		all[0].Recovers = slices.ContainsFunc(rules,
			func(o Rule) bool { return o.Treat == judge.Resolve && o.Key != "" })
	}
	for n := range all {
		r.change(&all[n], title)
	}
	return all
}

// change makes of a judgement of the table that of the rule.
func (r *Rule) change(j *judge.Judgement, title string) {
	// The severity that the message itself gives is kept only where it was given for a page: that of something quiet would
	// make the page of a rule one that can wait.
	own := j.Severity
	if j.Treat != judge.Page {
		own = ""
	}
	j.Treat, j.Severity, j.Title = r.Treat, "", aws.FirstOf(title, j.Title)
	switch r.Treat {
	case judge.Page:
		j.Severity = aws.FirstOf(r.Severity, own)
	case judge.Quiet:
		j.Severity, j.Quiet = judge.QuietSeverity, "the configuration says so of messages like this"
	case judge.Marker, judge.Resolve:
	}
}

// expand fills a text of a rule: $.path alone, or {$.path} in it.
func expand(text string, at func(string) string) string {
	if strings.HasPrefix(text, "$") {
		return at(text)
	}
	return judge.Fill(text, at)
}

// atPath returns what stands at a path of a rule, subject and text among them.
func atPath(m *aws.Message, path string) string {
	switch path {
	case "subject":
		return strings.TrimSpace(m.Subject)
	case "text":
		return aws.FirstLine(m.Text)
	}
	names, err := aws.ParsePath(path)
	if err != nil || m.Fields == nil {
		return ""
	}
	return aws.PlainText(m.Raw(names))
}

// CheckText finds paths in a text of a rule that cannot be read. The error wraps [aws.ErrPath]. The configuration is
// checked with it, so no message meets such a path.
func CheckText(text string) error {
	if strings.HasPrefix(text, "$") {
		_, err := aws.ParsePath(text)
		return err
	}
	for {
		_, rest, ok := strings.Cut(text, "{")
		if !ok {
			return nil
		}
		paths, after, closed := strings.Cut(rest, "}")
		if !closed {
			return fmt.Errorf("%w: a brace has no end: %q", aws.ErrPath, aws.Line(rest, 60))
		}
		for path := range strings.SplitSeq(paths, "|") {
			if path == "subject" || path == "text" {
				continue
			}
			if _, err := aws.ParsePath(path); err != nil {
				return err
			}
		}
		text = after
	}
}
