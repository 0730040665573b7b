package postmortems

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/oncalm/oncalm/incidents"
)

const (
	// longGap is how long nothing must have been recorded to be worth a line.
	longGap = 15 * time.Minute
	// late is how much later than it happened a note must have been written down to be
	// marked so.
	late = time.Minute
)

// sourceGap is the source of a line that says that nothing was recorded. The others are those of [incidents.Source].
const sourceGap = "gap"

// lines makes the timeline: in the order of what happened, without what was struck, and
// with the gaps. A gap is a time without any event, shown or not.
func (r *reading) lines() []Line {
	events := slices.Clone(r.events)
	slices.SortStableFunc(events, func(a, b incidents.Event) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seq, b.Seq))
	})
	lines := []Line{}
	for n, e := range events {
		if n > 0 {
			lines = append(lines, gap(events[n-1].At, e.At)...)
		}
		if words := e.Words(); !r.struck[e.Seq] && words.Shown&incidents.InPostmortem != 0 {
			lines = append(lines, newLine(e, words))
		}
	}
	for n := len(lines); n > 0 && lines[n-1].Source == sourceGap; n-- {
		lines = lines[:n-1] // what came after it is not shown
	}
	return lines
}

func gap(from, to time.Time) []Line {
	d := to.Sub(from)
	if d <= longGap {
		return nil
	}
	return []Line{{At: from.UTC(), Source: sourceGap, What: "nothing recorded for " + took(d), Gap: d.Seconds()}}
}

func newLine(e incidents.Event, words incidents.Words) Line {
	l := Line{Seq: e.Seq, At: e.At.UTC(), Who: who(e.By), Source: string(words.Source), What: written(e, words.Say)}
	if a := incidents.AlarmIn(e.Body); a != nil {
		l.Link, l.LinkTo, l.MessageID = a.Link, "console", clean(a.MessageID)
	}
	if words.Link != "" {
		l.Link, l.LinkTo = words.Link, "message"
	}
	if l.Link == "" {
		l.LinkTo = ""
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
			b.WriteString(said(p.Text))
		case incidents.Quote:
			if n == 0 {
				b.WriteString(clean(p.Text))
				continue
			}
			b.WriteString("“" + said(p.Text) + "”")
		case incidents.Moment:
			b.WriteString(clock(p.At.UTC(), e.At.UTC()))
		}
	}
	return b.String()
}

func large(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}
