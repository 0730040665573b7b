package importing

import (
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

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan/plantest"
)

var update = flag.Bool("update", false, "write the golden files")

var now = plantest.Now()

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

func read(t *testing.T, names ...string) *plan.Plan {
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
		for _, s := range p.Schedules {
			if problems := s.Validate(); len(problems) > 0 {
				t.Errorf("%s: %s: %v", want, s.Name, problems)
			}
			for _, o := range s.Overrides {
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
		i := slices.IndexFunc(p.Schedules, func(s *plan.Schedule) bool { return s.Name == tt.schedule })
		if i < 0 {
			t.Errorf("%v: no schedule %s", tt.files, tt.schedule)
			continue
		}
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := plan.List(p.Schedules[i].OnCall(at, p.Schedules[i].Overrides)); got != tt.want {
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
		{"", "x: not an export that can be read: the file is empty", plan.ErrForm},
		{"hello", "expected a calendar (.ics), or as JSON", plan.ErrForm},
		{"{}", "expected a calendar (.ics), or as JSON", plan.ErrForm},
		{"[1]", "not an export that can be read", plan.ErrForm},
		{`{"data": 5}`, "not an export that can be read", plan.ErrForm},
		{`{"schedules": [{"id": "P1", "time_zone": "UTC", "name": "x"}]}`, "ask the API for each schedule by itself", plan.ErrForm},
		{`{"schedule": {"name": "x", "schedule_layers": [{"start": "yesterday"}]}}`, "not an export that can be read", plan.ErrForm},
		{`{"results": [{"id": "S2", "name": "Elsewhere", "type": "ical"}]}`, "import that calendar", plan.ErrNothing},
		{`{"results": []}`, "expected", plan.ErrForm},
		{"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "the calendar has no entries", plan.ErrNothing},
		{"BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "not an export that can be read", plan.ErrForm},
	}
	for _, tt := range tests {
		_, err := Read([]File{{"x", []byte(tt.data)}}, now)
		if !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %v with %q", tt.data, err, tt.is, tt.want)
		}
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
