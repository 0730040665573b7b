package strip

import (
	"math"
	"time"

	"github.com/oncalm/oncalm/drawing"
)

const (
	defaultWidth = 960
	minWidth     = 320
	margin       = 16
	labelRoom    = 150 // at most, for the rows' labels
	headHeight   = 40  // of the axis
	rowGap       = 6
	laneHeight   = 30
	halfLane     = 20 // where several people share a row
	barGap       = 1.5
	legendHeight = 24
)

var (
	small  = drawing.Typeface{Size: 11}
	normal = drawing.Typeface{Size: 12}
	name   = drawing.Typeface{Size: 12, Medium: true}
)

// layout is a scene in the making.
type layout struct {
	p       Picture
	zone    *time.Location
	letters *drawing.Letters
	cast    map[string]role
	scene   drawing.Scene
	left    float64 // of the span
	right   float64
	rows    []float64 // tops of the rows, and the end of the last
}

// lay finds out where everything stands. The order is that in which things lie on one another: ground, rows, axis, bars,
// now.
func lay(p Picture, l *drawing.Letters) drawing.Scene {
	y := &layout{p: p, zone: p.Zone, letters: l, left: margin}
	if y.zone == nil {
		y.zone = time.UTC
	}
	if p.Width == 0 {
		p.Width = defaultWidth
	}
	y.scene.Title = clean(p.Title)
	y.scene.Paints, y.scene.Hatches = paints(), []role{gapBack, offBack}
	y.scene.W = float64(max(p.Width, minWidth))
	y.right = y.scene.W - margin
	widest := y.letters.Width(small, y.zone.String())
	var people []string
	for _, r := range p.Rows {
		people = append(people, r.People...)
		widest = max(widest, y.letters.Width(name, clean(r.Label)))
	}
	y.cast = cast(append(people, p.shown()...))
	y.left += math.Ceil(min(widest, labelRoom, y.scene.W/4)) + 12
	y.measure()
	y.add(drawing.Shape{Kind: drawing.Box, Role: ground, W: y.scene.W, H: y.scene.H})
	for n, r := range p.Rows {
		y.back(n)
		y.label(n, r)
	}
	y.axis()
	for n, r := range p.Rows {
		for _, b := range r.Bars {
			y.bar(n, r, b)
		}
	}
	y.now()
	y.legend()
	return y.scene
}

// add puts a shape over those before.
func (y *layout) add(s drawing.Shape) { y.scene.Shapes = append(y.scene.Shapes, s) }

// measure finds where the rows are, and how high all is.
func (y *layout) measure() {
	at := float64(margin + headHeight)
	for _, r := range y.p.Rows {
		y.rows = append(y.rows, at)
		at += height(lanes(r)) + rowGap
	}
	y.rows = append(y.rows, at)
	y.scene.H = at + legendHeight*float64(len(y.legendLines())) + margin
	if y.marksNow() {
		y.scene.H += nowHeight
	}
}

// lanes is how many people share a row at most.
func lanes(r Row) int {
	most := 1
	for _, b := range r.Bars {
		most = max(most, len(b.People))
	}
	return most
}

// height is how high a row for so many people is.
func height(lanes int) float64 {
	if lanes == 1 {
		return laneHeight
	}
	return float64(lanes) * halfLane
}

// x is where an instant stands, inside the span.
func (y *layout) x(t time.Time) float64 {
	part := float64(t.Sub(y.p.From)) / float64(y.p.To.Sub(y.p.From))
	return y.left + min(max(part, 0), 1)*(y.right-y.left)
}

// back is what lies behind a row.
func (y *layout) back(n int) {
	h := y.rows[n+1] - y.rows[n] - rowGap
	y.add(drawing.Shape{Kind: drawing.Box, Role: lane, X: y.left, Y: y.rows[n], W: y.right - y.left, H: h})
	for _, d := range y.days() {
		if d.weekend {
			y.add(drawing.Shape{Kind: drawing.Box, Role: weekend, X: d.from, Y: y.rows[n], W: d.to - d.from, H: h})
		}
	}
}

