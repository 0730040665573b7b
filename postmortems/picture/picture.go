// Package picture draws the course of an incident: impact, alarms, pages, acknowledgements, changes and rollbacks on one axis of time,
// as SVG. The colours are readable on light and on dark ground; letters have the colour of what is around them. Nothing in it runs,
// and nothing is loaded from elsewhere.
package picture

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
	"github.com/oncalm/oncalm/text"
)

// Measures of the picture, in its own units. The axis has the same length whatever it spans, so that documents look alike.
const (
	width  = 920
	left   = 118 // of the axis
	right  = 24  // of the axis to the edge
	lane   = 30
	top    = 10
	near   = 7  // marks that are nearer to each other than this are one
	bottom = 40 // for the words below the axis
)

// A mark is something at a time, or from one time to another.
type mark struct {
	from, to time.Time // to is zero for a moment
	open     bool      // it has no end that is known
	what     string
	hollow   bool // an end: OK, or what did not help
}

// A row is one lane of the picture.
type row struct {
	name, colour string
	marks        []mark
}

// rows are the lanes, from top to bottom. One without a mark is left out. Each lane has a colour of its own; a mark is told
// from its neighbours by its words, since not everybody sees colours.
func rows(d document.Document) []row {
	all := []row{
		{"Changes", "#8250df", changeMarks(d)},
		{"Impact", "#d1383d", impactMarks(d)},
		{"Alarms", "#c4660a", alarmMarks(d)},
		{"Pages", "#2f73d9", pageMarks(d)},
		{"Acknowledged", "#1f8a4c", ackMarks(d)},
		{"Rollbacks", "#0b8793", rollbackMarks(d)},
		{"Updates", "#7a6f00", updateMarks(d)},
	}
	return slices.DeleteFunc(all, func(r row) bool { return len(r.marks) == 0 })
}

// changeMarks are the changes from an hour before the start on: earlier ones are in the table, and would make the rest
// small.
func changeMarks(d document.Document) (marks []mark) {
	for _, c := range d.Changes {
		if c.Before <= time.Hour.Seconds() {
			marks = append(marks, mark{from: c.At, what: "change: " + c.Title})
		}
	}
	return marks
}

// impactMarks are the windows of impact. One without a start is a moment at its end, for nobody knows how long it was.
func impactMarks(d document.Document) (marks []mark) {
	for _, w := range d.Impact.Windows {
		m := mark{from: w.From, to: w.To, open: w.To.IsZero(), what: "impact (" + string(w.Confidence) + ")"}
		if w.From.IsZero() {
			m = mark{from: w.To, what: "end of an impact whose start is not recorded", hollow: true}
		}
		marks = append(marks, m)
	}
	return marks
}

// alarmMarks are what alarms said: ALARM is full, and OK hollow.
func alarmMarks(d document.Document) (marks []mark) {
	for _, w := range d.Impact.Series {
		source := strings.Join(w.Source[:min(1, len(w.Source))], "")
		if d.Detection.Alarm == nil && w.Confidence == document.Reported ||
			d.Affected != nil && slices.Contains(w.Events, d.Affected.Events[0]) {
			continue // a person said so, and no alarm
		}
		if !w.From.IsZero() {
			marks = append(marks, mark{from: w.From, what: source + ": ALARM"})
		}
		if !w.To.IsZero() {
			marks = append(marks, mark{from: w.To, what: source + ": OK", hollow: true})
		}
	}
	return marks
}

// pageMarks are the pages when they were delivered; one that was not stands hollow where it was decided.
func pageMarks(d document.Document) (marks []mark) {
	for _, p := range d.Pages {
		at, what := p.Delivered, "page to "+p.Person+" delivered"
		if at.IsZero() {
			at, what = p.Decided, "page to "+p.Person+": "+string(p.Outcome)
		}
		marks = append(marks, mark{from: at, what: what, hollow: p.Delivered.IsZero()})
	}
	return marks
}

// ackMarks are the acknowledgements, as they are credited to pages.
func ackMarks(d document.Document) (marks []mark) {
	for _, p := range d.Pages {
		if !p.Acknowledged.IsZero() {
			marks = append(marks, mark{from: p.Acknowledged, what: p.Person + " acknowledged"})
		}
	}
	return marks
}

