package rehearsal_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/paging/rehearsal"
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
		for _, s := range rehearsal.Of(p, noon, rehearsal.Knowing{OnCall: who}) {
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
