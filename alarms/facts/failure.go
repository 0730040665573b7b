package facts

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

// SaysFailure reports whether a word for a state says that something failed, in any spelling.
func SaysFailure(text string) bool {
	word := harmless.Replace(aws.BareName(strings.ReplaceAll(text, ".", "")))
	return slices.ContainsFunc(failing, func(w string) bool { return strings.Contains(word, w) }) || isDown(text)
}

// isDown reports whether the last part of a word says that something is down: not that it was scaled down, or shut down.
func isDown(text string) bool {
	words := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return strings.ContainsRune("_-. ", r) })
	return len(words) > 0 && words[len(words)-1] == "down" && !(len(words) > 1 && isAsked(words[len(words)-2]))
}

// isAsked reports whether something goes down because somebody wants it to.
func isAsked(word string) bool {
	return slices.ContainsFunc([]string{"scal", "shut", "step", "cool", "spin", "count", "ramp", "drain"},
		func(w string) bool { return strings.Contains(word, w) })
}

// The names of members in which a service says how it stands with a thing end in these; those that begin so say how it was, or should be.
var (
	stateEnds = []string{"status", "state", "result", "outcome"}
	earlier   = []string{"previous", "prior", "old", "former", "desired", "requested", "expected", "target"}
	kinds     = []string{"type", "eventtype", "changetype", "eventname", "event", "detailtype"}
	faults    = []string{"error", "errorcode", "errormessage", "errordetail", "errordetails", "failurereason", "failuremessage", "failurecode"}
)

// tellsState reports whether a member of an event tells its own state, by the names that services give it.
func (t Fact) tellsState() bool {
	return slices.ContainsFunc(stateEnds, func(end string) bool { return strings.HasSuffix(t.Name, end) }) &&
		!slices.ContainsFunc(earlier, func(begin string) bool {
			return strings.HasPrefix(t.Name, begin) || strings.HasPrefix(t.In[strings.LastIndexByte(t.In, '/')+1:], begin)
		})
}

// Failure is the word by which an event of AWS says that something failed; empty if none does. What it says of the state goes before the type of
// the event: one that a thing stalls may tell that it no longer does.
func Failure(m *aws.Message) string {
	all, well := Of(m.Fields.Object("detail")), false
	for _, t := range all {
		switch {
		case t.tellsState() && SaysFailure(t.Text), t.Name == "alarmstate" && strings.EqualFold(t.Text, "set"):
			return t.Text
		case t.tellsState():
			// how the thing stands by now; then words in the type of the event tell of what is over
			word := aws.BareName(t.Text)
			well = well || IsOver(word) || slices.Contains(good, word) || strings.HasPrefix(word, "not") || t.Name == "alarmstate"
		}
	}
	for _, t := range all {
		switch {
		case slices.Contains(kinds, t.Name) && !well && SaysFailure(t.Text):
			return t.Text
		case slices.Contains(faults, t.Name) && !well && !slices.Contains(none, strings.ToLower(t.Text)):
			return "failed"
		}
	}
	if !well && SaysFailure(m.DetailType()) {
		return "failed"
	}
	return ""
}

// none are what stands in a member for an error that there is not.
var none = []string{"false", "0", "none", "no", "n/a", "-", "ok", "success"}

// reports are the members in which programs report that they have failed.
var reports = []string{"errormessage", "errortype", "stacktrace", "exception", "traceback"}

// IsReport reports whether a message is the report of a program that has failed, whatever it tells of what it was called with.
func IsReport(f aws.Fields) bool {
	return slices.ContainsFunc(slices.Concat(f, f.Object("detail")), func(one aws.Member) bool {
		return slices.Contains(reports, aws.BareName(one.Name)) && aws.PlainText(one.Value) != ""
	})
}
