package response

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents/wording"
	"github.com/oncalm/oncalm/store/record"
)

// A Handover is a question that waits: whether somebody who comes on call takes over what somebody acknowledged who goes.
type Handover struct {
	Schedule string    `json:"schedule"`
	From     string    `json:"from"`         // who acknowledged
	To       []string  `json:"to,omitempty"` // who is asked
	At       time.Time `json:"at"`
	// After is how long after that whoever is on call is reminded, too, if nobody has answered.
	After time.Duration `json:"after"`
}

// Fields are what is stored of it.
func (h *Handover) Fields(o *record.Object) {
	o.Text("schedule", &h.Schedule)
	o.Text("from", &h.From)
	o.OptTexts("to", &h.To)
	o.Time("at", &h.At)
	after := int(h.After)
	o.Int("after", &after)
	h.After = time.Duration(after)
}

// Of reports whether the question is about what that person acknowledged. One of before is not, if another has acknowledged since.
func (h *Handover) Of(person string) bool { return h != nil && h.From == person }

// Asks reports whether a person is asked to take over from another.
func (h *Handover) Asks(person, from string) bool { return h.Of(from) && slices.Contains(h.To, person) }

// Late reports whether nobody has answered in time.
func (h *Handover) Late(from string, now time.Time) bool {
	return h.Of(from) && !now.Before(h.At.Add(h.After))
}

// HandoverAsked asks those who come on call to take over what somebody acknowledged who goes.
type HandoverAsked Handover

// Kind is its name.
func (HandoverAsked) Kind() string { return "handover-asked" }

// Apply implements [Fact].
func (f HandoverAsked) Apply(s *State, _ int) {
	h := Handover(f)
	s.Handover = &h
}

// Says implements [Fact].
func (f HandoverAsked) Says() wording.Sentence {
	say := wording.Sentence{wording.Say("asked ")}
	for n, person := range f.To {
		if n > 0 {
			say = append(say, wording.Say(" and "))
		}
		say = append(say, wording.Who(person))
	}
	say = append(say, wording.Say(" to take over from "), wording.Who(f.From))
	return append(say, wording.Say(", whose shift is over"))
}

// TakenOver says that a person takes care of what another had acknowledged, since they were asked to. An older version skips it, and goes
// on reminding the one before.
type TakenOver struct {
	Person string    `json:"person"`
	From   string    `json:"from"`
	At     time.Time `json:"at"`
	Via    string    `json:"via,omitempty"` // where they said so; empty is Slack
}

// Kind is its name.
func (TakenOver) Kind() string { return "taken-over" }

// Apply implements [Fact].
func (f TakenOver) Apply(s *State, _ int) {
	s.Handover, s.Acks = nil, s.Acks.Without(f.From).With(f.Person, f.At)
}

// Says implements [Fact].
func (f TakenOver) Says() wording.Sentence {
	say := wording.Sentence{wording.Say("took it over from "), wording.Who(f.From)}
	return append(say, wording.At(f.Via)...)
}
