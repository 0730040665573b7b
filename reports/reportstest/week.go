// Package reportstest makes weeks with incidents, for tests of reports and of the forms in which people read them.
package reportstest

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/reports"
)

// Zone is a zone in which the clocks are set forward within the week.
func Zone(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// Query is the week of the incidents: from Monday to Monday in Berlin, over the night in which summer time begins.
func Query(t testing.TB) reports.Query {
	berlin := Zone(t, "Europe/Berlin")
	from := time.Date(2026, 3, 23, 0, 0, 0, 0, berlin)
	to := from.AddDate(0, 0, 7)
	return reports.Query{From: from, To: to, Now: to.Add(9 * time.Hour), Zone: berlin,
		Zones: map[string]*time.Location{"payments": berlin, "search": Zone(t, "America/New_York")}}
}

// A Week is a source of incidents.
type Week struct {
	All   []past.Case
	Name  func(string) string // what alarms, services and titles are called
	Reads int                 // timelines
}

// New is a week of incidents: an alarm that is noise, one that is not, and what is odd.
func New(t testing.TB) *Week {
	w := &Week{Name: func(s string) string { return s }}
	at := Query(t).From
	for n := range 12 { // noise: every 13 hours, some at night
		c := w.add("search-p99", "search", "sev3", at.Add(time.Duration(n)*13*time.Hour+20*time.Minute))
		c.Itself, c.Resolved = true, c.Opened.Add(time.Duration(100+10*n)*time.Second)
		c.Value, c.Detect, c.Mitigate = new(91+float64(n)/10), new(2.0), new(float64(100+10*n))
		c.Resolve = c.Mitigate
		c.Pages = []past.Page{{At: c.Opened.Add(time.Second), Schedule: "search"}}
		if n == 5 {
			c.Acted, c.Itself, c.Value = true, false, new(140.0)
			c.Alarms = append(c.Alarms, past.Alarm{Account: "123456789012", Region: "eu-central-1", Name: "search-5xx"})
		}
	}
	for n := range 4 { // what people are needed for
		c := w.add("checkout-5xx", "checkout", "sev1", at.Add(time.Duration(30+n)*24*time.Hour/8))
		c.Resolved, c.Acted = c.Opened.Add(time.Duration(20+10*n)*time.Minute), true
		c.Detect, c.Acknowledge = new(2.5), new(float64(30+60*n))
		c.Mitigate, c.Resolve = new(float64(600+300*n)), new(float64(1200+600*n))
		c.Pages = []past.Page{{At: c.Opened, Schedule: "payments"}, {At: c.Opened.Add(5 * time.Minute)}}
		c.Actions, c.OpenActions, c.Due = 2, 1, at.AddDate(0, 0, 4+n*3)
	}
	odd := w.add("checkout-5xx", "checkout", "sev2", at.AddDate(0, 0, 6).Add(2*time.Hour+30*time.Minute)) // the night of the clocks
	odd.Run = 1
	odd.Pages = []past.Page{{At: odd.Opened, Schedule: "payments"}}
	declared := w.add("", "billing", "sev2", at.AddDate(0, 0, 3))
	declared.Alarms, declared.Declared, declared.Acted, declared.Resolved = nil, true, true, declared.Opened.Add(time.Hour)
	declared.Resolve = new(3600.0)
	quiet := w.add("costs", "costs", "sev4", at.AddDate(0, 0, 2))
	quiet.Quiet, quiet.Resolved, quiet.Acknowledge = true, quiet.Opened.Add(48*time.Hour), new(90000.0)
	merged := w.add("search-p99", "search", "sev3", at.AddDate(0, 0, 1))
	merged.Merged, merged.Resolved = true, merged.Opened.Add(time.Minute)
	w.add("too-early", "search", "sev3", at.Add(-time.Second)).Resolved = at
	w.add("too-late", "search", "sev3", Query(t).To).Resolved = Query(t).To.Add(time.Hour)
	return w
}

func (w *Week) add(alarm, service, severity string, at time.Time) *past.Case {
	w.All = append(w.All, past.Case{ID: strconv.Itoa(len(w.All) + 1), Title: alarm, Service: service, Severity: severity,
		Opened: at.UTC(),
		Alarms: []past.Alarm{{Account: "123456789012", Region: "eu-central-1", Name: alarm}}})
	return &w.All[len(w.All)-1]
}

// Cases implements [reports.Source].
func (w *Week) Cases(_ context.Context, from, to time.Time, each func([]past.Case) error) error {
	for _, c := range w.All {
		if c.Opened.Before(from) || !c.Opened.Before(to) {
			continue
		}
		if err := each([]past.Case{w.named(c)}); err != nil {
			return err
		}
	}
	return nil
}

func (w *Week) named(c past.Case) past.Case {
	alarms := make([]past.Alarm, 0, len(c.Alarms))
	for _, a := range c.Alarms {
		a.Name = w.Name(a.Name)
		alarms = append(alarms, a)
	}
	pages := make([]past.Page, 0, len(c.Pages))
	for _, p := range c.Pages {
		if p.Schedule != "" && w.Name("") != "" {
			p.Schedule = w.Name(p.Schedule)
		}
		pages = append(pages, p)
	}
	c.Title, c.Service, c.Severity = w.Name(c.Title), w.Name(c.Service), w.Name(c.Severity)
	c.Alarms, c.Pages = alarms, pages
	return c
}

// Actions implements [reports.Source].
func (w *Week) Actions(context.Context) (open []actions.Row, err error) {
	for _, c := range w.All {
		if c.OpenActions > 0 {
			open = append(open, actions.Row{ID: c.ID + "-1", Item: actions.Item{Incident: c.ID, Number: 1,
				What: w.Name("an alarm on " + c.Title), Due: c.Due, Planned: c.Resolved, Owner: w.Name("ana"), Type: "detect"}})
		}
	}
	return open, nil
}

// Timeline implements [reports.Source].
func (w *Week) Timeline(_ context.Context, id string, each func([]incidents.Event) error) error {
	w.Reads++
	n, err := strconv.Atoi(id)
	if err != nil || n < 1 || n > len(w.All) || len(w.All[n-1].Alarms) == 0 {
		return fmt.Errorf("%w: %s", incidents.ErrNotFound, id)
	}
	c, threshold := w.named(w.All[n-1]), 90.0
	a := incidents.Alarm{Name: c.Alarms[0].Name, Account: c.Alarms[0].Account, Region: c.Alarms[0].Region,
		State: incidents.AlarmFiring,
		Metric: &incidents.Metric{Namespace: "AWS/ApplicationELB", Name: "TargetResponseTime", Statistic: "p99", Period: 60,
			Periods: 1, Comparison: "GreaterThanThreshold", Threshold: &threshold,
			Dimensions: []incidents.Dimension{{Name: "LoadBalancer", Value: "app/search/50dc6c495c0c9188"}}}}
	return each([]incidents.Event{{Seq: 1, At: c.Opened, Recorded: c.Opened, By: incidents.ByAlarm(a.Name),
		Body: incidents.Opened{Title: c.Title, Service: c.Service, Severity: c.Severity, Alarm: &a}}})
}
