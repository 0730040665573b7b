package rotations

import (
	"testing"
	"time"

	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/rotations/civil/civiltest"
)

func BenchmarkOnCall(b *testing.B) {
	for _, bench := range []struct {
		name, zone string
		at         time.Time
	}{
		{"weekly", "Europe/Berlin", time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)},
		{"weekly_after_a_clock_change", "Europe/Berlin", time.Date(2026, 10, 25, 12, 0, 0, 0, time.UTC)},
		{"weekly_Casablanca", "Africa/Casablanca", time.Date(2031, 11, 22, 12, 0, 0, 0, time.UTC)},
		{"weekly_beyond_the_zone_table", "America/New_York", time.Date(2048, 7, 22, 12, 0, 0, 0, time.UTC)},
	} {
		s := weekly(bench.zone)
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.OnCall(bench.at, nil)
			}
		})
	}
	monthly := weekly("Europe/Berlin")
	monthly.Layers[0].Shift = Length{1, Month}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	b.Run("monthly", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			monthly.OnCall(at, nil)
		}
	})
	s, overrides := crowded(at)
	b.Run("5_layers_windows_50_overrides", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.OnCall(at, overrides)
		}
	})
}

func BenchmarkAt(b *testing.B) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	s := weekly("Europe/Berlin")
	b.Run("weekly", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.At(at, nil)
		}
	})
	s, overrides := crowded(at)
	b.Run("5_layers_windows_50_overrides", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			s.At(at, overrides)
		}
	})
}

func BenchmarkShiftsOfAYear(b *testing.B) {
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	daily, hourly := weekly("Europe/Berlin"), weekly("Europe/Berlin")
	daily.Layers[0].Shift = Length{1, Day}
	hourly.Layers[0].Shift = Length{1, Hour}
	five, overrides := crowded(from.AddDate(0, 6, 0))
	under := hourly
	under.Layers = []Layer{hourly.Layers[0], five.Layers[1]}
	for _, bench := range []struct {
		name      string
		schedule  Schedule
		overrides []Override
	}{
		{"weekly", weekly("Europe/Berlin"), nil},
		{"daily", daily, nil},
		{"hourly", hourly, nil},
		{"hourly_50_overrides", hourly, overrides},
		{"hourly_under_a_layer", under, nil},
		{"5_layers_windows", five, nil},
		{"5_layers_windows_50_overrides", five, overrides},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				n = len(bench.schedule.Shifts(from, from.AddDate(1, 0, 0), bench.overrides))
			}
			b.ReportMetric(float64(n), "shifts")
		})
	}
}

// BenchmarkCheck10000 asks of ten thousand schedules of all zones what a check of the configuration asks.
func BenchmarkCheck10000(b *testing.B) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	schedules := make([]Schedule, 10_000)
	for i := range schedules {
		s := weekly(civiltest.Zones()[i%len(civiltest.Zones())].String())
		s.Layers = append(s.Layers, Layer{
			Name: "office", People: Turns("eve", "fay"), Start: moment("2026-01-05T09:00"), Shift: Length{1, Day},
			Only: []civil.Window{window(0b0111110, 9*civil.Hour, 17*civil.Hour)},
		})
		schedules[i] = s
	}
	b.ReportAllocs()
	for b.Loop() {
		for i := range schedules {
			schedules[i].Validate()
			schedules[i].Gaps(now, now.AddDate(0, 0, 90), nil)
			schedules[i].Skipped(now, now.AddDate(2, 0, 0))
		}
	}
}

// BenchmarkTerms asks who is on call where people have come and gone.
func BenchmarkTerms(b *testing.B) {
	s := weekly("Europe/Berlin")
	s.Layers[0].Terms = [][]Term{nil, {{Until: moment("2024-01-01T00:00")}}, {{From: moment("2020-01-01T00:00")}}, {{From: moment("2022-01-01T00:00")}}}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		s.OnCall(at, nil)
	}
}
