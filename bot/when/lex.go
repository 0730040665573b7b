package when

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A term is a piece of what was written.
type term struct {
	kind kind
	text string // as it was written, in small letters
	n    int    // of a number, the day of the week, the month, or the day of the year's date
	clk  clock
	date civilDate
	at   time.Time // of an instant that names its own zone
	part part      // of a length
}

// A kind is what a term can be.
type kind int

const (
	wordTerm    kind = iota // what we do not know
	sepTerm                 // ..
	untilTerm               // until, to
	forTerm                 // for, +
	fromTerm                // from, on, at: says nothing
	nextTerm                // next
	relTerm                 // today and its neighbours, n days away
	nowTerm                 // now
	weekdayTerm             // mon
	monthTerm               // dec
	dateTerm                // 2026-12-24
	clockTerm               // 18:00
	numberTerm              // 18: a time of day, or the day of a month
	instantTerm             // 2026-12-24T09:00Z
	lengthTerm              // 2h
	unitTerm                // hours, behind a number
	halfTerm                // am, pm, behind a number
)

// clock is a time of day.
type clock struct{ hour, minute int }

// civilDate is a day of the calendar.
type civilDate struct {
	year  int
	month time.Month
	day   int
}

// part is a length: exact time, and days of the calendar.
type part struct {
	exact time.Duration
	days  int
}

// zero reports whether it is no length.
func (p part) zero() bool { return p.exact == 0 && p.days == 0 }

// forms are what a single word can be.
type forms struct{ iso, clock, half, number, length *regexp.Regexp }

// They are made for each text, since nothing here is kept between two.
func newForms() forms {
	return forms{
		iso:    regexp.MustCompile(`^(\d{4})-(\d{2})-(\d{2})(?:t(\d{1,2}):(\d{2})(?::\d{2})?(z|[+-]\d{2}:\d{2})?)?$`),
		clock:  regexp.MustCompile(`^(\d{1,2})[:.](\d{2})(am|pm)?$`),
		half:   regexp.MustCompile(`^(\d{1,2})(am|pm)$`),
		number: regexp.MustCompile(`^(\d{1,4})(?:st|nd|rd|th|\.)?$`),
		length: regexp.MustCompile(`^\+?(?:\d+(?:\.\d+)?[a-z]+)+$`),
	}
}

// dashes are ways to write a range that are not two points.
func dashes() *strings.Replacer {
	return strings.NewReplacer("...", " .. ", "..", " .. ", "…", " .. ", "–", " .. ", "—", " .. ", "→", " .. ", "->", " .. ", ",", " ")
}

// lex cuts what was written into terms.
func lex(text string) []term {
	f := newForms()
	var all []term
	for word := range strings.FieldsSeq(dashes().Replace(strings.ToLower(text))) {
		for n, piece := range f.split(word) {
			if n > 0 {
				all = append(all, term{kind: sepTerm, text: "-"})
			}
			if piece != "" {
				all = append(all, f.term(piece)...)
			}
		}
	}
	return spread(join(all))
}

// spread gives the month of 24-27 dec to both.
func spread(all []term) []term {
	for n := 0; n+2 < len(all); n++ {
		day, sep, date := &all[n], all[n+1], all[n+2]
		if day.kind != numberTerm || sep.kind != sepTerm || date.kind != dateTerm {
			continue
		}
		if t, ok := (term{text: day.text}).on(date.date.month, day.n); ok {
			t.date.year = date.date.year
			*day = t
		}
	}
	return all
}

// split cuts 9-17 in two. The dashes of a date stay.
func (f forms) split(word string) []string {
	if f.iso.MatchString(word) || strings.Count(word, "-") != 1 {
		return []string{word}
	}
	return strings.SplitN(word, "-", 2)
}

