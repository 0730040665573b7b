package known

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store/record/recordtest"
)

func TestRecord(t *testing.T) { recordtest.Check(t, (*Record).fields) }

func TestPrune(t *testing.T) {
	noon := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	rec := Record{Heard: noon, Series: map[string]Last{}}
	for n := range 300 {
		state, age := incidents.AlarmOK, time.Duration(n)*time.Hour
		if n == 299 {
			state = incidents.AlarmFiring
		}
		rec.Series[strings.Repeat("x", n)] = Last{State: state, Changed: noon.Add(-age)}
	}
	rec.prune()
	if n := len(rec.Series); n != 7*24+1+1 {
		t.Errorf("%d series are left", n)
	}
}
