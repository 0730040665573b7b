package postmortems

import (
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/postmortems/wording"
	"github.com/oncalm/oncalm/text"
)

// delays say why pages were late, as far as that was recorded.
func delays(r *evidence.Reading) (all []document.Sentence) {
	for _, e := range r.Events {
		b, ok := e.Body.(incidents.Delayed)
		if !ok {
			continue
		}
		did := "did not answer"
		if b.Barred {
			did = "did not accept Oncalm's token"
		}
		all = append(all, document.Sentence{
			Text: fmt.Sprintf("%s %s between %s UTC (%s), so pages were late",
				wording.Short(incidents.ChannelName(b.Via)), did, wording.Span(b.Since.UTC(), b.Until.UTC()),
				wording.Took(b.Until.Sub(b.Since))),
			Events: []int{e.Seq},
		})
	}
	return all
}

// mitigation is what ended the impact, as far as that was recorded.
func mitigation(r *evidence.Reading, d document.Document) []document.Sentence {
	const ask = "what was tried, what was dropped, and what ended it?"
	var last document.Window
	for _, w := range d.Impact.Windows {
		if w.To.After(last.To) {
			last = w
		}
	}
	var says document.Sentence
	switch {
	case !last.To.IsZero() && d.Impact.Unended == 0:
		says = document.Sentence{
			Text:   fmt.Sprintf("The impact ended at %s UTC (%s)", wording.Moment(last.To), last.Confidence),
			Events: last.Events,
		}
	case r.Incident.Open():
		says = document.Sentence{Text: "It is not over yet", Events: []int{len(r.Events)}}
	default:
		says.Text, says.Events = "When the impact ended is not recorded", r.All(evidence.Is[incidents.Resolved])
	}
	says.Ask = ask
	return []document.Sentence{says}
}

// lessons are what helped, what made it harder, and where there was luck.
type lessons struct {
	told *evidence.Reading
	doc  document.Document // all of it but the lessons
}

func (l lessons) all() []document.Lesson {
	return []document.Lesson{
		{Kind: document.SectionHelped, Told: l.helped(), Ask: "what else helped, and should stay so?"},
		{Kind: document.SectionHarder, Told: l.harder(), Ask: "what else made it harder to see what happened, or to end it?"},
		{Kind: document.SectionLucky, Told: []document.Sentence{}, Ask: "what would have made it worse, and did not happen?"},
	}
}

// soon is how soon an acknowledgement is one that helped.
const soon = 5 * time.Minute

// helped is what was recorded and went well. It is never nil, for JSON has a list there.
func (l lessons) helped() []document.Sentence {
	told := []document.Sentence{}
	if m := l.doc.Measure("TTA"); m.Seconds != nil && document.Length(*m.Seconds) <= soon {
		told = append(told, document.Sentence{
			Text:   "The first page was acknowledged " + wording.Took(document.Length(*m.Seconds)) + " after it was delivered",
			Events: m.Events,
		})
	}
	if m := l.doc.Measure("TTD"); m.Seconds != nil && document.Length(*m.Seconds) < slowToDetect {
		told = append(told, document.Sentence{
			Text:   "It was detected " + wording.Took(document.Length(*m.Seconds)) + " after the impact began",
			Events: m.Events,
		})
	}
	told = append(told, l.rollbacks(func(b document.Rollback) bool { return b.Proof == document.ProofHelped })...)
	if l.told.Incident.Runbook != "" {
		opened := l.told.All(evidence.Is[incidents.Opened])
		told = append(told, document.Sentence{Text: "A runbook was linked", Events: opened})
	}
	return told
}

// rollbacks says what became of those that are meant.
func (l lessons) rollbacks(meant func(document.Rollback) bool) (told []document.Sentence) {
	for _, b := range l.doc.Rollbacks {
		if !meant(b) || b.Dry {
			continue
		}
		says := b.Became()
		if b.Proof != "" {
			says = b.Proved()
		}
		told = append(told, document.Sentence{
			Text: fmt.Sprintf("The rollback of %s to %s: %s", wording.Short(b.Target), wording.Short(b.To),
				wording.Isolated(text.Clip(says, 2*wording.Shortest))),
			Events: b.Events,
		})
	}
	return told
}

// harder is what was recorded and took time, or did not work.
func (l lessons) harder() []document.Sentence {
	told := slices.Clone(l.doc.Delays)
	if events := l.told.All(evidence.Is[incidents.Undelivered]); len(events) > 0 {
		told = append(told, document.Sentence{
			Text: text.Count(len(events), "page", "pages") + " could not be delivered", Events: events,
		})
	}
	for _, m := range []string{"TTD", "TTA"} {
		m := l.doc.Measure(m)
		if m.Seconds != nil && document.Length(*m.Seconds) > soon {
			told = append(told, document.Sentence{
				Text: fmt.Sprintf("From “%s” to “%s” it took %s", m.Between[0], m.Between[1],
					wording.Took(document.Length(*m.Seconds))),
				Events: m.Events,
			})
		}
	}
	told = append(told, l.rollbacks(func(b document.Rollback) bool {
		return b.Proof == document.ProofNotHelped || b.Outcome == document.RollbackFailed ||
			b.Outcome == document.RollbackUnknown
	})...)
	if events := l.told.All(evidence.Is[incidents.Reopened]); len(events) > 0 {
		told = append(told, document.Sentence{
			Text: "It came back " + wording.Times(len(events)) + " after it had been resolved", Events: events,
		})
	}
	return append([]document.Sentence{}, told...)
}

// messages are drafts of what others could be told. They name no person, no alarm and no machine. Each stands on events, as
// all sentences do; what it cannot know is asked beside it.
func messages(r *evidence.Reading, d document.Document) []document.Message {
	opened := r.All(evidence.Is[incidents.Opened])
	span, events := "at "+wording.Moment(r.Incident.Opened)+" UTC", opened
	if w := d.Impact.Windows; len(w) > 0 && !w[0].From.IsZero() {
		span, events = "from "+wording.Moment(w[0].From)+" UTC on", w[0].Events
		if last := w[len(w)-1]; !last.To.IsZero() && d.Impact.Unended == 0 {
			span = "between " + wording.Span(w[0].From, last.To) + " UTC"
			events = slices.Compact(slices.Sorted(slices.Values(slices.Concat(w[0].Events, last.Events))))
		}
	}
	state := "We are working on it"
	if !r.Incident.Open() {
		state = "It is over"
		events = slices.Compact(slices.Sorted(slices.Values(slices.Concat(events, r.All(evidence.Is[incidents.Resolved])))))
	}
	says := func(format string, args ...any) document.Sentence {
		return document.Sentence{Text: fmt.Sprintf(format, args...), Events: events}
	}
	worst := wording.Short(r.Incident.Severity)
	return []document.Message{
		{For: "status page", Says: says("Some users of %s saw problems %s. %s", r.Service(), span, state),
			Ask: "what users saw, and what they should do"},
		{For: "customers", Says: says("We are sorry: %s did not work as it should %s. %s", r.Service(), span, state),
			Ask: "what it meant for them, what we do so that it does not come back, and when they hear more"},
		{For: "executives", Says: says("%s incident of %s, %s. %s", worst, r.Service(), span, state),
			Ask: "how many customers, how much money, what is decided, and by when"},
	}
}
