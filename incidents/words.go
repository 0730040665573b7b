package incidents

import (
	"maps"
	"slices"
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
	SourceOncalm  Source = "oncalm"
)

// Words are an event for people.
type Words struct {
	Say    Sentence
	Shown  Where
	Source Source
	Link   string // to where what is told can be looked at; not everybody may be let in there
}

// Words puts an event into words. There is no other place that does: chat, the command line and postmortems render these.
func (e Event) Words() Words {
	w := e.Body.words(e)
	if w.Source == "" {
		w.Source = e.By.source()
	}
	return w
}

func (a Actor) source() Source {
	switch a.Kind {
	case KindPerson:
		return SourceCommand
	case KindAlarm:
		return SourceAlarm
	}
	return SourceOncalm
}

func plain(text string) Part   { return Part{Form: Plain, Text: text} }
func term(text string) Part    { return Part{Form: Term, Text: text} }
func someone(name string) Part { return Part{Form: Someone, Text: name} }

// because is a reason at the end of a sentence, if there is one.
func because(reason string) Sentence {
	if strings.TrimSpace(reason) == "" {
		return nil
	}
	return Sentence{plain(": "), {Form: Quote, Text: reason}}
}

// paging says why nobody is paged for what begins, or that somebody is from then on.
func paging(quiet string, by *Silence, raised *Raised) Sentence {
	switch {
	case by != nil:
		return append(Sentence{plain("; nobody is paged: ")}, by.says()...)
	case raised != nil:
		return Sentence{plain("; the incident is now "), term(raised.Severity), plain(" of "), term(raised.Service),
			plain(", and pages")}
	case quiet != "":
		return append(Sentence{plain("; nobody is paged")}, because(quiet)...)
	}
	return nil
}

// says is what an alarm said: its state, the contributor, the time if that is another than the event's, the reason.
func says(a *Alarm, e Event) Sentence {
	var s Sentence
	if a.Previous != "" && a.Previous != a.State {
		s = append(s, term(string(a.Previous)), plain(" → "))
	}
	if a.State == "" {
		s = append(s, plain("a state that could not be read"))
	} else {
		s = append(s, term(string(a.State)))
	}
	for n, k := range slices.Sorted(maps.Keys(a.Contributor)) {
		s = append(s, plain([]string{" (", ", "}[min(n, 1)]), term(k+"="+a.Contributor[k]))
	}
	if len(a.Contributor) > 0 {
		s = append(s, plain(")"))
	}
	if a.Measured() && !a.Changed.Truncate(time.Second).Equal(e.At.Truncate(time.Second)) {
		s = append(s, plain(" at "), Part{Form: Moment, At: a.Changed})
	}
	return append(s, because(a.Reason)...)
}
