package graphs

import (
	"math"
	"time"

	"github.com/oncalm/oncalm/drawing"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/text"
)

// The roles of colours.
const (
	ground drawing.Role = iota
	firing              // behind the time in which the alarm fires
	grid
	strong // letters
	faint
	curve
	limit // the threshold
	changed
	alarmed
	mended
)

// Paints are the colours of a graph, for the sheet of a page that it is part of ([drawing.Dark]).
func Paints() []drawing.Paint {
	return []drawing.Paint{
		drawing.Sides(0xffffff, 0x1a1d21), drawing.Sides(0xfff0ee, 0x331d1c), drawing.Sides(0xe3e6ea, 0x363b42),
		drawing.Sides(0x1d1f23, 0xe8eaed), drawing.Sides(0x5a616b, 0xa9b0ba), drawing.Sides(0x1f66b8, 0x6cb0f5),
		drawing.Sides(0xb3261e, 0xff9d94), drawing.Sides(0x7b3fb5, 0xc79bf2), drawing.Sides(0xb3261e, 0xff9d94),
		drawing.Sides(0x1a7340, 0x6fd397),
	}
}

// Measures of the picture, in pixels of scale 1.
const (
	width, height = 720.0, 300.0
	left, right   = 64.0, 20.0
	top, bottom   = 76.0, 34.0
	labelRow      = 15.0 // between labels of marks that would run into one another
	// mostSize is the greatest value that has a place of its own, so that one can reckon with it.
	mostSize = 1e300
)

var small, title = drawing.Typeface{Size: 11}, drawing.Typeface{Size: 13, Medium: true}

// plot is a picture in the making.
type plot struct {
	g         *Graph
	letters   *drawing.Letters
	scene     drawing.Scene
	low, high float64 // of the axis
	step      float64
}

// Scene draws the graph. The clock is that of UTC, as on timelines.
func (g *Graph) Scene() drawing.Scene {
	p := &plot{g: g, letters: drawing.NewLetters(1)}
	p.scene = drawing.Scene{Title: g.Words(), W: width, H: height, Paints: Paints()}
	p.scale()
	p.add(drawing.Shape{Kind: drawing.Box, Role: ground, W: width, H: height})
	p.head()
	p.shade()
	p.axes()
	p.values()
	p.threshold()
	p.marks()
	return p.scene
}

func (p *plot) add(s drawing.Shape) { p.scene.Shapes = append(p.scene.Shapes, s) }

// words writes a text, as far as it has room from x on.
func (p *plot) words(t drawing.Typeface, r drawing.Role, x, base, room float64, s string) {
	if s = p.letters.Fit(t, s, room); s != "" {
		p.add(drawing.Shape{Kind: drawing.Words, Role: r, X: x, Y: base, Face: t, Text: s, W: p.letters.Width(t, s)})
	}
}

// scale chooses the axis of values: it has 0, the threshold and all values, and steps of 1, 2 or 5 times a power of ten.
func (p *plot) scale() {
	p.low, p.high = p.g.Range()
	p.low = min(p.low, 0)
	if p.g.Threshold != nil {
		p.low, p.high = min(p.low, *p.g.Threshold), max(p.high, *p.g.Threshold)
	}
	if p.low, p.high = max(p.low, -mostSize), min(p.high, mostSize); p.high <= p.low {
		p.high = p.low + 1
	}
	p.step = math.Pow(10, math.Floor(math.Log10((p.high-p.low)/4)))
	for _, by := range [...]float64{2, 5, 10} {
		if (p.high-p.low)/p.step > 5 {
			p.step = math.Pow(10, math.Floor(math.Log10((p.high-p.low)/4))) * by
		}
	}
	p.low, p.high = math.Floor(p.low/p.step)*p.step, math.Ceil(p.high/p.step)*p.step
}

// x and y are where a time and a value stand.
func (p *plot) x(t time.Time) float64 {
	part := float64(t.Sub(p.g.From)) / float64(p.g.To().Sub(p.g.From))
	return left + min(max(part, 0), 1)*(width-left-right)
}

func (p *plot) y(v float64) float64 {
	return height - bottom - min(max((v-p.low)/(p.high-p.low), 0), 1)*(height-top-bottom)
}

// head says what is drawn.
func (p *plot) head() {
	p.words(title, strong, 16, 24, width-32, text.Line(p.g.Metric))
	unit := ""
	if p.g.Unit != "" && p.g.Unit != "None" {
		unit = text.Line(p.g.Unit) + ", "
	}
	p.words(small, faint, 16, 41, width-32,
		unit+"each value is of "+text.Lasting(time.Duration(p.g.Period)*time.Second)+"; times are UTC")
}

