package known

import (
	"testing"
	"time"
)

func TestUnrest(t *testing.T) {
	noon := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	flap := Flap{Changes: 5, Within: 30 * time.Minute}
	type seen struct {
		flaps   bool
		since   float64 // minutes after noon
		changes int
	}
	for name, tt := range map[string]struct {
		flap Flap
		at   []float64 // minutes after noon
		want seen
	}{
		"as often as one may":                {flap, []float64{0, 5, 10, 15, 20}, seen{false, 0, 5}},
		"once more":                          {flap, []float64{0, 5, 10, 15, 20, 25}, seen{true, 0, 6}},
		"once more, too late":                {flap, []float64{0, 7, 14, 21, 28, 35}, seen{false, 7, 5}},
		"it goes on, more slowly":            {flap, []float64{0, 1, 2, 3, 4, 5, 30, 59, 88}, seen{true, 0, 9}},
		"calm, and it begins anew":           {flap, []float64{0, 1, 2, 3, 4, 5, 36}, seen{false, 36, 1}},
		"messages that crossed":              {flap, []float64{0, 5, 10, 15, 20, 19}, seen{true, 0, 6}},
		"calm at the last moment":            {flap, []float64{0, 1, 2, 3, 4, 5, 35}, seen{true, 0, 7}},
		"nothing flaps":                      {Flap{}, []float64{0, 0, 0, 0, 0, 0, 0}, seen{}},
		"after that was turned off":          {Flap{0, time.Hour}, []float64{0, 1}, seen{}},
		"everything flaps, and is soon calm": {Flap{1, time.Minute}, []float64{0, 1, 3, 4}, seen{true, 3, 2}},
	} {
		t.Run(name, func(t *testing.T) {
			var u *Unrest
			for _, m := range tt.at {
				u = u.With(noon.Add(time.Duration(m*float64(time.Minute))), tt.flap)
				if u != nil && len(u.Lately) > max(tt.flap.Changes, 1) {
					t.Errorf("%d changes are kept", len(u.Lately))
				}
			}
			since, n := u.Began()
			got := seen{u.Flaps(), 0, n}
			if n > 0 {
				got.since = since.Sub(noon).Minutes()
			}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
