package opsgenie

import (
	"encoding/json"
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

// TestOfOpsgenie: what is left out of an export of Opsgenie is named with people and dates.
func TestOfOpsgenie(t *testing.T) {
	rotation := func(text string) string {
		return `{"name": "s", "timezone": "Europe/Berlin", "rotations": [{"name": "r", "startDate": "2026-01-05T08:00:00Z", "participants": [{"type": "user", "id": "1", "username": "ana@example.com"}, {"type": "user", "id": "2", "username": "bo@example.com"}], ` + text + `}]}`
	}
	for text, want := range map[string]string{
		rotation(`"type": "monthly"`): "s: rotation r of ana and bo from 2026-01-05 09:00 is monthly, which layers cannot express, and is left out",
		rotation(`"type": "weekly", "timeRestriction": {"type": "weekday-and-time-of-day", "restrictions": [{"startDay": "someday"}]}`):                                   "s: the time restriction of rotation r of ana and bo from 2026-01-05 09:00 cannot be read",
		rotation(`"type": "weekly", "endDate": "2026-02-05T08:00:00Z"`):                                                                                                   "s: rotation r of ana@example.com and bo@example.com ended at 2026-02-05 09:00, and is left out",
		`{"name": "s", "timezone": "UTC", "rotations": []}`:                                                                                                               "there is nothing to import: s: it has no rotations in this file; they are in the answer to /v2/schedules?expand=rotation",
		`{"name": "s", "timezone": "UTC", "enabled": true}`:                                                                                                               "s: it has no rotations in this file; they are in the answer to /v2/schedules?expand=rotation",
		`{"alias": "a", "user": {"type": "user", "username": "bo@example.com"}, "startDate": "2026-12-01T08:00:00Z", "endDate": "2026-12-02T08:00:00Z", "rotations": []}`: "the override of bo@example.com from 2026-12-01 08:00 UTC to 2026-12-02 08:00 UTC names no schedule that is known here; add it by hand",
	} {
		plantest.Look(t, planned(text), []string{want})
	}
	const gap = `{"name": "s", "timezone": "UTC", "rotations": [
		{"name": "one", "type": "weekly", "startDate": "2026-01-05T08:00:00Z", "participants": [{"type": "user", "username": "ana"}]},
		{"name": "two", "type": "daily", "startDate": "2026-01-05T08:00:00Z", "endDate": "2027-01-05T08:00:00Z", "participants": [{"type": "none"}]}]}`
	plantest.Look(t, planned(gap), []string{"s: its rotations overlap"}, "off call")
}