// rollbackMarks are the rollbacks from the request on. Only one that helped is full.
func rollbackMarks(d document.Document) (marks []mark) {
	for _, b := range d.Rollbacks {
		m := mark{from: b.Requested, to: b.Finished, what: "rollback of " + b.Target + ": " + b.Outcome,
			hollow: b.Proof != document.ProofHelped}
		if b.Proof != "" {
			m.what = "rollback of " + b.Target + ": " + b.Proved()
		}
		marks = append(marks, m)
	}
	return marks
}

// updateMarks are what stakeholders were told.
func updateMarks(d document.Document) (marks []mark) {
	for _, u := range d.Updates {
		marks = append(marks, mark{from: u.At, what: "update: " + cmp.Or(u.Stage, u.Text)})
	}
	return marks
}

// A scale turns times into places.
type scale struct{ from, to time.Time }

// span is from the first to the last thing in the picture, with some room. An incident of less than a minute gets a minute,
// since an axis without a length has no places.
func span(d document.Document, all []row) scale {
	s := scale{d.Header.Opened, d.Header.Opened}
	add := func(t time.Time) {
		if t.IsZero() {
			return
		}
		if s.from.IsZero() || t.Before(s.from) {
			s.from = t
		}
		if t.After(s.to) {
			s.to = t
		}
	}
	add(d.Header.Resolved)
	for _, r := range all {
		for _, m := range r.marks {
			add(m.from)
			add(m.to)
		}
	}
	if s.to.Sub(s.from) < time.Minute {
		s.to = s.from.Add(time.Minute)
	}
	return s
}

// x is where a time stands, from the left.
func (s scale) x(t time.Time) float64 {
	return left + (width-left-right)*float64(t.Sub(s.from))/float64(s.to.Sub(s.from))
}

// steps between the lines of the axis: as few as make it readable.
var steps = [...]time.Duration{
	10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute,
	30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
	48 * time.Hour,
	7 * 24 * time.Hour, 28 * 24 * time.Hour, 365 * 24 * time.Hour,
}

// mostTicks is how many lines an axis has.
const mostTicks = 9

// step is the shortest of them with which there are not too many lines.
func (s scale) step() time.Duration {
	for _, step := range steps {
		if s.to.Sub(s.from)/step <= mostTicks {
			return step
		}
	}
	return s.to.Sub(s.from) / mostTicks
}

// SVG draws the course of an incident, and says in words what is in it. Without anything to draw it is empty. All texts are
// escaped, for they come from alarms and people.
func SVG(d document.Document) (svg, alt string) {
	all := rows(d)
	if len(all) == 0 || d.Header.Opened.IsZero() {
		return "", ""
	}
	s := span(d, all)
	height := top + lane*len(all) + bottom
	var b strings.Builder
	alt = words(d, all, s)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="system-ui, sans-serif" font-size="13">`,
		width, height, text.HTML(alt))
	s.axis(&b, top+lane*len(all))
	for n, r := range all {
		y := top + lane*n + lane/2
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end" fill="currentColor">%s</text>`, left-12, y+4, r.name)
		s.draw(&b, r, y)
	}
	b.WriteString("</svg>")
	return b.String(), alt
}

// axis draws the lines of time and their words. Times are in UTC, as in the rest of the document. The lines stand at whole
// steps.
func (s scale) axis(b *strings.Builder, y int) {
	step := s.step()
	form := "15:04"
	switch {
	case step < time.Minute:
		form = "15:04:05"
	case step >= 24*time.Hour:
		form = "2006-01-02"
	case s.from.Format(time.DateOnly) != s.to.Format(time.DateOnly):
		form = "Jan 2 15:04"
	}
	for t := s.from.Truncate(step); !t.After(s.to); t = t.Add(step) {
		if t.Before(s.from) {
			continue
		}
		x := s.x(t)
		fmt.Fprintf(b, `<path d="M%.1f %dV%d" stroke="currentColor" stroke-opacity=".18"/>`, x, top, y+4)
		anchor := "middle"
		if x > width-right-30 {
			anchor = "end"
		}
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="%s" fill="currentColor" fill-opacity=".8" font-size="12">%s</text>`,
			x, y+18, anchor, t.Format(form))
	}
	fmt.Fprintf(b, `<path d="M%d %dH%d" stroke="currentColor" stroke-opacity=".5"/>`, left, y+2, width-right)
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="end" fill="currentColor" fill-opacity=".8" font-size="12">UTC</text>`, left-12, y+18)
}

