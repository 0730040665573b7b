package aws

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// titles and details are the members in which people say what is wrong, those that say it best before the others. A subject comes between.
var (
	titles  = []string{"title", "summary", "headline", "subject", "alert", "alertname", "alertName", "alert_name", "alarm"}
	details = []string{"message", "description", "text", "error", "errorMessage", "msg", "reason", "details", "detail", "body", "name", "event", "type"}
	// inner are the members in which the others may stand.
	inner = []string{"", "content.", "alert.", "event.", "incident.", "data.", "detail.", "payload.", "attributes.", "metadata.", "message."}
)

// over and begun are words for the state of a thing that can be over.
var (
	over  = []string{"resolved", "resolve", "ok", "closed", "close", "recovered", "recovery", "cleared", "normal", "up"}
	begun = []string{"firing", "alerting", "open", "opened", "triggered", "trigger", "problem", "alarm", "active", "down", "critical", "failed", "failing"}
)

func isOver(word string) bool { return slices.Contains(over, strings.ToLower(word)) }

// judgeOwn judges what no row of the table knows: somebody's own message. It opens an incident, titled by what it says, and if it says how
// bad it is, that counts. Only repeats of the very same text are taken for the same thing, unless the message has a key, or a state
// that can be over: who knows what the others tell.
func judgeOwn(m *Message) Judgement {
	if m.Fields == nil {
		return judgeText(m)
	}
	title, _ := firstAt(m, titles)
	more, _ := firstAt(m, details)
	j := Judgement{
		Family: "json", Own: true, Treat: Page, Title: FirstOf(withoutEmoji(title), plainSubject(m), sentence(more), factsOf(m)),
		Reason: more, Account: m.At("accountId"), Region: m.At("region"),
	}
	j.Title = FirstOf(withoutBraces(j.Title), "A message without a title")
	key, _ := firstAt(m, []string{"dedup_key", "dedupKey", "dedup", "key", "alias", "fingerprint", "alert_id", "alertId", "incident_id", "incidentId", "incident_key", "threadId"})
	state, stated := firstAt(m, []string{"status", "state", "alert_status", "alertStatus", "alert_transition", "event_type", "eventType", "event_action", "action"})
	lives := stated && (isOver(state) || slices.Contains(begun, strings.ToLower(state)))
	switch {
	case key != "":
		j.Key = key
	case lives:
		j.Key = strings.Join(append([]string{j.Title}, placesIn(m)...), "/")
	default:
		j.Key = hashOf(m.Subject, m.Text)
	}
	j.Recovers = lives
	j.grade(m)
	if lives && isOver(state) {
		j.Treat, j.Severity = Resolve, ""
	}
	return j
}

// grade sets how bad a message says that it is.
func (j *Judgement) grade(m *Message) {
	word, _ := firstAt(m, []string{"severity", "level", "priority", "urgency", "additionalContext.severity", "additionalContext.priority"})
	if v, known := graded(word); known {
		j.Treat, j.Severity = v.treat, v.severity
	}
}

// placesIn are the members that say where something is wrong, so that two things with one title are told apart.
func placesIn(m *Message) []string {
	var found []string
	for _, name := range [...]string{"service", "host", "instance", "resource", "job", "environment", "cluster", "name"} {
		if s := m.At(name); s != "" {
			found = append(found, s)
		}
	}
	return found
}

// firstAt finds the first of these members that says something, at the top or one level down.
func firstAt(m *Message, names []string) (string, bool) {
	for _, prefix := range inner {
		for _, name := range names {
			if s := m.At(prefix + name); s != "" {
				return s, true
			}
		}
	}
	return "", false
}

// factsOf says what stands in a message that has no title, without its braces.
func factsOf(m *Message) string {
	var facts []string
	for _, member := range m.Fields[:min(len(m.Fields), MaxPairs)] {
		if s := plainText(member.Value); s != "" && len(facts) < maxListed {
			facts = append(facts, member.Name+": "+Line(s, 60))
		}
	}
	return strings.Join(facts, ", ")
}

// withoutEmoji removes what chat programs write before a title: :warning: and the like.
func withoutEmoji(s string) string {
	if rest, ok := strings.CutPrefix(s, ":"); ok {
		if name, rest, ok := strings.Cut(rest, ":"); ok && name != "" && !strings.ContainsAny(name, " /") {
			return FirstOf(strings.TrimSpace(rest), s)
		}
	}
	return s
}

// judgeText judges a text.
func judgeText(m *Message) Judgement {
	first := firstLine(m.Text)
	if strings.HasPrefix(first, "{") || strings.HasPrefix(first, "[") {
		first = Line("Unreadable JSON: "+withoutBraces(first), MaxTitle)
	}
	return Judgement{
		Family: "text", Own: true, Treat: Page, Title: FirstOf(plainSubject(m), withoutBraces(first), "(empty message)"),
		Key: hashOf(m.Subject, m.Text),
	}
}

// hashOf is the key of what is known by its text alone.
func hashOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "text:" + hex.EncodeToString(sum[:8])
}

// readOwnEvent judges somebody's own event: they have sent it on purpose, so somebody should see it, and if it says how bad it is, that counts.
func readOwnEvent(m *Message) []Judgement {
	at := func(names ...string) string {
		for _, n := range names {
			if s := m.At("detail." + n); s != "" {
				return s
			}
		}
		return ""
	}
	said := FirstOf(at(titles...), at(details...))
	j := Judgement{Treat: Quiet, Severity: QuietSeverity, Reason: said, Title: tidyTitle(m.detailType() + ": " + sentence(said))}
	if v, known := graded(at("severity", "level", "priority")); known {
		j.Treat, j.Severity = v.treat, v.severity
	}
	state := at("status", "state")
	about := FirstOf(at("key", "dedup_key", "id"), m.At("resources.0"))
	j.Key = strings.Join([]string{m.At("source"), m.detailType(), about}, "/")
	if isOver(state) {
		j.Treat, j.Severity = Resolve, ""
	}
	return []Judgement{j}
}
