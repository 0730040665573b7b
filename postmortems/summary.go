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

// A summary is the skeleton of what happened. What only people know is asked for.
type summary struct {
	told *evidence.Reading
	doc  document.Document // with impact, detection and pages
}

// sentences are the four of the summary: who was hurt when, how it became known, who was reached, how it ended.
func (s summary) sentences() []document.Sentence {
	return []document.Sentence{s.hurt(), s.detected(), s.answered(), s.ended()}
}

// hurt is when users were hurt, and how.
func (s summary) hurt() document.Sentence {
	says := document.Sentence{Ask: "what went wrong, as the people who use it saw it", Events: []int{}}
	windows := s.doc.Impact.Windows
	if len(windows) == 0 {
		opened := s.told.Incident.Opened
		says.Text = fmt.Sprintf("Opened at %s UTC; when users of %s were hurt is not recorded",
			wording.Moment(opened), s.told.Service())
		says.Events = s.told.All(evidence.Is[incidents.Opened])
		return says
	}
	var start, end time.Time
	// the first with a begin has the earliest
	for _, w := range windows {
		says.Events = append(says.Events, w.Events...)
		if start.IsZero() {
			start = w.From
		}
		if w.To.After(end) {
			end = w.To
		}
	}
	slices.Sort(says.Events)
	says.Events = slices.Compact(says.Events)
	says.Text = spanText(s.doc.Impact, start, end) + " there was impact on " + s.told.Service()
	return says
}

// spanText is the part of the first sentence about time. The cases go from what is known least to what is known in full, so
// that no sentence says more than the table.
func spanText(im document.Impact, start, end time.Time) string {
	// one window that is only reported makes the whole so
	by := "by the alarms' own times"
	if slices.ContainsFunc(im.Windows, func(w document.Window) bool { return w.Confidence == document.Reported }) {
		by = "as far as it was reported"
	}
	switch {
	case im.Unstarted > 0 && im.Unended > 0:
		return "Between times that are not recorded"
	case im.Unstarted > 0:
		return fmt.Sprintf("From a time that is not recorded until %s UTC (%s)", wording.Moment(end), by)
	case im.Windows[len(im.Windows)-1].To.IsZero() && len(im.Windows) > 1:
		return fmt.Sprintf("From %s UTC on (in %d windows of impact, %s; the end of the last is not recorded)",
			wording.Moment(start), len(im.Windows), by)
	case im.Windows[len(im.Windows)-1].To.IsZero():
		return fmt.Sprintf("From %s UTC on (%s; the end is not recorded)", wording.Moment(start), by)
	case len(im.Windows) > 1 && im.Unended == 0:
		return fmt.Sprintf("Between %s UTC (%s, of which %s in %d windows of impact, %s)", wording.Span(start, end),
			wording.Took(end.Sub(start)), wording.Took(document.Length(*im.Total)), len(im.Windows), by)
	case len(im.Windows) > 1:
		return fmt.Sprintf("Between %s UTC (%s, in %d windows of impact, %s)", wording.Span(start, end),
			wording.Took(end.Sub(start)), len(im.Windows), by)
	}
	return fmt.Sprintf("Between %s UTC (%s, %s)", wording.Span(start, end), wording.Took(end.Sub(start)), by)
}

// detected is how the incident became known.
func (s summary) detected() document.Sentence {
	says := document.Sentence{Events: s.doc.Detection.Events}
	a := s.doc.Detection.Alarm
	switch {
	case a == nil:
		says.Text = fmt.Sprintf("It was declared by %s at %s UTC; no alarm had opened it",
			text.Clip(s.doc.Detection.Person, wording.Shortest), wording.Moment(s.doc.Detection.At))
		says.Ask = "how did it become known?"
	case a.Lag == nil:
		says.Text = fmt.Sprintf("It was detected by the alarm %s, whose message was accepted at %s UTC",
			wording.Quoted(a.Name), wording.Moment(a.Accepted))
	// CloudWatch's clock and ours differ: that is said, and not made 0
	case *a.Lag < 0:
		says.Text = fmt.Sprintf("It was detected by the alarm %s; its message was accepted at %s UTC, "+
			"which by our clock is %s before the change of state",
			wording.Quoted(a.Name), wording.Moment(a.Accepted), wording.Took(-document.Length(*a.Lag)))
	default:
		says.Text = fmt.Sprintf("It was detected by the alarm %s, "+
			"whose message was accepted %s after the change of state",
			wording.Quoted(a.Name), wording.Took(document.Length(*a.Lag)))
	}
	return says
}

// answered is how people were reached. An acknowledgement may come before the first page was delivered: from the channel,
// or since the record of the delivery came later.
func (s summary) answered() document.Sentence {
	if len(s.doc.Pages) == 0 {
		says := s.doc.PagesInAll
		if e, ok := s.told.First(evidence.ByPerson[incidents.Acknowledged]); ok {
			says.Text += fmt.Sprintf("; %s acknowledged at %s UTC", wording.Actor(e.By), wording.Moment(e.At))
			says.Events = append(slices.Clone(says.Events), e.Seq)
		}
		return says
	}
	says := document.Sentence{
		Text:   "No page was delivered (" + text.Count(len(s.doc.Pages), "was", "were") + " decided)",
		Events: slices.Clone(s.doc.PagesInAll.Events),
	}
	page, ok := s.told.First(evidence.Is[incidents.Delivered])
	if b, delivered := page.Body.(incidents.Delivered); delivered {
		says = document.Sentence{
			Text: fmt.Sprintf("The first page was delivered, to %s, at %s UTC", wording.Short(b.Person),
				wording.Moment(page.At)),
			Events: []int{page.Seq},
		}
	}
	ack, acked := s.told.First(evidence.ByPerson[incidents.Acknowledged])
	switch {
	case !acked:
		says.Text += ", and nobody acknowledged"
	case ok && !ack.At.Before(page.At):
		says.Text += fmt.Sprintf(", and %s acknowledged %s later", wording.Actor(ack.By),
			wording.Took(ack.At.Sub(page.At)))
		says.Events = append(says.Events, ack.Seq)
	default:
		says.Text += fmt.Sprintf("; %s had acknowledged at %s UTC", wording.Actor(ack.By), wording.Moment(ack.At))
		says.Events = append(says.Events, ack.Seq)
	}
	return says
}

// ended is how it came to an end. Of several resolutions the last one counts.
func (s summary) ended() document.Sentence {
	says := document.Sentence{Text: "It is not resolved yet", Ask: "what is being done?", Events: []int{}}
	if len(s.told.Events) > 0 {
		says.Events = []int{s.told.Events[len(s.told.Events)-1].Seq}
	}
	if s.told.Incident.Open() {
		return says
	}
	for _, e := range s.told.Events {
		if b, ok := e.Body.(incidents.Resolved); ok {
			says = document.Sentence{
				Text:   fmt.Sprintf("It was resolved by %s at %s UTC", wording.Actor(e.By), wording.Moment(e.At)),
				Events: []int{e.Seq},
			}
			if b.Reason != "" {
				says.Text += " (" + wording.Quoted(b.Reason) + ")"
			}
		}
	}
	says.Ask = "what ended the impact, and how was that seen?"
	if n := s.told.Incident.Run; n > 0 {
		says.Text += fmt.Sprintf(", after it had been triggered again %s", wording.Times(n))
		says.Events = append(says.Events, s.told.All(evidence.Is[incidents.Reopened])...)
	}
	return says
}
