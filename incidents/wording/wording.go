// Package wording is how what happened is put into words: a [Sentence] in parts, where it is shown, and what it comes from. Whoever
// shows sentences renders each form of part, and makes it harmless for its place.
package wording

import (
	"strings"
	"time"
)

// A Form is how a part of a sentence is meant. Whoever shows sentences renders every form; [Forms] lists them for the test of that.
type Form int

// The forms.
const (
	Plain   Form = iota // our own words, with the spaces around them
	Term                // a name or a state, as somebody outside wrote it
	Someone             // the name of a person
	Quote               // what somebody said, as they wrote it; at the beginning of a sentence it is what the actor said
	Moment              // a time, in At
	Linked              // the name of something that can be looked at, under Link
	forms
)

// Forms returns all forms.
func Forms() []Form {
	all := make([]Form, forms)
	for n := range all {
		all[n] = Form(n)
	}
	return all
}

// A Part is a piece of a sentence. Texts from outside are as they were recorded: who renders a part makes them harmless where they
// are shown.
type Part struct {
	Form Form
	Text string
	At   time.Time
	Link string
}

// A Sentence says what happened, beginning with the verb; the actor of the event is its subject.
type Sentence []Part

// Where says where an event is shown to people.
type Where int

// The places. A card has what the status above it does not say; a timeline, in Slack or printed, has what people follow an incident
// by; a postmortem has everything.
const (
	OnCard Where = 1 << iota
	OnTimeline
	InPostmortem
)

// Source is what a line of a timeline comes from.
type Source string

// The sources. A line without one comes from whoever did it: [SourceCommand] of a person, and so on.
const (
	SourceAlarm   Source = "alarm"
	SourcePage    Source = "page"
	SourceCommand Source = "command"
	SourceNote    Source = "note"
	SourceMessage Source = "message" // of Slack's, that somebody put there
	SourceOncalm  Source = "oncalm"
)

// Words are an event for people.
type Words struct {
	Say    Sentence
	Shown  Where
	Source Source
	Link   string // to where what is told can be looked at; not everybody may be let in there
}

// Say is a part of our own words.
func Say(text string) Part { return Part{Form: Plain, Text: text} }

// Name is a part with a name or a state, as somebody outside wrote it.
func Name(text string) Part { return Part{Form: Term, Text: text} }

// Who is a part with the name of a person.
func Who(name string) Part { return Part{Form: Someone, Text: name} }

// Because is a reason at the end of a sentence, if there is one.
func Because(reason string) Sentence {
	if strings.TrimSpace(reason) == "" {
		return nil
	}
	return Sentence{Say(": "), {Form: Quote, Text: reason}}
}
