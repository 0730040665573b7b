package rotations

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/rotations/civil/civiltest"
)

// modelOnCall is OnCall the slow way: it counts handoffs from the start, opens and closes the windows of every day, and turns
// each of these wall-clock times into an instant on its own.
func modelOnCall(s Schedule, t time.Time, overrides []Override) []string {
	var people []string
	for _, l := range s.Layers {
		k, open := modelShift(s, l, t), len(l.Only) == 0
		for _, w := range l.Only {
			open = open || modelOpen(s, w, t)
		}
		if l.Holidays != AnyDay && modelHoliday(s, t) != (l.Holidays == HolidaysOnly) {
			continue
		}
		if k < 0 || !open {
			continue
		}
		if turn, ok := modelTurn(s, l, k, t); ok {
			people = turn
		}
	}
	for _, o := range overrides {
		if t.Before(o.From) || !t.Before(o.To) || o.Schedule != "" && o.Schedule != s.Name {
			continue
		}
		if o.For == "" {
			people = named(o.Person)
			continue
		}
		var stand []string
		for _, p := range people {
			if p == o.For {
				p = o.Person
			}
			if p != Nobody && !slices.Contains(stand, p) {
				stand = append(stand, p)
			}
		}
		people = stand
	}
	return people
}

// named is somebody, or nobody.
func named(person string) []string {
	if person == Nobody {
		return nil
	}
	return []string{person}
}

// modelHoliday reports whether t is on a holiday: its midnight has come, and the next has not.
func modelHoliday(s Schedule, t time.Time) bool {
	return slices.ContainsFunc(s.Holidays, func(h Holiday) bool {
		return comes(s, h.Date, t) && !comes(s, h.Date+civil.Day, t)
	})
}

// modelTurn says who has shift k at t, shift by shift from the start; false if nobody is there.
func modelTurn(s Schedule, l Layer, k int, t time.Time) ([]string, bool) {
	there := func(place int) []string {
		var all []string
		for j, p := range l.People[place] {
			term := l.term(place, j)
			if (term.From == 0 || comes(s, term.From, t)) && (term.Until == 0 || !comes(s, term.Until, t)) {
				all = append(all, p)
			}
		}
		return all
	}
	var places []int // in their order, at the shift
	at, rounds, number := -1, 0, 0
	for shift := 0; shift <= k; shift++ {
		before := len(places)
		places = modelPlaces(l, modelHandoff(l, shift))
		if len(places) > before {
			rounds, number = 0, 0
		} else if number++; number%max(len(places), 1) == 0 {
			rounds++
		}
		if i := slices.IndexFunc(places, func(p int) bool { return p > at }); i >= 0 {
			at = places[i]
		} else if len(places) > 0 {
			at = places[0]
		}
	}
	if at < 0 {
		return nil, false
	}
	mine := slices.Index(places, at)
	others := slices.Concat(places[mine+1:], places[:mine])
	if n := len(others); n > 0 {
		others = slices.Concat(others[rounds%n:], others[:rounds%n])
	}
	for i, p := range slices.Concat([]int{at}, others) {
		if turn := there(p); len(turn) > 0 && (i == 0 || turn[0] != Nobody) {
			return slices.DeleteFunc(turn, func(p string) bool { return p == Nobody }), true
		}
	}
	return nil, false
}

// modelPlaces returns the turns that there are when a shift begins.
func modelPlaces(l Layer, handoff civil.Time) []int {
	var all []int
	for i, turn := range l.People {
		for j := range turn {
			if l.term(i, j).From <= handoff {
				all = append(all, i)
				break
			}
		}
	}
	return all
}

// modelShift returns the number of the shift that t is in, or -1 before the start.
func modelShift(s Schedule, l Layer, t time.Time) int {
	k := -1
	for comes(s, modelHandoff(l, k+1), t) {
		k++
	}
	return k
}

func modelHandoff(l Layer, k int) civil.Time {
	start, n := l.Start.In(time.UTC), k*l.Shift.N
	y, m, d := start.Date()
	switch l.Shift.Unit {
	case Hour:
		start = start.Add(time.Duration(n) * time.Hour)
	case Day:
		start = start.AddDate(0, 0, n)
	case Week:
		start = start.AddDate(0, 0, 7*n)
	case Month:
		for start = start.AddDate(0, n, 0); start.Month() != (m+time.Month(n)-1)%12+1; d-- { // the month is shorter
			start = time.Date(y, m+time.Month(n), d-1, start.Hour(), start.Minute(), start.Second(), 0, time.UTC)
		}
	}
	return civil.Of(start)
}

// modelOpen reports whether a window is open at t.
func modelOpen(s Schedule, w civil.Window, t time.Time) bool {
	today := t.In(s.Zone)
	for back := -4; back <= 4; back++ {
		y, m, d := today.Date()
		date := time.Date(y, m, d+back, 0, 0, 0, 0, time.UTC)
		from, to := date.Add(time.Duration(w.From)*time.Second), date.Add(time.Duration(w.To)*time.Second)
		if w.To <= w.From {
			to = to.AddDate(0, 0, 1)
		}
		if w.Days.Has(date.Weekday()) && comes(s, civil.Of(from), t) && !comes(s, civil.Of(to), t) {
			return true
		}
	}
	return false
}

// comes reports whether a wall-clock time has come at t.
func comes(s Schedule, c civil.Time, t time.Time) bool {
	shown := civil.Of(t.In(s.Zone))
	if apart := c - shown; apart > 3*civil.Day || apart < -3*civil.Day {
		return c < shown
	}
	return !civiltest.First(c.In(time.UTC), s.Zone).After(t)
}

func TestOnCallAgreesWithTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		site := civiltest.DrawSite(t)
		about := civiltest.DrawInstant(t, site, "about")
		s, o := drawSchedule(t, site, about), drawOverrides(t, about)
		for _, at := range drawNear(t, about, nil) {
			if got, want := s.OnCall(at, o), modelOnCall(s, at, o); !slices.Equal(got, want) {
				t.Fatalf("at %s %v, want %v\n%+v\n%+v", at, got, want, s, o)
			}
		}
	})
}
