package pagerduty

import (
	"encoding/json"
	"strings"
	"testing"
	_ "time/tzdata"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan/plantest"
)

// planned is what becomes of a schedule, as it is written, or why there is no plan.
func planned(text string) string {
	return plantest.Said(plantest.Carried(plantest.Now(), func(p *plan.Plan) error {
		var s Schedule
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			return err
		}
		s.Into(p)
		return nil
	}))
}

// TestLayers: a layer is as it is there, or a note says what is other, and who has it.
func TestLayers(t *testing.T) {
	layer := func(more string) string {
		users := `"users": [{"user": {"id": "A", "summary": "Ana"}}, {"user": {"id": "B", "summary": "Bo"}}]`
		return `{"name": "l", "start": "2026-01-05T08:00:00Z", "rotation_turn_length_seconds": 604800, ` + users + more + `}`
	}
	only := func(text string) string { return layer(`, "restrictions": [` + text + `]`) }
	turns := func(from, virtual, seconds string) string {
		return layer(`, "start": "` + from + `", "rotation_virtual_start": "` + virtual + `", "rotation_turn_length_seconds": ` + seconds)
	}
	const of = "layer l of Ana and Bo from 2026-01-05 09:00"
	said := func(text string) string {
		return strings.ReplaceAll(text, "OF", strings.NewReplacer("Ana", "ana", "Bo", "bo").Replace(of))
	}
	for name, tt := range map[string]struct {
		layer, want, never string
	}{
		"without a virtual start":      {layer(""), "people: [ana, bo]\n        start: 2026-01-05T09:00\n        shift: 1w", "layer l"},
		"the other one's turn":         {turns("2026-01-12T08:00:00Z", "2026-01-05T08:00:00Z", "604800"), "people: [bo, ana]\n        start: 2026-01-12T09:00", "layer l"},
		"before the virtual start":     {turns("2026-01-05T08:00:00Z", "2026-01-12T08:00:00Z", "604800"), "people: [bo, ana]\n        start: 2026-01-05T09:00", "layer l"},
		"in the middle of a turn":      {turns("2026-04-01T07:00:00Z", "2026-01-05T08:00:00Z", "604800"), "layer l begins at 2026-04-01 09:00 there, in the middle of a turn; here at 2026-03-30 09:00", ""},
		"in the middle, some time ago": {turns("2026-01-07T08:00:00Z", "2026-01-05T08:00:00Z", "604800"), "start: 2026-01-05T09:00", "in the middle"},
		"turns of minutes":             {turns("2026-01-05T08:00:00Z", "2026-01-05T08:00:00Z", "5400"), "s: OF has turns of 5400 seconds, which are not whole hours, and is left out", "people: ["},
		"an end":                       {layer(`, "end": "2026-06-01T07:00:00Z"`), "{person: ana, until: 2026-06-01T09:00}", "layer l"},
		"an end some time ago":         {layer(`, "end": "2026-02-01T08:00:00Z"`), "s: OF ended at 2026-02-01 09:00, and is left out", "people: ["},
		"nights":                       {only(`{"type": "daily_restriction", "start_time_of_day": "20:00:00", "duration_seconds": 43200}`), `{days: "mon-sun", from: "20:00", to: "08:00"}`, "layer l"},
		"all day":                      {only(`{"type": "daily_restriction", "start_time_of_day": "20:00:00", "duration_seconds": 86400}`), "people: [ana, bo]", "only:"},
		"a Sunday":                     {only(`{"type": "weekly_restriction", "start_day_of_week": 7, "start_time_of_day": "00:00:00", "duration_seconds": 86400}`), `{days: "sun", from: "00:00", to: "24:00"}`, "layer l"},
		"no day":                       {only(`{"type": "weekly_restriction", "start_day_of_week": 8, "start_time_of_day": "00:00:00", "duration_seconds": 86400}`), "s: a restriction of OF cannot be read, and the layer is left out", "people: ["},
		"no time of day":               {only(`{"type": "daily_restriction", "start_time_of_day": "noon", "duration_seconds": 3600}`), "s: a restriction of OF cannot be read", "people: ["},
		"a restriction of months":      {only(`{"type": "monthly_restriction", "start_time_of_day": "00:00:00", "duration_seconds": 3600}`), "s: a restriction of OF cannot be read", "people: ["},
	} {
		t.Run(name, func(t *testing.T) {
			got := planned(`{"summary": "s", "time_zone": "Europe/Berlin", "schedule_layers": [` + tt.layer + `]}`)
			plantest.Look(t, got, []string{said(tt.want)}, tt.never)
		})
	}
}