// label writes what a row is about. Where that is one person, their colour stands beside it, since their bars have no
// names.
func (y *layout) label(n int, r Row) {
	text := y.letters.Fit(name, clean(r.Label), y.left-margin-12)
	middle := (y.rows[n] + y.rows[n+1] - rowGap) / 2
	at := float64(margin)
	if who, ok := y.cast[r.Label]; ok && r.lone {
		y.add(drawing.Shape{Kind: drawing.Pill, Role: who, X: at, Y: middle - 5, W: 10, H: 10})
		at += 16
		text = y.letters.Fit(name, clean(r.Label), y.left-at-12)
	}
	y.words(name, strong, at, middle+4, text)
}

// words writes a text from x on; nothing if it is empty.
func (y *layout) words(t drawing.Typeface, r role, x, base float64, text string) {
	if text != "" {
		y.add(drawing.Shape{Kind: drawing.Words, Role: r, X: x, Y: base, Face: t, Text: text, W: y.letters.Width(t, text)})
	}
}

// centred is words around their middle.
func (y *layout) centred(t drawing.Typeface, r role, x, base float64, text string) {
	y.add(drawing.Shape{Kind: drawing.Words, Role: r, X: x, Y: base, Face: t, Text: text, W: y.letters.Width(t, text),
		Middle: true})
}

// bar draws a bar of a row.
func (y *layout) bar(n int, r Row, b Bar) {
	x, end := y.x(b.From), y.x(b.To)
	top, h := y.rows[n], y.rows[n+1]-y.rows[n]-rowGap
	s := drawing.Shape{Kind: drawing.Hatched, Role: gapBack, X: x, Y: top, W: max(end-x-barGap, 1), H: h,
		Text: clean(b.tells(y.zone))}
	if len(b.People) == 0 {
		if b.Meant {
			s.Role = offBack
		}
		y.add(s)
		y.gapLabel(s)
		return
	}
	each := h / float64(len(b.People))
	for i, who := range b.People {
		s.Kind, s.Role, s.Y, s.H = drawing.Pill, y.cast[who], top+float64(i)*each, each
		if i < len(b.People)-1 {
			s.H-- // a line of the ground between people
		}
		y.add(s)
		if !r.lone {
			y.who(s, clean(who))
		}
	}
	// a mark that is seen without colours, too: a line near the bottom of the bar
	if b.Override {
		y.add(drawing.Shape{Kind: drawing.Box, Role: onBar, X: s.X + min(3, s.W/4), Y: top + h - 5, W: s.W - 2*min(3, s.W/4),
			H: 2})
	}
}

// who names the person on a bar, beside the line of now.
func (y *layout) who(s drawing.Shape, text string) {
	x, room := s.X+6, s.W-10
	if at := y.x(y.p.Now); y.marksNow() && at > s.X && at < s.X+s.W {
		before, after := at-3-x, s.X+s.W-5-(at+6)
		// on the side on which it has room; else on the wider one
		switch w := y.letters.Width(name, text); {
		case w <= before || before >= after && before > w/2:
			room = before
		default:
			x, room = at+6, after
		}
	}
	y.words(name, onBar, x, s.Y+s.H/2+4, y.letters.Fit(name, text, room))
}

// gapLabel writes into a gap what it is, on plain ground, so that it can be read.
func (y *layout) gapLabel(s drawing.Shape) {
	w := y.letters.Width(name, nobody) + 10
	from, to := s.X+5, s.X+s.W-5
	if at := y.x(y.p.Now); y.marksNow() && at > (from+to-w)/2-4 && at < (from+to+w)/2+4 { // beside the line of now
		if at-from > to-at {
			to = at - 4
		} else {
			from = at + 4
		}
	}
	if w > to-from {
		return
	}
	y.add(drawing.Shape{Kind: drawing.Pill, Role: s.Role, X: (from + to - w) / 2, Y: s.Y + s.H/2 - 9, W: w, H: 18})
	y.centred(name, s.Role+1, (from+to)/2, s.Y+s.H/2+4, nobody)
}

