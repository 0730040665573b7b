package rotations

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/rotations/civil/civiltest"
	"github.com/oncalm/oncalm/text"
)

// TestLaws checks for any schedule in any zone what users rely on without saying it.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		site := civiltest.DrawSite(t)
		about := civiltest.DrawInstant(t, site, "about")
		s, o := drawSchedule(t, site, about), drawOverrides(t, about)
		if p := s.Validate(); len(p) > 0 {
			t.Fatalf("drawn with problems: %v", p)
		}
		from, to := about.AddDate(0, 0, -10), about.AddDate(0, 0, 10)
		shifts := s.Shifts(from, to, o)
		checkOrder(t, shifts, from, to)
		for _, at := range drawNear(t, about, shifts) {
			checkInstant(t, s, o, at, from, to, shifts)
		}
		checkPieces(t, s, o, from, to, shifts)
		checkGaps(t, s, o, from, to, shifts)
	})
}

// checkGaps checks that shifts and gaps make up a window: together they are as long, and no gap holds a shift.
func checkGaps(t *rapid.T, s Schedule, o []Override, from, to time.Time, shifts []Shift) {
	sum := time.Duration(0)
	for _, shift := range shifts {
		sum += shift.To.Sub(shift.From)
	}
	end := from
	for i, g := range s.Gaps(from, to, o) {
		if g.From.Before(end) || !g.From.Before(g.To) || g.To.After(to) {
			t.Fatalf("gap %d is wrong: %+v", i, g)
		}
		for _, at := range []time.Time{g.From, g.To.Add(-1), g.From.Add(g.To.Sub(g.From) / 2)} {
			if people := s.OnCall(at, o); len(people) > 0 {
				t.Fatalf("in the gap %+v %v are on call at %s", g, people, at)
			}
		}
		sum += g.To.Sub(g.From)
		end = g.To
	}
	if sum != to.Sub(from) {
		t.Fatalf("shifts and gaps are %s long, not %s:\n%s%+v", sum, to.Sub(from), render(shifts), s.Gaps(from, to, o))
	}
}

// checkNobodyFollows checks that the one who is on call is so to the end, if nobody is next.
func checkNobodyFollows(t *rapid.T, s Schedule, o []Override, at time.Time, answer Answer) {
	if answer.To.IsZero() {
		return
	}
	if after := s.Shifts(answer.To, at.AddDate(2, 0, 0), o); len(after) > 0 {
		t.Fatalf("at %s nobody is next, but there is %+v", at, after[0])
	}
}

// checkOrder checks that shifts follow each other in a window, each of some length, and that none is in two parts.
func checkOrder(t *rapid.T, shifts []Shift, from, to time.Time) {
	end := from
	for i, shift := range shifts {
		if shift.From.Before(end) || !shift.From.Before(shift.To) || shift.To.After(to) || len(shift.People) == 0 {
			t.Fatalf("shift %d of %s to %s is wrong:\n%s", i, from, to, render(shifts))
		}
		if i > 0 && shift.From.Equal(end) {
			last := shifts[i-1]
			last.From, last.To = shift.From, shift.To
			if cmp.Equal(last, shift) {
				t.Fatalf("shifts %d and %d are one:\n%s", i-1, i, render(shifts))
			}
		}
		end = shift.To
	}
}

// checkInstant checks that OnCall, At and Shifts say the same about an instant.
func checkInstant(t *rapid.T, s Schedule, o []Override, at, from, to time.Time, shifts []Shift) {
	people, answer := s.OnCall(at, o), s.At(at, o)
	if !slices.Equal(people, answer.People) {
		t.Fatalf("at %s OnCall says %v, At %+v", at, people, answer)
	}
	if answer.From.After(at) || !answer.To.IsZero() && !answer.To.After(at) {
		t.Fatalf("at %s the answer is for another time: %+v", at, answer)
	}
	if len(people) == 0 && !strings.Contains(answer.Why, "nobody") || strings.Contains(answer.Why, "\n") {
		t.Fatalf("at %s %v because %q", at, people, answer.Why)
	}
	if len(answer.Next.People) == 0 {
		checkNobodyFollows(t, s, o, at, answer)
	} else if answer.Next.From.Before(answer.To) {
		t.Fatalf("at %s the next is %+v", at, answer.Next)
	} else if after := s.At(answer.Next.From, o); !cmp.Equal(after.Shift, answer.Next) {
		t.Fatalf("at %s the next is %+v, but then it is %+v", at, answer.Next, after.Shift)
	}
	if at.Before(from) || !at.Before(to) {
		return
	}
	held := slices.IndexFunc(shifts, func(x Shift) bool { return !at.Before(x.From) && at.Before(x.To) })
	switch {
	case held < 0 && len(people) > 0:
		t.Fatalf("at %s %v, but there is no shift:\n%s", at, people, render(shifts))
	case held >= 0:
		cut := answer.Shift
		cut.From, cut.To = later(cut.From, from), earlier(cut.To, to)
		if diff := cmp.Diff(shifts[held], cut); diff != "" {
			t.Fatalf("at %s (-Shifts +At):\n%s", at, diff)
		}
	}
}

