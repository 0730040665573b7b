package forms

import (
	"encoding/csv"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/reports"
)

// CSV is a report for a spreadsheet: one value in each row, with what it is of. Lengths are in seconds; an empty value is not recorded.
func CSV(r reports.Report) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	add := func(cells ...string) {
		for n := range cells {
			cells[n] = cell(cells[n])
		}
		_ = w.Write(cells) // into memory
	}
	number := func(part, of, what string, n int) { add(part, of, what, strconv.Itoa(n)) }
	add("part", "of", "what", "value")
	from, to := days(r)
	add("report", "", "from", from)
	add("report", "", "to", to)
	add("report", "", "zone", r.Zone)
	for _, c := range []reports.Count{{Name: "all", N: r.Incidents.All}, {Name: "open", N: r.Incidents.Open},
		{Name: "quiet", N: r.Incidents.Quiet}, {Name: "declared", N: r.Incidents.Declared},
		{Name: "triggered again", N: r.Incidents.Reopened}, {Name: "merged", N: r.Incidents.Merged},
		{Name: "over by itself", N: r.Passing.N}, {Name: "acted on", N: r.Acted.N}} {
		number("incidents", "", c.Name, c.N)
	}
	counted(number, "severity", r.Incidents.BySeverity)
	counted(number, "service", r.Incidents.ByService)
	for _, f := range r.Times {
		number("time", f.Short, "known", f.N)
		number("time", f.Short, "not recorded", f.Missing)
		add("time", f.Short, "median", seconds(f.Median))
		add("time", f.Short, "p90", seconds(f.P90))
		add("time", f.Short, "max", seconds(f.Max))
	}
	for _, n := range r.Pages {
		number("pages", schedule(n), "pages", n.Pages)
		number("pages", schedule(n), "at night", n.AtNight)
	}
	for _, n := range r.Noisy {
		of := n.Alarm.Name
		number("noisy alarm", of, "incidents", n.Passing.Of)
		number("noisy alarm", of, "over by itself", n.Passing.N)
		number("noisy alarm", of, "acted on", n.Acted.N)
		number("noisy alarm", of, "pages", n.Pages)
		number("noisy alarm", of, "at night", n.AtNight)
		add("noisy alarm", of, "lasted p90", seconds(n.Lasted))
	}
	number("action items", "", "open", r.Actions.Open)
	number("action items", "", "overdue", r.Actions.Overdue)
	number("action items", "", "without an owner", r.Actions.Unowned)
	for _, a := range r.Actions.Items {
		add("action items", a.ID, "due", due(a))
	}
	for _, s := range r.Spans {
		number("day", s.Date, "incidents", s.Incidents)
		number("day", s.Date, "over by itself", s.Passing)
		number("day", s.Date, "pages", s.Pages)
		number("day", s.Date, "at night", s.AtNight)
	}
	w.Flush()
	return b.String()
}

// counted adds counts of incidents.
func counted(number func(part, of, what string, n int), part string, all []reports.Count) {
	for _, c := range all {
		number(part, c.Name, "incidents", c.N)
	}
}

// cell is a text as spreadsheets take it for one, whoever wrote it: one that begins like a formula begins with a quotation mark, which
// they do not show. See https://owasp.org/www-community/attacks/CSV_Injection.
func cell(s string) string {
	s = name(s)
	if s != "" && strings.ContainsRune("=+-@\t\r|%＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}

func seconds(s *float64) string {
	if s == nil {
		return ""
	}
	return strconv.FormatFloat(*s, 'f', -1, 64)
}
