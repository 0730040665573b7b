package civil

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rotations/civil/civiltest"
)

func TestChanges(t *testing.T) {
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct{ zone, want string }{
		{"Europe/Berlin", "2026-03-29T02:00 2026-03-29T03:00, 2026-10-25T03:00 2026-10-25T02:00, 2027-03-28T02:00 2027-03-28T03:00"},
		{"Africa/Cairo", "2026-04-24T00:00 2026-04-24T01:00, 2026-10-30T00:00 2026-10-29T23:00, 2027-04-30T00:00 2027-04-30T01:00"},
		{"Africa/Casablanca", "2026-02-15T03:00 2026-02-15T02:00, 2026-03-22T02:00 2026-03-22T03:00, 2027-02-07T03:00 2027-02-07T02:00"},
		{"UTC", ""},
	}
	for _, tt := range tests {
		var got []string
		for _, c := range Changes(civiltest.Zone(tt.zone), from, to, 3) {
			got = append(got, fmt.Sprintf("%s %s", c.Before, c.After))
			if Of(c.At) != c.After || Of(c.At.Add(-1)) != c.Before-1 {
				t.Errorf("%s: %+v", tt.zone, c)
			}
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.zone, diff)
		}
	}
	if got := Changes(nil, from, to, 3); got != nil {
		t.Errorf("without a zone: %v", got)
	}
}

// TestChangesAreAll compares with looking at every week, for every zone.
func TestChangesAreAll(t *testing.T) {
	from, to := time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2039, 12, 1, 0, 0, 0, 0, time.UTC)
	for _, s := range civiltest.Sites() {
		found := map[int64]bool{}
		for _, c := range Changes(s.Zone, from, to, 10_000) {
			found[c.At.Unix()] = true
		}
		for _, u := range s.Changes {
			if u > from.Unix() && u < to.Unix() && !found[u] {
				t.Errorf("%s: the change at %s is not there", s.Zone, time.Unix(u, 0).In(s.Zone))
			}
		}
	}
}
