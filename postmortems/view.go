package postmortems

import (
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/text"
)

// A sheet is a document as the template sees it: all of it is Markdown already, with
// every text from outside made literal. A template can only arrange it.
type sheet struct {
	ID, Title, Severity, Status, Service, Opened, Resolved, Runbook string

	Draft       string
	Made        string // what the document was made from
	Summary     []string
	Windows     []windowRow
	Total       string
	Series      []windowRow // only if they tell more than Windows
	Detection   string
	Alarm       []fieldRow // nothing if a person declared the incident
	Pages       []pageRow
	PagesInAll  string
	Times       []timeRow
	Timeline    []lineRow
	Struck      string // what was left out; empty if nothing
	Factors     []fieldRow
	Questions   []questionRow
	ActionItems []actionRow
}

type windowRow struct{ From, To, Length, Source, Confidence, Events string }

type fieldRow struct{ Name, Value string }

type pageRow struct{ Who, Via, Step, Decided, Delivered, Acknowledged, Outcome, Events string }

type timeRow struct{ Name, Value, From, To, Events string }

type lineRow struct{ Event, Time, Who, What, Evidence string }

type questionRow struct{ Ask, Because string }

type actionRow struct{ ID, Text, Owner, Due, Type, Priority, VerifyBy, Ticket, Status string }

// Limits of what one table may fill, in bytes, so that the document stays below 1 MiB.
// What does not fit is left out of the middle, and the document says so.
const (
	maxWindows  = 40 << 10
	maxPages    = 100 << 10
	maxTimeline = 640 << 10
)

