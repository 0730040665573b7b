package markdown

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
	"github.com/oncalm/oncalm/text"
)

// A lessonRow is what helped, or made it harder.
type lessonRow struct {
	Kind, Title, Ask string
	Told             []string
	Own              string // what people wrote, between its marks
	Filled           bool   // somebody did
}

// A messageRow is the draft of what others could be told.
type messageRow struct{ For, Text string }

// more fills in what people said and wrote, and what is known beside the timeline.
func (s *sheet) more(d document.Document) {
	s.Review, s.Authors = review(d.Review), authors(d)
	s.Worst = literal(d.Header.Worst)
	s.Described, s.Affected = saidLine(d.Described), saidLine(d.Affected)
	for _, x := range d.Delays {
		s.Delays = append(s.Delays, sentence(x))
	}
	for _, x := range asked(d, document.SectionMitigation, d.Mitigation) {
		s.Mitigation = append(s.Mitigation, sentence(x))
	}
	s.Decisions, s.Asked = saidLines(d.Captured.Decisions), saidLines(d.Captured.Questions)
	s.Spoken, s.Observed = saidLines(d.Captured.Actions), saidLines(d.Captured.Observations)
	s.Updates = saidLines(d.Updates)
	s.ChangeTable, s.ChangesTold = changeTable(d.Changes), literal(d.ChangesTold)
	s.RelatedTold = literal(d.RelatedTold)
	s.PageTable, s.ActionTable = pageTable(s.Pages), actionTable(d.ActionItems)
	titles := map[string]string{
		document.SectionHelped: "What helped", document.SectionHarder: "What made it harder",
		document.SectionLucky: "Where we were lucky",
	}
	for _, l := range d.Lessons {
		row := lessonRow{Kind: l.Kind, Title: or(titles[l.Kind], literal(l.Kind)), Ask: blank(l.Ask)}
		row.Own, row.Filled = written(d.Section(l.Kind)), len(d.Section(l.Kind).Parts) > 0
		for _, x := range l.Told {
			row.Told = append(row.Told, sentence(x))
		}
		s.Lessons = append(s.Lessons, row)
	}
	s.RollbackTable = rollbackTable(d.Rollbacks)
	s.RelatedTable = relatedTable(d.Related)
	for _, m := range d.Messages {
		x := m.Says
		x.Ask = m.Ask
		x = asked(d, document.SectionMessages, []document.Sentence{x})[0]
		s.Messages = append(s.Messages, messageRow{literal(m.For), sentence(x)})
	}
	s.Written, s.Filled = map[string]string{}, map[string]bool{}
	for _, name := range document.Sections() {
		s.Written[name], s.Filled[name] = written(d.Section(name)), len(d.Section(name).Parts) > 0
	}
	var kinds [][]string
	for _, k := range d.Kinds {
		kinds = append(kinds, []string{literal(k.Kind), strconv.Itoa(k.N)})
	}
	s.KindTable, s.Digest = newTable([]string{"Kind of event", "How many"}, kinds), d.Header.Digest
}

// review says how far the postmortem has come, who leads it, and by when it is due.
func review(r document.Review) string {
	s := literal(r.Status)
	if r.Owner != "" {
		s += "; " + literal(text.Clip(r.Owner, wording.Shortest)) + " leads it"
	}
	if len(r.Reviewers) > 0 {
		who := literal(text.Clip(text.List(r.Reviewers, "and"), wording.Shortest))
		s += "; for review by " + who
	}
	if !r.Due.IsZero() {
		s += "; to be reviewed by " + r.Due.Format("Mon 2006-01-02")
	}
	return strings.TrimSpace(s + " " + wording.Marks(r.Events))
}

// authors are who wrote in a document, in the order in which they stand in it.
func authors(d document.Document) string {
	var all []string
	for _, s := range d.Sections {
		for _, p := range s.Parts {
			if who := literal(text.Clip(p.Who, wording.Shortest)); !slices.Contains(all, who) {
				all = append(all, who)
			}
		}
	}
	return or(text.List(all, "and"), "nobody wrote in it yet")
}

// maxSaid is how many characters of what somebody said are shown outside the timeline.
const maxSaid = 2000

// saidLine is what somebody said, with when, and where it can be looked at; empty if nobody said anything.
func saidLine(s *document.Said) string {
	if s == nil {
		return ""
	}
	line := literal(text.Clip(s.Text, maxSaid))
	if s.Stage != "" {
		line = "(" + literal(s.Stage) + ") " + line
	}
	if !s.From.IsZero() {
		until := "on"
		if !s.To.IsZero() {
			until = "until " + wording.Moment(s.To)
		}
		line += " (from " + wording.Moment(s.From) + " UTC " + until + ")"
	}
	line += " – " + literal(text.Clip(s.Who, wording.Shortest)) + ", " + wording.Moment(s.At) + " UTC"
	if s.Link != "" {
		line += ", " + link("message", s.Link, messageHosts)
	}
	for _, f := range s.Files {
		line += ", " + link(literal(text.Clip(f.Title, cutTo)), f.Link, messageHosts)
	}
	return line + " " + wording.Marks(s.Events)
}

