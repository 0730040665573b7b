package strip

import (
	"math"
	"time"
)

// A shape is something to draw. Positions are in pixels of scale 1, from the top left.
type shape struct {
	kind       shapeKind
	role       role
	x, y, w, h float64 // of a text: x and y are where it begins, or its middle, on its base line
	face       typeface
	middle     bool   // x is the text's middle
	text       string // letters; of a box what it tells, if anything
}

type shapeKind int

const (
	box     shapeKind = iota // a rectangle
	pill                     // one with round corners
	hatched                  // one with slanting lines
	words
)

// scene is a picture that has been laid out. Shapes lie on one another in their order.
type scene struct {
	title  string
	w, h   float64
	shapes []shape
}

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
	small  = typeface{11, false}
	normal = typeface{12, false}
	name   = typeface{12, true}
)

// layout is a scene in the making.
type layout struct {
	p       Picture
	zone    *time.Location
	letters *letters
	cast    map[string]role
	scene   scene
	left    float64 // of the span
	right   float64
	rows    []float64 // tops of the rows, and the end of the last
}

// lay finds out where everything stands. The order is that in which things lie on one another: ground, rows, axis, bars,
// now.
func lay(p Picture, l *letters) scene {
	y := &layout{p: p, zone: p.Zone, letters: l, left: margin}
	if y.zone == nil {
		y.zone = time.UTC
	}
	if p.Width == 0 {
		p.Width = defaultWidth
	}
	y.scene.title = clean(p.Title)
	y.scene.w = float64(max(p.Width, minWidth))
	y.right = y.scene.w - margin
	widest := y.letters.width(small, y.zone.String())
	var people []string
	for _, r := range p.Rows {
		people = append(people, r.People...)
		widest = max(widest, y.letters.width(name, clean(r.Label)))
	}
	y.cast = cast(append(people, p.shown()...))
	y.left += math.Ceil(min(widest, labelRoom, y.scene.w/4)) + 12
	y.measure()
	y.add(shape{kind: box, role: ground, w: y.scene.w, h: y.scene.h})
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
func (y *layout) add(s shape) { y.scene.shapes = append(y.scene.shapes, s) }

// measure finds where the rows are, and how high all is.
func (y *layout) measure() {
	at := float64(margin + headHeight)
	for _, r := range y.p.Rows {
		y.rows = append(y.rows, at)
		at += height(lanes(r)) + rowGap
	}
	y.rows = append(y.rows, at)
	y.scene.h = at + legendHeight*float64(len(y.legendLines())) + margin
	if y.marksNow() {
		y.scene.h += nowHeight
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
	y.add(shape{kind: box, role: lane, x: y.left, y: y.rows[n], w: y.right - y.left, h: h})
	for _, d := range y.days() {
		if d.weekend {
			y.add(shape{kind: box, role: weekend, x: d.from, y: y.rows[n], w: d.to - d.from, h: h})
		}
	}
}

// label writes what a row is about. Where that is one person, their colour stands beside it, since their bars have no
// names.
func (y *layout) label(n int, r Row) {
	text := y.letters.fit(name, clean(r.Label), y.left-margin-12)
	middle := (y.rows[n] + y.rows[n+1] - rowGap) / 2
	at := float64(margin)
	if who, ok := y.cast[r.Label]; ok && r.lone {
		y.add(shape{kind: pill, role: who, x: at, y: middle - 5, w: 10, h: 10})
		at += 16
		text = y.letters.fit(name, clean(r.Label), y.left-at-12)
	}
	y.words(name, strong, at, middle+4, text)
}

// words writes a text from x on; nothing if it is empty.
func (y *layout) words(t typeface, r role, x, base float64, text string) {
	if text != "" {
		y.add(shape{kind: words, role: r, x: x, y: base, face: t, text: text, w: y.letters.width(t, text)})
	}
}

// centred is words around their middle.
func (y *layout) centred(t typeface, r role, x, base float64, text string) {
	y.add(shape{kind: words, role: r, x: x, y: base, face: t, text: text, w: y.letters.width(t, text), middle: true})
}

// bar draws a bar of a row.
func (y *layout) bar(n int, r Row, b Bar) {
	x, end := y.x(b.From), y.x(b.To)
	top, h := y.rows[n], y.rows[n+1]-y.rows[n]-rowGap
	s := shape{kind: hatched, role: gapBack, x: x, y: top, w: max(end-x-barGap, 1), h: h, text: clean(b.tells(y.zone))}
	if len(b.People) == 0 {
		if b.Meant {
			s.role = offBack
		}
		y.add(s)
		y.gapLabel(s)
		return
	}
	each := h / float64(len(b.People))
	for i, who := range b.People {
		s.kind, s.role, s.y, s.h = pill, y.cast[who], top+float64(i)*each, each
		if i < len(b.People)-1 {
			s.h-- // a line of the ground between people
		}
		y.add(s)
		if !r.lone {
			y.who(s, clean(who))
		}
	}
	// a mark that is seen without colours, too: a line near the bottom of the bar
	if b.Override {
		y.add(shape{kind: box, role: onBar, x: s.x + min(3, s.w/4), y: top + h - 5, w: s.w - 2*min(3, s.w/4), h: 2})
	}
}

// who names the person on a bar, beside the line of now.
func (y *layout) who(s shape, text string) {
	x, room := s.x+6, s.w-10
	if at := y.x(y.p.Now); y.marksNow() && at > s.x && at < s.x+s.w {
		before, after := at-3-x, s.x+s.w-5-(at+6)
		// on the side on which it has room; else on the wider one
		switch w := y.letters.width(name, text); {
		case w <= before || before >= after && before > w/2:
			room = before
		default:
			x, room = at+6, after
		}
	}
	y.words(name, onBar, x, s.y+s.h/2+4, y.letters.fit(name, text, room))
}

// gapLabel writes into a gap what it is, on plain ground, so that it can be read.
func (y *layout) gapLabel(s shape) {
	w := y.letters.width(name, nobody) + 10
	from, to := s.x+5, s.x+s.w-5
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
	y.add(shape{kind: pill, role: s.role, x: (from + to - w) / 2, y: s.y + s.h/2 - 9, w: w, h: 18})
	y.centred(name, s.role+1, (from+to)/2, s.y+s.h/2+4, nobody)
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
	y.add(shape{kind: box, role: ground, x: x - 2, y: top, w: 4, h: below - top})
	y.add(shape{kind: box, role: nowMark, x: x - 1, y: top, w: 2, h: below - top})
	text := "now, " + y.p.Now.In(y.zone).Format("Mon 15:04")
	w := y.letters.width(small, text)
	at := min(max(x-w/2-6, y.left), y.right-w-12)
	y.add(shape{kind: pill, role: nowMark, x: at, y: below - 2, w: w + 12, h: 18})
	y.centred(small, ground, at+6+w/2, below+11, text)
}

// A key of the legend.
type key struct {
	role  role
	kind  shapeKind
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
			all = append(all, key{y.cast[who], pill, false, y.letters.fit(normal, clean(who), 180)})
		}
	}
	if gaps {
		all = append(all, key{gapBack, hatched, false, "nobody on call"})
	}
	if off {
		all = append(all, key{offBack, hatched, false, "nobody, on purpose"})
	}
	if overrides {
		all = append(all, key{anybody, pill, true, "stands in"})
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
func (y *layout) keyWidth(k key) float64 { return 22 + y.letters.width(normal, k.text) + 16 }

// legend draws the keys below all.
func (y *layout) legend() {
	top := y.rows[len(y.rows)-1] + 6
	if y.marksNow() {
		top += nowHeight
	}
	for _, line := range y.legendLines() {
		x := y.left
		for _, k := range line {
			y.add(shape{kind: k.kind, role: k.role, x: x, y: top, w: 16, h: 14})
			if k.stand {
				y.add(shape{kind: box, role: onBar, x: x + 2, y: top + 10, w: 12, h: 2})
			}
			y.words(normal, strong, x+22, top+11, k.text)
			x += y.keyWidth(k)
		}
		top += legendHeight
	}
}
