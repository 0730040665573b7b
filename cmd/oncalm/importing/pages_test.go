package importing

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan/plantest"
)

// weekOf is an export of Grafana OnCall with a weekly shift.
func weekOf() []File {
	const schedule = `{"id": "S", "name": "s", "type": "calendar", "time_zone": "Europe/Berlin", "shifts": ["O1"]}`
	const shift = `{"id": "O1", "name": "week", "type": "rolling_users", "level": 1, "start": "2026-01-05T09:00:00", ` +
		`"duration": 604800, "frequency": "weekly", "interval": 1, "rolling_users": [["UA"], ["UB"]]}`
	const users = `{"users": [{"id": "UA", "username": "ana"}, {"id": "UB", "username": "bo"}, {"id": "UC", "username": "cy"}]}`
	return []File{
		{"s", []byte(`{"results": [` + schedule + `]}`)},
		{"o", []byte(`{"results": [` + shift + `]}`)},
		{"u", []byte(users)},
	}
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
		{[]File{first}, says + "page 2 is missing; add all of them"},
		{[]File{first, second}, says + "page 3 is missing"},
		{[]File{first, third}, says + "page 2 is missing"},
		{[]File{third}, says + "page 1 is missing and page 2 is missing"},
		{[]File{third, second, first}, ""},
		{[]File{page(`"next": null, "previous": null, "current_page_number": 1`)}, ""},
		{[]File{page(`"next": "` + api + `?cursor=abc", "previous": null`)}, says + "there is another page"},
		{[]File{page(`"current_page_number": 2000000000, "previous": "` + api + `?page=1999999999"`)}, says + "page 1 is missing and page 2 is missing"},
	} {
		got := plantest.Said(Read(append(weekOf(), tt.files...), now))
		if !strings.Contains(got, tt.want) || tt.want == "" && strings.Contains(got, "is not all") {
			t.Errorf("no %q in\n%s", tt.want, got)
		}
	}
	_, err := Read([]File{first, {"s", []byte(`{"results": [{"id": "S", "name": "s", "type": "calendar", "shifts": ["O1"]}]}`)}}, now)
	if !errors.Is(err, plan.ErrNothing) || !strings.Contains(err.Error(), says+"page 2 is missing") {
		t.Errorf("%v", err)
	}
	_, err = Read([]File{{"o", []byte(`{"data": [{"name": "s", "timezone": "UTC", "rotations": []}], "paging": {"next": "https://x/v2/schedules?offset=20"}}`)}}, now)
	if !errors.Is(err, plan.ErrOver) || !strings.Contains(err.Error(), "/v2/schedules is not all") {
		t.Errorf("%v", err)
	}
}
