package facts

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
)

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

// IsOver reports whether a word says that a thing is over.
func IsOver(word string) bool { return slices.Contains(over, strings.ToLower(word)) }

// IsBegun reports whether a word says that a thing has begun that can be over.
func IsBegun(word string) bool { return slices.Contains(begun, word) }

// IsGood reports whether a word says that something went well.
func IsGood(word string) bool { return slices.Contains(good, word) }

// IsState reports whether a word is one for the state of a thing.
func IsState(word string) bool {
	word = stateWord(word)
	return slices.Contains(over, word) || slices.Contains(begun, word) || slices.Contains(good, word) || IsHandled(word)
}

// IsHandled reports whether a word says that somebody does something about a thing.
func IsHandled(word string) bool {
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

// State is the state of what a message tells, in the words of the lists; empty if it says none in a word that we know.
func State(all []Fact) string {
	for _, name := range states {
		for _, t := range all {
			if t.Name != name || !slices.Contains(heads, t.In) || !IsState(t.Text) {
				continue
			}
			if word := stateWord(t.Text); !slices.Contains(noted, word) || strings.HasSuffix(name, "action") || name == "eventtype" {
				return word
			}
		}
	}
	return ""
}

// Degree is the first word of a message that says how bad it is and that the caller knows; empty if there is none. PagerDuty has it further down.
func Degree(all []Fact, known func(word string) bool) string {
	for _, name := range degrees {
		for _, t := range all {
			in := slices.Contains(bodies, t.In) || t.In == "payload" && Find(all, []string{"eventaction"}, []string{""}) != "" ||
				t.In == "event/data" && Find(all, []string{"eventtype"}, []string{"event"}) != ""
			if t.Name == name && in && known(t.Text) {
				return t.Text
			}
		}
	}
	return ""
}