// saidLines are what people said, a line each, as many as fit.
func saidLines(all []document.Said) (lines []string) {
	for _, s := range all {
		lines = append(lines, saidLine(&s))
	}
	return fit(lines, maxWindows, func(s string) int { return len(s) }, leftOut)
}

// changeTable lists changes with how long before the start they were, or after it.
func changeTable(list []document.Change) table {
	var rows [][]string
	for _, c := range list {
		before := wording.Took(document.Length(max(c.Before, -c.Before)))
		if before += " before"; c.Before < 0 {
			before = strings.TrimSuffix(before, "before") + "after"
		}
		what := literal(text.Clip(c.Title, cutTo))
		if c.Reason != "" {
			what += ": " + literal(text.Clip(c.Reason, cutTo))
		}
		evidence := link("console", c.Link, consoleHosts)
		if c.Link == "" {
			evidence = literal(text.Clip(c.ID, cutTo))
		}
		rows = append(rows, []string{
			wording.Moment(c.At), before, literal(text.Clip(c.Kind, cutTo)), what, literal(text.Clip(c.Service, cutTo)),
			literal(text.Clip(c.Account, cutTo)), literal(text.Clip(c.Region, cutTo)), evidence, wording.Marks(c.Events),
		})
	}
	names := []string{"At (UTC)", "Start", "Kind", "What", "Service", "Account", "Region", "Evidence", "Lines"}
	return newTable(names, fit(rows, maxPages, size, func(n int) []string { return omitted(n, 3, len(names)) }))
}

// size is about how many bytes a row takes, with its lines between.
func size(row []string) int {
	n := 0
	for _, cell := range row {
		n += len(cell) + 3
	}
	return n
}

// omitted is a row that says how many are left out.
func omitted(rows, column, columns int) []string {
	row := make([]string, columns)
	row[column] = leftOut(rows)
	return row
}

// pageTable has the pages, which are literal already.
func pageTable(pages []pageRow) table {
	var rows [][]string
	for _, p := range pages {
		rows = append(rows, []string{p.Who, p.Via, p.Step, p.Decided, p.Delivered, p.Acknowledged, p.Outcome, p.Events})
	}
	return newTable([]string{"Who", "Via", "Step", "Decided (UTC)", "Delivered", "Acknowledged", "Outcome", "Lines"}, rows)
}

// actionTable has places to fill in where an item lacks what it needs to be done: somebody, and a day.
func actionTable(items []document.ActionItem) table {
	var rows [][]string
	for _, a := range items {
		r := newActionRow(a)
		rows = append(rows, []string{
			r.ID, or(r.Text, wording.NotRecorded), or(r.Owner, "**[fill in]**"), or(r.Due, "**[fill in]**"), r.Type, r.Priority,
			r.VerifyBy, r.Ticket, r.Status, wording.Marks(a.Events),
		})
	}
	names := []string{"Id", "What", "Owner", "Due", "Type", "Priority", "Verified by", "Ticket", "Status", "Lines"}
	return newTable(names, fit(rows, maxWindows, size, func(n int) []string { return omitted(n, 1, len(names)) }))
}

// rollbackTable lists rollbacks. Times of the day of the request have no date.
func rollbackTable(list []document.Rollback) table {
	var rows [][]string
	moment := func(t, day time.Time) string {
		if t.IsZero() {
			return "–"
		}
		return wording.Clock(t, day)
	}
	for _, b := range list {
		approved := strings.Join(b.Approved, ", ")
		if b.Alone {
			approved = "nobody was asked: it could not wait"
		}
		rows = append(rows, []string{
			literal(text.Clip(b.Target, cutTo)), literal(text.Clip(b.From, cutTo)) + " → " + literal(text.Clip(b.To, cutTo)),
			literal(text.Clip(b.By, cutTo)) + ", " + wording.Moment(b.Requested), literal(text.Clip(approved, cutTo)),
			moment(b.Started, b.Requested), moment(b.Finished, b.Requested), literal(text.Clip(b.Became(), 500)),
			literal(text.Clip(b.Proved(), 500)), literal(text.Clip(b.Reason, cutTo)), wording.Marks(b.Events),
		})
	}
	names := []string{"Rolled back", "From → to", "Requested (UTC)", "Approved by", "Started", "Finished", "Outcome",
		"What the alarm said", "Reason", "Lines"}
	return newTable(names, fit(rows, maxWindows, size, func(n int) []string { return omitted(n, 0, len(names)) }))
}

