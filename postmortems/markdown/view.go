package markdown

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
	"github.com/oncalm/oncalm/text"
)

// A sheet is a document as the template sees it: all of it is Markdown already, with
// every text from outside made literal. A template can only arrange it. Its fields are what a template can name.
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
	Graphs      []graphRow
	Pages       []pageRow
	PagesInAll  string
	Times       []timeRow
	Timeline    []lineRow
	Struck      string // what was left out; empty if nothing
	Factors     []fieldRow
	Questions   []questionRow
	ActionItems []actionRow

	Review, Worst, ChangesTold, RelatedTold, Digest string

	Authors string // who wrote in it

	Described, Affected                string // as somebody wrote it while it went on
	Delays, Mitigation, Updates        []string
	Decisions, Asked, Spoken, Observed []string // what was said, by its sort
	Lessons                            []lessonRow
	Messages                           []messageRow

	// Written are the sections that people write, by name, between the marks by which they are read back; Filled says in which
	// of them somebody wrote: nothing is asked for there any more.
	Written map[string]string
	Filled  map[string]bool
	// The tables have the columns that say something.
	PageTable, ActionTable, ChangeTable, RelatedTable, KindTable, RollbackTable table
}

// windowRow is a time in which users were hurt.
type windowRow struct{ From, To, Length, Source, Confidence, Events string }

// fieldRow is a name with a value.
type fieldRow struct{ Name, Value string }

// graphRow is what a metric was: a picture, if it can be shown where the document stands, and words.
type graphRow struct{ Picture, Words string }

// pageRow is a page and what became of it.
type pageRow struct{ Who, Via, Step, Decided, Delivered, Acknowledged, Outcome, Events string }

// timeRow is how long something took, and between which moments.
type timeRow struct{ Name, Value, From, To, Events string }

// lineRow is a line of the timeline, or one that says which day it is, or that nothing was recorded.
type lineRow struct{ Event, Time, Who, What, Evidence string }

// questionRow is a question, and what gave the occasion for it.
type questionRow struct{ Ask, Because string }

// actionRow is an action item; people fill it in.
type actionRow struct{ ID, Text, Owner, Due, Type, Priority, VerifyBy, Ticket, Status string }

// Limits of what one table may fill, in bytes, so that the document stays below 1 MiB.
// What does not fit is left out of the middle, and the document says so.
const (
	maxWindows  = 40 << 10
	maxPages    = 100 << 10
	maxTimeline = 640 << 10
)

