package messages

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
)

// failing are the words by which services of AWS say that something failed, wherever they stand in a word: FAILED, TimedOut, terminated with errors.
var failing = []string{
	"fail", "error", "timeout", "timedout", "exhausted", "exceeded", "approaching", "impaired", "degraded", "unhealthy", "stalled", "blocked", "fault", "unsuccessful", "undeliverable",
	"outofservice", "inaccessible", "unreachable",
}

// harmless are words that have one of those in them and mean nothing bad, or its opposite.
var harmless = strings.NewReplacer(
	"failover", "", "failback", "", "default", "", "notfailed", "", "notstalled", "", "notdegraded", "", "notimpaired", "", "notblocked", "", "nofailure", "", "noerror", "", "withouterror", "", "0error", "",
	"zeroerror", "",
)

// saysFailure reports whether a word for a state says that something failed, in any spelling.
func saysFailure(text string) bool {
	word := harmless.Replace(aws.BareName(strings.ReplaceAll(text, ".", "")))
	return slices.ContainsFunc(failing, func(w string) bool { return strings.Contains(word, w) }) || isDown(text)
}

// isDown reports whether the last part of a word says that something is down: not that it was scaled down, or shut down.
func isDown(text string) bool {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune("_-. ", r) })
	return len(words) > 0 && words[len(words)-1] == "down" && !(len(words) > 1 && says(words[len(words)-2], "scal", "shut", "step", "cool", "spin", "count", "ramp", "drain"))
}

// The names of members in which a service says how it stands with a thing end in these; those that begin so say how it was, or should be.
var (
	stateEnds = []string{"status", "state", "result", "outcome"}
	earlier   = []string{"previous", "prior", "old", "former", "desired", "requested", "expected", "target"}
	kinds     = []string{"type", "eventtype", "changetype", "eventname", "event", "detailtype"}
	faults    = []string{"error", "errorcode", "errormessage", "errordetail", "errordetails", "failurereason", "failuremessage", "failurecode"}
)

// isState reports whether a member of an event tells its own state, by the names that services give it.
func (t told) isState() bool {
	return slices.ContainsFunc(stateEnds, func(end string) bool { return strings.HasSuffix(t.name, end) }) && !slices.ContainsFunc(earlier, func(begin string) bool {
		return strings.HasPrefix(t.name, begin) || strings.HasPrefix(t.in[strings.LastIndexByte(t.in, '/')+1:], begin)
	})
}

// failureOf is the word by which an event of AWS says that something failed; empty if none does. What it says of the state goes before the type of
// the event: one that a thing stalls may tell that it no longer does.
func failureOf(m *aws.Message) string {
	all, well := allTold(m.Fields.Object("detail")), false
	for _, t := range all {
		switch {
		case t.isState() && saysFailure(t.text), t.name == "alarmstate" && strings.EqualFold(t.text, "set"):
			return t.text
		case t.isState():
			word := aws.BareName(t.text)
			well = well || isOver(word) || slices.Contains(good, word) || strings.HasPrefix(word, "not") || t.name == "alarmstate"
		}
	}
	for _, t := range all {
		switch {
		case slices.Contains(kinds, t.name) && !well && saysFailure(t.text):
			return t.text
		case slices.Contains(faults, t.name) && !well && !slices.Contains(none, strings.ToLower(t.text)):
			return "failed"
		}
	}
	if !well && saysFailure(m.DetailType()) {
		return "failed"
	}
	return ""
}

// none are what stands in a member for an error that there is not.
var none = []string{"false", "0", "none", "no", "n/a", "-", "ok", "success"}

// reasons are where services say why, in words.
var reasons = []string{"message", "errormessage", "failurereason", "failuremessage", "statusmessage", "statemessage", "statusreason", "changedescription", "description", "alerttype"}

// judgeFailure shows an event of AWS that says that something failed.
func judgeFailure(m *aws.Message) verdict {
	if failureOf(m) != "" || says(m.At("detail.severity"), "critical", "high", "error") {
		return shows
	}
	return marks
}

// judgeUnknown does so for events of which nothing else is known, and says what failed.
func judgeUnknown(m *aws.Message) verdict {
	v := judgeFailure(m)
	if v.treat == Marker {
		return v
	}
	thing, what := aws.FirstOf(aws.Called(m.At("resources.0")), thingOf(m)), wordsOf(failureOf(m))
	if what == "set" || what == "failed" && saysFailure(m.DetailType()) { // it says nothing new
		what = ""
	}
	why := sentence(find(allTold(m.Fields.Object("detail")), reasons, []string{""}))
	return v.titled(tidyTitle(m.DetailType() + ": " + thing + " " + what + ": " + why)).keyed(m.DetailType() + "/" + aws.FirstOf(m.At("resources.0"), thing))
}

// thingOf is what an event calls the thing that it is about, if it names no resource.
func thingOf(m *aws.Message) string {
	for _, end := range [...]string{"name", "id", "arn"} {
		for _, one := range m.Fields.Object("detail") {
			if name := aws.BareName(one.Name); strings.HasSuffix(name, end) && name != "eventname" && !says(name, "account", "request") {
				return aws.Called(aws.PlainText(one.Value))
			}
		}
	}
	return ""
}
