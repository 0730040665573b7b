package alarms

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/alarms/messages"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/requests"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
)

// Reopening is how soon after its resolution an incident is triggered again by the
// same alarm, instead of a new one being opened.
const Reopening = 15 * time.Minute

// Intake turns messages into incidents.
type Intake struct {
	Book     *incidents.Book
	Services Services
	// Topics are those that messages are taken from; see [Classify].
	Topics sns.Topics
	// Rules say what messages amount to that are not CloudWatch's own, before the table of package messages does.
	Rules   []messages.Rule
	Metrics *Metrics // may be nil
	// Quiet lists the severities of which nobody is paged. It is read when a run begins.
	Quiet []string
	// Silences says what is silenced; may be nil.
	Silences *silences.Book
	// Tally tells of topics that speak of alarms that are not theirs; may be nil.
	Tally *doors.Tally
	// Changed hears of each change that becomes known, in the transaction that keeps it; may be nil.
	Changed func(tx store.Tx, now time.Time, c changes.Change) error
	// Beat keeps that a heartbeat of that name beats, and reports whether there is one; may be nil.
	Beat func(tx store.Tx, name string) (is bool, err error)

	tide
}

// What became of a message.
const (
	Opened   = "opened"   // it opened an incident
	Reopened = "reopened" // it triggered one again
	Joined   = "joined"   // it became part of one that was open
	Reported = "reported" // it was told to one
	Resolved = "resolved" // it resolved one
	Late     = "late"     // a newer word was known
	Repeated = "repeated" // the same word had come in another message
	Seen     = "seen"     // the same message had come before
	Noted    = "noted"    // there was nothing to do
	Changed  = "changed"  // it was kept as a change marker
	Owed     = "owed"     // the confirmation of a subscription is owed
	Foreign  = "foreign"  // it came over a topic that does not speak for the alarm
	Beat     = "beat"     // it is the beat of a heartbeat
)

// Outcome is what became of a message.
type Outcome struct {
	What     string
	Incident string // the id, if one is concerned
	Why      string // why nobody is paged, if that is not because the signal or its severity is quiet
	// Held is the hold with which it began a run.
	Held *incidents.Held
	// Spared is the hold of a run that it ended before anybody was paged.
	Spared *incidents.Held
}

// Take implements [sns.Taker]. When it returns without an error, what follows from the message is durable, at the time it was
// received; a message that was taken before changes nothing. Errors are those of the store.
func (t *Intake) Take(ctx context.Context, v *sns.Verified) (seen bool, err error) {
	out, err := t.take(ctx, v)
	if err == nil && out.What == Foreign && t.Tally != nil {
		t.Tally.Say(slog.LevelWarn, Foreign,
			"a topic reported an alarm that it is not authoritative for; nothing was changed", "topic", v.TopicARN, "incident", out.Incident)
	}
	return out.What == Seen, err
}

func (t *Intake) take(ctx context.Context, v *sns.Verified) (Outcome, error) {
	defer t.enter()()
	if v.Type == sns.SubscriptionConfirmed {
		return t.update(ctx, v, func(tx store.Tx) ([]fates.Part, Outcome, error) {
			sns.EnqueueConfirmation(tx, v)
			return []fates.Part{{Name: v.Topic.Resource, Kind: KindSubscription, Outcome: Owed}}, Outcome{What: Owed}, nil
		})
	}
	all := t.judge(v)
	outcomes := make([]Outcome, len(all))
	out, err := t.update(ctx, v, func(tx store.Tx) (parts []fates.Part, main Outcome, err error) {
		for i := range all {
			if outcomes[i], err = act(t, tx, v.Received, all[i].Signal, all[i].service); err != nil {
				return nil, Outcome{}, err
			}
			if main.Incident == "" {
				main = outcomes[i]
			}
			parts = append(parts, t.fate(&all[i], outcomes[i]))
		}
		return parts, main, nil
	})
	if err != nil {
		return out, err
	}
	for i := range all {
		if out.What == Seen {
			outcomes[i] = out
		}
		t.Metrics.took(all[i].Signal, outcomes[i])
	}
	return out, nil
}

// aimed is a signal and the service that it is about.
type aimed struct {
	*Signal
	service Service
}

func (t *Intake) judge(v *sns.Verified) []aimed {
	if v.Type == sns.UnsubscribeConfirmation {
		sig := subscriptionSignal(v.Topic, v.Sent, incidents.AlarmFiring)
		sig.Received, sig.MessageID = v.Received, v.MessageID
		return []aimed{{&sig, t.Services.fallback()}}
	}
	signals := Classify(v, t.Topics, t.Rules)
	if v.Type == sns.Reconciled {
		for i := range signals {
			signals[i].flag(FlagReconciled)
		}
	}
	all := make([]aimed, len(signals))
	for i := range signals {
		all[i] = aimed{&signals[i], t.Services.For(&signals[i])}
	}
	return all
}

