package paging_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
)

var noon = time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)

var twoSteps = paging.Policy{
	Name: "payments",
	Steps: []paging.Step{
		{Page: []paging.Target{"schedule:payments"}, Wait: 5 * time.Minute},
		{Page: []paging.Target{"person:bo", "schedule:payments"}, Wait: 10 * time.Minute},
	},
	Rounds: 2, Fallback: []paging.Target{"person:cy"}, Reminder: 30 * time.Minute,
}

func onCall(people ...string) func(string, time.Time) []string {
	return func(string, time.Time) []string { return people }
}

// TestSimulatedRuns shows whole runs, as a reviewer of a policy would read them.
func TestSimulatedRuns(t *testing.T) {
	var b strings.Builder
	show := func(title string, p paging.Policy, who func(string, time.Time) []string) {
		fmt.Fprintf(&b, "== %s\n", title)
		for _, s := range paging.Simulate(p, noon, who) {
			fmt.Fprintf(&b, "+%v round %d step %d\n", s.After, s.Position.Round, s.Position.Step)
			for _, c := range s.Calls {
				fmt.Fprintf(&b, "   %s: %s\n", c.Person, c.Why)
			}
		}
	}
	show("ana is on call", twoSteps, onCall("ana"))
	show("bo is on call and is paged once in step 2", twoSteps, onCall("bo"))
	show("two are on call", twoSteps, onCall("ana", "dee"))
	show("nobody is on call", twoSteps, onCall())
	nobody := twoSteps
	nobody.Fallback = nil
	nobody.Steps = nobody.Steps[:1]
	show("nobody at all", nobody, onCall())
	show("no steps", paging.Policy{Name: "bare", Fallback: []paging.Target{"person:cy"}}, onCall("ana"))

	const golden = "testdata/runs.golden"
	if os.Getenv("UPDATE") != "" {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("runs (-want +got), UPDATE=1 writes them anew:\n%s", diff)
	}
}

func TestAfterTheLastRoundTheFallbackIsPagedForEver(t *testing.T) {
	at := incidents.Position{Round: 2}
	for n := range 100 {
		d := paging.Decide(twoSteps, at, func(string) []string { return nil })
		if len(d.Calls) != 1 || d.Calls[0].Person != "cy" || d.Wait != 30*time.Minute {
			t.Fatalf("page %d after the last round: %+v", n, d)
		}
		at = d.Next
	}
}

func TestTargets(t *testing.T) {
	for _, good := range []string{"schedule:payments", "person:ana"} {
		if _, err := paging.ParseTarget(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "ana", "person:", "team:x", "schedule"} {
		if _, err := paging.ParseTarget(bad); err == nil {
			t.Errorf("%q was taken for a target", bad)
		}
	}
}
