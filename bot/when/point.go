package when

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations/civil"
)

// point is a moment or a day, as it was written.
type point struct {
	text  string
	day   term // relTerm, weekdayTerm, dateTerm, or nextTerm for the next day of that name; a wordTerm if no day was named
	clock term // clockTerm, or a wordTerm if none was named
	at    term // nowTerm or instantTerm: all is said
	late  bool // the day stands behind the time of day
}

// given reports whether a part of it was written.
func (point) given(t term) bool { return t.kind != wordTerm }

// exact reports whether it is an instant, so that nothing has to be found out.
func (p point) exact() bool { return p.given(p.at) }

// point reads terms up to one that cannot belong to it. The order of day and time of day does not matter; a second one of
// either belongs to what comes next.
func (r *reader) point(terms []term) (p point, rest []term, err error) {
	next := false
	for n, t := range terms {
		switch {
		case t.kind == fromTerm:
			continue
		case t.kind == nextTerm && !p.given(p.day) && !next:
			next = true
		case (t.kind == relTerm || t.kind == weekdayTerm || t.kind == dateTerm) && !p.given(p.day) && !p.exact():
			if next && t.kind != weekdayTerm {
				return p, nil, unclear("“next” goes with a day of the week")
			}
			p.day, p.late = t, p.given(p.clock)
			if next {
				p.day.kind = nextTerm
			}
		case (t.kind == clockTerm || t.kind == numberTerm) && !p.given(p.clock) && !p.exact():
			if t.kind == numberTerm {
				t.kind, t.clk = clockTerm, clock{t.n, 0}
			}
			if !t.clk.half("") {
				return p, nil, unclear("“%s” is not a time of day", t.text)
			}
			p.clock = t
		case (t.kind == nowTerm || t.kind == instantTerm) && !p.given(p.day) && !p.given(p.clock) && !p.exact():
			p.at = t
		default:
			return r.ended(p, next, terms, n)
		}
		p.say(t.text)
	}
	return r.ended(p, next, terms, len(terms))
}

// ended checks that something was read when the point ends before the n-th term.
func (r *reader) ended(p point, next bool, terms []term, n int) (point, []term, error) {
	last := "it"
	if n < len(terms) {
		last = "“" + terms[n].text + "”"
	}
	switch {
	case next && !p.given(p.day):
		return p, nil, unclear("“next” goes with a day of the week, such as next mon")
	case n < len(terms) && (terms[n].kind == wordTerm || terms[n].kind == unitTerm || terms[n].kind == halfTerm ||
		terms[n].kind == monthTerm):
		return p, nil, unclear("I do not understand %s", last)
	case !p.given(p.day) && !p.given(p.clock) && !p.exact() && n < len(terms):
		return p, nil, unclear("a day or a time of day is missing before %s", last)
	case !p.given(p.day) && !p.given(p.clock) && !p.exact():
		return p, nil, unclear("a day or a time of day is missing at the end")
	}
	return p, terms[n:], nil
}

// say adds a word to what was written, for errors.
func (p *point) say(word string) {
	if p.text != "" {
		p.text += " "
	}
	p.text += word
}

// resolve returns the first instant that a point can mean and that will do. Days are tried from one on, which matters where
// no date was named; whole says that a day without a time of day means its end. will is asked of each in turn; the last one
// counts if it will have none. Notes of instants that were only tried are dropped.
func (r *reader) resolve(p point, will func(time.Time) bool, from civilDate, whole bool) time.Time {
	if p.exact() {
		at := r.now
		if p.at.kind == instantTerm {
			at = p.at.at
		}
		at = at.In(r.zone)
		will(at)
		return at
	}
	kept := r.notes
	var at time.Time
	for _, d := range r.days(p, from) {
		r.notes = slices.Clip(kept)
		at = r.on(d, p.clock, whole)
		if will(at) {
			break
		}
	}
	return at
}

// days are the days that a point can mean, in the order in which they are tried. Those are few: "fri" is this one or the
// next, a time without a day is today or tomorrow.
func (r *reader) days(p point, from civilDate) []civilDate {
	switch t := p.day; t.kind {
	case dateTerm:
		if t.date.year > 0 {
			return []civilDate{t.date}
		}
		var all []civilDate
		for year := range 9 { // a leap day comes after eight years at the latest
			if d := (civilDate{from.year + year, t.date.month, t.date.day}); d.valid() {
				all = append(all, d)
			}
		}
		return all
	case relTerm:
		return []civilDate{r.today.plus(t.n)}
	case weekdayTerm, nextTerm:
		first := from
		if t.kind == nextTerm {
			first = from.plus(1)
		}
		ahead := (t.n - int(first.weekday()) + 7) % 7
		return []civilDate{first.plus(ahead), first.plus(ahead + 7)}
	}
	return []civilDate{from, from.plus(1)}
}

// on is a time of day on a day; without one its begin, or its end.
func (r *reader) on(d civilDate, t term, whole bool) time.Time {
	c := t.clk
	if whole {
		c.hour = 24
	}
	return r.instant(civil.Of(time.Date(d.year, d.month, d.day, c.hour, c.minute, 0, 0, time.UTC))).In(r.zone)
}

// dayEnd is the end of the day that begins at t.
func (r *reader) dayEnd(t time.Time) time.Time {
	y, m, d := t.In(r.zone).Date()
	return r.on(civilDate{y, m, d}, term{}, true)
}

// plus is so many days later in the calendar.
func (d civilDate) plus(days int) civilDate {
	y, m, day := time.Date(d.year, d.month, d.day+days, 0, 0, 0, 0, time.UTC).Date()
	return civilDate{y, m, day}
}

// weekday is its day of the week.
func (d civilDate) weekday() time.Weekday {
	return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC).Weekday()
}
