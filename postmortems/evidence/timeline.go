package evidence

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
)

const (
	// LongGap is how long nothing must have been recorded to be worth a line.
	LongGap = 15 * time.Minute
	// late is how much later than it happened a note must have been written down to be
	// marked so.
	late = time.Minute
)

// Lines makes the timeline: in the order of what happened, without what was struck, with
// the changes near the start, and with the gaps. A gap is a time without any event, shown or not. What was struck still shows
// that somebody was there, so it ends a gap.
func (r *Reading) Lines(list []document.Change) []document.Line {
	events := slices.Clone(r.Events)
	slices.SortStableFunc(events, func(a, b incidents.Event) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seq, b.Seq))
	})
	lines := []document.Line{}
	for n, e := range events {
		if n > 0 {
			lines = append(lines, gap(events[n-1].At, e.At)...)
		}
		if isChange(e) {
			continue // it stands there at its own time
		}
		if words := e.Words(); !r.struck[e.Seq] && words.Shown&incidents.InPostmortem != 0 {
			lines = append(lines, newLine(e, words))
		}
	}
	for n := len(lines); n > 0 && lines[n-1].Source == document.SourceGap; n-- {
		lines = lines[:n-1] // what came after it is not shown
	}
	return withChanges(lines, list)
}

// isChange reports whether an event tells of a change. Changes have their line from the list, which says more of them.
func isChange(e incidents.Event) bool {
	b, ok := e.Body.(incidents.Responded)
	if !ok {
		return false
	}
	_, ok = b.Fact.(response.Changed)
	return ok
}

// gap is the line for a time without any event; none if it is short.
func gap(from, to time.Time) []document.Line {
	d := to.Sub(from)
	if d <= LongGap {
		return nil
	}
	return []document.Line{
		{At: from.UTC(), Source: document.SourceGap, What: "nothing recorded for " + wording.Took(d),
			Gap: d.Seconds()},
	}
}

// newLine is a line of an event, with what leads to its evidence: an alarm to the console, a note to its message in Slack.
func newLine(e incidents.Event, words incidents.Words) document.Line {
	l := document.Line{
		Seq:    e.Seq,
		At:     e.At.UTC(),
		Who:    wording.Who(e.By),
		Source: string(words.Source),
		What:   written(e, words.Say),
	}
	if a := incidents.AlarmIn(e.Body); a != nil {
		l.Link, l.LinkTo, l.MessageID = a.Link, "console", wording.Clean(a.MessageID)
	}
	if words.Link != "" {
		l.Link, l.LinkTo = words.Link, "message"
	}
	if l.Link == "" {
		l.LinkTo = ""
	}
	for _, p := range words.Say {
		if p.Form == incidents.Linked && p.Link != "" {
			l.Files = append(l.Files, document.File{Title: wording.Said(p.Text), Link: p.Link})
		}
	}
	if words.Source == incidents.SourceNote && e.Recorded.Sub(e.At) > late {
		l.Added = e.Recorded.UTC()
	}
	return l
}

// written renders a sentence for a cell of a table, where its line has the actor, and the link as evidence. It begins with a
// large letter, unless somebody's own words do.
func written(e incidents.Event, s incidents.Sentence) string {
	var b strings.Builder
	for n, p := range s {
		switch p.Form {
		case incidents.Plain:
			if n == 0 {
				p.Text = large(p.Text)
			}
			b.WriteString(p.Text)
		case incidents.Term, incidents.Someone:
			b.WriteString(wording.Said(p.Text))
		case incidents.Quote:
			if n == 0 {
				b.WriteString(wording.Clean(p.Text))
				continue
			}
			b.WriteString("“" + wording.Said(p.Text) + "”")
		case incidents.Linked:
			b.WriteString("“" + wording.Said(p.Text) + "”")
		case incidents.Moment:
			b.WriteString(wording.Clock(p.At.UTC(), e.At.UTC()))
		}
	}
	return b.String()
}

// large begins a text with a large letter.
func large(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}
