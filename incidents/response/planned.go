package response

import (
	"time"

	"github.com/oncalm/oncalm/incidents/wording"
)

// The types of action items: what one is for.
const (
	Detect   = "detect"
	Mitigate = "mitigate"
	Prevent  = "prevent"
	Process  = "process"
)

// Types are all of them.
func Types() []string { return []string{Detect, Mitigate, Prevent, Process} }

// Priorities are those that an action item can have, the highest first.
func Priorities() []string { return []string{"p1", "p2", "p3", "p4"} }

// Planned is an action item.
type Planned struct {
	// N numbers it within its incident, from 1; 0 in those of before action items had numbers: they are counted.
	N        int       `json:"n,omitempty"`
	What     string    `json:"what"`
	Person   string    `json:"person,omitempty"`
	Due      time.Time `json:"due,omitzero"` // the end of the day, or the time, that was named
	Type     string    `json:"type,omitempty"`
	Priority string    `json:"priority,omitempty"`
	VerifyBy string    `json:"verify_by,omitempty"` // what can be seen when it is done
	Link     string    `json:"link,omitempty"`      // of its ticket
}

// Kind is its name.
func (Planned) Kind() string { return "planned" }

// Apply implements [Fact].
func (Planned) Apply(s *State, _ int) { s.Actions++ }

// Says implements [Fact].
func (f Planned) Says() wording.Sentence { return f.says("planned an action item") }

func (f Planned) says(did string) wording.Sentence {
	say := wording.Sentence{wording.Say(did)}
	if f.Person != "" {
		say = append(say, wording.Say(" for "), wording.Who(f.Person))
	}
	if !f.Due.IsZero() {
		say = append(say, wording.Say(", due "), wording.Part{Form: wording.Moment, At: f.Due})
	}
	return append(say, wording.Because(f.What)...)
}

// ActionChanged is an action item as it is from then on.
type ActionChanged struct {
	Item int `json:"item"` // the event that planned it
	Planned
}

// Kind is its name.
func (ActionChanged) Kind() string { return "action-changed" }

// Apply changes nothing: an action item is no part of the response.
func (ActionChanged) Apply(*State, int) {}

// Says implements [Fact].
func (f ActionChanged) Says() wording.Sentence { return f.says("changed an action item") }

// ActionClosed says that an action item is done, or not needed any more.
type ActionClosed struct {
	Item   int    `json:"item"` // the event that planned it
	Reason string `json:"reason,omitempty"`
}

// Kind is its name.
func (ActionClosed) Kind() string { return "action-closed" }

// Apply changes nothing, as above.
func (ActionClosed) Apply(*State, int) {}

// Says implements [Fact].
func (f ActionClosed) Says() wording.Sentence {
	return append(wording.Sentence{wording.Say("closed an action item")}, wording.Because(f.Reason)...)
}

// ActionReopened says that an action item is not done after all.
type ActionReopened struct {
	Item   int    `json:"item"` // the event that planned it
	Reason string `json:"reason,omitempty"`
}

// Kind is its name.
func (ActionReopened) Kind() string { return "action-reopened" }

// Apply changes nothing, as above.
func (ActionReopened) Apply(*State, int) {}

// Says implements [Fact].
func (f ActionReopened) Says() wording.Sentence {
	return append(wording.Sentence{wording.Say("reopened an action item")}, wording.Because(f.Reason)...)
}

// ActionTicketed says which ticket an action item has, where the team keeps its work.
type ActionTicketed struct {
	Item   int    `json:"item"`   // the event that planned it
	Ticket string `json:"ticket"` // as people name it
	Link   string `json:"link"`
}

// Kind is its name.
func (ActionTicketed) Kind() string { return "action-ticketed" }

// Apply changes nothing, as above.
func (ActionTicketed) Apply(*State, int) {}

// Says implements [Fact].
func (f ActionTicketed) Says() wording.Sentence {
	return wording.Sentence{wording.Say("made the ticket "), wording.Name(f.Ticket), wording.Say(" of an action item")}
}
