package rotations

import (
	"fmt"
	"time"

	"pgregory.net/rapid"
)

// drawSchedule draws a schedule without problems, whose layers begin up to some hundred days before or shortly after an
// instant.
func drawSchedule(t *rapid.T, s site, about time.Time) Schedule {
	sched := Schedule{Name: "payments", Zone: s.zone}
	for range rapid.IntRange(1, 6).Draw(t, "holidays") {
		date := CivilOf(about).midnight() + Civil(rapid.IntRange(-12, 12).Draw(t, "holiday"))*day
		sched.Holidays = append(sched.Holidays, Holiday{Date: date})
	}
	sched.Holidays = SortHolidays(sched.Holidays)
	for i := range rapid.IntRange(1, 4).Draw(t, "layers") {
		l := Layer{Name: fmt.Sprintf("layer%d", i), People: drawPeople(t)}
		start := CivilOf(about) + Civil(rapid.IntRange(-300*day, 5*day).Draw(t, "start"))
		grain := rapid.SampledFrom([]Civil{1, minute, hour / 2, hour, day}).Draw(t, "start at whole")
		l.Start = start - start%grain
		l.Shift = rapid.SampledFrom([]Length{
			{1, Hour}, {5, Hour}, {12, Hour}, {24, Hour}, {1, Day}, {3, Day}, {1, Week}, {2, Week}, {1, Month}, {3, Month},
		}).Draw(t, "shift")
		for range rapid.SampledFrom([]int{0, 0, 1, 2, 3}).Draw(t, "windows") {
			l.Only = append(l.Only, drawWindow(t))
		}
		if rapid.Bool().Draw(t, "terms") {
			l.Terms = drawTerms(t, l.People, CivilOf(about))
		}
		l.Holidays = rapid.SampledFrom([]DayRule{AnyDay, AnyDay, HolidaysOnly, HolidaysExcept}).Draw(t, "holidays")
		sched.Layers = append(sched.Layers, l)
	}
	return sched
}

func drawPeople(t *rapid.T) [][]string {
	var turns [][]string
	names := []string{"ana", "bo", "cy", "di", "eve"}
	for range rapid.IntRange(1, 4).Draw(t, "turns") {
		first := rapid.IntRange(0, 3).Draw(t, "person")
		n := rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(t, "people in the turn")
		turns = append(turns, names[first:first+n])
		if rapid.IntRange(0, 5).Draw(t, "nobody's turn") == 0 {
			turns[len(turns)-1] = []string{Nobody}
		}
	}
	return turns
}

// drawTerms draws from when until when people take part: some always, some come or go about an instant.
func drawTerms(t *rapid.T, people [][]string, about Civil) [][]Term {
	terms := [][]Term{}
	for _, turn := range people[:rapid.IntRange(0, len(people)).Draw(t, "turns with terms")] {
		var row []Term
		for range turn {
			row = append(row, drawTerm(t, about))
		}
		terms = append(terms, row)
	}
	return terms
}

func drawTerm(t *rapid.T, about Civil) Term {
	var term Term
	if rapid.Bool().Draw(t, "comes") {
		term.From = about + Civil(rapid.IntRange(-30*24, 10*24).Draw(t, "comes at")*hour)
	}
	if rapid.Bool().Draw(t, "goes") {
		term.Until = max(about, term.From) + Civil(rapid.IntRange(-10*24, 10*24).Draw(t, "goes at")*hour)
		if term.ends() {
			term.Until = term.From + hour
		}
	}
	return term
}

func drawWindow(t *rapid.T) Window {
	w := Window{
		Days: Days(rapid.IntRange(1, int(EveryDay)).Draw(t, "days")),
		From: Clock(rapid.IntRange(0, 23).Draw(t, "from") * hour),
		To:   Clock(rapid.IntRange(0, 48).Draw(t, "to") * hour / 2),
	}
	if w.From == w.To {
		w.To += hour / 2
	}
	return w
}

func drawOverrides(t *rapid.T, about time.Time) []Override {
	var all []Override
	for range rapid.IntRange(0, 5).Draw(t, "overrides") {
		o := drawOverride(t, about)
		all = append(all, o)
	}
	return all
}

func drawOverride(t *rapid.T, about time.Time) Override {
	from := about.Add(time.Duration(rapid.IntRange(-10*day, 10*day).Draw(t, "override from")) * time.Second)
	length := time.Duration(rapid.IntRange(1, 5*day).Draw(t, "override length")) * time.Second
	return Override{
		Schedule: rapid.SampledFrom([]string{"", "payments", "payments", "others"}).Draw(t, "override of"),
		Person:   rapid.SampledFrom([]string{"ana", "bo", "zoe", Nobody}).Draw(t, "stands in"),
		For:      rapid.SampledFrom([]string{"", "ana", "bo", "cy", "zoe"}).Draw(t, "for"),
		From:     from,
		To:       from.Add(length),
	}
}

// drawNear draws instants about another: any within twelve days, and the borders of shifts and a nanosecond before them.
func drawNear(t *rapid.T, about time.Time, shifts []Shift) []time.Time {
	var all []time.Time
	for range 10 {
		d := time.Duration(rapid.Int64Range(-12*day*1e9, 12*day*1e9).Draw(t, "beside"))
		all = append(all, about.Add(d))
	}
	for _, s := range shifts {
		all = append(all, s.From, s.From.Add(-1), s.To, s.To.Add(-1))
	}
	return all
}
