// Package forms shows a report in the forms in which people and programs read it: as text for a terminal, as a table of
// comma-separated values, as a picture, and as a page of one file. JSON is the report itself.
//
// Names and titles come from outside, and are made harmless for each form in its own way. All forms say the same.
package forms

import (
	"fmt"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
	"github.com/oncalm/oncalm/reports"
	"github.com/oncalm/oncalm/text"
)

// name is a name from outside on one line.
func name(s string) string { return text.Clip(text.Line(s), 200) }

// length is how long something took; what is not recorded says so.
func length(seconds *float64) string {
	if seconds == nil {
		return wording.NotRecorded
	}
	return wording.Took(document.Length(*seconds))
}

// share is a part of a whole, in percent and as numbers.
func share(s reports.Share) string {
	percent, ok := s.Percent()
	if !ok {
		return "none"
	}
	return fmt.Sprintf("%d %% (%d of %d)", percent, s.N, s.Of)
}

// days are the first and the last day of a report, in its zone.
func days(r reports.Report) (from, to string) {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		zone = time.UTC
	}
	const form = "Mon 2006-01-02 15:04"
	return r.From.In(zone).Format(form), r.To.In(zone).Format(form)
}

// heading says of what time a report is.
func heading(r reports.Report) string {
	from, to := days(r)
	return "Incidents from " + from + " until " + to + " (" + r.Zone + ")"
}

// known says of how many something is known.
func known(f reports.Figure) string {
	if f.Missing == 0 {
		return "of " + strconv.Itoa(f.N)
	}
	return fmt.Sprintf("of %d; %d not recorded", f.N, f.Missing)
}

// schedule names a schedule.
func schedule(n reports.Nights) string {
	if n.Schedule == "" {
		return "by no schedule"
	}
	return name(n.Schedule)
}

// counts is a list of counts in one line.
func counts(all []reports.Count) string {
	var parts []string
	const shown = 10
	for _, c := range all[:min(len(all), shown)] {
		parts = append(parts, name(c.Name)+" "+strconv.Itoa(c.N))
	}
	if more := len(all) - shown; more > 0 {
		parts = append(parts, strconv.Itoa(more)+" more")
	}
	return text.List(parts, "and")
}

// Summed is what there was, in a sentence.
func Summed(r reports.Report) string {
	in := r.Incidents
	s := text.Count(in.All, "incident", "incidents")
	if in.All == 0 {
		return "There was no incident."
	}
	if len(in.BySeverity) > 0 {
		s += " (" + counts(in.BySeverity) + ")"
	}
	var also []string
	for _, p := range []struct {
		n    int
		what string
	}{{in.Open, "open still"}, {in.Quiet, "quiet"}, {in.Declared, "declared by people"}, {in.Reopened, "triggered again"},
		{in.Merged, "merged into others, and not counted"}} {
		if p.n > 0 {
			also = append(also, strconv.Itoa(p.n)+" "+p.what)
		}
	}
	if len(also) > 0 {
		s += "; " + text.List(also, "and")
	}
	return s + "."
}

// Definitions say what the words of a report mean.
func Definitions() []string {
	return []string{
		"Median: half took no longer. P90: nine of ten took no longer. What is not recorded is left out, and counted.",
		"Over by itself: alarms alone resolved it, in less than 5 minutes. Acted on: a person did more than to acknowledge " +
			"and resolve it.",
		"A noisy alarm opened three incidents or more, of which half were over by themselves, or one of five at most was " +
			"acted on.",
		"Night: from 22:00 to 08:00 in the zone of the schedule. Who is paged by several channels at once is paged once.",
	}
}
