package importing

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// shiftsOf is an export of Grafana OnCall with a weekly shift of ana, O1, and more.
func shiftsOf(schedule, shifts string) []File {
	const o1 = `{"id": "O1", "name": "week", "type": "rolling_users", "level": 1, "start": "2026-01-05T09:00:00", "duration": 604800, "frequency": "weekly", "interval": 1, "rolling_users": [["UA"], ["UB"]]}`
	const users = `{"users": [{"id": "UA", "username": "ana"}, {"id": "UB", "username": "bo"}, {"id": "UC", "username": "cy"}]}`
	return []File{
		{"s", []byte(`{"results": [{"id": "S", "name": "s", "type": "calendar", "time_zone": "Europe/Berlin"` + schedule + `}]}`)},
		{"o", []byte(`{"results": [` + strings.ReplaceAll(shifts, "O1", o1) + `]}`)},
		{"u", []byte(users)},
	}
}

// planned is a plan in words, with the error if there is none.
func planned(files ...File) string {
	p, err := Read(files, now)
	if err != nil {
		return err.Error()
	}
	return string(p.YAML())
}

// TestPages: of an answer that comes in several pages it is said which are missing, and nothing is if all are there.
func TestPages(t *testing.T) {
	const api = "https://x/oncall/api/v1/on_call_shifts"
	page := func(text string) File {
		return File{"o", []byte(fmt.Sprintf(`{"results": [{"id": "O9", "name": "o", "type": "override", "start": "2026-05-05T09:00:00", "duration": 3600, "users": ["UA"]}], %s}`, text))}
	}
	first := page(`"next": "` + api + `?page=2", "previous": null`)
	second := page(`"next": "` + api + `/?page=3&perpage=50", "previous": "` + api + `"`)
	third := page(`"next": null, "previous": "` + api + `?page=2", "current_page_number": 3`)
	const says = "what these files have of /oncall/api/v1/on_call_shifts is not all: "
	for _, tt := range []struct {
		files []File
		want  string
	}{
		{[]File{first}, says + "page 2 is missing; give all of them"},
		{[]File{first, second}, says + "page 3 is missing"},
		{[]File{first, third}, says + "page 2 is missing"},
		{[]File{third}, says + "page 1 is missing and page 2 is missing"},
		{[]File{third, second, first}, ""},
		{[]File{page(`"next": null, "previous": null, "current_page_number": 1`)}, ""},
		{[]File{page(`"next": "` + api + `?cursor=abc", "previous": null`)}, says + "there is a further page"},
		{[]File{page(`"current_page_number": 2000000000, "previous": "` + api + `?page=1999999999"`)}, says + "page 1 is missing and page 2 is missing"},
	} {
		got := planned(append(shiftsOf(`, "shifts": ["O1"]`, "O1"), tt.files...)...)
		if !strings.Contains(got, tt.want) || tt.want == "" && strings.Contains(got, "is not all") {
			t.Errorf("no %q in\n%s", tt.want, got)
		}
	}
	_, err := Read([]File{first, {"s", []byte(`{"results": [{"id": "S", "name": "s", "type": "calendar", "shifts": ["O1"]}]}`)}}, now)
	if !errors.Is(err, ErrNothing) || !strings.Contains(err.Error(), says+"page 2 is missing") {
		t.Errorf("%v", err)
	}
	_, err = Read([]File{{"o", []byte(`{"data": [{"name": "s", "timezone": "UTC", "rotations": []}], "paging": {"next": "https://x/v2/schedules?offset=20"}}`)}}, now)
	if !errors.Is(err, ErrOver) || !strings.Contains(err.Error(), "/v2/schedules is not all") {
		t.Errorf("%v", err)
	}
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
			got := planned(shiftsOf(tt.schedule, tt.shifts)...)
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in\n%s", want, got)
				}
			}
			if tt.never != "" && strings.Contains(got, tt.never) {
				t.Errorf("there is %q in\n%s", tt.never, got)
			}
		})
	}
}

// TestOfOpsgenie: what is left out of an export of Opsgenie is named with people and dates.
func TestOfOpsgenie(t *testing.T) {
	rotation := func(text string) string {
		return `{"data": {"name": "s", "timezone": "Europe/Berlin", "rotations": [{"name": "r", "startDate": "2026-01-05T08:00:00Z", "participants": [{"type": "user", "id": "1", "username": "ana@example.com"}, {"type": "user", "id": "2", "username": "bo@example.com"}], ` + text + `}]}}`
	}
	for text, want := range map[string]string{
		rotation(`"type": "monthly"`): "s: rotation r of ana and bo from 2026-01-05 09:00 is monthly, which layers cannot express, and is left out",
		rotation(`"type": "weekly", "timeRestriction": {"type": "weekday-and-time-of-day", "restrictions": [{"startDay": "someday"}]}`):                                               "s: the time restriction of rotation r of ana and bo from 2026-01-05 09:00 cannot be read",
		rotation(`"type": "weekly", "endDate": "2026-02-05T08:00:00Z"`):                                                                                                               "s: rotation r of ana@example.com and bo@example.com ended at 2026-02-05 09:00, and is left out",
		`{"data": [{"name": "s", "timezone": "UTC", "rotations": []}], "expandable": ["rotation"]}`:                                                                                   "nothing is left to import: s: it has no rotations in this file; they are in the answer to /v2/schedules?expand=rotation",
		`{"data": [{"name": "s", "timezone": "UTC", "enabled": true}], "expandable": ["rotation"]}`:                                                                                   "s: it has no rotations in this file; they are in the answer to /v2/schedules?expand=rotation",
		`{"data": [{"alias": "a", "user": {"type": "user", "username": "bo@example.com"}, "startDate": "2026-12-01T08:00:00Z", "endDate": "2026-12-02T08:00:00Z", "rotations": []}]}`: "the override of bo@example.com from 2026-12-01 08:00 UTC to 2026-12-02 08:00 UTC names no schedule that is known here; make it again",
	} {
		if got := planned(File{"x", []byte(text)}); !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	const gap = `{"data": {"name": "s", "timezone": "UTC", "rotations": [
		{"name": "one", "type": "weekly", "startDate": "2026-01-05T08:00:00Z", "participants": [{"type": "user", "username": "ana"}]},
		{"name": "two", "type": "daily", "startDate": "2026-01-05T08:00:00Z", "endDate": "2027-01-05T08:00:00Z", "participants": [{"type": "none"}]}]}}`
	if got := planned(File{"x", []byte(gap)}); !strings.Contains(got, "s: its rotations overlap") || strings.Contains(got, "off call") {
		t.Errorf("%s", got)
	}
}