// term is what a word can be: one term, or a date and a time of day. What is none is a word that we do not know, which is
// not refused yet: the place where it stands says what was expected.
func (f forms) term(w string) []term {
	if t, ok := known(w); ok {
		return []term{t}
	}
	if m := f.iso.FindStringSubmatch(w); m != nil {
		return isoTerms(w, m)
	}
	t := term{text: w}
	if m := f.clock.FindStringSubmatch(w); m != nil {
		t.clk = clock{atoi(m[1]), atoi(m[2])}
		if t.clk.half(m[3]) {
			t.kind = clockTerm
		}
		return []term{t}
	}
	if m := f.half.FindStringSubmatch(w); m != nil {
		t.clk = clock{atoi(m[1]), 0}
		if t.clk.half(m[2]) {
			t.kind = clockTerm
		}
		return []term{t}
	}
	if m := f.number.FindStringSubmatch(w); m != nil {
		t.kind, t.n = numberTerm, atoi(m[1])
		return []term{t}
	}
	if f.length.MatchString(w) {
		if p, ok := length(w); ok {
			t.kind, t.part = lengthTerm, p
		}
	}
	return []term{t}
}

// isoTerms reads a date, or a date and time. With an offset or a Z behind it, it is an instant, whatever zone the writer is
// in.
func isoTerms(w string, m []string) []term {
	day := civilDate{atoi(m[1]), time.Month(atoi(m[2])), atoi(m[3])}
	clk := clock{atoi(m[4]), atoi(m[5])}
	if !day.valid() || !clk.half("") {
		return []term{{text: w}}
	}
	date := term{kind: dateTerm, text: w, date: day}
	switch {
	case m[4] == "":
		return []term{date}
	case m[6] == "":
		return []term{date, {kind: clockTerm, text: w, clk: clk}}
	}
	at, err := time.Parse("2006-01-02 15:04 Z07:00",
		strings.Join(m[1:4], "-")+" "+two(clk.hour)+":"+m[5]+" "+strings.ToUpper(m[6]))
	if err != nil {
		return []term{{text: w}}
	}
	return []term{{kind: instantTerm, text: w, at: at}}
}

