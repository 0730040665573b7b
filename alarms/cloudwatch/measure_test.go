package cloudwatch

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/alarms/cloudwatch/cloudwatchtest"
	"github.com/oncalm/oncalm/graphs"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
)

var half = time.Date(2026, 3, 2, 11, 30, 0, 0, time.UTC)

func named(name string) *incidents.Alarm { return &incidents.Alarm{Name: name, Region: "eu-central-1"} }

// numbers are values, 0 for none.
func numbers(m response.Measured) (all []float64) {
	for _, v := range m.Values {
		if v == nil {
			all = append(all, 0)
			continue
		}
		all = append(all, *v)
	}
	return all
}

// TestMeasure holds that the values of a metric come into their places, over all pages, with gaps where there are none.
func TestMeasure(t *testing.T) {
	fake := cloudwatchtest.New(t)
	fake.Put(alarm("MetricAlarm", "web-5xx", "ALARM"))
	fake.Measure(half, time.Minute, 3, 1, 2, math.NaN(), 4, 5)
	m, err := against(fake).Measure(t.Context(), named("web-5xx"), half.Add(-2*time.Minute-10*time.Second),
		half.Add(6*time.Minute+59*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := numbers(m), []float64{0, 0, 0, 1, 2, 0, 4, 5, 0}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	m.Values = nil
	want := response.Measured{Metric: "Errors", From: half.Add(-3 * time.Minute), Period: 60, Threshold: new(5.0),
		Comparison: "GreaterThanThreshold"}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if calls := fake.Calls("GetMetricData"); calls != 2 {
		t.Errorf("%d calls for two pages", calls)
	}
}

// TestMeasureFormula holds that an alarm on a formula shows the formula, with all that goes into it asked for as the alarm has it, and that a
// composite alarm shows what is below it and fires.
func TestMeasureFormula(t *testing.T) {
	fake := cloudwatchtest.New(t)
	share, well, whole := alarm("MetricAlarm", "share", "ALARM"), alarm("MetricAlarm", "well", "OK"), alarm("CompositeAlarm", "whole", "ALARM")
	share.Formula, whole.Below = "m1/m2*100", []string{"well", "share"}
	for _, a := range []cloudwatchtest.Alarm{share, well, whole} {
		fake.Put(a)
	}
	fake.Measure(half, 5*time.Minute, 100, 1, 2, 3)
	for _, name := range []string{"share", "whole"} {
		m, err := against(fake).Measure(t.Context(), named(name), half, half.Add(15*time.Minute))
		if err != nil || !slices.Equal(numbers(m), []float64{10, 20, 30}) || m.Period != 300 || m.Metric != "Share that failed" {
			t.Errorf("%s: %+v, %v, %v", name, m, numbers(m), err)
		}
		if diff := cmp.Diff([]string{"m1 ", "m2 ", "e1 m1/m2*100"}, fake.Queries()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestMeasureLong holds that a long time has periods of a multiple, and no threshold where values add up.
func TestMeasureLong(t *testing.T) {
	fake := cloudwatchtest.New(t)
	fake.Put(alarm("MetricAlarm", "web-5xx", "ALARM"))
	m, err := against(fake).Measure(t.Context(), named("web-5xx"), half.Add(-24*time.Hour), half)
	if err != nil || len(m.Values) > graphs.MostValues || m.Period != 480 || m.Threshold != nil {
		t.Errorf("%d values of %d s, threshold %v, %v", len(m.Values), m.Period, m.Threshold, err)
	}
}

// TestMeasureNothing holds what is said where there is no metric, or no permission.
func TestMeasureNothing(t *testing.T) {
	fake := cloudwatchtest.New(t)
	fake.Put(alarm("LogAlarm", "log", "ALARM"))
	fake.Put(alarm("CompositeAlarm", "empty", "ALARM"))
	fake.Put(alarm("MetricAlarm", "web-5xx", "ALARM"))
	c := against(fake)
	for _, name := range []string{"log", "empty", "gone"} {
		if _, err := c.Measure(t.Context(), named(name), half, half.Add(time.Hour)); !errors.Is(err, graphs.ErrNone) {
			t.Errorf("%s: %v", name, err)
		}
	}
	fake.Deny("GetMetricData", true)
	if _, err := c.Measure(t.Context(), named("web-5xx"), half, half.Add(time.Hour)); !errors.Is(err, graphs.ErrDenied) {
		t.Errorf("%v", err)
	}
}
