package grafana

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan/plantest"
)

var now = plantest.Now()

// exported is an export, of which JSON has all in one.
func exported(text string) Export {
	var all struct {
		Schedules []Schedule `json:"schedules"`
		Shifts    []Shift    `json:"on_call_shifts"`
		Users     []User     `json:"users"`
	}
	if err := json.Unmarshal([]byte(text), &all); err != nil {
		panic(err)
	}
	return Export{all.Schedules, all.Shifts, all.Users}
}

// carried is what becomes of an export.
func carried(e Export, now time.Time) (*plan.Plan, error) {
	return plantest.Carried(now, func(p *plan.Plan) error {
		e.Into(p)
		return nil
	})
}

// shiftsOf is an export with a weekly shift of ana, O1, and more.
func shiftsOf(schedule, shifts string) Export {
	const o1 = `{"id": "O1", "name": "week", "type": "rolling_users", "level": 1, "start": "2026-01-05T09:00:00", ` +
		`"duration": 604800, "frequency": "weekly", "interval": 1, "rolling_users": [["UA"], ["UB"]]}`
	const users = `[{"id": "UA", "username": "ana"}, {"id": "UB", "username": "bo"}, {"id": "UC", "username": "cy"}]`
	const s = `{"id": "S", "name": "s", "type": "calendar", "time_zone": "Europe/Berlin"`
	return exported(`{"schedules": [` + s + schedule + `}], "on_call_shifts": [` + strings.ReplaceAll(shifts, "O1", o1) + `], "users": ` + users + `}`)
}

// TestShiftsOfGrafana: whatever of an export of Grafana OnCall cannot be seen in the result is named.
func TestShiftsOfGrafana(t *testing.T) {
	one := func(text string) string {
		return `O1, {"id": "O2", "name": "o", "start": "2026-03-17T20:00:00", "duration": 36000, ` + text + `}`
	}
	const both = `, "shifts": ["O1", "O2"]`
	for name, tt := range map[string]struct {
		schedule, shifts string
		want             []string
		never            string
	}{
		"a shift that is not there":  {both, "O1", []string{"schedule s: its shifts O2 are not in these files, and whoever has them is missing here"}, ""},
		"overrides elsewhere":        {`, "shifts": ["O1"], "ical_url_overrides": "https://cal.example.com/secret/x.ics"`, "O1", []string{"schedule s has its overrides in a calendar at cal.example.com, and none of them is here"}, "secret"},
		"a calendar elsewhere":       {`, "shifts": ["O1"], "ical_url_primary": "https://cal.example.com/secret/x.ics"`, "O1", []string{"schedule s lies in a calendar at cal.example.com: import that calendar", "people: [ana, bo]"}, "secret"},
		"nobody's override":          {both, one(`"type": "override", "users": []`), []string{"s: shift o from 2026-03-17 20:00 has no people, and is left out"}, ""},
		"an override of turns":       {both, one(`"type": "override", "users": [], "rolling_users": [["UC"]]`), []string{"{person: cy, from: 2026-03-17T20:00, to: 2026-03-18T06:00}"}, "# -"},
		"an empty turn":              {both, one(`"type": "rolling_users", "level": 2, "frequency": "weekly", "rolling_users": [["UA"], [], ["UC"]]`), []string{"people: [ana, cy, nobody]", "shift o of ana and cy from 2026-03-17T20:00:00 has turns without people", "s: at 2026-03-31 20:00 nobody's turn in o keeps ana off call, whom a lower layer has then"}, ""},
		"a user who is not there":    {both, one(`"type": "override", "users": ["UX"]`), []string{"shift o from 2026-03-17T20:00:00: its user UX is not among the users in these files", "{person: ux"}, ""},
		"an event of a lower level":  {both, one(`"type": "single_event", "level": 0, "users": ["UC"]`), []string{"s: the shift of cy from 2026-03-17 20:00 is of a lower level than that of ana then, and is left out"}, "overrides:"},
		"an event of the same level": {both, one(`"type": "single_event", "level": 1, "users": ["UC"]`), []string{"s: at 2026-03-17 20:00 ana and cy are on call there, by shifts of one level; here only cy is", "person: cy"}, ""},
		"an event of a higher level": {both, one(`"type": "single_event", "level": 2, "users": ["UC"]`), []string{"person: cy"}, "# -"},
		"an event under an override": {both + `, "x": 1`, one(`"type": "override", "users": ["UB"]`), []string{"person: bo"}, "# -"},
		"weeks by turns":             {both, one(`"type": "recurrent_event", "level": 2, "frequency": "weekly", "interval": 2, "start": "2026-02-02T20:00:00", "users": ["UC"]`), []string{"- name: week\n        people: [ana, bo]\n        start: 2026-01-05T09:00\n        shift: 1w\n      - name: rotation\n        people: [cy, bo]", "{days: \"mon\", from: \"20:00\", to: \"06:00\"}"}, "# -"},
		"turns that begin later":     {both, one(`"type": "rolling_users", "level": 2, "frequency": "weekly", "rotation_start": "2026-03-25T00:00:00", "rolling_users": [["UA"], ["UC"]]`), []string{"people: [ana, cy]\n        start: 2026-03-31T20:00"}, "# -"},
		"one turn later":             {both, one(`"type": "rolling_users", "level": 2, "frequency": "weekly", "rotation_start": "2026-03-24T20:00:00", "rolling_users": [["UA"], ["UC"]]`), []string{"people: [cy, ana]\n        start: 2026-03-24T20:00"}, "# -"},
		"days that begin later":      {both, one(`"type": "rolling_users", "level": 2, "frequency": "weekly", "by_day": ["TU", "TH"], "rotation_start": "2026-03-25T00:00:00", "rolling_users": [["UA"], ["UC"]]`), []string{"start: 2026-03-23T20:00", "s: shift o of cy and ana begins at 2026-03-25 00:00 there; here at 2026-03-23T20:00"}, ""},
		"turns that began":           {both, one(`"type": "rolling_users", "level": 2, "frequency": "weekly", "rotation_start": "2026-02-25T00:00:00", "rolling_users": [["UA"], ["UC"]]`), []string{"people: [ana, cy]\n        start: 2026-03-17T20:00"}, "# -"},
		"turns that begin some time": {both, one(`"type": "rolling_users", "level": 2, "frequency": "weekly", "rotation_start": "soon", "rolling_users": [["UA"], ["UC"]]`), []string{"s: shift o begins at soon there, which cannot be read"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			plantest.Look(t, plantest.Said(carried(shiftsOf(tt.schedule, tt.shifts), now)), tt.want, tt.never)
		})
	}
}