// update runs fn in a transaction that keeps the fate of the message, unless the message was seen before.
func (t *Intake) update(ctx context.Context, v *sns.Verified,
	fn func(store.Tx) ([]fates.Part, Outcome, error)) (out Outcome, err error) {
	id := v.ID()
	err = t.Book.Store.Update(ctx, func(tx store.Tx) error {
		if incident, seen := seenBefore(tx, id); seen {
			out = Outcome{What: Seen, Incident: incident}
			return nil
		}
		parts, did, err := fn(tx)
		if err != nil {
			return err
		}
		out = did
		return fates.Save(tx, fateOf(v, parts))
	})
	return out, err
}

// apply does what a signal does. The signal is not changed: it may run again.
func (t *Intake) apply(tx store.Tx, now time.Time, sig *Signal, svc Service) (Outcome, error) {
	switch sig.Effect {
	case EffectChange:
	case EffectRecovery:
		return t.recover(tx, now, sig, svc)
	default:
		out, err := t.follow(tx, now, sig, svc)
		if err == nil && sig.Changes && out.What != Repeated {
			err = mark(tx, now, changeOf(sig, svc), t.Changed)
		}
		return out, err
	}
	if err := mark(tx, now, changeOf(sig, svc), t.Changed); err != nil {
		return Outcome{}, err
	}
	if sig.Deleted {
		return t.deleted(tx, now, sig)
	}
	return Outcome{What: Changed}, nil
}

// recover resolves what was opened for the same thing. If nothing was, or the recovery is a change by itself, a marker is kept.
func (t *Intake) recover(tx store.Tx, now time.Time, sig *Signal, svc Service) (Outcome, error) {
	out, err := t.follow(tx, now, sig, svc)
	if err != nil || out.What != Noted && !sig.Changes {
		return out, err
	}
	if out.What == Noted {
		out.What = Changed
	}
	return out, mark(tx, now, changeOf(sig, svc), t.Changed)
}

// follow puts a word into its place in the order of time, and acts on it if it is the
// newest.
func (t *Intake) follow(tx store.Tx, now time.Time, sig *Signal, svc Service) (Outcome, error) {
	rec := known.Of(tx, sig.Fingerprint)
	last := rec.Series[sig.Series]
	order := last.Against(sig.State, sig.Changed)
	switch standingOf(&rec, sig, t.Topics) {
	case foreign:
		if order == known.Same {
			return Outcome{What: Repeated, Incident: rec.Incident}, nil
		}
		return t.foreign(tx, now, &rec, sig, svc)
	case successor:
		last, order = handOver(&rec, sig, order)
		rec.Name, rec.Heard = sig.Name, now
		if err := rec.Save(tx, sig.Fingerprint); err != nil {
			return Outcome{}, err
		}
	}
	rec.Topic = spokesman(&rec, sig)
	if sig.once() {
		if _, seen := requests.Recall(tx, sig.eventID()); seen {
			return Outcome{What: Repeated, Incident: rec.Incident}, nil
		}
		requests.Remember(tx, now, sig.eventID(), rec.Incident)
		if order == known.Same {
			order = known.Newer
		}
	}
	if order == known.Same && t.unmuted(tx, now, head(tx, rec.Incident), sig, svc) {
		order = known.Newer
	}
	switch order {
	case known.Same:
		return Outcome{What: Repeated, Incident: rec.Incident}, nil
	case known.Late:
		return t.late(tx, now, rec, sig, svc)
	}
	fired := rec.Fires()
	rec.Series[sig.Series] = last.With(sig.State, sig.Changed)
	turn(tx, &rec, fired, sig, svc.Flap)
	rec.Name, rec.NeverRecovers, rec.Heard = sig.Name, sig.NeverRecovers, now
	var out Outcome
	var err error
	switch sig.State {
	case incidents.AlarmFiring:
		out, err = t.fire(tx, now, &rec, last, sig, svc)
		rec.Incident = out.Incident
		known.Adopt(tx, sig.Fingerprint, sig.children())
	case incidents.AlarmOK:
		out, err = t.clear(tx, now, rec.Incident, last, sig)
		t.Silences.Clear(tx, now, subject(sig, svc))
	default:
		out, err = t.reportOpen(tx, now, rec.Incident, sig)
	}
	if err != nil {
		return Outcome{}, err
	}
	return out, rec.Save(tx, sig.Fingerprint)
}

// head reads an incident; nil if there is none, or none that can be read: an alarm
// then opens a new one, since a damaged incident must not swallow what comes after.
func head(tx store.Tx, id string) *incidents.Incident {
	if id == "" {
		return nil
	}
	i, err := incidents.Head(tx, id)
	if err != nil {
		return nil
	}
	return i
}

func (t *Intake) report(tx store.Tx, now time.Time, id string, sig *Signal, late bool) (*incidents.Incident, error) {
	return t.append(tx, now, id, sig, incidents.Reported{Alarm: sig.Alarm, Late: late})
}

