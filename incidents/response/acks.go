package response

import (
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents/wording"
	"github.com/oncalm/oncalm/store/record"
)

// Acks are the acknowledgements of an incident that more than one person has to acknowledge. They belong to one run of the policy. A nil
// one is of an incident of which one acknowledgement is enough.
type Acks struct {
	Need int   `json:"need"`
	By   []Ack `json:"by,omitempty"`
}

// An Ack is one of them.
type Ack struct {
	Person string    `json:"person"`
	At     time.Time `json:"at"`
}

// Fields are what is stored of it.
func (a *Acks) Fields(o *record.Object) {
	o.Int("need", &a.Need)
	record.OptList(o, "by", &a.By, (*Ack).fields)
}

func (a *Ack) fields(o *record.Object) {
	o.Text("person", &a.Person)
	o.Time("at", &a.At)
}

// Needing are those of which that many are needed, if it is more than it was.
func (a *Acks) Needing(n int) *Acks {
	switch {
	case n < 2 || a != nil && n <= a.Need:
		return a
	case a == nil:
		return &Acks{Need: n}
	}
	return &Acks{n, a.By}
}

// Has reports whether a person has acknowledged.
func (a *Acks) Has(person string) bool { return !a.Given(person).IsZero() }

// Given is when a person acknowledged; zero if they did not.
func (a *Acks) Given(person string) (at time.Time) {
	if a != nil {
		for _, by := range a.By {
			if by.Person == person {
				at = by.At
			}
		}
	}
	return at
}

// With are those with one more.
func (a *Acks) With(person string, at time.Time) *Acks {
	if a == nil || a.Has(person) {
		return a
	}
	return &Acks{a.Need, append(slices.Clone(a.By), Ack{person, at})}
}

// Without are those but for that of a person; with "" none are left.
func (a *Acks) Without(person string) *Acks {
	if a == nil {
		return nil
	}
	left := slices.DeleteFunc(slices.Clone(a.By), func(by Ack) bool { return person == "" || by.Person == person })
	return &Acks{a.Need, slices.Clip(left)}
}

// People are those who acknowledged, in their order.
func (a *Acks) People() (all []string) {
	if a != nil {
		for _, by := range a.By {
			all = append(all, by.Person)
		}
	}
	return all
}

// String is how many there are of how many: 1 of 2. It is empty where one is enough.
func (a *Acks) String() string {
	if a == nil {
		return ""
	}
	return fmt.Sprintf("%d of %d", len(a.By), a.Need)
}

// Answering is what the acknowledgement of a person amounts to while others have to acknowledge, too; ok is false if it is the last, or
// the only one.
func (a *Acks) Answering(person, via, page string, at time.Time) (f Answered, ok bool) {
	if a == nil || len(a.By)+1 >= a.Need {
		return f, false
	}
	return Answered{Person: person, At: at.Round(0).UTC(), Number: len(a.By) + 1, Of: a.Need, Via: via, Page: page}, true
}

// Answered says that a person acknowledged what others have to acknowledge, too. An older version skips it, and goes on paging.
type Answered struct {
	Person string    `json:"person"`
	At     time.Time `json:"at"`
	Number int       `json:"number"`
	Of     int       `json:"of"`
	Via    string    `json:"via,omitempty"`  // where they said so; empty is Slack
	Page   string    `json:"page,omitempty"` // whose link they used
}

// Kind is its name.
func (Answered) Kind() string { return "answered" }

// Apply implements [Fact].
func (f Answered) Apply(s *State, _ int) { s.Acks = s.Acks.With(f.Person, f.At) }

// Says implements [Fact].
func (f Answered) Says() wording.Sentence {
	say := wording.Sentence{wording.Say(fmt.Sprintf("acknowledged, %d of %d", f.Number, f.Of))}
	return append(say, wording.At(f.Via)...)
}

// Answer is what it amounts to that a person acknowledges, where it is not simply that; nil if it is. Owner is who has acknowledged;
// empty if nobody takes care.
func (s *State) Answer(owner, person, via, page string, now time.Time) Fact {
	if owner != "" {
		if s.Handover.Asks(person, owner) {
			return TakenOver{Person: person, From: owner, At: now.Round(0).UTC(), Via: via}
		}
		return nil
	}
	if f, more := s.Acks.Answering(person, via, page, now); more {
		return f
	}
	return nil
}
