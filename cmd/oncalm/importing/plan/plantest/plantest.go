// Package plantest makes plans in tests, and looks for what is said in them.
package plantest

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
)

// Now is a Sunday noon in UTC. What ended before is over.
func Now() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// Carried is a plan, finished, into which something was carried over.
func Carried(now time.Time, into func(p *plan.Plan) error) (*plan.Plan, error) {
	p := plan.New(now)
	if err := into(p); err != nil {
		return nil, err
	}
	if err := p.Finish(); err != nil {
		return nil, err
	}
	return p, nil
}

// Said is a plan as it is written, or why there is none.
func Said(p *plan.Plan, err error) string {
	if err != nil {
		return err.Error()
	}
	return string(p.YAML())
}

// Look finds out whether texts are in what is said, and whether others are not. An empty text is in everything and in nothing.
func Look(t *testing.T, got string, want []string, never ...string) {
	t.Helper()
	for _, text := range want {
		if !strings.Contains(got, text) {
			t.Errorf("no %q in\n%s", text, got)
		}
	}
	for _, text := range never {
		if text != "" && strings.Contains(got, text) {
			t.Errorf("there is %q in\n%s", text, got)
		}
	}
}