// shade marks the time in which the alarm fired, behind all else.
func (p *plot) shade() {
	from, open, last := time.Time{}, false, -1 // the shape that the next may go on with
	box := func(to time.Time) {
		if last >= 0 && p.x(from) < p.scene.Shapes[last].X+p.scene.Shapes[last].W+1 {
			p.scene.Shapes[last].W = max(p.x(to)-p.scene.Shapes[last].X, p.scene.Shapes[last].W)
			return // of an alarm that flaps nobody could tell them apart
		}
		last = len(p.scene.Shapes)
		p.add(drawing.Shape{Kind: drawing.Box, Role: firing, X: p.x(from), Y: top, W: max(p.x(to)-p.x(from), 1),
			H: height - top - bottom})
	}
	for _, m := range p.g.Marks {
		switch {
		case m.Kind == OfAlarm && !open:
			from, open = m.At, true
		case m.Kind == OfEnd && open:
			box(m.At)
			open = false
		}
	}
	if open {
		box(p.g.To())
	}
}

// axes draw lines at round values and round times.
func (p *plot) axes() {
	for n := 0; p.low+float64(n)*p.step <= p.high+p.step/2; n++ {
		v := p.low + float64(n)*p.step
		p.add(drawing.Shape{Kind: drawing.Box, Role: grid, X: left, Y: p.y(v) - 0.5, W: width - left - right, H: 1})
		s := response.Number(math.Round(v/p.step) * p.step)
		p.words(small, faint, left-8-p.letters.Width(small, s), p.y(v)+4, left, s)
	}
	every := tick(p.g.To().Sub(p.g.From))
	form := "15:04"
	if every >= 24*time.Hour {
		form = "2 Jan"
	}
	for t := p.g.From.UTC().Truncate(every); !t.After(p.g.To()); t = t.Add(every) {
		if t.Before(p.g.From) {
			continue
		}
		s := t.Format(form)
		w := p.letters.Width(small, s)
		p.add(drawing.Shape{Kind: drawing.Box, Role: grid, X: p.x(t) - 0.5, Y: height - bottom, W: 1, H: 5})
		p.words(small, faint, min(max(p.x(t)-w/2, left), width-w-4), height-bottom+19, w+1, s)
	}
}

// tick is how far the times on the axis are apart, so that there are five to ten.
func tick(span time.Duration) time.Duration {
	for _, d := range [...]time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute,
		30 * time.Minute,
		time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour} {
		if span/d <= 9 {
			return d
		}
	}
	days := span / (9 * 24 * time.Hour)
	return (days + 1) * 24 * time.Hour
}

// values draw the curve. Where a value is missing, it has a gap; a value between two gaps is a dot.
func (p *plot) values() {
	var points []drawing.Point
	flush := func() {
		if len(points) == 1 {
			points = append(points, points[0])
		}
		if len(points) > 0 {
			p.add(drawing.Shape{Kind: drawing.Line, Role: curve, W: 2, Points: points})
		}
		points = nil
	}
	half := time.Duration(p.g.Period) * time.Second / 2
	for n, v := range p.g.Values {
		if v == nil {
			flush()
			continue
		}
		points = append(points, drawing.Point{X: p.x(p.g.At(n).Add(half)), Y: p.y(*v)})
	}
	flush()
}

// threshold draws when the alarm fires.
func (p *plot) threshold() {
	fires := p.g.Condition()
	if fires == "" {
		return
	}
	y := p.y(*p.g.Threshold)
	for x := left; x < width-right; x += 9 {
		p.add(drawing.Shape{Kind: drawing.Box, Role: limit, X: x, Y: y - 0.75, W: min(5, width-right-x), H: 1.5})
	}
	w, base := p.letters.Width(small, fires), y-6
	if base-11 < top { // the labels of marks stand above
		base = y + 14
	}
	p.add(drawing.Shape{Kind: drawing.Pill, Role: ground, X: left + 4, Y: base - 11, W: w + 8, H: 14})
	p.words(small, limit, left+8, base, w+1, fires)
}

// marks draw a line down from each label. Labels that would run into one another stand in two rows; the lines of the upper one pass behind
// the lower one.
func (p *plot) marks() {
	var ends [2]float64
	var labels []func()
	drawn := map[drawing.Role]float64{} // where the last line of each stands
	for _, m := range p.g.Marks {
		role := [...]drawing.Role{OfChange: changed, OfAlarm: alarmed, OfRollback: mended, OfEnd: mended}[m.Kind]
		x, label := p.x(m.At), m.Label+" "+m.At.UTC().Format("15:04")
		w := p.letters.Width(small, label)
		at := min(max(x-w/2, left), width-right-w)
		row := 0
		if at < ends[0] {
			row = 1
		}
		if last, ok := drawn[role]; ok && at < ends[row] && x < last+1 {
			continue // it would be the same line
		}
		drawn[role] = x
		y := top - 5 - float64(1-row)*labelRow
		p.add(drawing.Shape{Kind: drawing.Box, Role: role, X: x - 0.75, Y: y + 3, W: 1.5, H: height - bottom - y - 3})
		if at < ends[row] {
			continue // more than two in one place are lines alone
		}
		ends[row] = at + w + 6
		labels = append(labels, func() {
			p.add(drawing.Shape{Kind: drawing.Box, Role: ground, X: at - 2, Y: y - 10, W: w + 4, H: 13})
			p.words(small, role, at, y, w+1, label)
		})
	}
	for _, write := range labels {
		write()
	}
}
