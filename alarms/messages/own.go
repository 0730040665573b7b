package messages

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
)

// titles and details are the members in which people say what is wrong, those that say it best before the others. A subject comes between. Names are
// compared without their capital letters and signs.
var (
	titles  = []string{"title", "summary", "headline", "subject", "alert", "alertname", "alarm"}
	details = []string{"message", "description", "text", "error", "errormessage", "msg", "reason", "details", "detail", "body", "name", "event", "type"}
	keys    = []string{"dedupkey", "dedup", "key", "alias", "fingerprint", "alertid", "incidentid", "incidentkey", "threadid"}
	states  = []string{"status", "state", "alertstatus", "alertstate", "alerttransition", "eventtype", "eventaction", "action"}
	degrees = []string{"severity", "level", "priority", "urgency"}
	places  = []string{"service", "host", "instance", "resource", "job", "environment", "cluster", "name"}
)

// Where the others stand, besides the top: only what is about the message as a whole.
var (
	heads  = []string{"", "alert", "incident", "event"}
	bodies = []string{"", "alert", "incident", "event", "content", "metadata", "metadata/additionalcontext"}
)

// over, begun and good are words for the state of a thing: that it is over, that it can be, and that it went well.
var (
	over  = []string{"resolved", "resolve", "ok", "closed", "close", "recovered", "recovery", "cleared", "normal", "up"}
	begun = []string{"firing", "alerting", "open", "opened", "triggered", "trigger", "problem", "alarm", "active", "down", "critical", "failed", "failing"}
	good  = []string{"success", "succeeded", "successful", "completed", "complete", "passed", "finished", "done"}
)

func isOver(word string) bool { return slices.Contains(over, strings.ToLower(word)) }

// A told is a member of a message, wherever it stands, that says something.
type told struct{ in, name, text string }

// maxTold and maxDeep bound what is looked at of somebody's own message.
const (
	maxTold  = 200
	maxDeep  = 3
	maxFacts = 5
)

// allTold lists what a message says, what stands near the top first. in is the path of the object.
func allTold(f aws.Fields) []told {
	type place struct {
		in     string
		fields aws.Fields
	}
	var all []told
	level := []place{{"", f}}
	for range maxDeep {
		var next []place
		for _, p := range level {
			for _, m := range p.fields[:min(len(p.fields), aws.MaxPairs)] {
				name, text := bareName(m.Name), aws.PlainText(m.Value)
				inner := aws.Members(m.Value)
				if strings.HasPrefix(text, "{") && len(next) < aws.MaxParts {
					inner = aws.Members(text)
				}
				switch {
				case inner != nil:
					next = append(next, place{strings.TrimPrefix(p.in+"/"+name, "/"), inner})
				case text != "" && len(all) < maxTold:
					all = append(all, told{p.in, name, text})
				}
			}
		}
		level = next
	}
	return all
}

// bareName is a name without its capital letters and signs: Alert_Name is alertname.
func bareName(s string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(s))
}

// find returns the first that has one of these names, the best name first; in is where it may stand, nil for anywhere.
func find(all []told, names, in []string) string {
	for _, name := range names {
		for _, t := range all {
			if t.name == name && (in == nil || slices.Contains(in, t.in)) {
				return t.text
			}
		}
	}
	return ""
}

// judgeOwn judges what no row of the table knows: somebody's own message. It opens an incident, titled by what it says, and if it says how
// bad it is, that counts. Only repeats of the very same text are taken for the same thing, unless the message has a key, or a state
// that can be over: who knows what the others tell.
func judgeOwn(m *aws.Message) Judgement {
	if m.Fields == nil {
		return judgeText(m)
	}
	all := allTold(m.Fields)
	more := find(all, details, nil)
	j := Judgement{
		Family: "json", Own: true, Treat: Page, Reason: more, Account: m.At("accountId"), Region: m.At("region"),
		Title: aws.FirstOf(withoutEmoji(find(all, titles, nil)), plainSubject(m), sentence(more), factsOf(all)),
	}
	j.Title = aws.FirstOf(withoutBraces(j.Title), "A message without a title")
	key, state := find(all, keys, bodies), strings.ToLower(find(all, states, heads))
	j.Recovers = isOver(state) || slices.Contains(begun, state)
	switch {
	case key != "":
		j.Key = key
	case j.Recovers:
		j.Key = j.Title
		for _, t := range all {
			if t.in == "" && slices.Contains(places, t.name) {
				j.Key += "/" + t.text
			}
		}
	default:
		j.Key = hashOf(m.Subject, m.Text)
	}
	if v, known := graded(find(all, degrees, bodies)); known {
		j.Treat, j.Severity = v.treat, v.severity
	} else if slices.Contains(good, state) {
		j.Treat, j.Severity = Quiet, QuietSeverity
	}
	if isOver(state) {
		j.Treat, j.Severity = Resolve, ""
	}
	return j
}

// factsOf says what stands in a message that has no title.
func factsOf(all []told) string {
	var facts []string
	for _, t := range all[:min(len(all), maxFacts)] {
		facts = append(facts, t.name+": "+aws.Line(t.text, 60))
	}
	return strings.Join(facts, ", ")
}

// withoutEmoji removes what chat programs write before a title: :warning: and the like.
func withoutEmoji(s string) string {
	if rest, ok := strings.CutPrefix(s, ":"); ok {
		if name, rest, ok := strings.Cut(rest, ":"); ok && name != "" && !strings.ContainsAny(name, " /") {
			return aws.FirstOf(strings.TrimSpace(rest), s)
		}
	}
	return s
}

// judgeText judges a text.
func judgeText(m *aws.Message) Judgement {
	first := aws.FirstLine(m.Text)
	if strings.HasPrefix(first, "{") || strings.HasPrefix(first, "[") {
		first = aws.Line("Unreadable JSON: "+withoutBraces(first), aws.MaxTitle)
	}
	return Judgement{
		Family: "text", Own: true, Treat: Page, Title: aws.FirstOf(plainSubject(m), withoutBraces(first), "(empty message)"),
		Key: hashOf(m.Subject, m.Text),
	}
}

// hashOf is the key of what is known by its text alone.
func hashOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "text:" + hex.EncodeToString(sum[:8])
}

// readOwnEvent judges somebody's own event: they have sent it on purpose, so somebody should see it, and if it says how bad it is, that counts.
func readOwnEvent(m *aws.Message) []Judgement {
	all := allTold(m.Fields.Object("detail"))
	said := aws.FirstOf(find(all, titles, nil), find(all, details, nil))
	j := Judgement{Treat: Quiet, Severity: QuietSeverity, Reason: said, Title: tidyTitle(m.DetailType() + ": " + sentence(said))}
	if v, known := graded(find(all, degrees, bodies)); known {
		j.Treat, j.Severity = v.treat, v.severity
	}
	state := strings.ToLower(find(all, states, heads))
	j.Recovers = isOver(state) || slices.Contains(begun, state)
	if isOver(state) {
		j.Treat, j.Severity = Resolve, ""
	}
	about := aws.FirstOf(find(all, keys, bodies), find(all, []string{"id"}, heads), m.At("resources.0"))
	j.Key = strings.Join([]string{m.Fields.Text("source"), m.DetailType(), about}, "/")
	return []Judgement{j}
}