// checkPieces checks that shifts asked for in two parts are those asked for at once.
func checkPieces(t *rapid.T, s Schedule, o []Override, from, to time.Time, shifts []Shift) {
	middle := from.Add(time.Duration(rapid.Int64Range(1, int64(to.Sub(from))-1).Draw(t, "middle")))
	first, second := s.Shifts(from, middle, o), s.Shifts(middle, to, o)
	if n := len(first); n > 0 && len(second) > 0 && first[n-1].To.Equal(middle) && second[0].From.Equal(middle) {
		joined := second[0]
		joined.From, first[n-1].To = first[n-1].From, joined.To
		if cmp.Equal(joined, first[n-1]) {
			second = second[1:]
		} else {
			first[n-1].To = middle
		}
	}
	if diff := cmp.Diff(shifts, slices.Concat(first, second)); diff != "" && len(shifts)+len(first)+len(second) > 0 {
		t.Fatalf("cut at %s (-whole +parts):\n%s", middle, diff)
	}
}

// TestOverrideChangesNothingElse adds an override at any place in the order.
func TestOverrideChangesNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		site := civiltest.DrawSite(t)
		about := civiltest.DrawInstant(t, site, "about")
		s, before := drawSchedule(t, site, about), drawOverrides(t, about)
		o := drawOverride(t, about)
		after := slices.Insert(slices.Clone(before), rapid.IntRange(0, len(before)).Draw(t, "place"), o)
		from, to := about.AddDate(0, 0, -16), about.AddDate(0, 0, 16)
		for _, span := range [][2]time.Time{{from, o.From}, {o.To, to}} {
			a, b := s.Shifts(span[0], span[1], before), s.Shifts(span[0], span[1], after)
			if diff := cmp.Diff(a, b); diff != "" {
				t.Fatalf("%+v changes %s to %s:\n%s", o, span[0], span[1], diff)
			}
		}
		for _, at := range append(drawNear(t, about, nil), o.From, o.To, o.From.Add(-1), o.To.Add(-1)) {
			inside := !at.Before(o.From) && at.Before(o.To)
			if got, want := s.OnCall(at, after), s.OnCall(at, before); !inside && !slices.Equal(got, want) {
				t.Fatalf("%+v changes %s from %v to %v", o, at, want, got)
			}
		}
	})
}

// TestYearsAddUp checks that a layer without windows covers every second of a year once, and hands over at the same time of
// day all year but where that time does not exist.
func TestYearsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		site := civiltest.DrawSite(t)
		year := rapid.IntRange(1960, 2038).Draw(t, "year")
		s := Schedule{Zone: site.Zone, Layers: []Layer{{
			Name: "primary", People: drawPeople(t), Start: civil.Of(time.Date(year-2, 3, 31, 2, 30, 0, 0, time.UTC)),
			Shift: rapid.SampledFrom([]Length{{1, Day}, {1, Week}, {1, Month}, {24, Hour}, {12, Hour}}).Draw(t, "shift"),
		}}}
		from := civil.Of(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)).In(site.Zone)
		to := civil.Of(time.Date(year+1, 1, 1, 0, 0, 0, 0, time.UTC)).In(site.Zone)
		sum := time.Duration(0)
		for i, shift := range s.Shifts(from, to, nil) {
			sum += shift.To.Sub(shift.From)
			l := &s.Layers[0]
			handoff := l.handoff(shift.Number - 1)
			if i > 0 && civil.Of(shift.From) != handoff && !slices.Contains(site.Changes, shift.From.Unix()) {
				t.Fatalf("%s: shift %d begins at %s, not at %s", site.Zone, shift.Number, shift.From, handoff)
			}
		}
		for _, gap := range s.Gaps(from, to, nil) {
			if !gap.Meant {
				t.Fatalf("%s: nobody meant the gap %+v", site.Zone, gap)
			}
			sum += gap.To.Sub(gap.From)
		}
		if sum != to.Sub(from) {
			t.Fatalf("%s: the shifts of %d add up to %s, not %s", site.Zone, year, sum, to.Sub(from))
		}
	})
}

// render writes shifts for people.
func render(shifts []Shift) string {
	var b strings.Builder
	for _, s := range shifts {
		fmt.Fprintf(&b, "%s  %s  %7s  %s %d: %s", s.From.Format("Mon 2006-01-02T15:04-07:00"), s.To.Format("Mon 2006-01-02T15:04-07:00"),
			clockHours(s.To.Sub(s.From)), s.Layer, s.Number, text.List(s.People, "and"))
		if s.Override != nil {
			fmt.Fprintf(&b, " (%s for %q)", s.Override.Person, s.Override.For)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func clockHours(d time.Duration) string {
	return fmt.Sprintf("%d:%02dh", int(d.Hours()), int(d.Minutes())%60)
}
