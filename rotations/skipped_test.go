package rotations

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/rotations/civil/civiltest"
)

func TestSkipped(t *testing.T) {
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC)
	tests := []struct{ zone, layer, want string }{
		{"Europe/Berlin", "ana 2026-01-05T09:00 1w", ""},
		{"Europe/Berlin", "ana 2026-01-05T02:30 1d", "2026-03-29T02:30 2026-03-29T03:00, 2027-03-28T02:30 2027-03-28T03:00"},
		{"Europe/Berlin", "ana 2027-01-05T02:30 1d", "2027-03-28T02:30 2027-03-28T03:00"},
		{"Europe/Berlin", "ana 2026-01-05T03:00 1d", ""},
		{"Europe/Berlin", "ana 2026-01-05T09:00 1w sat/22:00/02:00", "2026-03-29T02:00 2026-03-29T03:00, 2027-03-28T02:00 2027-03-28T03:00"},
		{"Europe/Berlin", "ana 2026-01-05T09:00 1w mon/22:00/02:00", ""},
		{"Europe/Berlin", "ana 2026-01-05T09:00 1w sun/02:59/09:00", "2026-03-29T02:59 2026-03-29T03:00, 2027-03-28T02:59 2027-03-28T03:00"},
		{"America/Santiago", "ana 2026-01-05T00:00 1d", "2026-09-06T00:00 2026-09-06T01:00, 2027-09-05T00:00 2027-09-05T01:00"},
		{"UTC", "ana 2026-01-05T00:00 1h", ""},
	}
	for _, tt := range tests {
		s := Schedule{Zone: civiltest.Zone(tt.zone), Layers: []Layer{layer(t, "primary", tt.layer), {Name: "broken"}}}
		var got []string
		for _, f := range s.Skipped(from, to) {
			got = append(got, f.At.String()+" "+civil.Of(f.Comes).String())
		}
		if diff := cmp.Diff(tt.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", tt.zone, tt.layer, diff)
		}
	}
}
