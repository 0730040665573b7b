package rotations

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/rotations/civil/civiltest"
)

// TestCountedTurns: who has a shift is the same, whether the turns are counted once or each time.
func TestCountedTurns(t *testing.T) {
	many := 0
	rapid.Check(t, func(t *rapid.T) {
		about := time.Date(2026, 3, 4, 5, 6, 0, 0, time.UTC)
		s := drawSchedule(t, civiltest.Site{Zone: time.UTC}, about)
		for i, once := range counted(s.Layers) {
			l := s.Layers[i]
			if once.counted == nil {
				continue
			}
			for k := range 50 {
				place, round := l.place(k)
				if p, r := once.place(k); p != place || r != round {
					t.Fatalf("shift %d: %d in round %d, counted once %d in round %d", k, place, round, p, r)
				}
				if places, _ := l.epoch(k); places > 1 {
					many++
				}
			}
		}
	})
	if many == 0 {
		t.Error("nobody ever came: the test shows nothing")
	}
}

// TestManyWhoComeAndGo: hundreds of people who came one after the other, and have gone, are looked through in a moment.
func TestManyWhoComeAndGo(t *testing.T) {
	l := Layer{Name: "l", Start: moment("2000-01-03T09:00"), Shift: Length{1, Hour}}
	for i := range 2000 {
		from := l.Start + civil.Time(i)*civil.Day
		l.People, l.Terms = append(l.People, []string{"ana"}),
			append(l.Terms, []Term{{From: from, Until: from + 9000*civil.Day}})
	}
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	begun := time.Now()
	if n := len((Schedule{Layers: []Layer{l}}).Shifts(from, from.AddDate(0, 0, 30), nil)); n != 30*24 {
		t.Errorf("%d shifts", n)
	}
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
}
