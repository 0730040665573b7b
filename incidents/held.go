package incidents

import (
	"fmt"
	"time"

	"github.com/oncalm/oncalm/store/record"
	"github.com/oncalm/oncalm/text"
)

// Held says that the first step of a run waits, and until when. Who is to be paged is decided then, unless the incident is
// resolved or acknowledged by then, or pages somebody before: a person escalates it, or an alarm joins that does not wait.
type Held struct {
	Until time.Time `json:"until"`
	Why   HeldFor   `json:"why"`
	// Changes is how often the alarm went to ALARM or back since Since; 0 if that is not why.
	Changes int       `json:"changes,omitempty"`
	Since   time.Time `json:"since,omitzero"`
}

// HeldFor is why a run waits.
type HeldFor string

// The reasons.
const (
	HeldToLast   HeldFor = "hold"     // the alarm may be OK before long: who configured it pages only for what lasts
	HeldRestless HeldFor = "changes"  // the alarm has changed as often as one may that does not flap yet
	HeldFlapping HeldFor = "flapping" // the alarm flaps, and somebody knows
)

func (h *Held) fields(o *record.Object) {
	o.Time("until", &h.Until)
	record.Word(o, "why", &h.Why)
	o.OptInt("changes", &h.Changes)
	o.OptTime("since", &h.Since)
}

// says is a hold at the end of a sentence.
func (h *Held) says() Sentence {
	if h == nil {
		return nil
	}
	until := Part{Form: Moment, At: h.Until}
	switch h.Why {
	case HeldFlapping:
		return Sentence{plain("; flapping: "), plain(h.count()), plain(" since "), {Form: Moment, At: h.Since},
			plain(", so nobody is paged again until it is calm ("), until, plain(" at the earliest) or gets worse")}
	case HeldRestless:
		return Sentence{plain("; "), plain(h.count()), plain(" since "), {Form: Moment, At: h.Since},
			plain(", so the page is held until "), until, plain(" in case it flaps")}
	}
	return Sentence{plain("; the page is held until "), until}
}

// change is what an event says that changes a hold: it may end it.
func (h *Held) change(e Event) Sentence {
	if h != nil && !h.Until.After(e.At) {
		return Sentence{plain("; the page is held no longer")}
	}
	return h.says()
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
	return said
}

// hold is what an event says about the waiting of a run that goes on: it ends, or ends sooner. An end that is not after the event
// is an end at once.
func (i *Incident) hold(e Event, h *Held) {
	switch {
	case h == nil:
	case h.Until.After(e.At):
		i.Held = h
	default:
		i.Held = nil
	}
}