func newSheet(d Document) sheet {
	h := d.Header
	s := sheet{
		ID: literal(h.ID), Title: literal(text.Clip(h.Title, 300)), Severity: literal(or(h.Severity, notRecorded)), Status: literal(string(h.Status)),
		Service: literal(or(h.Service, notRecorded)), Opened: moment(h.Opened), Resolved: moment(h.Resolved),
		Runbook: or(link("runbook", h.Runbook, nil), notRecorded),
		Draft:   literal(d.Draft),
		Made:    made(h),
		Windows: windowRows(d.Impact.Windows), Total: total(d.Impact),
		Detection:  detectionText(d.Detection),
		Alarm:      alarmRows(d.Detection.Alarm),
		PagesInAll: sentence(d.PagesInAll),
		Pages:      pageRows(d.Pages),
		Timeline:   lineRows(d.Timeline),
		Struck:     struckText(d.Struck),
	}
	if len(d.Impact.Series) > len(d.Impact.Windows) {
		s.Series = windowRows(d.Impact.Series)
	}
	for _, x := range d.Summary {
		s.Summary = append(s.Summary, sentence(x))
	}
	for _, m := range d.Times {
		s.Times = append(s.Times, newTimeRow(m, h.Opened))
	}
	for _, f := range d.Factors {
		s.Factors = append(s.Factors, fieldRow{literal(f.Kind), blank(f.Ask)})
	}
	for _, q := range d.Questions {
		s.Questions = append(s.Questions, questionRow{literal(q.Ask), sentence(q.Because)})
	}
	for _, a := range d.ActionItems {
		s.ActionItems = append(s.ActionItems, newActionRow(a))
	}
	return s
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// blank is a place for people to write.
func blank(ask string) string { return "**[fill in: " + literal(ask) + "]**" }

// sentence writes a sentence, what is asked after it, and the events it is taken from.
func sentence(s Sentence) string {
	words := literal(s.Text)
	if s.Ask != "" {
		words += " " + blank(s.Ask)
	}
	return strings.TrimSpace(words + ". " + marks(s.Events))
}

func made(h Header) string {
	s := "Made from " + text.Count(h.Events, "event", "events") + " of the timeline"
	if !h.Newest.IsZero() {
		s += ", the last of them recorded at " + moment(h.Newest) + " UTC"
	}
	return s
}

func windowRows(windows []Window) []windowRow {
	var rows []windowRow
	for _, w := range windows {
		row := windowRow{moment(w.From), moment(w.To), notRecorded, literal(text.Clip(strings.Join(w.Source, "; "), 500)),
			string(w.Confidence), marks(w.Events)}
		if !w.From.IsZero() && !w.To.IsZero() {
			row.Length = took(w.To.Sub(w.From))
		}
		if w.NoData {
			row.Confidence += ", in part without data"
		}
		rows = append(rows, row)
	}
	return fit(rows, maxWindows, func(r windowRow) int { return len(r.Source) + len(r.Events) + 100 },
		func(n int) windowRow { return windowRow{Source: leftOut(n)} })
}

// total sums up the windows, if there is something to add to them.
func total(im Impact) string {
	var parts []string
	if len(im.Windows) == 1 {
		return "" // the table has said it
	}
	if im.Total != nil {
		parts = append(parts, "In all "+took(length(*im.Total)))
	}
	if im.Unended > 0 {
		parts = append(parts, text.Count(im.Unended, "window has an end that is", "windows have an end that is")+" "+notRecorded)
	}
	if im.Unstarted > 0 {
		parts = append(parts, text.Count(im.Unstarted, "window has a start that is", "windows have a start that is")+" "+notRecorded)
	}
	if len(parts) == 0 {
		return "When users were hurt is " + notRecorded + "."
	}
	if im.Total != nil && len(parts) > 1 {
		parts[0] = "At least" + strings.TrimPrefix(parts[0], "In all")
	}
	return strings.Join(parts, "; ") + "."
}

func detectionText(d Detection) string {
	if d.Alarm == nil {
		return sentence(Sentence{Text: "Declared by " + or(text.Clip(d.Person, shortest), notRecorded) + " at " + moment(d.At) + " UTC; no alarm had opened the incident", Events: d.Events})
	}
	return sentence(Sentence{Text: "This alarm opened the incident", Events: d.Events})
}

func alarmRows(a *Alarm) []fieldRow {
	if a == nil {
		return nil
	}
	name := literal(a.Name)
	if a.Link != "" {
		name += " (" + link("console", a.Link, consoleHosts) + ")"
	}
	lag := notRecorded
	if a.Lag != nil {
		lag = took(length(*a.Lag))
		if *a.Lag < 0 {
			lag += " (the clocks disagree)"
		}
	}
	rows := []fieldRow{{"Alarm", name}, {"Account", cell(a.Account)}, {"Region", cell(a.Region)}}
	for _, f := range []fieldRow{{"Contributor", a.Contributor}, {"Description", a.Description}, {"Tags", a.Tags}, {"Evaluation", a.Evaluation}, {"Log", strings.Join(a.Lines, " · ")}} {
		if f.Value != "" {
			rows = append(rows, fieldRow{f.Name, cell(f.Value)})
		}
	}
	rows = append(rows, fieldRow{"Metric", cell(a.Metric)}, fieldRow{"Condition", cell(a.Condition)}, fieldRow{"Reason", cell(a.Reason)},
		fieldRow{"Changed (UTC)", millis(a.Changed)}, fieldRow{"Accepted by Oncalm (UTC)", millis(a.Accepted)}, fieldRow{"Lag", lag},
		fieldRow{"SNS message", cell(a.MessageID)})
	if len(a.Doubts) > 0 {
		rows = append(rows, fieldRow{"To be noted", cell(strings.Join(a.Doubts, "; "))})
	}
	return rows
}

// cell is a literal, not too long, or that it is not recorded.
func cell(s string) string { return or(literal(text.Clip(s, 2000)), notRecorded) }

func pageRows(pages []Page) []pageRow {
	var rows []pageRow
	for _, p := range pages {
		rows = append(rows, pageRow{
			Who: literal(text.Clip(p.Person, shortest)), Via: literal(text.Clip(said(incidents.ChannelName(p.Via)), shortest)), Step: p.step(),
			Decided: moment(p.Decided), Delivered: or(clock(p.Delivered, p.Decided), "–"), Acknowledged: or(clock(p.Acknowledged, p.Decided), "–"),
			Outcome: literal(text.Clip(p.outcome(), 500)), Events: marks(p.Events),
		})
	}
	return fit(rows, maxPages, func(r pageRow) int { return len(r.Who) + len(r.Via) + len(r.Outcome) + len(r.Events) + 100 },
		func(n int) pageRow { return pageRow{Outcome: leftOut(n)} })
}

// newTimeRow makes a row of times; those of the day of the incident without their day.
func newTimeRow(m Measure, day time.Time) timeRow {
	row := timeRow{Name: literal(m.Name), Value: notRecorded + ": " + literal(m.Missing), From: literal(m.Between[0]), To: literal(m.Between[1]), Events: marks(m.Events)}
	if m.Short != "" {
		row.Name += " (" + literal(m.Short) + ")"
	}
	if m.Seconds != nil {
		row.Value = took(length(*m.Seconds))
	}
	if !m.From.IsZero() {
		row.From += ", " + clock(m.From, day)
	}
	if !m.To.IsZero() {
		row.To += ", " + clock(m.To, day)
	}
	return row
}

func newActionRow(a ActionItem) actionRow {
	return actionRow{literal(a.ID), literal(a.Text), literal(a.Owner), literal(a.Due), literal(a.Type),
		literal(a.Priority), literal(a.VerifyBy), literal(a.Ticket), literal(a.Status)}
}

func struckText(n int) string {
	if n == 0 {
		return ""
	}
	return text.Count(n, "note was struck and is", "notes were struck and are") + " left out."
}

// leftOut says that a table was too long.
func leftOut(rows int) string {
	return "*" + strconv.Itoa(rows) + " rows are left out here to keep this document readable; its JSON form has them all*"
}

// fit keeps as many rows as fit into the limit: the first and the last ones, and one in
// between that says how many were left out.
func fit[R any](rows []R, limit int, size func(R) int, omitted func(int) R) []R {
	sum := 0
	for _, r := range rows {
		sum += size(r)
	}
	if sum <= limit {
		return rows
	}
	head, tail, used := 0, len(rows), 0
	for {
		next := head
		if head > len(rows)-tail {
			next = tail - 1
		}
		if used += size(rows[next]); used > limit {
			break
		}
		if next == head {
			head++
		} else {
			tail--
		}
	}
	kept := append(rows[:head:head], omitted(tail-head))
	return append(kept, rows[tail:]...)
}
