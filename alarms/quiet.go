package alarms

import (
	"cmp"
	"slices"
	"time"

	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/members"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
)

// quiet says why nobody is paged for a signal of that severity, or nothing if somebody is.
func (t *Intake) quiet(sig *Signal, severity string) string {
	switch {
	case sig.Quiet != "":
		return sig.Quiet
	case slices.Contains(t.Quiet, severity):
		return severity + " is quiet"
	}
	return ""
}

// hushed says why nobody is paged for an incident that a signal opens: by a silence, or else since it is quiet.
func (t *Intake) hushed(tx store.Tx, now time.Time, sig *Signal, svc Service) (quiet string, by *incidents.Silence) {
	quiet = t.quiet(sig, asOpened(sig, svc).Severity)
	if by = t.Silences.Over(tx, now, subject(sig, svc)); by == nil {
		return quiet, nil
	}
	by.Quiet = quiet
	return "", by
}

func subject(sig *Signal, svc Service) silences.Subject {
	return silences.Subject{Alarm: &sig.Alarm, Service: svc.Name, Topic: sig.Topic}
}

// asOpened is the incident that a signal opens.
func asOpened(sig *Signal, svc Service) incidents.Raised {
	return incidents.Raised{
		Title: sig.Title, Service: svc.Name, Runbook: svc.Runbook,
		Severity: cmp.Or(sig.Severity, svc.Severity),
	}
}

// raised is what a quiet incident becomes with a signal; nil if it stays quiet.
func (t *Intake) raised(tx store.Tx, now time.Time, sig *Signal, svc Service) *incidents.Raised {
	if quiet, by := t.hushed(tx, now, sig, svc); quiet != "" || by != nil {
		return nil
	}
	to := asOpened(sig, svc)
	return &to
}

// unmuted reports whether a word that is known already pages now, and has not until now: its actions
// were suppressed, and are not any more.
func (t *Intake) unmuted(tx store.Tx, now time.Time, i *incidents.Incident, sig *Signal, svc Service) bool {
	return i != nil && i.Quiet && sig.State == incidents.AlarmFiring && t.raised(tx, now, sig, svc) != nil
}

// reopening triggers a resolved incident again. It is quiet if the message says so, or if both the incident is, or would be if it
// were opened now, and the alarm.
//
// An alarm that is worse by now than the incident was makes it worse next (see join), which ends a hold.
func (t *Intake) reopening(tx store.Tx, now time.Time, i *incidents.Incident, rec *known.Record, sig *Signal,
	svc Service) incidents.Reopened {
	body := incidents.Reopened{Alarm: &sig.Alarm, Gone: known.Gone(tx, i)}
	quiet, by := t.hushed(tx, now, sig, svc)
	switch {
	case by != nil:
		body.Silence = by
		return body
	case sig.Quiet != "":
		body.Quiet = sig.Quiet
		return body
	}
	var to *incidents.Raised
	if own := asOpened(sig, svc); quiet == "" {
		to = &own
	}
	switch {
	case i.Quiet || slices.Contains(t.Quiet, i.Severity):
		if body.Raised = to; to == nil {
			body.Quiet = quiet
			return body
		}
	}
	if body.Held = held(now, rec.Unrest, svc); to != nil && members.Worse(to.Severity, i.Severity) {
		rec.Unrest.Worsen()
	}
	return body
}
