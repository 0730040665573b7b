package steps_test

import (
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging/steps"
)

var twoSteps = steps.Policy{
	Name: "payments",
	Steps: []steps.Step{
		{Page: []steps.Target{"schedule:payments"}, Wait: 5 * time.Minute},
		{Page: []steps.Target{"person:bo", "schedule:payments"}, Wait: 10 * time.Minute},
	},
	Rounds: 2, Fallback: []steps.Target{"person:cy"}, Reminder: 30 * time.Minute,
}

func TestAfterTheLastRoundTheFallbackIsPagedForEver(t *testing.T) {
	at := incidents.Position{Round: 2}
	for n := range 100 {
		d := steps.Decide(twoSteps, at, steps.Moment{})
		if len(d.Calls) != 1 || d.Calls[0].Person != "cy" || d.Wait != 30*time.Minute {
			t.Fatalf("page %d after the last round: %+v", n, d)
		}
		at = d.Next
	}
}

func TestTargets(t *testing.T) {
	for _, good := range []string{"schedule:payments", "person:ana"} {
		if _, err := steps.ParseTarget(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "ana", "person:", "team:x", "schedule"} {
		if _, err := steps.ParseTarget(bad); err == nil {
			t.Errorf("%q was taken for a target", bad)
		}
	}
}
