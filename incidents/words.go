package incidents

import "github.com/oncalm/oncalm/incidents/wording"

type (
	// Words are an event for people; see package wording for this and what belongs to it.
	Words = wording.Words
	// Sentence says what happened, beginning with the verb.
	Sentence = wording.Sentence
	// Part is a piece of a sentence.
	Part = wording.Part
	// Where says where an event is shown.
	Where = wording.Where
	// Source is what a line of a timeline comes from.
	Source = wording.Source
)

// What is in package wording, for those who know incidents.
const (
	Plain   = wording.Plain
	Term    = wording.Term
	Someone = wording.Someone
	Quote   = wording.Quote
	Moment  = wording.Moment
	Linked  = wording.Linked

	OnCard       = wording.OnCard
	OnTimeline   = wording.OnTimeline
	InPostmortem = wording.InPostmortem

	SourceAlarm   = wording.SourceAlarm
	SourcePage    = wording.SourcePage
	SourceCommand = wording.SourceCommand
	SourceNote    = wording.SourceNote
	SourceMessage = wording.SourceMessage
	SourceOncalm  = wording.SourceOncalm
)

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

func plain(text string) Part   { return wording.Say(text) }
func term(text string) Part    { return wording.Name(text) }
func someone(name string) Part { return wording.Who(name) }

func because(reason string) Sentence { return wording.Because(reason) }

// paging says why nobody is paged for what begins, or that somebody is from then on.
func paging(quiet string, by *Silence, raised *Raised) Sentence {
	switch {
	case by != nil:
		return append(Sentence{plain("; nobody is paged: ")}, by.Says()...)
	case raised != nil:
		return Sentence{plain("; the incident is now "), term(raised.Severity), plain(" of "), term(raised.Service),
			plain(", and pages")}
	case quiet != "":
		return append(Sentence{plain("; nobody is paged")}, because(quiet)...)
	}
	return nil
}
