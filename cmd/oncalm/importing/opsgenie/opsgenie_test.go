package opsgenie

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
)

// planned is what becomes of a schedule in words, or the error if there is no plan.
func planned(text string) string {
	var s Schedule
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err.Error()
	}
	p := plan.New(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
	s.Into(p)
	if err := p.Finish(); err != nil {
		return err.Error()
	}
	return string(p.YAML())
}

// TestOfOpsgenie: what is left out of an export of Opsgenie is named with people and dates.
func TestOfOpsgenie(t *testing.T) {
	rotation := func(text string) string {
		return `{"name": "s", "timezone": "Europe/Berlin", "rotations": [{"name": "r", "startDate": "2026-01-05T08:00:00Z", "participants": [{"type": "user", "id": "1", "username": "ana@example.com"}, {"type": "user", "id": "2", "username": "bo@example.com"}], ` + text + `}]}`
	}
	for text, want := range map[string]string{
		rotation(`"type": "monthly"`): "s: rotation r of ana and bo from 2026-01-05 09:00 is monthly, which layers cannot express, and is left out",
		rotation(`"type": "weekly", "timeRestriction": {"type": "weekday-and-time-of-day", "restrictions": [{"startDay": "someday"}]}`):                                   "s: the time restriction of rotation r of ana and bo from 2026-01-05 09:00 cannot be read",
		rotation(`"type": "weekly", "endDate": "2026-02-05T08:00:00Z"`):                                                                                                   "s: rotation r of ana@example.com and bo@example.com ended at 2026-02-05 09:00, and is left out",
		`{"name": "s", "timezone": "UTC", "rotations": []}`:                                                                                                               "nothing is left to import: s: it has no rotations in this file; they are in the answer to /v2/schedules?expand=rotation",
		`{"name": "s", "timezone": "UTC", "enabled": true}`:                                                                                                               "s: it has no rotations in this file; they are in the answer to /v2/schedules?expand=rotation",
		`{"alias": "a", "user": {"type": "user", "username": "bo@example.com"}, "startDate": "2026-12-01T08:00:00Z", "endDate": "2026-12-02T08:00:00Z", "rotations": []}`: "the override of bo@example.com from 2026-12-01 08:00 UTC to 2026-12-02 08:00 UTC names no schedule that is known here; make it again",
	} {
		if got := planned(text); !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	const gap = `{"name": "s", "timezone": "UTC", "rotations": [
		{"name": "one", "type": "weekly", "startDate": "2026-01-05T08:00:00Z", "participants": [{"type": "user", "username": "ana"}]},
		{"name": "two", "type": "daily", "startDate": "2026-01-05T08:00:00Z", "endDate": "2027-01-05T08:00:00Z", "participants": [{"type": "none"}]}]}`
	if got := planned(gap); !strings.Contains(got, "s: its rotations overlap") || strings.Contains(got, "off call") {
		t.Errorf("%s", got)
	}
}
