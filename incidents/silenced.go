package incidents

import "github.com/oncalm/oncalm/incidents/waits"

type (
	// Silence is why an incident is silenced; see package waits for this and the next two.
	Silence = waits.Silence
	// Held says that the first step of a run waits.
	Held = waits.Held
	// HeldFor is why a run waits.
	HeldFor = waits.HeldFor
)

// Why a run waits.
const (
	HeldToLast   = waits.HeldToLast
	HeldRestless = waits.HeldRestless
	HeldFlapping = waits.HeldFlapping
	HeldSnoozed  = waits.HeldSnoozed
)

// silenceKinds are what silences do.
func silenceKinds() []Kind { return []Kind{kindOf[Silenced](), kindOf[Unsilenced]()} }

// hush makes an incident silenced, if there is a silence.
func (i *Incident) hush(s *Silence) {
	if i.Silence = s; s != nil {
		i.Quiet = true
	}
}

// Silenced says that an incident that was open already is silenced from then on, or by another silence than before. What its run
// has enqueued is overtaken.
type Silenced struct {
	Silence Silence `json:"silence"`
}

func (Silenced) kind() string { return "silenced" }

func (b Silenced) apply(i *Incident, _ Event) error {
	if i.Status == StatusResolved {
		return refuse(i, ErrResolved)
	}
	i.hush(&b.Silence)
	i.anew()
	i.Held = nil
	return nil
}

func (b Silenced) words(Event) Words {
	say := append(b.Silence.Says(), plain("; nobody is paged"))
	return Words{Say: say, Shown: OnCard | OnTimeline | InPostmortem}
}

// Unsilenced says that an incident is not silenced any more.
type Unsilenced struct {
	Silence string `json:"silence"` // its id
	Reason  string `json:"reason,omitempty"`
	// Quiet says why nobody is paged for it now, either; empty if somebody is.
	Quiet string `json:"quiet,omitempty"`
}

func (Unsilenced) kind() string { return "unsilenced" }

func (b Unsilenced) apply(i *Incident, _ Event) error {
	if i.Status == StatusResolved {
		return refuse(i, ErrResolved)
	}
	i.Silence, i.Quiet = nil, b.Quiet != ""
	return nil
}

func (b Unsilenced) words(Event) Words {
	say := append(Sentence{plain("lifted the silence")}, because(b.Reason)...)
	return Words{Say: append(say, paging(b.Quiet, nil, nil)...), Shown: OnCard | OnTimeline | InPostmortem}
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
