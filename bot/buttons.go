package bot

import (
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/incidents"
)

// offers are the buttons that make sense for an incident as it stands, in their order.
func offers(i *incidents.Incident) []blocks.Button {
	at := target{ID: i.ID, Run: i.Run}.value()
	switch i.Status {
	case incidents.StatusTriggered:
		return []blocks.Button{
			{Label: "Acknowledge", Action: "ack", Value: at, Main: true},
			{Label: "Resolve", Action: "resolve", Value: at},
			{Label: "Escalate", Action: "escalate", Value: at},
		}
	case incidents.StatusAcknowledged:
		return []blocks.Button{
			{Label: "Resolve", Action: "resolve", Value: at, Main: true},
			{Label: "Escalate", Action: "escalate", Value: at},
		}
	}
	return nil
}

// A target is what a button is about. It is all that its value holds, besides a text to carry along; what may be done with
// it is decided when it is pressed.
type target struct {
	ID  string
	Run int // the run of the incident for which the button was drawn
}

func (t target) value() string { return t.ID + "." + strconv.Itoa(t.Run) }

// parseTarget reads the value of a button: a target, and the text after it.
func parseTarget(value string) (t target, text string, ok bool) {
	at, text, _ := strings.Cut(value, " ")
	id, run, found := strings.Cut(at, ".")
	n, err := strconv.Atoi(run)
	if !found || err != nil || n < 0 || !isID(id) {
		return target{}, "", false
	}
	return target{ID: id, Run: n}, text, true
}

// isID tells whether something has the form of an incident's id.
func isID(s string) bool { return isNumber(s) && len(s) <= 9 && s[0] != '0' }

func isNumber(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}
