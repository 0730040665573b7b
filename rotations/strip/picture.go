package strip

import (
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/drawing"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/text"
)

// Picture is what is drawn. From must be before To; what lies outside of them is not shown.
type Picture struct {
	Title    string         // for those who cannot see it
	Zone     *time.Location // of the axis; nil is UTC
	From, To time.Time
	Now      time.Time // marked, if it lies in the span
	Rows     []Row
	Width    int // in pixels; 0 means 960. A PNG has twice as many, for sharp letters
}

// Row is a line of bars.
type Row struct {
	Label string
	Bars  []Bar // in their order, without overlaps
	// People are all who could be in the row, shown or not, so that colours do not depend on the span that is shown.
	People []string
	// lone says that the row is about one person, whom its bars need not name.
	lone bool
}

// Bar is a span of a row.
type Bar struct {
	People   []string // nobody: a gap
	From, To time.Time
	Meant    bool   // of a gap: it is one on purpose
	Override bool   // somebody stands in
	Note     string // what is told of the bar besides; may be empty
}

// OfSchedule returns a schedule as a row: its shifts, and its gaps. The overrides count as in [rotations.Schedule.OnCall].
// Gaps are bars without people, so a row has no time without a bar.
func OfSchedule(s rotations.Schedule, overrides []rotations.Override, from, to time.Time) Row {
	row := Row{Label: s.Name, People: everybody(s, overrides)}
	for _, sh := range s.Shifts(from, to, overrides) {
		row.Bars = append(row.Bars, barOf(sh))
	}
	for _, g := range s.Gaps(from, to, overrides) {
		b := Bar{From: g.From, To: g.To, Meant: g.Meant}
		if g.Meant {
			b.Note = "on purpose"
		}
		row.Bars = append(row.Bars, b)
	}
	slices.SortFunc(row.Bars, func(a, b Bar) int { return a.From.Compare(b.From) })
	return row
}

// ByPerson returns a schedule as a row for each person who is on call in the span, by name, and one for its gaps if it has any.
func ByPerson(s rotations.Schedule, overrides []rotations.Override, from, to time.Time) []Row {
	whole := OfSchedule(s, overrides, from, to)
	byName := map[string][]Bar{}
	var names []string
	var gaps []Bar
	for _, b := range whole.Bars {
		if len(b.People) == 0 {
			gaps = append(gaps, b)
		}
		for _, name := range b.People {
			if byName[name] == nil {
				names = append(names, name)
			}
			own := b
			own.People = []string{name}
			byName[name] = append(byName[name], own)
		}
	}
	slices.SortFunc(names, alphabetical)
	var rows []Row
	for _, name := range names {
		rows = append(rows, Row{Label: name, Bars: byName[name], People: whole.People, lone: true})
	}
	if len(gaps) > 0 {
		rows = append(rows, Row{Label: nobody, Bars: gaps, People: whole.People, lone: true})
	}
	return rows
}

// nobody is what a gap is called.
const nobody = rotations.Nobody

// barOf is a shift as a bar, with what is told of it.
func barOf(sh rotations.Shift) Bar {
	b := Bar{People: sh.People, From: sh.From, To: sh.To, Override: sh.Override != nil, Note: "layer " + sh.Layer}
	if o := sh.Override; o != nil {
		b.Note = o.Person + " stands in for everybody"
		if o.For != "" {
			b.Note = o.Person + " stands in for " + o.For
		}
	}
	return b
}

// everybody is who could ever be on call in a schedule.
func everybody(s rotations.Schedule, overrides []rotations.Override) []string {
	var all []string
	for _, l := range s.Layers {
		for _, turn := range l.People {
			all = append(all, turn...)
		}
	}
	for _, o := range overrides {
		if o.Schedule == "" || o.Schedule == s.Name {
			all = append(all, o.Person)
		}
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(name string) bool { return name == rotations.Nobody })
}

// shown are the people of the bars, by name.
func (p Picture) shown() []string {
	var all []string
	for _, r := range p.Rows {
		for _, b := range r.Bars {
			all = append(all, b.People...)
		}
	}
	slices.SortFunc(all, alphabetical)
	return slices.Compact(all)
}

// alphabetical is the order in which people look for a name.
func alphabetical(a, b string) int {
	if order := strings.Compare(strings.ToLower(a), strings.ToLower(b)); order != 0 {
		return order
	}
	return strings.Compare(a, b)
}

// tells is the bar in words.
func (b Bar) tells(zone *time.Location) string {
	who := nobody
	if len(b.People) > 0 {
		who = strings.Join(b.People, ", ")
	}
	const form = "Mon 2006-01-02 15:04"
	text := who + ", " + b.From.In(zone).Format(form) + " to " + b.To.In(zone).Format(form+" MST")
	if b.Note != "" {
		text += " (" + b.Note + ")"
	}
	return text
}

// SVG returns the picture as an SVG of its own.
func (p Picture) SVG() []byte { return lay(p, drawing.NewLetters(1)).SVG() }

// PNG returns the picture as a PNG. The error is one of the encoder, such as for a picture of no or too much extent.
func (p Picture) PNG() ([]byte, error) { return lay(p, drawing.NewLetters(drawing.Scale)).PNG() }

// longest is how many letters of a name are looked at.
const longest = 100

// clean is a text from outside as it can be shown.
func clean(s string) string { return text.Clip(text.Line(s), longest) }
