package importing

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

var update = flag.Bool("update", false, "write the golden files")

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func read(t *testing.T, names ...string) *Plan {
	t.Helper()
	var files []File
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, File{name, data})
	}
	p, err := Read(files, now)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestForms writes down what becomes of an export of each form.
func TestForms(t *testing.T) {
	for want, files := range map[string][]string{
		"pagerduty.golden": {"pagerduty.json"},
		"opsgenie.golden":  {"opsgenie.json"},
		"grafana.golden":   {"grafana-users.json", "grafana-schedules.json", "grafana-shifts.json"},
		"series.golden":    {"series.ics"},
		"shifts.golden":    {"shifts.ics"},
		"disorder.golden":  {"disorder.ics"},
	} {
		p := read(t, files...)
		golden(t, want, p.YAML())
		for _, s := range p.schedules {
			if problems := s.Validate(); len(problems) > 0 {
				t.Errorf("%s: %s: %v", want, s.Name, problems)
			}
			for _, o := range s.overrides {
				if problems := o.Validate(); len(problems) > 0 {
					t.Errorf("%s: %s: %v", want, s.Name, problems)
				}
			}
		}
	}
}

// TestOnCall asks the plans who is on call, and compares with what the programs say whose exports they are.
func TestOnCall(t *testing.T) {
	tests := []struct {
		files    []string
		schedule string
		at, want string
	}{
		{[]string{"pagerduty.json"}, "payments-primary", "2026-03-02T12:00:00-05:00", "ana-alvarez-2"},
		{[]string{"pagerduty.json"}, "payments-primary", "2026-03-02T21:00:00-05:00", "cy-young"},
		{[]string{"pagerduty.json"}, "payments-primary", "2026-03-04T07:59:00-05:00", "ana-alvarez"},
		{[]string{"pagerduty.json"}, "payments-primary", "2026-03-07T12:00:00-05:00", "nobody"},
		{[]string{"pagerduty.json"}, "payments-primary", "2026-03-10T22:00:00-04:00", "bo"},
		{[]string{"opsgenie.json"}, "platform-schedule", "2026-03-02T10:00:00+03:00", "alice"},
		{[]string{"opsgenie.json"}, "platform-schedule", "2026-03-09T10:00:00+03:00", "bob"},
		{[]string{"opsgenie.json"}, "platform-schedule", "2026-03-10T09:15:00+03:00", "nobody"},
		{[]string{"grafana-users.json", "grafana-schedules.json", "grafana-shifts.json"}, "main", "2026-01-05T09:00:00+01:00", "bo-b and cy"},
		{[]string{"grafana-users.json", "grafana-schedules.json", "grafana-shifts.json"}, "main", "2026-01-10T12:00:00+01:00", "cy"},
		{[]string{"grafana-users.json", "grafana-schedules.json", "grafana-shifts.json"}, "main", "2026-01-10T19:00:00+01:00", "bo-b and cy"},
		{[]string{"grafana-users.json", "grafana-schedules.json", "grafana-shifts.json"}, "main", "2026-03-29T10:30:00+02:00", "cy"},
		{[]string{"grafana-users.json", "grafana-schedules.json", "grafana-shifts.json"}, "main", "2026-06-08T06:30:00+02:00", "bo-b and cy"},
		{[]string{"grafana-users.json", "grafana-schedules.json", "grafana-shifts.json"}, "main", "2026-06-10T06:30:00+02:00", "bo-b and cy"},
		{[]string{"grafana-users.json", "grafana-schedules.json", "grafana-shifts.json"}, "main", "2026-06-15T06:30:00+02:00", "bo-b and cy"},
		{[]string{"series.ics"}, "team-rota", "2026-03-30T09:00:00+02:00", "ana"},
		{[]string{"series.ics"}, "team-rota", "2026-04-06T09:00:00+02:00", "bo and cy"},
		{[]string{"series.ics"}, "team-rota", "2026-04-07T19:00:00+02:00", "eve"},
		{[]string{"series.ics"}, "team-rota", "2026-04-02T23:59:00+02:00", "fay"},
		{[]string{"shifts.ics"}, "shifts", "2026-05-11T08:00:00Z", "ana"},
		{[]string{"disorder.ics"}, "disorder", "2026-03-17T08:00:00Z", "ana"},
	}
	for _, tt := range tests {
		p := read(t, tt.files...)
		i := slices.IndexFunc(p.schedules, func(s *schedule) bool { return s.Name == tt.schedule })
		if i < 0 {
			t.Errorf("%v: no schedule %s", tt.files, tt.schedule)
			continue
		}
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := list(p.schedules[i].OnCall(at, p.schedules[i].overrides)); got != tt.want {
			t.Errorf("%v: %s at %s: %s, want %s", tt.files, tt.schedule, tt.at, got, tt.want)
		}
	}
}

