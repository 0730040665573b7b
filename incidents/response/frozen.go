package response

import (
	"slices"

	"github.com/oncalm/oncalm/incidents/wording"
	"github.com/oncalm/oncalm/store/record"
)

// A Freeze is what an incident wants of the pipelines of its service.
type Freeze struct {
	// Wanted says that they are to be held while it is open.
	Wanted bool `json:"wanted,omitempty"`
	// Gates are the keys of what is held, as package freeze names it.
	Gates []string `json:"gates,omitempty"`
}

// Fields are what is stored of it.
func (f *Freeze) Fields(o *record.Object) {
	o.OptTrue("wanted", &f.Wanted)
	o.OptTexts("gates", &f.Gates)
}

// Wants reports whether pipelines are to be held.
func (f *Freeze) Wants() bool { return f != nil && f.Wanted }

// freezeKinds are the kinds of facts of freezes, in the order in which they happen.
func freezeKinds() []Kind {
	return []Kind{kindOf[FreezeRequested](), kindOf[Frozen](), kindOf[FreezeFailed](), kindOf[ThawRequested](),
		kindOf[Thawed]()}
}

// OfFreeze reports whether a fact is one of a freeze.
func OfFreeze(f Fact) bool {
	return slices.ContainsFunc(freezeKinds(), func(k Kind) bool { return k.Name == f.Kind() })
}

// FreezeRequested says that pipelines are to be held while the incident is open.
type FreezeRequested struct {
	Targets []string `json:"targets"`
	Gates   []string `json:"gates"` // their keys
	// Severity is how bad the incident was, if that is why; empty if a person asked.
	Severity string `json:"severity,omitempty"`
}

// Kind is its name.
func (FreezeRequested) Kind() string { return "freeze-requested" }

// Apply implements [Fact].
func (f FreezeRequested) Apply(s *State, _ int) { s.Freeze = &Freeze{Wanted: true, Gates: f.Gates} }

// Says implements [Fact].
func (f FreezeRequested) Says() wording.Sentence {
	say := wording.Sentence{wording.Say("asked to freeze ")}
	for n, name := range f.Targets {
		if n > 0 {
			say = append(say, wording.Say(", "))
		}
		say = append(say, wording.Name(name))
	}
	if f.Severity != "" {
		return append(say, wording.Say(", since the incident is "+f.Severity))
	}
	return append(say, wording.Say(" while the incident is open"))
}

// Frozen says that a pipeline is held: nothing new comes through.
type Frozen struct {
	Target string `json:"target"`
	// Others is the reason of somebody else who holds it already. Then it is left to them.
	Others string `json:"others,omitempty"`
}

// Kind is its name.
func (Frozen) Kind() string { return "frozen" }

// Apply changes nothing: package freeze knows what is held.
func (Frozen) Apply(*State, int) {}

// Says implements [Fact].
func (f Frozen) Says() wording.Sentence {
	if f.Others != "" {
		say := wording.Sentence{wording.Say("left "), wording.Name(f.Target),
			wording.Say(" to whoever has stopped it already")}
		return append(say, wording.Because(f.Others)...)
	}
	return wording.Sentence{wording.Say("froze "), wording.Name(f.Target)}
}

// FreezeFailed says that a pipeline could not be held, or not be let go. It is tried again.
type FreezeFailed struct {
	Target string `json:"target"`
	Why    string `json:"why"`
	Thaw   bool   `json:"thaw,omitempty"`
}

// Kind is its name.
func (FreezeFailed) Kind() string { return "freeze-failed" }

// Apply implements [Fact].
func (FreezeFailed) Apply(*State, int) {}

// Says implements [Fact].
func (f FreezeFailed) Says() wording.Sentence {
	what := "could not freeze "
	if f.Thaw {
		what = "could not thaw "
	}
	say := wording.Sentence{wording.Say(what), wording.Name(f.Target), wording.Say(" yet, and tries again")}
	return append(say, wording.Because(f.Why)...)
}

// ThawRequested says that pipelines are to be let go before the incident has ended.
type ThawRequested struct{}

// Kind is its name.
func (ThawRequested) Kind() string { return "thaw-requested" }

// Apply implements [Fact].
func (ThawRequested) Apply(s *State, _ int) {
	if s.Freeze != nil {
		s.Freeze = &Freeze{Gates: s.Freeze.Gates}
	}
}

// Says implements [Fact].
func (ThawRequested) Says() wording.Sentence {
	return wording.Sentence{wording.Say("asked to thaw the pipelines")}
}

// Thawed says that a pipeline that was held for the incident is not any more.
type Thawed struct {
	Target string `json:"target"`
	// Before says that it was let go when we came to it.
	Before bool `json:"before,omitempty"`
	// For is another incident for which it stays held, and Others the reason of somebody else who holds it now.
	For    string `json:"for,omitempty"`
	Others string `json:"others,omitempty"`
}

// Kind is its name.
func (Thawed) Kind() string { return "thawed" }

// Apply implements [Fact].
func (Thawed) Apply(*State, int) {}

// Says implements [Fact].
func (f Thawed) Says() wording.Sentence {
	target := wording.Name(f.Target)
	switch {
	case f.For != "":
		return wording.Sentence{wording.Say("left "), target, wording.Say(" frozen for incident "), wording.Name(f.For)}
	case f.Others != "":
		say := wording.Sentence{wording.Say("left "), target, wording.Say(" to whoever has stopped it since")}
		return append(say, wording.Because(f.Others)...)
	case f.Before:
		return wording.Sentence{wording.Say("saw that "), target, wording.Say(" is thawed")}
	}
	return wording.Sentence{wording.Say("thawed "), target}
}