// two is a number with two digits.
func two(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// known are the words that we know.
func known(w string) (term, bool) {
	t := term{text: w}
	switch w {
	case "..", "-":
		t.kind = sepTerm
	case "until", "till", "til", "to":
		t.kind = untilTerm
	case "for", "+":
		t.kind = forTerm
	// such words only join others
	case "from", "on", "at", "this", "the", "of", "all", "day":
		t.kind = fromTerm
	case "next":
		t.kind = nextTerm
	case "now":
		t.kind = nowTerm
	case "yesterday", "today", "tonight", "tomorrow":
		t.kind, t.n = relTerm, map[string]int{"yesterday": -1, "tomorrow": 1}[w]
	case "noon":
		t.kind, t.clk = clockTerm, clock{12, 0}
	case "midnight":
		// midnight is the end of a day: until friday midnight means all of Friday
		t.kind, t.clk = clockTerm, clock{24, 0}
	case "am", "pm":
		t.kind = halfTerm
	default:
		return named(t)
	}
	return t, true
}

// named are days of the week, months and units, which may be shortened. Three letters at the least: "mo" and "ma" may be
// anything.
func named(t term) (term, bool) {
	for n := range 7 {
		if name := strings.ToLower(time.Weekday(n).String()); len(t.text) >= 3 && strings.HasPrefix(name, t.text) {
			t.kind, t.n = weekdayTerm, n
			return t, true
		}
	}
	for n := 1; n <= 12; n++ {
		if name := strings.ToLower(time.Month(n).String()); len(t.text) >= 3 && strings.HasPrefix(name, t.text) {
			t.kind, t.n = monthTerm, n
			return t, true
		}
	}
	if u, ok := unit(t.text); ok {
		t.kind, t.part = unitTerm, u
		return t, true
	}
	return t, false
}

// unit is a unit of lengths. A lone m is minutes: nobody is on call for months by a word in chat.
func unit(w string) (part, bool) {
	switch w {
	case "m", "min", "mins", "minute", "minutes":
		return part{exact: time.Minute}, true
	case "h", "hr", "hrs", "hour", "hours":
		return part{exact: time.Hour}, true
	case "d", "days":
		return part{days: 1}, true
	case "w", "wk", "week", "weeks":
		return part{days: 7}, true
	}
	return part{}, false
}

// times is so many of a unit. Halves there are of hours and minutes only.
func (p part) times(number string) (part, bool) {
	n, err := strconv.ParseFloat(number, 64)
	switch whole := n == float64(int(n)); {
	// ten years of days are the most
	case err != nil, n <= 0, n > 100_000, p.days > 0 && (!whole || n > 3660):
		return part{}, false
	case p.days > 0:
		return part{days: p.days * int(n)}, true
	}
	return part{exact: time.Duration(n * float64(p.exact))}, true
}

// length reads 1h30m.
func length(w string) (part, bool) {
	var sum part
	for w = strings.TrimPrefix(w, "+"); w != ""; {
		digits := len(w) - len(strings.TrimLeft(w, "0123456789."))
		letters := len(w[digits:]) - len(strings.TrimLeft(w[digits:], "abcdefghijklmnopqrstuvwxyz"))
		name := w[digits : digits+letters]
		if name == "day" {
			name = "d"
		}
		u, ok := unit(name)
		if !ok {
			return part{}, false
		}
		if u, ok = u.times(w[:digits]); !ok {
			return part{}, false
		}
		sum.exact, sum.days = sum.exact+u.exact, sum.days+u.days
		w = w[digits+letters:]
	}
	return sum, !sum.zero()
}

// join puts together what was written in two words: 2 hours, 9 pm, 24 dec, dec 24, dec 24 2026. It goes on as long as two
// neighbours are one together, so that "dec 24 2026" is found from the left.
func join(in []term) []term {
	var out []term
	for _, t := range in {
		for len(out) > 0 {
			last := len(out) - 1
			both, ok := joined(out[last], t)
			if !ok {
				break
			}
			t, out = both, out[:last]
		}
		out = append(out, t)
	}
	return out
}

// joined is what two terms are together, if anything.
func joined(a, b term) (both term, ok bool) {
	both.text = a.text + " " + b.text
	switch {
	case a.kind == numberTerm && (b.kind == unitTerm || b.text == "day"):
		u := b.part
		if b.text == "day" {
			u = part{days: 1}
		}
		both.kind = lengthTerm
		both.part, ok = u.times(strconv.Itoa(a.n))
	case a.kind == numberTerm && b.kind == halfTerm:
		both.kind, both.clk = clockTerm, clock{a.n, 0}
		ok = both.clk.half(b.text)
	case a.kind == clockTerm && b.kind == halfTerm:
		both.kind, both.clk = clockTerm, a.clk
		ok = both.clk.half(b.text)
	case a.kind == numberTerm && b.kind == monthTerm:
		return both.on(time.Month(b.n), a.n)
	case a.kind == monthTerm && b.kind == numberTerm:
		return both.on(time.Month(a.n), b.n)
	case a.kind == dateTerm && a.date.year == 0 && b.kind == numberTerm && b.n > 999:
		both.kind, both.date = dateTerm, civilDate{b.n, a.date.month, a.date.day}
		ok = both.date.valid()
	case a.kind == lengthTerm && b.kind == lengthTerm:
		both.kind, both.part, ok = lengthTerm, part{a.part.exact + b.part.exact, a.part.days + b.part.days}, true
	}
	return both, ok
}

// on makes t a date without a year.
func (t term) on(month time.Month, day int) (term, bool) {
	t.kind, t.date = dateTerm, civilDate{0, month, day}
	// a leap year, so that 29 feb is a date
	leap := civilDate{2000, month, day}
	return t, leap.valid()
}

// half makes an hour of the first or second half of the day what it is, and reports whether there is such a time of day.
func (c *clock) half(which string) bool {
	if which != "" && (c.hour < 1 || c.hour > 12) {
		return false
	}
	if which != "" {
		c.hour %= 12
	}
	if which == "pm" {
		c.hour += 12
	}
	return c.minute < 60 && (c.hour < 24 || c.hour == 24 && c.minute == 0)
}

// valid reports whether there is such a day in the calendar.
func (d civilDate) valid() bool {
	t := time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC)
	return d.year > 0 && t.Month() == d.month && t.Day() == d.day
}

// atoi reads digits, of which there are few; of none it makes 0.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
