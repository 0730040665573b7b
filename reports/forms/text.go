package forms

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/oncalm/oncalm/reports"
	"github.com/oncalm/oncalm/text"
)

// Text is a report for a terminal.
func Text(r reports.Report) string {
	var b strings.Builder
	b.WriteString(heading(r) + "\n" + Summed(r) + "\n")
	if len(r.Incidents.ByService) > 0 {
		b.WriteString("By service: " + counts(r.Incidents.ByService) + ".\n")
	}
	if r.Incidents.All > 0 {
		table(&b, "", times(r))
	}
	fmt.Fprintf(&b, "\nOver by itself in under 5 min: %s\nActed on: %s\n", share(r.Passing), share(r.Acted))
	table(&b, "Pages", nights(r))
	table(&b, "Noisy alarms", noisy(r))
	if r.MoreNoisy > 0 {
		fmt.Fprintf(&b, "and %d more\n", r.MoreNoisy)
	}
	for _, n := range r.Noisy {
		proposals(&b, n)
	}
	table(&b, unfinished(r), toDo(r))
	b.WriteString("\n")
	for _, d := range Definitions() {
		b.WriteString(d + "\n")
	}
	return b.String()
}

// table writes rows in columns, the first of them the heading; nothing if there is no other.
func table(b *strings.Builder, title string, rows [][]string) {
	if len(rows) < 2 {
		return
	}
	b.WriteString("\n")
	if title != "" {
		b.WriteString(title + "\n")
	}
	w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		_, _ = fmt.Fprintln(w, strings.Join(row, "\t")) // into memory
	}
	_ = w.Flush()
}

func times(r reports.Report) [][]string {
	rows := [][]string{{"TIME", "MEDIAN", "P90", "MAX", "KNOWN"}}
	for _, f := range r.Times {
		rows = append(rows, []string{f.Name + " (" + f.Short + ")", length(f.Median), length(f.P90), length(f.Max), known(f)})
	}
	return rows
}

func nights(r reports.Report) [][]string {
	rows := [][]string{{"SCHEDULE", "PAGES", "AT NIGHT", "ZONE"}}
	for _, n := range r.Pages {
		rows = append(rows, []string{schedule(n), fmt.Sprint(n.Pages), fmt.Sprint(n.AtNight), n.Zone})
	}
	return rows
}

func noisy(r reports.Report) [][]string {
	rows := [][]string{{"ALARM", "SERVICE", "INCIDENTS", "OVER BY ITSELF", "ACTED ON", "PAGES", "AT NIGHT"}}
	for _, n := range r.Noisy {
		rows = append(rows, []string{name(n.Alarm.Name), name(n.Service), fmt.Sprint(n.Passing.Of), share(n.Passing),
			share(n.Acted), fmt.Sprint(n.Pages), fmt.Sprint(n.AtNight)})
	}
	return rows
}

func toDo(r reports.Report) [][]string {
	rows := [][]string{{"ITEM", "DUE", "TYPE", "WHAT"}}
	for _, a := range r.Actions.Items {
		rows = append(rows, []string{a.ID, due(a), cmp.Or(name(a.Type), "-"), name(a.What)})
	}
	return rows
}

// due is when an action item is due.
func due(a reports.ToDo) string {
	switch {
	case a.Due.IsZero():
		return "no date"
	case a.Overdue:
		return a.Due.Format(time.DateOnly) + " (overdue)"
	}
	return a.Due.Format(time.DateOnly)
}

// unfinished counts the action items that are open, in a sentence.
func unfinished(r reports.Report) string {
	a := r.Actions
	if a.Open == 0 {
		return "No action item is open."
	}
	s := text.Count(a.Open, "action item is open", "action items are open")
	var also []string
	for _, p := range []struct {
		n    int
		what string
	}{{a.Overdue, "overdue"}, {a.Unowned, "without an owner"}, {a.Stale, "for more than 90 days"}} {
		if p.n > 0 {
			also = append(also, strconv.Itoa(p.n)+" "+p.what)
		}
	}
	if len(also) > 0 {
		s += ", " + text.List(also, "and")
	}
	if more := a.Open - len(a.Items); more > 0 {
		s += "; these are due first"
	}
	return s + "."
}

// proposals are the changes that are proposed for an alarm. Commands stand as they are to be pasted: nothing of them is cut.
func proposals(b *strings.Builder, n reports.Noisy) {
	if len(n.Cures) == 0 {
		return
	}
	fmt.Fprintf(b, "\nWhat could be changed of %s (%s %s), one of:\n", name(n.Alarm.Name), name(n.Alarm.Region),
		name(n.Alarm.Account))
	for k, c := range n.Cures {
		fmt.Fprintf(b, "\n%d. %s\n", k+1, c.Says)
		for _, code := range []string{c.CLI, c.CloudFormation, c.Config} {
			if code != "" {
				b.WriteString("\n" + indented(code))
			}
		}
	}
}

func indented(code string) string {
	var b strings.Builder
	for line := range strings.Lines(code) {
		b.WriteString("    " + strings.TrimSuffix(line, "\n") + "\n")
	}
	return b.String()
}
