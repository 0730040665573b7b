package steps

import (
	"fmt"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
)

// DefaultReminder is how often the fallback is paged after the last round if the
// policy has no reminder of its own.
const DefaultReminder = 30 * time.Minute

// Policy says whom to page for an incident, in which order and how often.
type Policy struct {
	Name  string `json:"name"`
	Steps []Step `json:"steps"`
	// Rounds is how often the steps are gone through; at least 1.
	Rounds int `json:"rounds"`
	// Fallback is paged when a step finds nobody, and after the last round.
	Fallback []Target `json:"fallback,omitempty"`
	// Reminder is how long after an acknowledgement the same person is paged again
	// if the incident is not resolved; 0 means never.
	Reminder time.Duration `json:"reminder,omitempty"`
}

// Step is one step of a policy: page these, then wait for an acknowledgement.
type Step struct {
	Page []Target      `json:"page"`
	Wait time.Duration `json:"wait"`
	// When says for which incidents, and at which times, the step is taken; nil is always.
	When *When `json:"when,omitempty"`
	// InTurn pages one of those whom Page means: whose last page is the longest ago.
	InTurn bool `json:"in_turn,omitempty"`
	// Acks is how many different people have to acknowledge, if that is more than one. It holds for the rest of the run.
	Acks int `json:"acks,omitempty"`
}

// Target names whom a step pages: "schedule:<name>" means all who are on call there,
// "person:<name>" that person.
type Target string

// ParseTarget checks the form of a target.
func ParseTarget(s string) (Target, error) {
	kind, name, ok := strings.Cut(s, ":")
	if !ok || name == "" || kind != "schedule" && kind != "person" {
		return "", fmt.Errorf("%q is not a target; write schedule:NAME or person:NAME", s)
	}
	return Target(s), nil
}

// Schedule returns the name of the schedule, if the target is one.
func (t Target) Schedule() (name string, ok bool) { return strings.CutPrefix(string(t), "schedule:") }

// Person returns the name of the person, if the target is one.
func (t Target) Person() (name string, ok bool) { return strings.CutPrefix(string(t), "person:") }

// AllRounds is the number of rounds, whatever was written.
func (p Policy) AllRounds() int { return max(p.Rounds, 1) }

// Every is the pause between pages to the fallback after the last round.
func (p Policy) Every() time.Duration {
	if p.Reminder > 0 {
		return p.Reminder
	}
	return DefaultReminder
}

// After is the place in the run that follows at.
func (p Policy) After(at incidents.Position) incidents.Position {
	if at.Round >= p.AllRounds() || at.Step+1 >= len(p.Steps) {
		return incidents.Position{Round: at.Round + 1}
	}
	return incidents.Position{Round: at.Round, Step: at.Step + 1}
}
