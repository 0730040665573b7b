package postmortems

import (
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/text"
)

// summary is the skeleton of what happened. What only people know is asked for.
func (r *reading) summary(d Document) []Sentence {
	return []Sentence{r.span(d), r.detected(d), r.answered(d), r.ended()}
}

// span is when users were hurt, and how.
func (r *reading) span(d Document) Sentence {
	s := Sentence{Ask: "what went wrong, as the people who use it saw it", Events: []int{}}
	windows := d.Impact.Windows
	if len(windows) == 0 {
		opened := r.incident.Opened
		s.Text = fmt.Sprintf("Opened at %s UTC; when users were hurt is not recorded. For the people who use %s", moment(opened), r.service())
		s.Events = r.all(is[incidents.Opened])
		return s
	}
	var start, end time.Time
	for _, w := range windows {
		s.Events = append(s.Events, w.Events...)
		if start.IsZero() {
			start = w.From
		}
		if w.To.After(end) {
			end = w.To
		}
	}
	slices.Sort(s.Events)
	s.Events = slices.Compact(s.Events)
	s.Text = spanText(d.Impact, start, end) + ", " + r.service()
	return s
}

// spanText is the part of the first sentence about time.
func spanText(im Impact, start, end time.Time) string {
	by := "by the alarms' own times"
	if slices.ContainsFunc(im.Windows, func(w Window) bool { return w.Confidence == Reported }) {
		by = "as far as it was reported"
	}
	switch {
	case im.Unstarted > 0 && im.Unended > 0:
		return "Between times that are not recorded"
	case im.Unstarted > 0:
		return fmt.Sprintf("From a time that is not recorded until %s UTC (%s)", moment(end), by)
	case im.Windows[len(im.Windows)-1].To.IsZero() && len(im.Windows) > 1:
		return fmt.Sprintf("From %s UTC on (in %d windows of impact, %s; the end of the last is not recorded)", moment(start), len(im.Windows), by)
	case im.Windows[len(im.Windows)-1].To.IsZero():
		return fmt.Sprintf("From %s UTC on (%s; the end is not recorded)", moment(start), by)
	case len(im.Windows) > 1 && im.Unended == 0:
		return fmt.Sprintf("Between %s UTC (%s, of which %s in %d windows of impact, %s)",
			span(start, end), took(end.Sub(start)), took(length(*im.Total)), len(im.Windows), by)
	case len(im.Windows) > 1:
		return fmt.Sprintf("Between %s UTC (%s, in %d windows of impact, %s)", span(start, end), took(end.Sub(start)), len(im.Windows), by)
	}
	return fmt.Sprintf("Between %s UTC (%s, %s)", span(start, end), took(end.Sub(start)), by)
}

// detected is how the incident became known.
func (r *reading) detected(d Document) Sentence {
	s := Sentence{Events: d.Detection.Events}
	a := d.Detection.Alarm
	switch {
	case a == nil:
		s.Text = fmt.Sprintf("It was declared by %s at %s UTC; no alarm had opened it", text.Clip(d.Detection.Person, shortest), moment(d.Detection.At))
		s.Ask = "how did it become known?"
	case a.Lag == nil:
		s.Text = fmt.Sprintf("It was detected by the alarm %s, whose message was accepted at %s UTC", quoted(a.Name), moment(a.Accepted))
	case *a.Lag < 0:
		s.Text = fmt.Sprintf("It was detected by the alarm %s; its message was accepted at %s UTC, which by our clock is %s before the change of state",
			quoted(a.Name), moment(a.Accepted), took(-length(*a.Lag)))
	default:
		s.Text = fmt.Sprintf("It was detected by the alarm %s, whose message was accepted %s after the change of state", quoted(a.Name), took(length(*a.Lag)))
	}
	return s
}

// answered is how people were reached.
func (r *reading) answered(d Document) Sentence {
	if len(d.Pages) == 0 {
		s := d.PagesInAll
		if e, ok := r.first(byPerson[incidents.Acknowledged]); ok {
			s.Text += fmt.Sprintf("; %s acknowledged at %s UTC", actor(e.By), moment(e.At))
			s.Events = append(slices.Clone(s.Events), e.Seq)
		}
		return s
	}
	s := Sentence{Text: "No page was delivered (" + text.Count(len(d.Pages), "was", "were") + " decided)", Events: slices.Clone(d.PagesInAll.Events)}
	page, ok := r.first(is[incidents.Delivered])
	if b, delivered := page.Body.(incidents.Delivered); delivered {
		s = Sentence{Text: fmt.Sprintf("The first page was delivered, to %s, at %s UTC", short(b.Person), moment(page.At)), Events: []int{page.Seq}}
	}
	ack, acked := r.first(byPerson[incidents.Acknowledged])
	switch {
	case !acked:
		s.Text += ", and nobody acknowledged"
	case ok && !ack.At.Before(page.At):
		s.Text += fmt.Sprintf(", and %s acknowledged %s later", actor(ack.By), took(ack.At.Sub(page.At)))
		s.Events = append(s.Events, ack.Seq)
	default:
		s.Text += fmt.Sprintf("; %s had acknowledged at %s UTC", actor(ack.By), moment(ack.At))
		s.Events = append(s.Events, ack.Seq)
	}
	return s
}

// ended is how it came to an end.
func (r *reading) ended() Sentence {
	s := Sentence{Text: "It is not resolved yet", Ask: "what is being done?", Events: []int{}}
	if len(r.events) > 0 {
		s.Events = []int{r.events[len(r.events)-1].Seq}
	}
	if r.incident.Open() {
		return s
	}
	for _, e := range r.events {
		if b, ok := e.Body.(incidents.Resolved); ok {
			s = Sentence{Text: fmt.Sprintf("It was resolved by %s at %s UTC", actor(e.By), moment(e.At)), Events: []int{e.Seq}}
			if b.Reason != "" {
				s.Text += " (" + quoted(b.Reason) + ")"
			}
		}
	}
	s.Ask = "what ended the impact, and how was that seen?"
	if n := r.incident.Run; n > 0 {
		s.Text += fmt.Sprintf(", after it had been triggered again %s", times(n))
		s.Events = append(s.Events, r.all(is[incidents.Reopened])...)
	}
	return s
}

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	}
	return fmt.Sprintf("%d times", n)
}
