package view_test

import (
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
)

// TestStandingSaysHowManyAcknowledged: of an incident that two have to acknowledge, people read how many did.
func TestStandingSaysHowManyAcknowledged(t *testing.T) {
	at := time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)
	i := &incidents.Incident{ID: "4", Status: incidents.StatusTriggered}
	for _, tt := range []struct {
		acks             *response.Acks
		standing, ackers string
	}{
		{nil, "🚨 Triggered: nobody has acknowledged yet", "Nobody else is paged for it now."},
		{&response.Acks{Need: 2}, "🚨 Triggered: nobody has acknowledged yet; 2 people have to",
			"More people have to acknowledge, and are paged: it is 1 of 2 (4) now."},
		{(&response.Acks{Need: 2}).With("ana", at), "🚨 Triggered: acknowledged by 1 of 2 (ana)", "Nobody else is paged for it now."},
	} {
		i.Response.Acks = tt.acks
		if got := view.Standing(i).Plain(nil); got != tt.standing {
			t.Errorf("%s; want %s", got, tt.standing)
		}
		if got := view.Acked("it", i).Plain(nil); got != tt.ackers {
			t.Errorf("%s; want %s", got, tt.ackers)
		}
	}
}
