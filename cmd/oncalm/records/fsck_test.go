package records

import (
	"bytes"
	"testing"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/fsck"
)

// TestSayChecked: what is there once is not said to be several.
func TestSayChecked(t *testing.T) {
	for want, n := range map[string][3]int{
		"a.db: 0 incidents with 0 events, 0 outbox entries\n  nothing is wrong\n": {0, 0, 0},
		"a.db: 1 incident with 7 events, 1 outbox entry\n  nothing is wrong\n":    {1, 7, 1},
		"a.db: 2 incidents with 1 event, 2 outbox entries\n  nothing is wrong\n":  {2, 1, 2},
	} {
		var out bytes.Buffer
		s := &cli.Session{Stdout: &out}
		sayChecked(s, &checked{Store: "a.db", Report: &fsck.Report{Incidents: n[0], Events: n[1], Entries: n[2]}})
		if out.String() != want {
			t.Errorf("%q instead of %q", out.String(), want)
		}
	}
}
