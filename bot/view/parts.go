package view

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/text"
)

// Headline is the title of everything about an incident.
func Headline(i *incidents.Incident) string {
	return Sign(i.Severity) + " " + i.Severity + " · " + text.Line(i.Title)
}

// Sign shows a severity before it is read. A severity that we do not know is shown as sev2, as its rank is.
func Sign(severity string) string {
	switch severity {
	case incidents.Sev1:
		return "🔴"
	case incidents.Sev3:
		return "🟡"
	case incidents.Sev4:
		return "🔵"
	}
	return "🟠"
}

// shownLogLines is how many lines of a log a page shows.
const shownLogLines = 3

// Evidence is what the alarm says, in its own words. It is short, for cards and pages; see [Whole].
func Evidence(a *incidents.Alarm) []blocks.Paragraph {
	if a == nil {
		return nil
	}
	var lines []blocks.Line
	if d := text.Clip(text.Line(a.Description), 300); d != "" {
		lines = append(lines, blocks.Say(d))
	}
	return evidence(a, lines, 400)
}

// Whole is [Evidence] with all of the description, line by line.
func Whole(a *incidents.Alarm) []blocks.Paragraph {
	if a == nil {
		return nil
	}
	return evidence(a, Lines(text.Clip(a.Description, 2000)), 1000)
}

// Lines are the lines of a text, as far as people make lines: of very many the last has the rest.
func Lines(s string) (lines []blocks.Line) {
	const most = 40
	all := strings.SplitN(strings.TrimSpace(text.Clean(s)), "\n", most)
	for _, l := range all {
		if l = text.Line(l); l != "" {
			lines = append(lines, blocks.Say(l))
		}
	}
	return lines
}

// evidence is what follows a description; of the reason there are so many characters at most.
func evidence(a *incidents.Alarm, lines []blocks.Line, reason int) []blocks.Paragraph {
	if r := text.Clip(text.Line(a.Reason), reason); r != "" {
		lines = append(lines, blocks.Say(r))
	}
	if e := text.Clip(text.Line(a.Evaluation), 100); e != "" {
		lines = append(lines, blocks.Say("Evaluation: ", e))
	}
	for _, l := range a.Lines[:min(len(a.Lines), shownLogLines)] {
		lines = append(lines, blocks.Say(text.Clip(text.Line(l), 200)))
	}
	if len(lines) == 0 {
		return nil
	}
	return []blocks.Paragraph{blocks.Quote(lines...)}
}

// Links are the buttons that lead to where one looks first. Their actions are of no room: Slack tells of a press on a link
// too, and there is nothing to do.
func Links(i *incidents.Incident, a *incidents.Alarm) []blocks.Button {
	var row []blocks.Button
	if i.Runbook != "" {
		row = append(row, blocks.Button{Label: "Runbook", Action: "open/runbook", URL: i.Runbook})
	}
	if a != nil && a.Link != "" {
		row = append(row, blocks.Button{Label: "Alarm in AWS", Action: "open/alarm", URL: a.Link})
	}
	return row
}

// byTime lists names by their times, and those of one time by name.
func byTime(at map[string]time.Time) []string {
	return slices.SortedFunc(maps.Keys(at), func(a, b string) int {
		return cmp.Or(at[a].Compare(at[b]), cmp.Compare(a, b))
	})
}
