package grafana

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
)

// TestPausesOfGrafana: shifts that pause are as they were, and in their pauses somebody of a lower level is on call, or of another
// shift of theirs.
func TestPausesOfGrafana(t *testing.T) {
	const head = `"type": "rolling_users", "level": 1, "start": "2026-01-0`
	shift := func(id, text string) string { return fmt.Sprintf(`{"id": %q, "name": "shift %[1]s", %s}`, id, text) }
	base := shift("B", `"type": "rolling_users", "level": 0, "start": "2026-01-06T09:00:00", "duration": 604800, "frequency": "weekly", "rolling_users": [["X"], ["Y"], ["Z"]]`)
	made := func(ids, shifts string) *plan.Plan {
		text := `{"schedules": [{"id": "S", "name": "s", "type": "calendar", "time_zone": "Europe/Berlin", "shifts": [` + ids + `]}], "on_call_shifts": [` + shifts + `]}`
		p, err := carried(exported(text), now)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	below := made(`"B"`, base).Schedules[0]
	for _, text := range []string{
		head + `6T20:00:00", "duration": 36000, "frequency": "weekly", "interval": 2, "rolling_users": [["A"]]`,
		head + `6T20:00:00", "duration": 36000, "frequency": "weekly", "interval": 3, "rolling_users": [["A"], ["B", "C"]]`,
		head + `7T20:00:00", "duration": 36000, "frequency": "weekly", "interval": 2, "by_day": ["MO", "WE", "SU"], "week_start": "SU", "rolling_users": [["A"], ["B"]]`,
		head + `7T20:00:00", "duration": 36000, "frequency": "weekly", "interval": 2, "by_day": ["TU", "SU"], "week_start": "MO", "rolling_users": [["A"], ["B"], ["C"]], "start_rotation_from_user_index": 1`,
		head + `5T09:00:00", "duration": 374400, "frequency": "weekly", "interval": 2, "rolling_users": [["A"], ["B"]]`,
		strings.Replace(head, "rolling_users", "recurrent_event", 1) + `6T20:00:00", "duration": 36000, "frequency": "weekly", "interval": 4, "users": ["A", "B"]`,
	} {
		above := made(`"A"`, shift("A", text)).Schedules[0]
		p := made(`"A", "B"`, shift("A", text)+", "+base)
		got := p.Schedules[0]
		if notes := strings.Join(p.Notes, "; "); strings.Contains(notes, "off call") || strings.Contains(notes, "compare") {
			t.Errorf("%s: %s\n%s", text, notes, p.YAML())
		}
		for at := now; at.Before(now.AddDate(0, 5, 0)); at = at.Add(time.Hour) {
			want := above.OnCall(at, nil)
			if len(want) == 0 {
				want = below.OnCall(at, nil)
			}
			if have := got.OnCall(at, nil); !slices.Equal(have, want) {
				t.Fatalf("%s: at %s: %s, want %s\n%s", text, at, plan.List(have), plan.List(want), p.YAML())
			}
		}
	}
	const week = `"type": "recurrent_event", "duration": 374400, "frequency": "weekly", "interval": 2, `
	got := string(made(`"P", "Q"`, shift("P", week+`"start": "2026-01-05T09:00:00", "users": ["A"]`)+", "+shift("Q", week+`"start": "2026-01-12T09:00:00", "users": ["B"]`)).YAML())
	if want := "- name: rotation\n        people: [a, b]\n        start: 2026-01-05T09:00\n        shift: 1w\n        only:\n"; !strings.Contains(got, want) || strings.Contains(got, "name: shift") {
		t.Errorf("no %q in\n%s", want, got)
	}
}
