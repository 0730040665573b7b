package learning

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/text"
)

// Bounds of a case, so that an incident with thousands of alarms and pages has one that is read as quickly as others.
const (
	mostAlarms = 20
	mostThings = 10
	mostPages  = 100
	longTitle  = 200
	longReason = 120
)

// Make makes the case of an incident, which must be the fold of the timeline.
func Make(i incidents.Incident, timeline []incidents.Event) past.Case {
	r := evidence.Read(i, timeline)
	c := past.Case{
		ID: i.ID, Title: text.Clip(text.Line(i.Title), longTitle), Service: i.Service, Severity: i.Severity,
		Opened: i.Opened.UTC(), Run: i.Run, Merged: i.MergedInto != "", Quiet: r.Quiet(),
		Declared: isPerson(i.OpenedBy), Acted: isPerson(i.OpenedBy),
	}
	if !i.Open() {
		c.Resolved, c.Itself = i.Resolved.UTC(), i.ResolvedBy.Kind == incidents.KindAlarm
	}
	for _, e := range timeline {
		take(&c, e)
	}
	c.Pages, c.MorePages = pages(r.Pages)
	measure(&c, r)
	c.Helped = helped(r.Rollbacks())
	toDo(&c, actions.Of(i.ID, timeline))
	return c
}

// isPerson reports whether somebody is a person, in the configuration or not.
func isPerson(a incidents.Actor) bool {
	return a.Kind == incidents.KindPerson || a.Kind == incidents.KindOther
}

// take takes in what one event says by itself.
func take(c *past.Case, e incidents.Event) {
	if a := incidents.AlarmIn(e.Body); a != nil && a.State == incidents.AlarmFiring && a.Name != "" {
		if len(c.Alarms) == 0 {
			c.Value = value(a)
		}
		if name := past.AlarmOf(a); !slices.Contains(c.Alarms, name) && len(c.Alarms) < mostAlarms {
			c.Alarms = append(c.Alarms, name)
		}
	}
	switch b := e.Body.(type) {
	case incidents.Resolved:
		if c.Reason = ""; isPerson(e.By) {
			c.Reason = text.Clip(text.Line(b.Reason), longReason)
		}
	case incidents.Responded:
		if f, ok := b.Fact.(response.Changed); ok && f.Thing != "" && f.Ago >= 0 {
			t := past.Thing{Account: f.Account, Region: f.Region, Name: f.Thing}
			if !slices.Contains(c.Things, t) && len(c.Things) < mostThings {
				c.Things = append(c.Things, t)
			}
		}
	}
	c.Acted = c.Acted || isPerson(e.By) && acts(e.Body)
}

// acts reports whether a person who did that did more than to take note.
func acts(b incidents.Body) bool {
	switch b.(type) {
	case incidents.Acknowledged, incidents.Snoozed, incidents.Resolved, incidents.Struck:
		return false
	}
	return true
}

// pages are the calls that were delivered: a person who is reached by several channels at once is called once.
func pages(all []document.Page) (found []past.Page, more int) {
	type call struct {
		person string
		at     time.Time
	}
	seen, schedule := map[call]bool{}, map[string]string{}
	for _, p := range all {
		if name, ok := Schedule(p.Why); ok {
			schedule[p.Person] = name
		}
		if p.Delivered.IsZero() || seen[call{p.Person, p.Decided}] {
			continue
		}
		seen[call{p.Person, p.Decided}] = true
		page := past.Page{At: p.Delivered}
		if p.Fallback == "" {
			page.Schedule = schedule[p.Person]
		}
		if len(found) == mostPages {
			more++
			continue
		}
		found = append(found, page)
	}
	return found, more
}

// bySchedule is how package paging says that a schedule made somebody the one to page.
var bySchedule = regexp.MustCompile(`^you are on call for (.+) \(step \d+ of \d+`)

// Schedule is the schedule by which somebody was paged, of why they were; false if it was by none. A reminder says another reason;
// it is to who was called before.
func Schedule(why string) (string, bool) {
	m := bySchedule.FindStringSubmatch(why)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// measure takes in how long things took, as the document of the incident says it.
func measure(c *past.Case, r *evidence.Reading) {
	d := document.Document{Impact: r.Impact(), Affected: r.Affected(), Detection: r.Detection(), ActionItems: r.Actions()}
	for _, m := range r.Times(d) {
		switch m.Short {
		case "TTD":
			c.Detect = m.Seconds
		case "TTA":
			c.Acknowledge = m.Seconds
		case "TTM":
			c.Mitigate = m.Seconds
		case "TTR":
			c.Resolve = m.Seconds
		}
	}
}

// helped is the last rollback that helped.
func helped(all []document.Rollback) (found *past.Helped) {
	for _, b := range all {
		if b.Proof != document.ProofHelped || b.Dry {
			continue
		}
		found = &past.Helped{Target: text.Clip(text.Line(b.Target), longTitle)}
		if b.After == nil || b.Started.IsZero() || b.Finished.IsZero() {
			continue
		}
		if took := b.Finished.Sub(b.Started) + document.Length(*b.After); took >= 0 {
			found.Took = document.Seconds(took)
		}
	}
	return found
}

// toDo counts action items.
func toDo(c *past.Case, items []actions.Item) {
	for _, item := range items {
		c.Actions++
		switch {
		case !item.Open():
			if item.Closed.After(c.Closed) {
				c.Closed = item.Closed
			}
			continue
		case !item.Due.IsZero() && (c.Due.IsZero() || item.Due.Before(c.Due)):
			c.Due = item.Due
		}
		c.OpenActions++
	}
	if c.OpenActions > 0 {
		c.Closed = time.Time{}
	}
}

// datapoints are those that the reason of an alarm tells of: each a number, and its time in brackets.
var datapoints = regexp.MustCompile(`datapoints? \[([^\]]*)\]`)

// value is what an alarm had measured when it fired: of several datapoints the one farthest beyond its threshold. CloudWatch
// tells it in the reason alone.
func value(a *incidents.Alarm) (worst *float64) {
	m := datapoints.FindStringSubmatch(a.Reason)
	if m == nil || a.Metric == nil {
		return nil
	}
	below := strings.HasPrefix(a.Metric.Comparison, "Less")
	for point := range strings.SplitSeq(m[1], "),") {
		number, _, _ := strings.Cut(strings.TrimSpace(point), " ")
		v, err := strconv.ParseFloat(number, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			continue
		}
		if worst == nil || !below && v > *worst || below && v < *worst {
			worst = &v
		}
	}
	return worst
}
