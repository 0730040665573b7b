package report

import (
	"fmt"
	"time"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
	"github.com/oncalm/oncalm/reports"
	"github.com/oncalm/oncalm/reports/forms"
	"github.com/oncalm/oncalm/text"
)

// named is how many noisy alarms the message names.
const named = 3

// Message is a week in a few lines, with how many incidents the week before had. The rest is in the whole report.
func Message(r, before reports.Report) blocks.Message {
	sum := forms.Summed(r)
	m := blocks.Message{Title: "The week's incidents", Notice: "The week's incidents: " + sum}
	lines := []blocks.Line{blocks.Say(blocks.Strong(sum), compared(r.Incidents.All, before.Incidents.All))}
	if r.Incidents.All > 0 {
		lines = append(lines, blocks.Say(took("Acknowledged", r.Times[1]), "; ", took("mitigated", r.Times[2]), "."))
	}
	if l := pages(r); l != nil {
		lines = append(lines, l)
	}
	if percent, ok := r.Passing.Percent(); ok {
		acted, _ := r.Acted.Percent()
		lines = append(lines, blocks.Say(percent, " % were over by themselves in under 5 min; somebody acted on ", acted,
			" %."))
	}
	m.Body = append(m.Body, blocks.Para(lines...))
	if len(r.Noisy) > 0 {
		heading := blocks.Say(blocks.Strong("Noisy alarms"), "; the report has what could be changed of them:")
		m.Body = append(m.Body, blocks.Para(heading),
			blocks.Bullets(noisy(r)...))
	}
	m.Body = append(m.Body, blocks.Para(actions(r.Actions), whole(r)))
	return m
}

// compared says how that is beside the week before.
func compared(now, before int) string {
	switch {
	case now == before:
		return " As many as in the week before."
	case now > before:
		return fmt.Sprintf(" %d more than in the week before.", now-before)
	}
	return fmt.Sprintf(" %d fewer than in the week before.", before-now)
}

// took says how long something took: never the mean, and of how many it is not known.
func took(what string, f reports.Figure) string {
	if f.Median == nil {
		return what + ": not recorded"
	}
	s := fmt.Sprintf("%s after %s (median; p90 %s", what, length(f.Median), length(f.P90))
	if f.Missing > 0 {
		s += fmt.Sprintf("; %d not recorded", f.Missing)
	}
	return s + ")"
}

func length(seconds *float64) string { return wording.Took(document.Length(*seconds)) }

// pages says how many pages there were at night, by schedule.
func pages(r reports.Report) blocks.Line {
	all, night := 0, 0
	var by []string
	for _, n := range r.Pages {
		all, night = all+n.Pages, night+n.AtNight
		if n.AtNight > 0 && n.Schedule != "" {
			by = append(by, fmt.Sprintf("%s %d", text.Clip(text.Line(n.Schedule), 60), n.AtNight))
		}
	}
	if all == 0 {
		return nil
	}
	l := blocks.Say(text.Count(all, "page", "pages"), ", ", night, " of them at night")
	if len(by) > 0 {
		l = blocks.Say(l, " (", text.List(by, "and"), ")")
	}
	return blocks.Say(l, ".")
}

func noisy(r reports.Report) (lines []blocks.Line) {
	for _, n := range r.Noisy[:min(len(r.Noisy), named)] {
		lines = append(lines, blocks.Say(blocks.Strong(text.Clip(text.Line(n.Alarm.Name), 80)), ": ",
			text.Count(n.Passing.Of, "incident", "incidents"), ", ", n.Passing.N, " over by themselves, ", n.Acted.N, " acted on, ",
			text.Count(n.Pages, "page", "pages")))
	}
	if more := len(r.Noisy) + r.MoreNoisy - named; more > 0 {
		lines = append(lines, blocks.Say("and ", more, " more"))
	}
	return lines
}

func actions(a reports.Actions) blocks.Line {
	if a.Open == 0 {
		return blocks.Say("No action item is open.")
	}
	l := blocks.Say(text.Count(a.Open, "action item is", "action items are"), " open")
	if a.Overdue > 0 {
		l = blocks.Say(l, ", ", blocks.Strong(fmt.Sprintf("%d overdue", a.Overdue)))
	}
	return blocks.Say(l, ".")
}

// whole says where the report is. The page is on the private listener, whose address only those know who may see it.
func whole(r reports.Report) blocks.Line {
	from, to := r.From.Format(time.RFC3339), r.To.Format(time.RFC3339)
	return blocks.Say("All of it: ", blocks.Code("/reports?from="+from+"&to="+to), " on the private listener, or ",
		blocks.Code("oncalm report -from "+from+" -to "+to))
}