// TestCompare holds that a plan which differs from what its export says is found out.
func TestCompare(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "pagerduty.json"))
	if err != nil {
		t.Fatal(err)
	}
	if p := read(t, "pagerduty.json"); slices.ContainsFunc(p.Notes, isComparison) {
		t.Errorf("the export is right, and the notes say: %q", p.Notes)
	}
	wrong := strings.ReplaceAll(string(data), `"rotation_virtual_start": "2026-01-05T09:00:00-05:00"`, `"rotation_virtual_start": "2026-01-12T09:00:00-05:00"`)
	p, err := Read([]File{{"x", []byte(wrong)}}, now)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(p.Notes, isComparison) {
		t.Errorf("the turns are wrong, and the notes do not say so: %q", p.Notes)
	}
}

func isComparison(note string) bool { return strings.Contains(note, "compare them") }

// TestErrors holds that what cannot be read is named, and nothing panics.
func TestErrors(t *testing.T) {
	tests := []struct {
		data, want string
		is         error
	}{
		{"", "x: not an export that can be read: the file is empty", ErrForm},
		{"hello", "expected a calendar (.ics), or as JSON", ErrForm},
		{"{}", "expected a calendar (.ics), or as JSON", ErrForm},
		{"[1]", "not an export that can be read", ErrForm},
		{`{"data": 5}`, "not an export that can be read", ErrForm},
		{`{"schedules": [{"id": "P1", "time_zone": "UTC", "name": "x"}]}`, "ask the API for each schedule by itself", ErrForm},
		{`{"schedule": {"name": "x", "schedule_layers": [{"start": "yesterday"}]}}`, "not an export that can be read", ErrForm},
		{`{"results": [{"id": "S2", "name": "Elsewhere", "type": "ical"}]}`, "import that calendar", ErrNothing},
		{`{"results": []}`, "expected", ErrForm},
		{"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "the calendar has no entries", ErrNothing},
		{"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "not an export that can be read", ErrForm},
	}
	for _, tt := range tests {
		_, err := Read([]File{{"x", []byte(tt.data)}}, now)
		if !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %v with %q", tt.data, err, tt.is, tt.want)
		}
	}
}

// TestWindows holds that spans of the week become the windows that one would write.
func TestWindows(t *testing.T) {
	tests := []struct {
		spans []span
		want  string
	}{
		{daily(everyDay(), 9*hour, 8*hour), "mon-sun 09:00-17:00"},
		{daily(everyDay(), 20*hour, 12*hour), "mon-sun 20:00-08:00"},
		{daily(everyDay(), 0, day), ""},
		{[]span{{time.Monday, 0, 5 * day}}, "mon-fri 00:00-24:00"},
		{[]span{{time.Friday, 17 * hour, 64 * hour}}, "fri 17:00-24:00, sat-sun 00:00-24:00, mon 00:00-09:00"},
		{[]span{{time.Sunday, 12 * hour, day}}, "sun 12:00-24:00, mon 00:00-12:00"},
		{[]span{{time.Sunday, 12 * hour, week}}, ""},
		{[]span{{time.Monday, 30, hour}}, "wrong"},
	}
	for _, tt := range tests {
		all, ok := windows(tt.spans)
		var texts []string
		for _, w := range all {
			texts = append(texts, w.String())
		}
		got := strings.Join(texts, ", ")
		if !ok {
			got = "wrong"
		}
		if strings.ReplaceAll(got, "sat,sun", "sat-sun") != tt.want {
			t.Errorf("%v: %s, want %s", tt.spans, got, tt.want)
		}
	}
}

// TestVectors carries over what Grafana OnCall tests itself with, and compares day by day.
func TestVectors(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "shared", "vectors", "grafana_custom_shifts.json"))
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
	carried := 0
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
		p, err := Read([]File{{c.Name, text}}, c.Start)
		if errors.Is(err, ErrOver) {
			if !strings.Contains(err.Error(), "which layers cannot express, and is left out") {
				t.Errorf("%s: left out without a note: %v", c.Name, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		s := p.schedules[0]
		carried++
		got := map[string][]string{}
		for d := range c.Days {
			at := c.Start.AddDate(0, 0, d)
			var on []string
			for _, who := range s.OnCall(at.Add(12*time.Hour), nil) {
				if who != nobody {
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
	if want := len(file.Cases) - 4; carried != want {
		t.Errorf("%d of %d cases could be carried over, want %d", carried, len(file.Cases), want)
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"pagerduty.json", "opsgenie.json", "grafana-shifts.json", "series.ics", "shifts.ics"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := Read([]File{{"x", data}}, now); err == nil {
			p.YAML()
		}
	})
}
