package incidents

import (
	"encoding/json"
	"slices"
	"sync"
)

// Body is what happened: one kind of event. A kind is a type in this package with these methods, in a file that lists it for
// [Kinds]; nothing else has to know it. Its name is a verb in the past tense. A new fact is a new kind or a new optional field, so that an older
// version still reads the timeline.
type Body interface {
	kind() string
	// apply changes the incident by what happened, or refuses with an error.
	apply(*Incident, Event) error
	words(Event) Words
}

// A Kind is one kind of events.
type Kind struct {
	Name string
	// Read reads a body that was stored.
	Read func(json.RawMessage) (Body, error)
}

// Kinds returns all kinds that this version knows, in the order in which an incident has them. Their files list them.
func Kinds() []Kind {
	return slices.Concat(openingKinds(), groupingKinds(), silenceKinds(), pageKinds(), handlingKinds(),
		commandKinds(), responseKinds(), repairKinds())
}

func kindOf[B Body]() Kind {
	var b B
	return Kind{b.kind(), func(raw json.RawMessage) (Body, error) {
		var b B
		err := json.Unmarshal(raw, &b)
		return b, err
	}}
}

// known are [Kinds], made once: each event that is read asks.
var known = sync.OnceValue(Kinds)

func decodeBody(name string, raw json.RawMessage) (Body, error) {
	for _, k := range known() {
		if k.Name == name {
			return k.Read(raw)
		}
	}
	return Unknown{Kind: name, Raw: raw}, nil
}

// Unknown is an event of a newer version: kept, and skipped.
type Unknown struct {
	Kind string
	Raw  json.RawMessage
}

func (u Unknown) kind() string               { return u.Kind }
func (Unknown) apply(*Incident, Event) error { return nil }

func (u Unknown) words(Event) Words {
	say := Sentence{plain("("), term(u.Kind), plain(": an event of a newer version of Oncalm, which this one cannot read)")}
	return Words{Say: say, Shown: OnTimeline | InPostmortem, Source: SourceOncalm}
}