// draw puts the marks of a row into the picture. Those that would lie on each other are one, with their number.
func (s scale) draw(b *strings.Builder, r row, y int) {
	marks := slices.Clone(r.marks)
	slices.SortStableFunc(marks, func(a, c mark) int { return a.from.Compare(c.from) })
	for n := 0; n < len(marks); {
		m := marks[n]
		if m.open || !m.to.IsZero() {
			n += s.bars(b, r, marks[n:], y)
			continue
		}
		end := n + 1
		for end < len(marks) && marks[end].to.IsZero() && !marks[end].open && marks[end].hollow == m.hollow &&
			s.x(marks[end].from)-s.x(m.from) < near {
			end++
		}
		what := m.what
		if end > n+1 {
			what = fmt.Sprintf("%s, and %d more until %s", m.what, end-n-1, marks[end-1].from.UTC().Format(time.TimeOnly))
		}
		s.dot(b, r, m, y, what)
		n = end
	}
}

// title is what is said of a mark where a pointer rests on it.
func title(at time.Time, what string) string {
	return "<title>" + text.HTML(at.UTC().Format(time.TimeOnly)+" "+text.Clip(text.Line(what), 300)) + "</title>"
}

// bars draws the first of some marks, which lasts, together with those that nobody could tell from it, and returns how many that
// are. A storm has thousands of them in a place of a hundred.
func (s scale) bars(b *strings.Builder, r row, marks []mark, y int) int {
	m, n := marks[0], 1
	for !m.open && n < len(marks) && !marks[n].open && !marks[n].to.IsZero() && marks[n].hollow == m.hollow &&
		s.x(marks[n].from)-s.x(m.to) < 1 && s.x(marks[n].to)-s.x(marks[n].from) < 1 {
		m.to = later(m.to, marks[n].to)
		n++
	}
	if n > 1 {
		m.what = fmt.Sprintf("%s, and %d more until %s", m.what, n-1, m.to.UTC().Format(time.TimeOnly))
	}
	s.bar(b, r, m, y)
	return n
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// bar draws what lasts. What has no known end goes to the edge, and is paler.
func (s scale) bar(b *strings.Builder, r row, m mark, y int) {
	from, to := s.x(m.from), float64(width-right)
	fade := ` fill-opacity=".55"`
	if !m.open {
		to, fade = s.x(m.to), ""
	}
	fill := `fill="` + r.colour + `"` + fade
	if m.hollow {
		fill = `fill="none" stroke="` + r.colour + `" stroke-width="2"`
	}
	fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="14" rx="3" %s>%s</rect>`, from, y-7, max(to-from, 3), fill,
		title(m.from, m.what))
}

// dot draws a moment.
func (s scale) dot(b *strings.Builder, r row, m mark, y int, what string) {
	fill := r.colour
	if m.hollow {
		fill = "none"
	}
	fmt.Fprintf(b, `<circle cx="%.1f" cy="%d" r="5.5" fill="%s" stroke="%s" stroke-width="2">%s</circle>`, s.x(m.from), y, fill,
		r.colour, title(m.from, what))
}

// words say what is in the picture, for whoever does not see it.
func words(d document.Document, all []row, s scale) string {
	var parts []string
	for _, r := range all {
		first := r.marks[0].from
		for _, m := range r.marks {
			if m.from.Before(first) {
				first = m.from
			}
		}
		parts = append(parts, fmt.Sprintf("%s: %d, the first at %s", strings.ToLower(r.name), len(r.marks),
			first.UTC().Format(time.TimeOnly)))
	}
	end := "it is not resolved"
	if d.Header.Status == incidents.StatusResolved {
		end = "resolved at " + wording.Moment(d.Header.Resolved)
	}
	return fmt.Sprintf("The course of incident %s from %s to %s UTC. %s; %s.", d.Header.ID, wording.Moment(s.from),
		wording.Moment(s.to), strings.Join(parts, "; "), end)
}
