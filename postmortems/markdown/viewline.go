package markdown

import (
	"strings"
	"time"

	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
	"github.com/oncalm/oncalm/text"
)

// detail is how much of each line is shown.
type detail int

const (
	full detail = iota // everything
	cut                // texts are cut, and of equal links in a row only the first is shown
)

// cutTo is where texts are cut, in characters.
const cutTo = 200

// lineRows makes the rows of the timeline, as detailed as their number allows. Escaping every text of a storm costs more
// than to count first.
func lineRows(lines []document.Line) []lineRow {
	size := func(r lineRow) int {
		return len(r.Event) + len(r.Time) + len(r.Who) + len(r.What) + len(r.Evidence) + len("|  |  |  |  |  |\n")
	}
	raw := 0 // escaped, it only gets longer
	for _, l := range lines {
		raw += len(l.What) + len(l.Link)
	}
	if raw <= maxTimeline {
		rows := timelineRows(lines, full)
		sum := 0
		for _, r := range rows {
			sum += size(r)
		}
		if sum <= maxTimeline {
			return rows
		}
	}
	rows := timelineRows(lines, cut)
	return fit(rows, maxTimeline, size, func(n int) lineRow { return lineRow{What: leftOut(n)} })
}

// timelineRows makes a row of each line, and one where a day begins.
func timelineRows(lines []document.Line, shown detail) []lineRow {
	var rows []lineRow
	day, lastLink := "", ""
	for _, l := range lines {
		if l.Source == document.SourceGap {
			rows = append(rows, lineRow{What: "*" + literal(l.What) + "*"})
			continue
		}
		if d := l.At.Format(wording.LayoutDay); d != day {
			day = d
			rows = append(rows, lineRow{What: "**" + d + "**"})
		}
		if shown == cut {
			l.Who, l.What = text.Clip(l.Who, cutTo), text.Clip(l.What, cutTo)
		}
		row := lineRow{
			Event:    mark(l),
			Time:     l.At.Format(wording.LayoutTime),
			Who:      literal(l.Who),
			What:     literal(l.What),
			Evidence: evidence(l),
		}
		if shown == cut {
			if l.Link != "" && l.Link == lastLink {
				row.Evidence = "as before"
			}
			lastLink = l.Link
		}
		if !l.Added.IsZero() {
			row.What += " *(added later, at " + wording.Clock(l.Added, l.At) + ")*"
		}
		rows = append(rows, row)
	}
	return rows
}

// mark names the event of a line, if it is of one.
func mark(l document.Line) string {
	if l.Seq == 0 {
		return ""
	}
	return wording.Marks([]int{l.Seq})
}

// evidence leads to where a line can be checked. Files lead to Slack, which asks for a login.
func evidence(l document.Line) string {
	all := []string{source(l)}
	if all[0] == "" {
		all = nil
	}
	for _, f := range l.Files {
		all = append(all, link(literal(text.Clip(f.Title, cutTo)), f.Link, messageHosts))
	}
	return strings.Join(all, ", ")
}

// source leads to what a line was made from. A line without a link is known by the id of its message, which finds it in
// logs.
func source(l document.Line) string {
	switch {
	case l.LinkTo == "console":
		return link(l.LinkTo, l.Link, consoleHosts)
	case l.Link != "":
		return link(l.LinkTo, l.Link, messageHosts)
	case l.MessageID != "":
		return "SNS " + literal(text.Clip(l.MessageID, 64))
	}
	return ""
}

// millis writes a time in full, with milliseconds.
func millis(t time.Time) string {
	if t.IsZero() {
		return wording.NotRecorded
	}
	return t.UTC().Format(wording.LayoutFull + ".000")
}
