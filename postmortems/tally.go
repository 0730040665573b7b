package postmortems

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/postmortems/wording"
	"github.com/oncalm/oncalm/text"
)

// pagesInAll counts the pages by what became of them. Reminders are counted apart: they
// need no acknowledgement.
func pagesInAll(r *evidence.Reading) document.Sentence {
	if len(r.Pages) == 0 {
		s := document.Sentence{Text: "Nobody was paged", Events: r.All(evidence.Is[incidents.Opened])}
		if r.Quiet() {
			s.Text += ", since the incident was quiet"
		} else if r.Held() {
			s.Text += ", since the page was held and the alarm was OK before"
		}
		return s
	}
	people := map[string]bool{}
	outcomes := map[document.Outcome]int{}
	s := document.Sentence{Events: []int{}}
	reminders, adopted := 0, 0
	for _, p := range r.Pages {
		people[p.Person] = true
		s.Events = append(s.Events, p.Events[0])
		// it was found in Slack after an attempt whose outcome was not known
		if p.Adopted {
			adopted++
		}
		if p.Reminder {
			reminders++
		} else {
			outcomes[p.Outcome]++
		}
	}
	s.Text = fmt.Sprintf("%s to %s: %s", text.Count(len(r.Pages)-reminders, "page", "pages"),
		list(slices.Sorted(maps.Keys(people))), counts(outcomes))
	if reminders > 0 {
		s.Text += "; and " + text.Count(reminders, "reminder", "reminders")
	}
	if adopted > 0 {
		s.Text += fmt.Sprintf("; for %d of them an earlier attempt, whose outcome was not known, "+
			"turned out to have sent it", adopted)
	}
	return s
}

// counts writes how many pages came to which end. The order is fixed, from good to unknown.
func counts(outcomes map[document.Outcome]int) string {
	var parts []string
	for _, o := range []struct {
		outcome document.Outcome
		words   string
	}{
		{document.OutcomeAcknowledged, "acknowledged"}, {document.OutcomeDelivered, "delivered and not acknowledged"},
		{document.OutcomeUndelivered, "not deliverable"},
		{document.OutcomeWithheld, "withheld"},
		{document.OutcomePending, "without a recorded outcome"},
	} {
		if n := outcomes[o.outcome]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, o.words))
		}
	}
	return strings.Join(parts, ", ")
}

// list names people, or counts them if they are many.
func list(names []string) string {
	if len(names) > 6 {
		return text.Count(len(names), "person", "people")
	}
	return and(names)
}

// and joins names for a sentence.
func and(names []string) string {
	for n := range names {
		names[n] = wording.Short(names[n])
	}
	return text.List(names, "and")
}
