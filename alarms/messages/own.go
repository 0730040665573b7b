package messages

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
)

// titles and details are the members in which people say what is wrong, those that say it best before the others. A subject comes between. Names are
// compared without their capital letters and signs.
var (
	titles = []string{
		"title", "summary", "headline", "subject", "alert", "alertname", "alarm", "alarmname", "problemtitle", "issuetitle", "incidenttitle", "alerttitle", "eventtitle",
		"problemname", "issuename", "incidentname", "monitorname", "checkname",
	}
	details = []string{"message", "description", "text", "error", "errormessage", "msg", "reason", "details", "detail", "body", "name", "event", "type"}
	keys    = []string{"dedupkey", "dedup", "key", "alias", "fingerprint", "alertid", "incidentid", "problemid", "issueid", "incidentkey", "threadid"}
	ids     = []string{"id", "uuid"} // of something that has a state; else of the message, for all that anybody knows
	states  = []string{
		"status", "state", "alertstatus", "alertstate", "alerttransition", "problemstatus", "problemstate", "incidentstatus", "incidentstate", "issuestatus", "issuestate", "currentstatus", "currentstate",
		"eventaction", "action", "eventtype",
	}
	degrees = []string{"severity", "level", "priority", "urgency"}
	places  = []string{"service", "host", "instance", "resource", "job", "environment", "cluster", "name"}
)

// Where the others stand, besides the top: only what is about the message as a whole.
var (
	heads  = []string{"", "alert", "incident", "event", "problem", "issue"}
	bodies = []string{"", "alert", "incident", "event", "problem", "issue", "content", "metadata", "metadata/additionalcontext"}
	// owners are what an id stands in, what it tells apart best before the others.
	owners = []string{"event/data", "incident", "problem", "issue", "alert", "", "event"}
)

// wrappers are members that may hold all that a message says.
var wrappers = []string{"default", "body", "message"}

// over, begun, good and handled are words for the state of a thing: that it is over, that it can be, that it went well, and that somebody does
// something about it. noted are what else people do to an alert, in words for what they do.
var (
	over    = []string{"resolved", "resolve", "ok", "closed", "close", "recovered", "recovery", "cleared", "normal", "up"}
	begun   = []string{"firing", "alerting", "open", "opened", "triggered", "trigger", "problem", "alarm", "active", "down", "critical", "failed", "failing", "activated", "created", "create", "reopened"}
	good    = []string{"success", "succeeded", "successful", "completed", "complete", "passed", "finished", "done"}
	handled = []string{"acknowledged", "acknowledge", "acked", "ack"}
	noted   = []string{
		"addnote", "addtags", "removetags", "addrecipient", "addteam", "addresponder", "assign", "assigned", "assignownership", "reassigned", "takeownership", "delegated", "annotated", "snooze",
		"snoozed", "responderadded", "responderreplied", "statusupdatepublished", "priorityupdated", "updatepriority", "updatedescription", "updatemessage",
	}
)

func isOver(word string) bool { return slices.Contains(over, strings.ToLower(word)) }

// isState reports whether a word is one for the state of a thing.
func isState(word string) bool {
	word = stateWord(word)
	return slices.Contains(over, word) || slices.Contains(begun, word) || slices.Contains(good, word) || isHandled(word)
}

func isHandled(word string) bool {
	return slices.Contains(handled, word) || slices.Contains(noted, word)
}

// stateWord is a word for a state as the lists have it: incident.resolved and Alert_Resolved are resolved.
func stateWord(text string) string {
	word := strings.ToLower(strings.TrimSpace(text))
	if of, rest, ok := strings.Cut(strings.Map(toDots, word), "."); ok && slices.Contains(heads, of) {
		word = rest
	}
	return aws.BareName(strings.ReplaceAll(word, ".", ""))
}

func toDots(r rune) rune {
	if strings.ContainsRune("_-: ", r) {
		return '.'
	}
	return r
}

// stateOf is the state of what a message tells; empty if it says none in a word that we know.
func stateOf(all []told) string {
	for _, name := range states {
		for _, t := range all {
			if t.name != name || !slices.Contains(heads, t.in) || !isState(t.text) {
				continue
			}
			if word := stateWord(t.text); !slices.Contains(noted, word) || strings.HasSuffix(name, "action") || name == "eventtype" {
				return word
			}
		}
	}
	return ""
}

// degreeOf is the first word of a message that says how bad it is. PagerDuty has it further down.
func degreeOf(all []told) (verdict, bool) {
	for _, name := range degrees {
		for _, t := range all {
			in := slices.Contains(bodies, t.in) || t.in == "payload" && find(all, []string{"eventaction"}, []string{""}) != "" ||
				t.in == "event/data" && find(all, []string{"eventtype"}, []string{"event"}) != ""
			if t.name != name || !in {
				continue
			}
			if v, known := graded(t.text); known {
				return v, true
			}
		}
	}
	return verdict{}, false
}

