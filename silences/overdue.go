package silences

import (
	"cmp"
	"maps"
	"slices"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/members"
	"github.com/oncalm/oncalm/store"
)

// An incident has several alarms, of which a silence may cover some. While it lasts they change nothing about the incident: that goes on
// as its other alarms have it. It may be quiet, silenced by another, milder than they are, or in somebody's hands who has never heard of
// them.

// overdue is what an incident becomes when a silence is over that covers some of what fires there: as the worst of these alarms would
// have it by itself, if that pages, and nobody has learned of anything as bad. It is nil if nothing changes.
func (b *Book) overdue(tx store.Tx, i *incidents.Incident, s Silence, others []Silence) incidents.Body {
	if s.End == EndResolve || !i.Open() || i.Silence == nil && !worse(i) {
		return nil
	}
	var worst *incidents.Alarm
	severity := ""
	for _, of := range b.subjects(tx, i, append(slices.Clip(others), s)) {
		own := severityOf(i, of)
		switch {
		case !s.Covering(of) || longest(others, of, func(*Silence) bool { return true }) != nil, b.quiet(own) != "":
		case !i.Quiet && !members.Worse(own, i.Severity), worst != nil && !members.Worse(own, severity):
		default:
			worst, severity = of.Alarm, own
		}
	}
	switch {
	case worst == nil || seen(tx, i, worst.Series):
		return nil
	case severity == i.Severity:
		return incidents.Unsilenced{Silence: i.Silence.ID, Reason: s.title() + " is over"}
	}
	to := incidents.Raised{Title: worst.Name, Service: i.Service, Runbook: i.Runbook}
	if b.Opens != nil {
		to = b.Opens(worst)
	}
	to.Severity = severity
	return incidents.Worsened{Raised: to, Again: true}
}

// severityOf is how bad an alarm of an incident is by itself.
func severityOf(i *incidents.Incident, of Subject) string {
	return cmp.Or(i.Severities[of.Alarm.Series], i.Severity)
}

// quiet says why nobody is paged for a severity; empty if somebody is.
func (b *Book) quiet(severity string) string {
	if b.PagesNobody != nil && b.PagesNobody(severity) {
		return severity + " is quiet"
	}
	return ""
}

// unsilenced is what an incident becomes when nothing silences it any more. Those of its alarms that page may be OK by then.
func (b *Book) unsilenced(tx store.Tx, i *incidents.Incident, s Silence) incidents.Unsilenced {
	body := incidents.Unsilenced{Silence: s.ID, Quiet: i.Silence.Quiet, Reason: s.title() + " is over"}
	all := b.subjects(tx, i, []Silence{s})
	if len(all) > 0 && !slices.ContainsFunc(all, func(of Subject) bool { return b.quiet(severityOf(i, of)) == "" }) {
		body.Quiet = cmp.Or(body.Quiet, b.quiet(severityOf(i, all[0])))
	}
	return body
}

// worse reports whether an alarm that fires in an incident is worse than that.
func worse(i *incidents.Incident) bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(i.Severities)), func(own string) bool {
		return members.Worse(own, i.Severity)
	})
}

// seen reports whether somebody has acknowledged an incident after an alarm began to fire there.
func seen(tx store.Tx, i *incidents.Incident, series string) bool {
	if i.Status != incidents.StatusAcknowledged {
		return false
	}
	events, _ := incidents.TimelineFrom(tx, i.ID, i.Seq-recent)
	for _, e := range slices.Backward(events) {
		a := incidents.AlarmIn(e.Body)
		switch {
		case a == nil || a.Series != series:
		case a.State == incidents.AlarmOK:
			return false
		case a.State == incidents.AlarmFiring && e.At.Before(i.Acknowledged): // what it says again later is nothing new
			return true
		}
	}
	return i.Seq > recent // of what is longer ago somebody knows
}
