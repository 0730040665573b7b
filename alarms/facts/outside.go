package facts

import (
	"slices"
	"strings"
	"unicode"

	"github.com/oncalm/oncalm/alarms/aws"
)

// A Part is a message that stands in another one, at that path: an alarm, say, by its name. Fires says that it tells of something that is wrong.
type Part struct {
	Path, Name string
	Fields     aws.Fields
	Fires      bool
}

// relaying are the words of which relays make the titles of what they hand on: such a title says nothing.
var relaying = []string{
	"forward", "forwarded", "forwarding", "fwd", "relay", "relayed", "received", "new", "from", "by", "via", "the", "a", "an", "of", "for", "in", "is", "has", "now", "to", "and",
	"aws", "amazon", "cloudwatch", "sns", "sqs", "lambda", "eventbridge", "prometheus", "alertmanager", "grafana", "alarm", "alarms", "alert", "alerts", "notification", "notifications",
	"message", "messages", "event", "events", "monitoring", "metric", "state", "status", "change", "changed", "update", "updated", "ok", "firing", "resolved", "recovered", "triggered", "insufficient", "data",
	"production", "prod", "staging", "stage", "test", "dev",
}

// near are where a message says something of itself, besides around the part.
var near = slices.Concat(bodies, []string{"payload", "event/data"})

// IsCited reports whether a message only cites a part: it has a title or text of its own, or, where the part tells of nothing wrong, it says how bad
// things are or that they begin. What relays add is none: words for what it is, and what the part itself says. Else the message is about the part. Who takes it for that wrongly pages nobody for
// what was said, and resolves what is not over. degree knows the words for how bad things are.
func (p *Part) IsCited(said []Fact, degree func(word string) bool) bool {
	inner, begun, over, graded := Of(p.Fields), false, false, false
	for _, t := range said {
		if !p.isBeside(t) || slices.ContainsFunc(inner, func(i Fact) bool { return i.Text == t.Text }) {
			continue
		}
		switch word := stateWord(t.Text); {
		case slices.Contains(states, t.Name):
			kind := strings.HasSuffix(t.Name, "type") && word == "alarm"
			begun, over = begun || !kind && (IsBegun(word) || SaysFailure(t.Text)), over || IsOver(word)
		case slices.Contains(degrees, t.Name):
			graded = graded || degree(t.Text)
		case (t.Says(degree) || strings.HasSuffix(t.Name, "title")) && !p.isOfRelay(t.Text):
			return true
		}
	}
	return !p.Fires && !over && (begun || graded)
}

// isBeside reports whether a fact stands beside the part, or around it, and neither holds it nor is about another thing.
func (p *Part) isBeside(t Fact) bool {
	at := strings.TrimPrefix(t.In+"/"+t.Name, "/")
	if strings.HasPrefix(p.Path, at+"/") {
		return false
	}
	in := t.In
	if in == "detail" || strings.HasPrefix(in, "detail/") { // of an event
		in = strings.TrimPrefix(in[len("detail"):], "/")
	}
	return slices.Contains(near, in) || strings.HasPrefix(p.Path, t.In+"/")
}

// isOfRelay reports whether a text says no more than which part is handed on.
func (p *Part) isOfRelay(text string) bool {
	if state, rest, ok := strings.Cut(text, `: "`); ok && slices.Contains([]string{"OK", "ALARM", "INSUFFICIENT_DATA"}, state) { // the subject that CloudWatch gives it, which SNS may have cut
		return strings.HasPrefix(rest, p.Name+`" in `) || strings.HasPrefix(p.Name, rest)
	}
	named := p.Name != "" && strings.Contains(text, p.Name)
	if named && (strings.HasPrefix(text, "[FIRING") || strings.HasPrefix(text, "[RESOLVED")) {
		return true
	}
	if named {
		text = strings.ReplaceAll(text, p.Name, " ")
	}
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) })
	return !slices.ContainsFunc(words, func(w string) bool { return !slices.Contains(relaying, w) })
}