// newSheet makes all texts of a document Markdown. After it nothing of them is looked at any more.
func newSheet(d document.Document) sheet {
	h := d.Header
	s := sheet{
		ID: literal(h.ID), Title: literal(text.Clip(h.Title, 300)), Status: literal(string(h.Status)),
		Severity: literal(or(h.Severity, wording.NotRecorded)), Service: literal(or(h.Service, wording.NotRecorded)),
		Opened: wording.Moment(h.Opened), Resolved: wording.Moment(h.Resolved),
		Runbook: or(link("runbook", h.Runbook, nil), wording.NotRecorded),
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
	// of one alarm the series are the windows
	if len(d.Impact.Series) > len(d.Impact.Windows) {
		s.Series = windowRows(d.Impact.Series)
	}
	for _, x := range asked(d, document.SectionSummary, d.Summary) {
		s.Summary = append(s.Summary, sentence(x))
	}
	for _, g := range d.Graphs {
		s.Graphs = append(s.Graphs, graphRow{Words: sentence(g.Says)})
	}
	for _, m := range d.Times {
		s.Times = append(s.Times, newTimeRow(m, h.Opened))
	}
	for _, f := range d.Factors[:unless(len(d.Section(document.SectionFactors).Parts) > 0, len(d.Factors))] {
		s.Factors = append(s.Factors, fieldRow{literal(f.Kind), blank(f.Ask)})
	}
	for _, q := range d.Questions {
		s.Questions = append(s.Questions, questionRow{literal(q.Ask), sentence(q.Because)})
	}
	for _, a := range d.ActionItems {
		s.ActionItems = append(s.ActionItems, newActionRow(a))
	}
	s.more(d)
	return s
}

// asked are sentences that ask for nothing if somebody wrote in their section.
func asked(d document.Document, section string, all []document.Sentence) []document.Sentence {
	if len(d.Section(section).Parts) == 0 {
		return all
	}
	all = slices.Clone(all)
	for n := range all {
		all[n].Ask = ""
	}
	return all
}

// unless is a number, or 0.
func unless(not bool, n int) int {
	if not {
		return 0
	}
	return n
}

// or is a text, or another one if that is empty.
func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// blank is a place for people to write.
func blank(ask string) string { return "**[fill in: " + literal(ask) + "]**" }

// sentence writes a sentence, what is asked after it, and the events it is taken from.
func sentence(s document.Sentence) string {
	words := literal(s.Text)
	if s.Ask != "" {
		words += " " + blank(s.Ask)
	}
	return strings.TrimSpace(words + ". " + wording.Marks(s.Events))
}

// made says from how much the document was made, so that a reader sees whether there is more by now.
func made(h document.Header) string {
	s := "Made from " + text.Count(h.Events, "event", "events") + " of the timeline"
	if !h.Newest.IsZero() {
		s += ", the last of them recorded at " + wording.Moment(h.Newest) + " UTC"
	}
	return s
}

// windowRows are the windows of impact. The length of one that has no begin or no end is not recorded.
func windowRows(windows []document.Window) []windowRow {
	var rows []windowRow
	for _, w := range windows {
		row := windowRow{
			wording.Moment(w.From),
			wording.Moment(w.To),
			wording.NotRecorded,
			literal(text.Clip(strings.Join(w.Source, "; "), 500)),
			string(w.Confidence),
			wording.Marks(w.Events),
		}
		if !w.From.IsZero() && !w.To.IsZero() {
			row.Length = wording.Took(w.To.Sub(w.From))
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
func total(im document.Impact) string {
	var parts []string
	if len(im.Windows) == 1 {
		return "" // the table has said it
	}
	if im.Total != nil {
		parts = append(parts, "In all "+wording.Took(document.Length(*im.Total)))
	}
	lost := func(n int, what string) {
		if n > 0 {
			count := text.Count(n, "window has "+what+" that is", "windows have "+what+" that is")
			parts = append(parts, count+" "+wording.NotRecorded)
		}
	}
	lost(im.Unended, "an end")
	lost(im.Unstarted, "a start")
	if len(parts) == 0 {
		return "When users were hurt is " + wording.NotRecorded + "."
	}
	// what has no end, or no begin, is not in the sum
	if im.Total != nil && len(parts) > 1 {
		parts[0] = "At least" + strings.TrimPrefix(parts[0], "In all")
	}
	return strings.Join(parts, "; ") + "."
}

// detectionText says how it became known, in one sentence.
func detectionText(d document.Detection) string {
	if d.Alarm == nil {
		person := or(text.Clip(d.Person, wording.Shortest), wording.NotRecorded)
		return sentence(document.Sentence{
			Text: "Declared by " + person + " at " + wording.Moment(d.At) +
				" UTC; no alarm had opened the incident",
			Events: d.Events,
		})
	}
	return sentence(document.Sentence{Text: "This alarm opened the incident", Events: d.Events})
}

// alarmRows is the alarm that opened the incident, as it said it. What few alarms have is left out if it is empty; what
// each should have is "not recorded".
func alarmRows(a *document.Alarm) []fieldRow {
	if a == nil {
		return nil
	}
	name := literal(a.Name)
	if a.Link != "" {
		name += " (" + link("console", a.Link, consoleHosts) + ")"
	}
	lag := wording.NotRecorded
	if a.Lag != nil {
		lag = wording.Took(document.Length(*a.Lag))
		if *a.Lag < 0 {
			lag += " (the clocks disagree)"
		}
	}
	rows := []fieldRow{{"Alarm", name}, {"Account", cell(a.Account)}, {"Region", cell(a.Region)}}
	for _, f := range []fieldRow{
		{"Contributor", a.Contributor}, {"Description", a.Description}, {"Tags", a.Tags},
		{"Evaluation", a.Evaluation},
		{"Log", strings.Join(a.Lines, " · ")},
	} {
		if f.Value != "" {
			rows = append(rows, fieldRow{f.Name, cell(f.Value)})
		}
	}
	rows = append(rows, []fieldRow{
		{"Metric", cell(a.Metric)}, {"Condition", cell(a.Condition)}, {"Reason", cell(a.Reason)},
		{"Changed (UTC)", millis(a.Changed)}, {"Accepted by Oncalm (UTC)", millis(a.Accepted)}, {"Lag", lag},
		{"SNS message", cell(a.MessageID)},
	}...)
	if len(a.Doubts) > 0 {
		rows = append(rows, fieldRow{"To be noted", cell(strings.Join(a.Doubts, "; "))})
	}
	return rows
}

// cell is a literal, not too long, or that it is not recorded.
func cell(s string) string { return or(literal(text.Clip(s, 2000)), wording.NotRecorded) }

// pageRows are the pages. Times are those of a day, and with the day if it is another than that of the decision.
func pageRows(pages []document.Page) []pageRow {
	var rows []pageRow
	for _, p := range pages {
		rows = append(rows, pageRow{
			Who:          literal(text.Clip(p.Person, wording.Shortest)),
			Via:          literal(text.Clip(wording.Said(incidents.ChannelName(p.Via)), wording.Shortest)),
			Step:         p.Step(),
			Decided:      wording.Moment(p.Decided),
			Delivered:    or(wording.Clock(p.Delivered, p.Decided), "–"),
			Acknowledged: or(wording.Clock(p.Acknowledged, p.Decided), "–"),
			Outcome:      literal(text.Clip(p.Became(), 500)),
			Events:       wording.Marks(p.Events),
		})
	}
	return fit(rows, maxPages,
		func(r pageRow) int { return len(r.Who) + len(r.Via) + len(r.Outcome) + len(r.Events) + 100 },
		func(n int) pageRow { return pageRow{Outcome: leftOut(n)} })
}

// newTimeRow makes a row of times; those of the day of the incident without their day.
func newTimeRow(m document.Measure, day time.Time) timeRow {
	row := timeRow{
		Name:   literal(m.Name),
		Value:  wording.NotRecorded + ": " + literal(m.Missing),
		From:   literal(m.Between[0]),
		To:     literal(m.Between[1]),
		Events: wording.Marks(m.Events),
	}
	if m.Short != "" {
		row.Name += " (" + literal(m.Short) + ")"
	}
	if m.Seconds != nil {
		row.Value = wording.Took(document.Length(*m.Seconds))
	}
	if !m.From.IsZero() {
		row.From += ", " + wording.Clock(m.From, day)
	}
	if !m.To.IsZero() {
		row.To += ", " + wording.Clock(m.To, day)
	}
	return row
}

// newActionRow makes all of an action item literal.
func newActionRow(a document.ActionItem) actionRow {
	return actionRow{literal(a.ID), literal(a.Text), literal(a.Owner), literal(a.Due), literal(a.Type),
		literal(a.Priority), literal(a.VerifyBy), literal(a.Ticket), literal(a.Status)}
}

// struckText says how many notes were struck; what they said is nobody's business any more.
func struckText(n int) string {
	if n == 0 {
		return ""
	}
	return text.Count(n, "note was struck and is", "notes were struck and are") + " left out."
}

// leftOut says that a table was too long.
func leftOut(rows int) string {
	const why = " rows are left out here to keep this document readable; its JSON form has them all"
	return "*" + strconv.Itoa(rows) + why + "*"
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
		// the ends in turn: how it began and how it ended are what is read
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
