package storytest

import (
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
)

// measured is rolledBack with looks at the metric of its alarm: one at the beginning, and one after the end, which is the one to show.
func measured(t testing.TB) *Story {
	s := rolledBack(t)
	began, end := s.Now.Add(-time.Hour), s.Now
	look := func(until time.Time) {
		m := response.Measured{Alarm: "checkout-5xx", Metric: "Sum of HTTPCode_Target_5XX_Count · app/checkout/50dc6c495c0c9188",
			Unit: "Count", From: began.Truncate(time.Minute), Period: 60, Threshold: new(50.0), Comparison: "GreaterThanThreshold"}
		for n := 0; m.At(n + 1).Before(until); n++ {
			m.Values = append(m.Values, errorsAt(m.At(n), n))
		}
		s.Since(until, incidents.Oncalm(), incidents.Responded{Fact: m})
	}
	look(end.Add(-20 * time.Minute))
	s.After(3 * time.Minute)
	look(s.Now)
	return s
}

// errorsAt are the errors of a minute of the story: many from the deployment on until the last rollback, and once nothing was measured.
func errorsAt(at time.Time, n int) *float64 {
	clock := at.Format("15:04")
	switch {
	case clock == "13:02":
		return nil
	case clock < "13:12" || clock > "13:36":
		return new(float64(3 + n*7%5))
	}
	return new(float64(120 + n*37%60))
}
