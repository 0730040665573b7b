package watching

import (
	"testing"
	"time"

	"github.com/oncalm/oncalm/heartbeats"
	"github.com/oncalm/oncalm/watch"
)

func TestStatus(t *testing.T) {
	at := time.Date(2026, 12, 1, 2, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		state watch.State
		want  string
	}{
		{watch.State{}, "Oncalm itself: no canary has arrived yet; no heartbeat has been sent yet"},
		{watch.State{Canary: at, Heartbeat: at.Add(time.Minute)},
			"Oncalm itself: the last canary arrived 2026-12-01 02:00 UTC; the last heartbeat was sent 2026-12-01 02:01 UTC"},
		{watch.State{Canary: at, Heartbeat: at, Problem: "the store\ntakes no write", Since: at},
			"Oncalm itself: the last canary arrived 2026-12-01 02:00 UTC; no heartbeat has been sent since 2026-12-01 02:00 UTC: the store takes no write"},
	} {
		if got := ofWatch(tt.state).Plain(time.UTC); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
	for _, tt := range []struct {
		standing heartbeats.Standing
		want     string
	}{
		{heartbeats.Standing{Name: "backup", Due: at}, "Heartbeat backup: has not beaten yet; expected by 2026-12-01 02:00 UTC"},
		{heartbeats.Standing{Name: "backup", Beat: at, Missing: at.Add(time.Hour), Incident: "4"},
			"Heartbeat backup: beat 2026-12-01 02:00 UTC; missing since 2026-12-01 03:00 UTC (incident 4)"},
	} {
		if got := ofHeartbeat(tt.standing).Plain(time.UTC); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
