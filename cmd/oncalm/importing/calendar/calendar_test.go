package calendar

import (
	"time"
	_ "time/tzdata"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// carried is what becomes of a calendar.
func carried(text string) (*plan.Plan, error) {
	p := plan.New(now)
	if err := Read(p, "x", []byte(text)); err != nil {
		return nil, err
	}
	return p, p.Finish()
}

// planned is a plan in words, or the error if there is none.
func planned(text string) string {
	p, err := carried(text)
	if err != nil {
		return err.Error()
	}
	return string(p.YAML())
}