// keyOf is what a message calls the thing that it is about; empty if it does not. An id is one only of something that has a state.
func keyOf(all []told, state string) string {
	hook := find(all, []string{"eventtype"}, []string{"event"}) != "" // of PagerDuty, about what stands in its data
	if key := find(all, keys, bodies); key != "" || state == "" && !hook {
		return key
	}
	for _, owner := range owners {
		if id := find(all, ids, []string{owner}); id != "" {
			return id
		}
	}
	return ""
}

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
				name, text := aws.BareName(m.Name), aws.PlainText(m.Value)
				inner, in := aws.Members(m.Value), strings.TrimPrefix(p.in+"/"+name, "/")
				if strings.HasPrefix(text, "{") && len(next) < aws.MaxParts {
					if inner = aws.Members(text); slices.Contains(wrappers, name) && !hasTitle(p.fields) {
						in = p.in
					}
				}
				switch {
				case inner != nil:
					next = append(next, place{in, inner})
				case text != "" && len(all) < maxTold:
					all = append(all, told{p.in, name, text})
				}
			}
		}
		level = next
	}
	return all
}

// hasTitle reports whether an object says itself what is wrong, or that it is over.
func hasTitle(f aws.Fields) bool {
	return slices.ContainsFunc(f[:min(len(f), aws.MaxPairs)], func(m aws.Member) bool {
		name, text := aws.BareName(m.Name), aws.PlainText(m.Value)
		return text != "" && (slices.Contains(titles, name) || slices.Contains(states, name) && isState(text))
	})
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

// titleOf is the title in a message: what it says at the top goes before what it holds.
func titleOf(all []told) string {
	top := find(all, titles, []string{""})
	for _, t := range all {
		if top == "" && t.in == "" && strings.HasSuffix(t.name, "title") {
			top = t.text
		}
	}
	return withoutEmoji(aws.FirstOf(top, find(all, titles, nil)))
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
	j := Judgement{Family: "json", Own: true, Treat: Page, Reason: more, Account: m.At("accountId"), Region: m.At("region")}
	raw := aws.FirstOf(titleOf(all), plainSubject(m), sentence(more))
	title := withoutBraces(raw)
	j.Title = aws.FirstOf(title, withoutBraces(factsOf(all)), "A message without a title")
	state := stateOf(all)
	j.Recovers = isOver(state) || slices.Contains(begun, state)
	switch key := keyOf(all, state); {
	case key != "":
		j.Key = key
	case j.Recovers && title != "":
		j.Key = titleKey(raw, title, all)
	case j.Recovers:
		j.Key = factsKey(all)
	default:
		j.Key = hashOf(m.Subject, m.Text)
	}
	if slices.Contains(good, state) {
		j.Treat, j.Severity = Quiet, QuietSeverity
	}
	j.grade(all, state)
	return j
}

// grade takes what a message says itself of how bad it is, and whether it is over or in somebody's hands.
func (j *Judgement) grade(all []told, state string) {
	if v, known := degreeOf(all); known {
		j.Treat, j.Severity = v.treat, v.severity
	}
	switch {
	case isOver(state):
		j.Treat, j.Severity = Resolve, ""
	case isHandled(state):
		j.Treat, j.Severity = Marker, ""
	}
}

// titleKey names a thing by its title, without the state that may stand before it ("[Triggered] Slow", "OK: Slow"), and by where it is.
func titleKey(raw, title string, all []told) string {
	key := title
	if word, rest, ok := strings.Cut(title, " "); ok && (strings.HasPrefix(raw, "[") || strings.HasSuffix(word, ":")) && isState(strings.TrimSuffix(word, ":")) {
		key = rest
	}
	for _, t := range all {
		if t.in == "" && slices.Contains(places, t.name) {
			key += "/" + t.text
		}
	}
	return key
}

// Facts that change from one message about a thing to the next: states, degrees, times, numbers, and ids of the message.
var (
	changing = regexp.MustCompile(`(status|state|action|transition|severity|level|priority|urgency|time|timestamp|date|duration|since|(starts|ends|created|updated|opened|closed|resolved|triggered|sent)at)$|^(ts|message|event|request|trace|span|correlation|notification)id$|^ts$`)
	measured = regexp.MustCompile(`^[-+]?\d[\d.,:eE+-]*\s?[a-zA-Z%/]{0,4}$|^\d{4}-\d\d-\d\d`)
	address  = regexp.MustCompile(`^\d+\.\d+\.\d+\.\d+$`)
)

// factsKey names a thing that has no title by what is said of it and stays the same; if that is nothing, by what is told of it at all.
func factsKey(all []told) string {
	var facts, names []string
	for _, t := range all {
		if t.in != "" || len(names) == aws.MaxPairs {
			continue
		}
		names = append(names, t.name)
		number := measured.MatchString(t.text) && !address.MatchString(t.text) && !strings.HasSuffix(t.name, "id")
		if !number && !changing.MatchString(t.name) && !isState(t.text) {
			facts = append(facts, t.name+": "+aws.Line(t.text, aws.MaxName))
		}
	}
	if len(facts) == 0 {
		facts = names
	}
	slices.Sort(facts)
	return strings.Join(facts, ", ")
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
	said := aws.FirstOf(titleOf(all), find(all, details, nil))
	j := Judgement{Treat: Quiet, Severity: QuietSeverity, Reason: said, Title: tidyTitle(m.DetailType() + ": " + sentence(said))}
	state := stateOf(all)
	j.Recovers = isOver(state) || slices.Contains(begun, state)
	j.grade(all, state)
	about := aws.FirstOf(keyOf(all, "any"), m.At("resources.0"))
	j.Key = strings.Join([]string{m.Fields.Text("source"), m.DetailType(), about}, "/")
	return []Judgement{j}
}
