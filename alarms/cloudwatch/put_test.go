package cloudwatch

import (
	"errors"
	"slices"
	"testing"

	"github.com/oncalm/oncalm/alarms/cloudwatch/cloudwatchtest"
	"github.com/oncalm/oncalm/graphs"
)

func TestPut(t *testing.T) {
	fake := cloudwatchtest.New(t)
	c := against(fake)
	if err := c.Put(t.Context(), "Oncalm", "Heartbeat"); err != nil {
		t.Fatal(err)
	}
	if got := fake.Puts(); !slices.Equal(got, []string{"Oncalm/Heartbeat=1"}) {
		t.Errorf("put is %q", got)
	}
	fake.Deny("PutMetricData", true)
	if err := c.Put(t.Context(), "Oncalm", "Heartbeat"); !errors.Is(err, graphs.ErrDenied) {
		t.Error(err)
	}
}