// TestUsersOfGrafana: what the users of an export have besides names is taken over.
func TestUsersOfGrafana(t *testing.T) {
	for slack, want := range map[string]string{
		`[{"user_id": "U0ANA", "team_id": "T1"}]`: "ana: {slack: U0ANA, zone: Europe/Berlin} # Ana",
		`{"user_id": "U0ANA", "name": "ana"}`:     "ana: {slack: U0ANA, zone: Europe/Berlin} # Ana",
		`[{"user_id": "U1A"}, {"user_id": "U2"}]`: "ana: {zone: Europe/Berlin} # Ana, A; add slack: with the id",
		`null`: "ana: {zone: Europe/Berlin} # Ana, A; add slack: with the id",
	} {
		text := `{"users": [{"id": "A", "username": "Ana", "slack": ` + slack + `, "timezone": "Europe/Berlin"}],
			"schedules": [{"id": "S", "name": "s", "type": "web", "time_zone": "UTC", "shifts": ["O"]}],
			"on_call_shifts": [{"id": "O", "name": "o", "type": "rolling_users", "start": "2026-01-05T09:00:00", "duration": 604800, "frequency": "weekly", "interval": 1, "rolling_users": [["A"]]}]}`
		plantest.Look(t, plantest.Said(carried(exported(text), now)), []string{want})
	}
}

// TestVectors carries over what Grafana OnCall tests itself with, and compares day by day.
func TestVectors(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "..", "shared", "vectors", "grafana_custom_shifts.json"))
	if err != nil {
		t.Skip("no vectors in ../shared beside the repository")
	}
	var file struct {
		Cases []struct {
			Name      string              `json:"name"`
			Groups    [][]string          `json:"groups"`
			Start     time.Time           `json:"start"`
			ByDay     []string            `json:"by_day"`
			Frequency string              `json:"frequency"`
			Interval  int                 `json:"interval"`
			Days      int                 `json:"total_days"`
			Expect    map[string][]string `json:"expect"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, c := range file.Cases {
		text, err := json.Marshal(map[string]any{
			"schedules": []any{map[string]any{"id": "S", "name": "s", "type": "web", "time_zone": "UTC", "shifts": []string{"O"}}},
			"on_call_shifts": []any{map[string]any{
				"id": "O", "name": "o", "type": "rolling_users", "time_zone": "UTC", "start": c.Start.Format("2006-01-02T15:04:05"), "duration": 86400,
				"frequency": c.Frequency, "interval": c.Interval, "by_day": c.ByDay, "rolling_users": c.Groups, "week_start": "MO",
			}},
		})
		if err != nil {
			t.Fatal(err)
		}
		p, err := carried(exported(string(text)), c.Start)
		if errors.Is(err, plan.ErrOver) {
			if !strings.Contains(err.Error(), "which layers cannot express, and is left out") {
				t.Errorf("%s: left out without a note: %v", c.Name, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		s := p.Schedules[0]
		read++
		got := map[string][]string{}
		for d := range c.Days {
			at := c.Start.AddDate(0, 0, d)
			var on []string
			for _, who := range s.OnCall(at.Add(12*time.Hour), nil) {
				if who != plan.Nobody {
					on = append(on, strings.ToUpper(who))
				}
			}
			if on != nil {
				got[at.Format(time.DateOnly)] = on
			}
		}
		if diff := cmp.Diff(c.Expect, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s%s", c.Name, diff, p.YAML())
		}
	}
	// Three are by the month; one pauses for days between turns and is, by its own comment, questionable.
	if want := len(file.Cases) - 4; read != want {
		t.Errorf("%d of %d cases could be carried over, want %d", read, len(file.Cases), want)
	}
}