func (t *Intake) append(tx store.Tx, now time.Time, id string, sig *Signal, body incidents.Body) (*incidents.Incident,
	error) {
	return t.Book.Append(tx, now, id, incidents.Event{By: incidents.ByAlarm(sig.Name), Body: body})
}

// clear tells the incident that an alarm is well, and resolves it if nothing in it
// fires any more. last is what the series had said.
func (t *Intake) clear(tx store.Tx, now time.Time, id string, last known.Last, sig *Signal) (Outcome, error) {
	i := head(tx, id)
	if i == nil {
		return Outcome{What: Noted}, nil
	}
	_, fired := i.Firing[sig.Series]
	if !i.Open() && !fired {
		return Outcome{What: Noted, Incident: id}, nil
	}
	overtaken := last.Unknown.After(sig.Changed)
	after, err := t.report(tx, now, id, sig, overtaken && !fired)
	if err != nil || !fired || !after.Open() || !wellWithout(tx, after, sig) {
		return Outcome{What: Reported, Incident: id}, err
	}
	several := len(i.Firing) > 1 || sig.Series != sig.Fingerprint
	reason := wellAgain(several, overtaken)
	if !several && sig.Kind == KindHeartbeat {
		reason = sig.Reason
	}
	reason += sparing(after.Held)
	if slices.Contains(sig.Flags, FlagReconciled) {
		reason += ", found by reconciliation"
	}
	_, err = t.append(tx, now, id, sig, incidents.Resolved{Reason: reason})
	return Outcome{What: Resolved, Incident: id, Spared: after.Held}, err
}

// wellAgain says why an incident is over. If data has been lacking since, it does not
// say that all is well now.
func wellAgain(several, lacksData bool) string {
	switch {
	case several && lacksData:
		return "none of its alarms is in ALARM any more"
	case several:
		return "all of its alarms are OK"
	case lacksData:
		return "the alarm went to OK, and has had insufficient data since"
	}
	return "the alarm is OK"
}

// wellWithout reports whether nothing fires in an incident any more, now that sig is
// OK. Alarms that never report recovery are not waited for if they belong to this one by a composite alarm,
// which tells of all of them; of others nobody would learn.
func wellWithout(tx store.Tx, i *incidents.Incident, sig *Signal) bool {
	parents := append(known.Parents(tx, sig.Fingerprint), sig.Fingerprint)
	near := append(sig.children(), parents...)
	for series := range i.Firing {
		fp := known.FingerprintOf(series)
		related := slices.Contains(near, fp) ||
			slices.ContainsFunc(known.Parents(tx, fp), func(parent string) bool { return slices.Contains(parents, parent) })
		if fp == sig.Fingerprint || !related || !known.Of(tx, fp).NeverRecovers {
			return false
		}
	}
	return true
}

// reportOpen adds what an alarm said to the timeline of the open incident; it changes nothing else.
func (t *Intake) reportOpen(tx store.Tx, now time.Time, id string, sig *Signal) (Outcome, error) {
	if i := head(tx, id); i == nil || !i.Open() {
		return Outcome{What: Noted, Incident: id}, nil
	}
	_, err := t.report(tx, now, id, sig, false)
	return Outcome{What: Reported, Incident: id}, err
}

// late shows a message on the timeline that a newer one has overtaken. If the alarm never had an
// incident, it fired and was well again before we learnt of either: that is kept as a
// change marker.
func (t *Intake) late(tx store.Tx, now time.Time, rec known.Record, sig *Signal, svc Service) (Outcome, error) {
	if head(tx, rec.Incident) != nil {
		_, err := t.report(tx, now, rec.Incident, sig, true)
		return Outcome{What: Late, Incident: rec.Incident}, err
	}
	if sig.State != incidents.AlarmFiring {
		return Outcome{What: Late}, nil
	}
	c := changeOf(sig, svc)
	c.Title = "Fired, and was OK before its message arrived: " + c.Title
	return Outcome{What: Late}, changes.Save(tx, c)
}

// deleted tells an open incident that its alarm is gone.
func (t *Intake) deleted(tx store.Tx, now time.Time, sig *Signal) (Outcome, error) {
	rec := known.Of(tx, sig.Fingerprint)
	i := head(tx, rec.Incident)
	if i == nil || !i.Open() || standingOf(&rec, sig, t.Topics) == foreign {
		return Outcome{What: Changed}, nil
	}
	rec.NeverRecovers = true
	_, err := t.Book.Append(tx, now, i.ID, incidents.Event{By: incidents.Oncalm(), Body: incidents.Noted{
		Text: "The alarm " + rec.Name + " was deleted. It will not report again; resolve the incident by hand.",
	}})
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{What: Changed, Incident: i.ID}, rec.Save(tx, sig.Fingerprint)
}
