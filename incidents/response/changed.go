package response

import (
	"time"

	"github.com/oncalm/oncalm/incidents/wording"
	"github.com/oncalm/oncalm/text"
)

// Changed says what was changed in the world outside, before the incident began or while it was open: a deployment, a setting. Whoever
// looks for the cause looks there first; that it was the cause, it does not say.
type Changed struct {
	Change string    `json:"change"` // its id; see package changes
	Family string    `json:"family"` // what kind of message told of it
	Title  string    `json:"title"`
	Link   string    `json:"link,omitempty"`
	Was    time.Time `json:"was"` // when it was changed, UTC
	// Ago is how long before the incident began it was changed; negative if that was later.
	Ago time.Duration `json:"ago,omitempty"`
	// Thing is what was changed, in an account and a region (see package changes); empty in events of before, and if it is not known.
	Thing   string `json:"thing,omitempty"`
	Account string `json:"account,omitempty"`
	Region  string `json:"region,omitempty"`
}

// Kind is its name.
func (Changed) Kind() string { return "changed" }

// Apply keeps which change was the last one before the incident.
func (f Changed) Apply(s *State, seq int) {
	s.Changes++
	if f.Ago >= 0 && (s.Change == 0 || f.Ago < s.ChangeAgo) {
		s.Change, s.ChangeAgo = seq, f.Ago
	}
}

// Says implements [Fact].
func (f Changed) Says() wording.Sentence {
	what := wording.Name(f.Title)
	if f.Link != "" {
		what = wording.Part{Form: wording.Linked, Text: f.Title, Link: f.Link}
	}
	return wording.Sentence{wording.Say("found a change: "), what, wording.Say(", " + f.When())}
}

// When says how far from the beginning of the incident it was changed.
func (f Changed) When() string {
	switch {
	case f.Ago.Abs() < time.Second:
		return "in the second in which the incident began"
	case f.Ago > 0:
		return text.Lasting(f.Ago) + " before the incident began"
	}
	return text.Lasting(-f.Ago) + " after the incident began"
}
