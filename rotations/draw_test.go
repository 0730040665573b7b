package rotations

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/rotations/civil/civiltest"
)

// drawSchedule draws a schedule without problems, whose layers begin up to some hundred days before or shortly after an
// instant.
func drawSchedule(t *rapid.T, s civiltest.Site, about time.Time) Schedule {
	sched := Schedule{Name: "payments", Zone: s.Zone}
	for range rapid.IntRange(1, 6).Draw(t, "holidays") {
		date := civil.Of(about).Midnight() + civil.Time(rapid.IntRange(-12, 12).Draw(t, "holiday"))*civil.Day
		sched.Holidays = append(sched.Holidays, Holiday{Date: date})
	}
	sched.Holidays = SortHolidays(sched.Holidays)
	for i := range rapid.IntRange(1, 4).Draw(t, "layers") {
		l := Layer{Name: fmt.Sprintf("layer%d", i), People: drawPeople(t)}
		start := civil.Of(about) + civil.Time(rapid.IntRange(-300*civil.Day, 5*civil.Day).Draw(t, "start"))
		grain := rapid.SampledFrom([]civil.Time{1, civil.Minute, civil.Hour / 2, civil.Hour, civil.Day}).Draw(t, "start at whole")
		l.Start = start - start%grain
		l.Shift = rapid.SampledFrom([]Length{
			{1, Hour}, {5, Hour}, {12, Hour}, {24, Hour}, {1, Day}, {3, Day}, {1, Week}, {2, Week}, {1, Month}, {3, Month},
		}).Draw(t, "shift")
		for range rapid.SampledFrom([]int{0, 0, 1, 2, 3}).Draw(t, "windows") {
			l.Only = append(l.Only, drawWindow(t))
		}
		if rapid.Bool().Draw(t, "terms") {
			l.Terms = drawTerms(t, l.People, civil.Of(about))
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
func drawTerms(t *rapid.T, people [][]string, about civil.Time) [][]Term {
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

func drawTerm(t *rapid.T, about civil.Time) Term {
	var term Term
	if rapid.Bool().Draw(t, "comes") {
		term.From = about + civil.Time(rapid.IntRange(-30*24, 10*24).Draw(t, "comes at")*civil.Hour)
	}
	if rapid.Bool().Draw(t, "goes") {
		term.Until = max(about, term.From) + civil.Time(rapid.IntRange(-10*24, 10*24).Draw(t, "goes at")*civil.Hour)
		if term.ends() {
			term.Until = term.From + civil.Hour
		}
	}
	return term
}

func drawWindow(t *rapid.T) civil.Window {
	w := civil.Window{
		Days: civil.Days(rapid.IntRange(1, int(civil.EveryDay)).Draw(t, "days")),
		From: civil.Clock(rapid.IntRange(0, 23).Draw(t, "from") * civil.Hour),
		To:   civil.Clock(rapid.IntRange(0, 48).Draw(t, "to") * civil.Hour / 2),
	}
	if w.From == w.To {
		w.To += civil.Hour / 2
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
	from := about.Add(time.Duration(rapid.IntRange(-10*civil.Day, 10*civil.Day).Draw(t, "override from")) * time.Second)
	length := time.Duration(rapid.IntRange(1, 5*civil.Day).Draw(t, "override length")) * time.Second
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
		d := time.Duration(rapid.Int64Range(-12*civil.Day*1e9, 12*civil.Day*1e9).Draw(t, "beside"))
		all = append(all, about.Add(d))
	}
	for _, s := range shifts {
		all = append(all, s.From, s.From.Add(-1), s.To, s.To.Add(-1))
	}
	return all
}
