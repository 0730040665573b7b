// Package waits is why nobody is paged for an incident, or not yet: a [Silence], or a hold ([Held]). Both are part of the events of
// incidents (package incidents), which knows these types by names of its own.
package waits

import (
	"fmt"
	"time"

	"github.com/oncalm/oncalm/incidents/wording"
	"github.com/oncalm/oncalm/store/record"
	"github.com/oncalm/oncalm/text"
)

// A Silence is why an incident is silenced: by whom, why, and for how long. What is known of silences beyond that is in the room of
// silences.
type Silence struct {
	ID string `json:"id"`
	// By is the person who made it; empty if the configuration did.
	By string `json:"by,omitempty"`
	// Name is that of a maintenance in the configuration; empty if a person made it.
	Name  string    `json:"name,omitempty"`
	Why   string    `json:"why,omitempty"`
	Until time.Time `json:"until"`           // when it ends at the latest
	Clear bool      `json:"clear,omitempty"` // it ends before that if nothing fires any more
	// Quiet says why nobody would be paged without it, either; empty if somebody would.
	Quiet string `json:"quiet,omitempty"`
}

// Source names whoever made it.
func (s *Silence) Source() string {
	if s.By == "" {
		return "maintenance " + s.Name
	}
	return s.By
}

// String is the same in one line, for lists of machines; of none it is empty.
func (s *Silence) String() string {
	if s == nil {
		return ""
	}
	said := s.Source() + " until " + s.Until.UTC().Format(time.RFC3339)
	if s.Why != "" {
		said += ": " + s.Why
	}
	return said
}

// Hushes says why nobody is paged; of none it is empty.
func (s *Silence) Hushes() string {
	if s == nil {
		return ""
	}
	return "silenced by " + s.String()
}

// Says is how a silence stands in a sentence: by whom, until when, and why.
func (s *Silence) Says() wording.Sentence {
	say := wording.Sentence{wording.Say("silenced by ")}
	if s.By == "" {
		say = append(say, wording.Say("maintenance "), wording.Name(s.Name))
	} else {
		say = append(say, wording.Who(s.By))
	}
	if s.Clear {
		say = append(say, wording.Say(" until it is clear, at the latest "))
	} else {
		say = append(say, wording.Say(" until "))
	}
	return append(append(say, wording.Part{Form: wording.Moment, At: s.Until}), wording.Because(s.Why)...)
}

// Fields are what is stored of it.
func (s *Silence) Fields(o *record.Object) {
	o.Text("id", &s.ID)
	o.OptText("by", &s.By)
	o.OptText("name", &s.Name)
	o.OptText("why", &s.Why)
	o.Time("until", &s.Until)
	o.OptTrue("clear", &s.Clear)
	o.OptText("quiet", &s.Quiet)
}

// Held says that the first step of a run waits, and until when. Who is to be paged is decided then, unless the incident is
// resolved or acknowledged by then, or pages somebody before: a person escalates it, or an alarm joins that does not wait.
type Held struct {
	Until time.Time `json:"until"`
	Why   HeldFor   `json:"why"`
	// Changes is how often the alarm went to ALARM or back since Since; 0 if that is not why.
	Changes int       `json:"changes,omitempty"`
	Since   time.Time `json:"since,omitzero"`
	// By is the person who snoozed it.
	By string `json:"by,omitempty"`
}

// HeldFor is why a run waits.
type HeldFor string

// The reasons.
const (
	HeldToLast   HeldFor = "hold"     // the alarm may be OK before long: who configured it pages only for what lasts
	HeldRestless HeldFor = "changes"  // the alarm has changed as often as one may that does not flap yet
	HeldFlapping HeldFor = "flapping" // the alarm flaps, and somebody knows
	HeldSnoozed  HeldFor = "snoozed"  // a person wants to be paged again then, and nobody before
)

// Fields are what is stored of it.
func (h *Held) Fields(o *record.Object) {
	o.Time("until", &h.Until)
	record.Word(o, "why", &h.Why)
	o.OptInt("changes", &h.Changes)
	o.OptTime("since", &h.Since)
	o.OptText("by", &h.By)
}

// Says is a hold at the end of a sentence.
func (h *Held) Says() wording.Sentence {
	if h == nil {
		return nil
	}
	until := wording.Part{Form: wording.Moment, At: h.Until}
	switch h.Why {
	case HeldFlapping:
		return wording.Sentence{wording.Say("; flapping: "), wording.Say(h.count()), wording.Say(" since "),
			{Form: wording.Moment, At: h.Since},
			wording.Say(", so nobody is paged again until it is calm ("), until, wording.Say(" at the earliest) or gets worse")}
	case HeldRestless:
		return wording.Sentence{wording.Say("; "), wording.Say(h.count()), wording.Say(" since "),
			{Form: wording.Moment, At: h.Since},
			wording.Say(", so the page is held until "), until, wording.Say(" in case it flaps")}
	}
	return wording.Sentence{wording.Say("; the page is held until "), until}
}

// Change is what an event says that changes a hold: it may end it.
func (h *Held) Change(at time.Time) wording.Sentence {
	if h != nil && !h.Until.After(at) {
		return wording.Sentence{wording.Say("; the page is held no longer")}
	}
	return h.Says()
}

func (h *Held) count() string { return text.Count(h.Changes, "change", "changes") }

// Hushes says why nobody is paged at once, in one line, for lists of machines; of none it is empty.
func (h *Held) Hushes() string {
	if h == nil {
		return ""
	}
	said := "held until " + h.Until.UTC().Format(time.RFC3339)
	if h.Why == HeldFlapping {
		return fmt.Sprintf("flapping: %s since %s, %s at the earliest", h.count(), h.Since.UTC().Format(time.RFC3339), said)
	}
	if h.Why == HeldSnoozed {
		return "snoozed by " + h.By + " until " + h.Until.UTC().Format(time.RFC3339)
	}
	return said
}
