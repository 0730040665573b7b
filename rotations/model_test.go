package rotations

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
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
		if k >= 0 && open {
			people = l.People[k%len(l.People)]
		}
	}
	for _, o := range overrides {
		if t.Before(o.From) || !t.Before(o.To) || o.Schedule != "" && o.Schedule != s.Name {
			continue
		}
		if o.For == "" {
			people = []string{o.Person}
			continue
		}
		var stand []string
		for _, p := range people {
			if p == o.For {
				p = o.Person
			}
			if !slices.Contains(stand, p) {
				stand = append(stand, p)
			}
		}
		people = stand
	}
	return people
}

// modelShift returns the number of the shift that t is in, or -1 before the start.
func modelShift(s Schedule, l Layer, t time.Time) int {
	k := -1
	for comes(s, modelHandoff(l, k+1), t) {
		k++
	}
	return k
}

func modelHandoff(l Layer, k int) Civil {
	start, n := l.Start.utc(), k*l.Shift.N
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
	return CivilOf(start)
}

// modelOpen reports whether a window is open at t.
func modelOpen(s Schedule, w Window, t time.Time) bool {
	today := t.In(s.Zone)
	for back := -4; back <= 4; back++ {
		y, m, d := today.Date()
		date := time.Date(y, m, d+back, 0, 0, 0, 0, time.UTC)
		from, to := date.Add(time.Duration(w.From)*time.Second), date.Add(time.Duration(w.To)*time.Second)
		if w.To <= w.From {
			to = to.AddDate(0, 0, 1)
		}
		if w.Days.Has(date.Weekday()) && comes(s, CivilOf(from), t) && !comes(s, CivilOf(to), t) {
			return true
		}
	}
	return false
}

// comes reports whether a wall-clock time has come at t.
func comes(s Schedule, c Civil, t time.Time) bool {
	shown := CivilOf(t.In(s.Zone))
	if apart := c - shown; apart > 3*day || apart < -3*day {
		return c < shown
	}
	return !slowIn(c, s.Zone).After(t)
}

func TestOnCallAgreesWithTheModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		site := drawSite(t)
		about := drawInstant(t, site, "about")
		s, o := drawSchedule(t, site, about), drawOverrides(t, about)
		for _, at := range drawNear(t, about, nil) {
			if got, want := s.OnCall(at, o), modelOnCall(s, at, o); !slices.Equal(got, want) {
				t.Fatalf("at %s %v, want %v\n%+v\n%+v", at, got, want, s, o)
			}
		}
	})
}
