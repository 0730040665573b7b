package strip

import (
	"time"

	"github.com/oncalm/oncalm/drawing"
	"github.com/oncalm/oncalm/rotations/civil"
)

// A day of the axis, as far as it lies in the span.
type day struct {
	date     time.Time // its midnight, as UTC has it
	from, to float64
	weekend  bool
}

// mostDays is how many days get a place of their own; a span of more has only months.
const mostDays = 1000

// days are the days of the axis. They begin where the wall clock first shows their date: one without a midnight later, and one
// that the zone skipped not at all.
func (y *layout) days() []day {
	local := y.p.From.In(y.zone)
	date := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	begin := func(d time.Time) time.Time { return civil.Of(d).In(y.zone) }
	var all []day
	for range mostDays {
		next := date.AddDate(0, 0, 1)
		if !begin(date).Before(y.p.To) {
			break
		}
		d := day{date: date, from: y.x(begin(date)), to: y.x(begin(next))}
		d.weekend = date.Weekday() == time.Saturday || date.Weekday() == time.Sunday
		if d.to > d.from {
			all = append(all, d)
		}
		date = next
	}
	return all
}

// axis draws the dates over the rows, and the lines between days. How much it says depends on how wide a day is. The steps
// are widths of a day in pixels of scale 1, found by looking: at 6 lines stand apart, at 16 a number fits, at 46 "Mon 2"
// does, at 200 hours do.
func (y *layout) axis() {
	days := y.days()
	y.words(small, faint, margin, margin+headHeight-12, y.letters.Fit(small, y.zone.String(), y.left-margin-12))
	if len(days) == 0 {
		return
	}
	width := (y.right - y.left) / (float64(y.p.To.Sub(y.p.From)) / float64(24*time.Hour))
	y.months(days)
	for i, d := range days {
		if i > 0 && (width >= 6 || width >= 1 && d.date.Weekday() == time.Monday || d.date.Day() == 1) {
			y.line(d.from, d.date.Weekday() == time.Monday)
		}
		y.date(d, width)
	}
	if width >= 200 {
		y.hours(days)
	}
}

// line is one between days, longer where a week begins.
func (y *layout) line(x float64, week bool) {
	top := y.rows[0] - 4
	if week {
		top -= 6
	}
	y.add(drawing.Shape{Kind: drawing.Box, Role: grid, X: x - 0.5, Y: top, W: 1, H: y.rows[len(y.rows)-1] - rowGap - top})
}

// months writes the month over its first day in the span, with the year where it is the first or a new one.
func (y *layout) months(days []day) {
	free := y.left
	for i, d := range days {
		if i > 0 && d.date.Day() != 1 {
			continue
		}
		end := y.right
		for _, later := range days[i+1:] {
			if later.date.Day() == 1 {
				end = later.from
				break
			}
		}
		// the longest form that fits before the next month
		for _, form := range []string{"January 2006", "Jan 2006", "Jan"} {
			text := d.date.Format(form)
			w := y.letters.Width(name, text)
			if x := max(d.from, free); x+w <= end || i > 0 && end == y.right && x+w <= y.right {
				y.words(name, strong, x, margin+12, text)
				free = x + w + 8
				break
			}
		}
	}
}

// date writes a day's date, if there is room. The date of today is bold.
func (y *layout) date(d day, width float64) {
	today := y.marksNow() && d.from <= y.x(y.p.Now) && y.x(y.p.Now) < d.to
	face, colour := small, faint
	if today {
		face, colour = drawing.Typeface{Size: small.Size, Medium: true}, strong
	}
	form := "Mon 2"
	switch {
	case width >= 46:
	case width >= 16:
		form = "2"
	case width*7 >= 20 && d.date.Weekday() == time.Monday:
		d.to = d.from + width*7
		form = "2"
	default:
		return
	}
	text := d.date.Format(form)
	w := y.letters.Width(face, text)
	if w > d.to-d.from || d.from+w > y.right {
		return
	}
	if width < 16 { // it is of the Monday, not of the week
		y.words(face, colour, d.from+2, margin+headHeight-12, text)
		return
	}
	y.centred(face, colour, (d.from+d.to)/2, margin+headHeight-12, text)
}

// hours marks every sixth hour of days that are wide.
func (y *layout) hours(days []day) {
	for _, d := range days {
		for _, hour := range []int{6, 12, 18} {
			// the wall clock counts: on days on which it changes, the marks are not six hours apart
			at := civil.Of(d.date.Add(time.Duration(hour) * time.Hour)).In(y.zone)
			if !at.After(y.p.From) || !at.Before(y.p.To) {
				continue
			}
			x := y.x(at)
			y.add(drawing.Shape{Kind: drawing.Box, Role: grid, X: x - 0.5, Y: y.rows[0] - 4, W: 1, H: 4})
			text := at.Format("15:04")
			w := y.letters.Width(small, text)
			middle, label := (d.from+d.to)/2, y.letters.Width(small, d.date.Format("Mon 2"))
			if x-w/2 > d.from && x+w/2 < d.to && (x+w/2 < middle-label/2-4 || x-w/2 > middle+label/2+4) {
				y.centred(small, faint, x, margin+headHeight-12, text)
			}
		}
	}
}
