// Package response is what people decide and say while they respond to an incident, beyond whether it is acknowledged, resolved or
// snoozed: who leads it, what it is about, who is hurt, what others are told, what is rolled back, what is left to do, and what was
// changed outside. Each [Fact] is a kind of event of package incidents, which records it; the [State] is what they amount to.
//
// What people wrote stands in the events alone: a State says in which.
package response

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents/wording"
	"github.com/oncalm/oncalm/store/record"
)

// The roles that a person can have in an incident.
const (
	Lead   = "lead"   // decides
	Comms  = "comms"  // tells others
	Scribe = "scribe" // writes down
)

// Roles are all of them.
func Roles() []string { return []string{Lead, Comms, Scribe} }

// The stages that an update can tell of.
const (
	Investigating = "investigating"
	Identified    = "identified"
	Monitoring    = "monitoring"
)

// Stages are all of them, in their order.
func Stages() []string { return []string{Investigating, Identified, Monitoring} }

// A State is how the response to an incident stands. Numbers are of events; 0 is none.
type State struct {
	Lead   string `json:"lead,omitempty"`
	Comms  string `json:"comms,omitempty"`
	Scribe string `json:"scribe,omitempty"`

	Summary int `json:"summary,omitempty"`
	Impact  int `json:"impact,omitempty"`
	// Update is what others were told last, and Next when they are to be told again; zero if nobody said so.
	Update int       `json:"update,omitempty"`
	Stage  string    `json:"stage,omitempty"`
	Next   time.Time `json:"next,omitzero"`
	// Actions is how many action items there are.
	Actions int `json:"actions,omitempty"`
	// Rollback is the newest that was requested; nil if none was.
	Rollback *Rollback `json:"rollback,omitempty"`
	// Freeze is what is wanted of the pipelines of the service; nil if nothing ever was.
	Freeze *Freeze `json:"freeze,omitempty"`
	// Changes is how many changes outside were found. Change is the last one before the incident, and ChangeAgo how long before that was.
	Changes   int           `json:"changes,omitempty"`
	Change    int           `json:"change,omitempty"`
	ChangeAgo time.Duration `json:"change_ago,omitempty"`
	// Measured is when the metric of its alarm was looked at last.
	Measured int `json:"measured,omitempty"`
	// Acks is set while more than one person has to acknowledge.
	Acks *Acks `json:"acks,omitempty"`
	// Handover is set while somebody is asked to take over from who acknowledged.
	Handover *Handover `json:"handover,omitempty"`
}

// Fields are what is stored of it.
func (s *State) Fields(o *record.Object) {
	o.OptText("lead", &s.Lead)
	o.OptText("comms", &s.Comms)
	o.OptText("scribe", &s.Scribe)
	o.OptInt("summary", &s.Summary)
	o.OptInt("impact", &s.Impact)
	o.OptInt("update", &s.Update)
	o.OptText("stage", &s.Stage)
	o.OptTime("next", &s.Next)
	o.OptInt("actions", &s.Actions)
	record.OptRef(o, "rollback", &s.Rollback, (*Rollback).Fields)
	record.OptRef(o, "freeze", &s.Freeze, (*Freeze).Fields)
	o.OptInt("changes", &s.Changes)
	o.OptInt("change", &s.Change)
	ago := int(s.ChangeAgo)
	o.OptInt("change_ago", &ago)
	s.ChangeAgo = time.Duration(ago)
	o.OptInt("measured", &s.Measured)
	record.OptRef(o, "acks", &s.Acks, (*Acks).Fields)
	record.OptRef(o, "handover", &s.Handover, (*Handover).Fields)
}

// Holder is who has a role; empty if nobody does.
func (s *State) Holder(role string) string {
	if p := s.place(role); p != nil {
		return *p
	}
	return ""
}

func (s *State) place(role string) *string {
	switch role {
	case Lead:
		return &s.Lead
	case Comms:
		return &s.Comms
	case Scribe:
		return &s.Scribe
	}
	return nil
}