// nowHeight is the room for the label of now, below the rows.
const nowHeight = 22

// marksNow reports whether now lies in the span.
func (y *layout) marksNow() bool {
	return !y.p.Now.Before(y.p.From) && y.p.Now.Before(y.p.To)
}

// now marks now, below the rows.
func (y *layout) now() {
	if !y.marksNow() {
		return
	}
	x, below := y.x(y.p.Now), y.rows[len(y.rows)-1]
	top := float64(margin + headHeight - 4)
	// An edge of the ground keeps the line visible on every bar.
	y.add(drawing.Shape{Kind: drawing.Box, Role: ground, X: x - 2, Y: top, W: 4, H: below - top})
	y.add(drawing.Shape{Kind: drawing.Box, Role: nowMark, X: x - 1, Y: top, W: 2, H: below - top})
	text := "now, " + y.p.Now.In(y.zone).Format("Mon 15:04")
	w := y.letters.Width(small, text)
	at := min(max(x-w/2-6, y.left), y.right-w-12)
	y.add(drawing.Shape{Kind: drawing.Pill, Role: nowMark, X: at, Y: below - 2, W: w + 12, H: 18})
	y.centred(small, ground, at+6+w/2, below+11, text)
}

// A key of the legend.
type key struct {
	role  role
	kind  drawing.Kind
	stand bool // the mark of somebody who stands in
	text  string
}

// keys are what the legend explains: people in rows of several, gaps, and overrides.
func (y *layout) keys() []key {
	var all []key
	var gaps, off, overrides bool
	shown := map[string]bool{}
	for _, r := range y.p.Rows {
		for _, b := range r.Bars {
			gaps = gaps || len(b.People) == 0 && !b.Meant
			off = off || b.Meant
			overrides = overrides || b.Override
			for _, who := range b.People {
				shown[who] = shown[who] || !r.lone
			}
		}
	}
	for _, who := range y.p.shown() {
		if shown[who] {
			all = append(all, key{y.cast[who], drawing.Pill, false, y.letters.Fit(normal, clean(who), 180)})
		}
	}
	if gaps {
		all = append(all, key{gapBack, drawing.Hatched, false, "nobody on call"})
	}
	if off {
		all = append(all, key{offBack, drawing.Hatched, false, "nobody, on purpose"})
	}
	if overrides {
		all = append(all, key{anybody, drawing.Pill, true, "stands in"})
	}
	return all
}

// legendLines are the keys, line by line.
func (y *layout) legendLines() [][]key {
	var lines [][]key
	at := math.Inf(1)
	for _, k := range y.keys() {
		w := y.keyWidth(k)
		if at+w > y.right {
			lines, at = append(lines, nil), y.left
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], k)
		at += w
	}
	return lines
}

// keyWidth is how much room a key takes in a line, with the space after it.
func (y *layout) keyWidth(k key) float64 { return 22 + y.letters.Width(normal, k.text) + 16 }

// legend draws the keys below all.
func (y *layout) legend() {
	top := y.rows[len(y.rows)-1] + 6
	if y.marksNow() {
		top += nowHeight
	}
	for _, line := range y.legendLines() {
		x := y.left
		for _, k := range line {
			y.add(drawing.Shape{Kind: k.kind, Role: k.role, X: x, Y: top, W: 16, H: 14})
			if k.stand {
				y.add(drawing.Shape{Kind: drawing.Box, Role: onBar, X: x + 2, Y: top + 10, W: 12, H: 2})
			}
			y.words(normal, strong, x+22, top+11, k.text)
			x += y.keyWidth(k)
		}
		top += legendHeight
	}
}
