package alarms

import (
	"slices"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// fire acts on ALARM. rec is what is known of the alarm, with the incident that it was part of before; last what
// the series had said.
func (t *Intake) fire(tx store.Tx, now time.Time, rec *known.Record, last known.Last, sig *Signal,
	svc Service) (Outcome, error) {
	overtaken, id := last.Unknown.After(sig.Changed), rec.Incident
	if overtaken && firesIn(head(tx, id), sig.Series) {
		_, err := t.report(tx, now, id, sig, true) // its INSUFFICIENT_DATA was reported, and stays the newest word
		return Outcome{What: Late, Incident: id}, err
	}
	out, err := t.trigger(tx, now, rec, sig, svc)
	if err != nil || !overtaken {
		return out, err
	}
	_, err = t.Book.Append(tx, now, out.Incident, incidents.Event{By: incidents.Oncalm(), Body: incidents.Noted{
		Text: "The alarm " + sig.Name + " reported INSUFFICIENT_DATA at " + last.Unknown.UTC().Format(time.DateTime) +
			" UTC. That does not mean it has recovered.",
	}})
	return out, err
}

// firesIn reports whether a series says ALARM in an open incident, as far as that knows.
func firesIn(i *incidents.Incident, series string) bool {
	if i == nil || !i.Open() {
		return false
	}
	_, fires := i.Firing[series]
	return fires
}

// trigger finds the incident for an alarm that fires, or opens one. rec names the one that the alarm was part of before. What is
// open comes before what could be triggered again, so that people have one incident at a time.
func (t *Intake) trigger(tx store.Tx, now time.Time, rec *known.Record, sig *Signal, svc Service) (Outcome, error) {
	before := head(tx, rec.Incident)
	if before != nil && before.Open() {
		return t.join(tx, now, before, rec, sig, svc, false)
	}
	if i := related(tx, sig); i != nil {
		return t.join(tx, now, i, rec, sig, svc, true)
	}
	again, g := before != nil && refires(tx, before, sig, now), t.group(tx, now, sig, svc)
	apart := again && before.SplitFrom != "" // somebody said that it does not belong to the others
	if i := g.Open(tx, sig.fired(now)); i != nil && !apart {
		return t.join(tx, now, i, rec, sig, svc, true)
	}
	out, err := t.begin(tx, now, before, again, rec, sig, svc)
	if err == nil && !apart {
		g.Lead(tx, now, out.Incident)
	}
	return out, err
}

// begin triggers the incident that an alarm had before again, or opens one.
func (t *Intake) begin(tx store.Tx, now time.Time, before *incidents.Incident, again bool, rec *known.Record,
	sig *Signal, svc Service) (Outcome, error) {
	to := asOpened(sig, svc)
	if again {
		body := t.reopening(tx, now, before, rec, sig, svc)
		after, err := t.append(tx, now, before.ID, sig, body)
		if err != nil {
			return Outcome{}, err
		}
		out := Outcome{What: Reopened, Incident: before.ID, Why: why(body.Silence, body.Held), Held: body.Held}
		if after.Quiet || t.group(tx, now, sig, svc).Hushed() {
			return out, nil
		}
		return out, t.worsen(tx, now, after, sig, to, before.Seq+1)
	}
	body := incidents.Opened{
		Title: to.Title, Service: to.Service, Severity: to.Severity, Runbook: to.Runbook, Alarm: &sig.Alarm,
	}
	if body.Quiet, body.Silence = t.hushed(tx, now, sig, svc); body.Quiet == "" && body.Silence == nil {
		body.Held = held(now, rec.Unrest, svc)
	}
	i, err := t.Book.Open(tx, now, time.Time{}, incidents.ByAlarm(sig.Name), body)
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{What: Opened, Incident: i.ID, Why: why(body.Silence, body.Held), Held: body.Held}, nil
}

// refires reports whether an alarm fired again soon after its incident was resolved.
// SNS may bring the word late, so the alarm's time counts, within reason.
func refires(tx store.Tx, i *incidents.Incident, sig *Signal, now time.Time) bool {
	return sig.Changed.Sub(overSince(tx, i)) <= Reopening && now.Sub(i.Resolved) <= Reopening+sns.DefaultMaxAge
}

// overSince is when a resolved incident was over. If an alarm resolved it, its own time
// counts, as it does for the ALARM that comes after: we may have learnt of both at once.
func overSince(tx store.Tx, i *incidents.Incident) time.Time {
	if i.ResolvedBy.Kind != incidents.KindAlarm {
		return i.Resolved
	}
	for n := 32; ; n *= 8 { // mostly it was among the last things that happened
		events, err := incidents.TimelineFrom(tx, i.ID, i.Seq-n)
		if err != nil {
			return i.Resolved
		}
		if ok := lastOK(events); ok != nil {
			return ok.Changed
		}
		if n >= i.Seq {
			return i.Resolved
		}
	}
}

// lastOK is the OK that resolved the incident last; nil if that is not among the events.
func lastOK(events []incidents.Event) *incidents.Alarm {
	resolved := false
	for _, e := range slices.Backward(events) {
		switch b := e.Body.(type) {
		case incidents.Resolved:
			resolved = true
		case incidents.Reported:
			if resolved && b.Alarm.State == incidents.AlarmOK && !b.Late {
				return &b.Alarm
			}
		}
	}
	return nil
}

// related finds the oldest open incident of an alarm that belongs to this one: of a
// composite alarm's children, or of a composite alarm that named this one. It returns nil if
// there is none.
func related(tx store.Tx, sig *Signal) *incidents.Incident {
	relatives := append(sig.children(), known.Parents(tx, sig.Fingerprint)...)
	var found *incidents.Incident
	oldest := uint64(0)
	for _, fp := range relatives {
		rec := known.Of(tx, fp)
		i := head(tx, rec.Incident)
		if i == nil || !i.Open() || !kin(&rec, sig) {
			continue
		}
		if n, err := strconv.ParseUint(i.ID, 10, 64); err == nil && (found == nil || n < oldest) {
			oldest, found = n, i
		}
	}
	return found
}
