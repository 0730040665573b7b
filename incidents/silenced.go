package incidents

import "time"

// silenceKinds are what silences do.
func silenceKinds() []Kind { return []Kind{kindOf[Silenced](), kindOf[Unsilenced]()} }

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

// says is how a silence stands in a sentence: by whom, until when, and why.
func (s *Silence) says() Sentence {
	say := Sentence{plain("silenced by ")}
	if s.By == "" {
		say = append(say, plain("maintenance "), term(s.Name))
	} else {
		say = append(say, someone(s.By))
	}
	if s.Clear {
		say = append(say, plain(" until it is clear, at the latest "))
	} else {
		say = append(say, plain(" until "))
	}
	return append(append(say, Part{Form: Moment, At: s.Until}), because(s.Why)...)
}

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
	i.Run++
	i.Step, i.Then, i.Pages, i.Held = Position{}, "", nil, nil
	return nil
}

func (b Silenced) words(Event) Words {
	say := append(b.Silence.says(), plain("; nobody is paged"))
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
