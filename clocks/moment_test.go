package clocks

import (
	"encoding/json"
	"testing"
	"time"
)

// TestMoment holds that what has passed is counted by the second while the machine is up, also for a moment that was kept and read
// again, and by the wall after the machine was started anew.
func TestMoment(t *testing.T) {
	at := time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)
	wall, up := at, time.Hour
	c := &Clock{Wall: func() time.Time { return wall }, Up: func() time.Duration { return up }, Boot: "one"}
	text, err := json.Marshal(c.Moment())
	if err != nil {
		t.Fatal(err)
	}
	var before Moment
	if err := json.Unmarshal(text, &before); err != nil {
		t.Fatal(err)
	}
	wall, up = at.Add(-5*time.Hour), up+10*time.Minute
	if got := c.Moment().Since(before); got != 10*time.Minute {
		t.Errorf("with a wall that was set back, %s have passed", got)
	}
	c.Boot, wall, up = "two", at.Add(30*time.Minute), time.Minute
	if got := c.Moment().Since(before); got != 30*time.Minute {
		t.Errorf("after another start of the machine, %s have passed", got)
	}
	c.Boot = ""
	before.Boot = ""
	if got := c.Moment().Since(before); got != 30*time.Minute {
		t.Errorf("where starts of the machine have no name, %s have passed", got)
	}
	if got := before.Add(time.Hour).Since(before); got != time.Hour {
		t.Errorf("an hour later is %s later", got)
	}
}
