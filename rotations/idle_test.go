package rotations

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/rotations/civil/civiltest"
)

func TestIdle(t *testing.T) {
	start := mustCivil(t, "2026-01-05T09:00")
	week := []civil.Window{{Days: 0b0111110, From: 0, To: 24 * civil.Hour}}
	night := []civil.Window{{Days: civil.EveryDay, From: 18 * civil.Hour, To: 9 * civil.Hour}}
	seven := Turns("ana", "bo", "cy", "di", "eve", "fay", "gil")
	for name, c := range map[string]struct {
		layers []Layer
		want   []Idle
	}{
		"a week of seven days, five of them open": {
			[]Layer{{Name: "a", People: seven, Start: start, Shift: Length{1, Day}, Only: week}},
			[]Idle{{0, []string{"fay"}}}, // gil has Monday morning
		},
		"begun at midnight": {
			[]Layer{{Name: "a", People: seven, Start: start - 9*civil.Hour, Shift: Length{1, Day}, Only: week}},
			[]Idle{{0, []string{"fay", "gil"}}},
		},
		"six take turns": {[]Layer{{Name: "a", People: seven[:6], Start: start, Shift: Length{1, Day}, Only: week}}, nil},
		"day and night": {
			[]Layer{{Name: "a", People: Turns("ana", "bo"), Start: start, Shift: Length{12, Hour},
				Only: []civil.Window{{Days: civil.EveryDay, From: 9 * civil.Hour, To: 21 * civil.Hour}}}},
			[]Idle{{0, []string{"bo"}}},
		},
		"all covered": {
			[]Layer{{Name: "a", People: seven, Start: start, Shift: Length{1, Week}},
				{Name: "b", People: seven, Start: start, Shift: Length{1, Week}}},
			[]Idle{{0, nil}},
		},
		"covered by two": {
			[]Layer{
				{Name: "a", People: seven, Start: start, Shift: Length{1, Month}},
				{Name: "b", People: seven, Start: start, Shift: Length{1, Week}, Only: night},
				{Name: "c", People: seven, Start: start, Shift: Length{1, Week},
					Only: []civil.Window{{Days: civil.EveryDay, From: 8 * civil.Hour, To: 20 * civil.Hour}}},
			},
			[]Idle{{0, nil}},
		},
		"covered from later on": {
			[]Layer{{Name: "a", People: seven, Start: start, Shift: Length{1, Week}},
				{Name: "b", People: seven, Start: start + 400*civil.Day, Shift: Length{1, Week}}},
			nil,
		},
		"for holidays that there are not": {
			[]Layer{{Name: "a", People: seven, Start: start, Shift: Length{1, Week}},
				{Name: "b", People: seven, Start: start, Shift: Length{1, Week}, Holidays: HolidaysOnly}},
			[]Idle{{1, nil}},
		},
	} {
		if diff := cmp.Diff(c.want, Schedule{Layers: c.layers}.Idle(start)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func mustCivil(t *testing.T, s string) civil.Time {
	t.Helper()
	c, err := civil.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestEverybodyHasAShiftOrIsIdle: within the time after which a layer repeats itself everybody in it has a shift, or is named.
func TestEverybodyHasAShiftOrIsIdle(t *testing.T) {
	named := 0
	rapid.Check(t, func(t *rapid.T) {
		about := time.Date(2026, 3, 4, 5, 6, 0, 0, time.UTC)
		s := drawSchedule(t, civiltest.Site{Zone: time.UTC}, about)
		s.Layers = s.Layers[:min(len(s.Layers), 2)]
		longest := civil.Time(0)
		for i := range s.Layers {
			l := &s.Layers[i]
			l.Terms, l.Holidays, l.Start = nil, AnyDay, min(l.Start, civil.Of(about))
			longest = max(longest, l.handoff(l.cycle())-l.Start)
		}
		shown := map[[2]string]bool{}
		for _, sh := range s.Shifts(about, about.Add(time.Duration(longest+7*civil.Day)*time.Second), nil) {
			for _, p := range sh.People {
				shown[[2]string{sh.Layer, p}] = true
			}
		}
		idle := s.Idle(civil.Of(about))
		for i, l := range s.Layers {
			for _, turn := range l.People {
				for _, p := range turn {
					is := slices.ContainsFunc(idle,
						func(d Idle) bool { return d.Layer == i && (d.People == nil || slices.Contains(d.People, p)) })
					if p != Nobody && is == shown[[2]string{l.Name, p}] {
						t.Fatalf("%s in %s: idle %v, has a shift %v", p, l.Name, is, !is)
					}
					if is {
						named++
					}
				}
			}
		}
	})
	if named == 0 {
		t.Error("nobody was ever idle: the test shows nothing")
	}
}