// A Fact is one of the kinds below. Its name is a verb in the past tense.
type Fact interface {
	Kind() string
	// Apply changes what the response amounts to, by the event of that number.
	Apply(s *State, seq int)
	Says() wording.Sentence
}

// A Kind is one kind of facts.
type Kind struct {
	Name string
	Read func(json.RawMessage) (Fact, error)
}

// Kinds are all kinds.
func Kinds() []Kind {
	return append([]Kind{kindOf[Assigned](), kindOf[Summarised](), kindOf[Affected](), kindOf[Updated](),
		kindOf[Planned](), kindOf[Convened](), kindOf[Changed](),
		kindOf[Measured](), kindOf[Answered](), kindOf[HandoverAsked](), kindOf[TakenOver]()},
		slices.Concat(rollbackKinds(), freezeKinds(), writtenKinds())...)
}

func kindOf[F Fact]() Kind {
	var f F
	return Kind{f.Kind(), func(raw json.RawMessage) (Fact, error) {
		var f F
		err := json.Unmarshal(raw, &f)
		return f, err
	}}
}

// Assigned gives a person a role.
type Assigned struct {
	Role   string `json:"role"`
	Person string `json:"person,omitempty"` // empty: nobody has it any more
	// Undoes is the event in which whoever gave the role takes it back.
	Undoes int `json:"undoes,omitempty"`
}

// Kind is its name.
func (Assigned) Kind() string { return "assigned" }

// Apply implements [Fact].
func (f Assigned) Apply(s *State, _ int) {
	if p := s.place(f.Role); p != nil {
		*p = f.Person
	}
}

// Says implements [Fact].
func (f Assigned) Says() wording.Sentence {
	if f.Person == "" {
		return wording.Sentence{wording.Say("gave up that somebody is "), wording.Name(f.Role)}
	}
	return wording.Sentence{wording.Say("made "), wording.Who(f.Person), wording.Say(" "), wording.Name(f.Role)}
}

// Summarised says what the incident is about.
type Summarised struct {
	Text string `json:"text"`
}

// Kind is its name.
func (Summarised) Kind() string { return "summarised" }

// Apply implements [Fact].
func (Summarised) Apply(s *State, seq int) { s.Summary = seq }

// Says implements [Fact].
func (f Summarised) Says() wording.Sentence {
	return append(wording.Sentence{wording.Say("summarised")}, wording.Because(f.Text)...)
}

// Affected says who is hurt and how, and when that was.
type Affected struct {
	Text string    `json:"text"`
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"` // zero while it goes on, or if nobody said
}

// Kind is its name.
func (Affected) Kind() string { return "affected" }

// Apply implements [Fact].
func (Affected) Apply(s *State, seq int) { s.Impact = seq }

// Says implements [Fact].
func (f Affected) Says() wording.Sentence {
	say := wording.Sentence{wording.Say("described the impact")}
	if !f.From.IsZero() {
		say = append(say, wording.Say(" from "), wording.Part{Form: wording.Moment, At: f.From})
	}
	if !f.To.IsZero() {
		say = append(say, wording.Say(" to "), wording.Part{Form: wording.Moment, At: f.To})
	}
	return append(say, wording.Because(f.Text)...)
}

// Updated tells those who wait for news.
type Updated struct {
	Stage string    `json:"stage,omitempty"`
	Text  string    `json:"text"`
	Next  time.Time `json:"next,omitzero"` // when they are told again
}

// Kind is its name.
func (Updated) Kind() string { return "updated" }

// Apply implements [Fact].
func (f Updated) Apply(s *State, seq int) {
	s.Update, s.Next = seq, f.Next
	if f.Stage != "" {
		s.Stage = f.Stage
	}
}

// Says implements [Fact].
func (f Updated) Says() wording.Sentence {
	say := wording.Sentence{wording.Say("told the stakeholders")}
	if f.Stage != "" {
		say = append(say, wording.Say(" ("), wording.Name(f.Stage), wording.Say(")"))
	}
	if !f.Next.IsZero() {
		say = append(say, wording.Say(", the next time at "), wording.Part{Form: wording.Moment, At: f.Next})
	}
	return append(say, wording.Because(f.Text)...)
}