// relatedTable lists earlier incidents. There is no link: a document may be read where Slack is not.
func relatedTable(list []document.Related) table {
	var rows [][]string
	for _, r := range list {
		took := wording.NotRecorded
		if !r.Resolved.IsZero() {
			took = wording.Took(r.Resolved.Sub(r.Opened))
		}
		rows = append(rows, []string{
			literal(r.ID), literal(text.Clip(r.Title, cutTo)), literal(r.Severity), wording.Moment(r.Opened),
			took, literal(r.Why), literal(text.Clip(r.Helped, cutTo)), literal(r.Left),
		})
	}
	return newTable([]string{"Incident", "Title", "Severity", "Opened (UTC)", "Resolved after", "In common", "What helped",
		"Action items"}, rows)
}

// The marks around what people write in a document, by which it is found when the file is read back. The first one says what whoever
// edits it has seen.
const (
	beginMark = "<!-- oncalm: %s e%d -->"
	endMark   = "<!-- /oncalm -->"
)

// written is a section that people write, between its marks, and who wrote it. Base, in the first mark, is the newest event
// in it: words that somebody writes later are not lost when the file is read back.
func written(s document.Section) string {
	var parts, who []string
	var events []int
	for _, p := range s.Parts {
		parts = append(parts, Own(p.Text))
		who = append(who, literal(text.Clip(p.Who, wording.Shortest))+" at "+wording.Moment(p.At)+" UTC")
		events = append(events, p.Events...)
	}
	out := fmt.Sprintf(beginMark, s.Name, s.Base()) + "\n"
	if len(parts) > 0 {
		out += "\n" + strings.Join(parts, "\n\n") + "\n\n"
	}
	out += endMark
	if len(who) > 0 {
		out += "\n\n*Written by " + text.List(who, "and") + ".* " + wording.Marks(events)
	}
	return out
}

var (
	heading = regexp.MustCompile(`^( {0,3})#{1,2}(\s|$)`)
	rulers  = regexp.MustCompile(`^ {0,3}(=+|-{2,})\s*$`)
	inImage = regexp.MustCompile(`!\[`)
)

// maxOwn is how long a section may be, in bytes.
const maxOwn = 64 << 10

// Own makes what a person wrote in Markdown fit for a document: it has no HTML, mentions nobody, loads no picture from elsewhere,
// and its headings are below ours. What was made fit stays as it is. It works line by line on the text, and does not parse
// it: what it does not know is shown as it is. Pairs are replaced with themselves first, so that what is escaped already is
// not escaped again.
func Own(s string) string {
	var lines []string
	for line := range strings.Lines(text.ClipBytes(text.Clean(s), maxOwn)) {
		line = strings.TrimRight(line, " \t\n")
		line = strings.NewReplacer("&lt;", "&lt;", "<", "&lt;").Replace(line)
		line = strings.NewReplacer(`\@`, `\@`, "@", `\@`).Replace(line)
		line = inImage.ReplaceAllString(line, `\![`)
		line = strings.ReplaceAll(line, `\\!`, `\!`)
		line = heading.ReplaceAllString(line, "${1}###$2")
		if rulers.MatchString(line) {
			line = "\\" + strings.TrimSpace(line)
		}
		lines = append(lines, line)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

var (
	beginsOwn = regexp.MustCompile(`^<!-- oncalm: ([a-z]+) e(\d+) -->$`)
	endsOwn   = regexp.MustCompile(`^<!-- /oncalm -->$`)
)

var anyMark = regexp.MustCompile(`(?m)^<!-- (?:oncalm: [a-z]+ e\d+|/oncalm) -->\n+`)

// Bare is a document without the marks around what people write, for where it is only read.
func Bare(document []byte) []byte { return anyMark.ReplaceAll(document, nil) }

// A Written is a section as it stands in a file.
type Written struct {
	Name string `json:"name"`
	Text string `json:"text"`
	Base int    `json:"base"` // the newest event that whoever edited it has seen
}

// Sections reads what people wrote in a document's file. The error says at which line a mark is missing. What stands
// outside the marks is ours, and is not read.
func Sections(file string) ([]Written, error) {
	var all []Written
	var lines []string
	inside := false
	n := 0
	for line := range strings.Lines(file) {
		n++
		line = strings.TrimRight(line, " \t\r\n")
		begin := beginsOwn.FindStringSubmatch(strings.TrimSpace(line))
		switch {
		case begin != nil && inside, endsOwn.MatchString(strings.TrimSpace(line)) && !inside:
			return nil, fmt.Errorf("line %d: the mark before this one is missing", n)
		case begin != nil:
			base, err := strconv.Atoi(begin[2])
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", n, err)
			}
			all = append(all, Written{Name: begin[1], Base: base})
			inside, lines = true, nil
		case inside && endsOwn.MatchString(strings.TrimSpace(line)):
			all[len(all)-1].Text, inside = strings.TrimSpace(strings.Join(lines, "\n")), false
		case inside:
			lines = append(lines, line)
		}
	}
	if inside {
		return nil, fmt.Errorf("the section %s has no end: its last line is %s", all[len(all)-1].Name, endMark)
	}
	return all, nil
}
