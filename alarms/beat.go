package alarms

import (
	"time"

	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// KindHeartbeat is the kind of the signal that a heartbeat is missing, or is heard again: see package heartbeats.
const KindHeartbeat = "heartbeat"

// Heartbeat is what a heartbeat of that name amounts to now. The title is for people.
func Heartbeat(name string, state incidents.AlarmState, at time.Time, title, reason string) Signal {
	s := Signal{Effect: EffectAlarm, Title: title, Fingerprint: known.Fingerprint(KindHeartbeat, name)}
	s.Series = s.Fingerprint
	s.Name, s.Kind, s.State, s.Reason, s.Changed, s.Received = name, KindHeartbeat, state, reason, at.UTC(), at.UTC()
	return s
}

// Heeding acts on a signal of our own, about a service, in the transaction of who found it out. It goes the way of all signals: groups,
// silences, quiet severities and flapping are as for an alarm of CloudWatch. There is no message of it, so there is no fate. The
// incident is empty if none is concerned.
func Heeding(t *Intake) func(tx store.Tx, now time.Time, sig Signal, service string) (incident string, err error) {
	return func(tx store.Tx, now time.Time, sig Signal, service string) (string, error) {
		svc := t.Services.fallback()
		for _, s := range t.Services.All {
			if s.Name == service {
				svc = s
			}
		}
		out, err := t.apply(tx, now, &sig, svc)
		return out.Incident, err
	}
}

// act does what a signal does. News that is not bad, of which the key or the name is that of a heartbeat, is a beat of it: a change is
// nothing else then, and a recovery resolves what it would resolve. What pages is none, so a message that says that a backup has failed
// is not taken for one that says that it was made; and neither are CloudWatch's own alarms, whose OK says nothing of the kind.
func act(t *Intake, tx store.Tx, now time.Time, sig *Signal, svc Service) (Outcome, error) {
	beats, err := beats(t, tx, sig)
	switch {
	case err != nil:
		return Outcome{}, err
	case !beats:
		return t.apply(tx, now, sig, svc)
	case sig.Effect == EffectChange:
		return Outcome{What: Beat}, nil
	}
	out, err := t.apply(tx, now, sig, svc)
	if out.Incident == "" {
		out.What = Beat
	}
	return out, err
}

func beats(t *Intake, tx store.Tx, sig *Signal) (is bool, err error) {
	if t.Beat == nil || sig.Effect != EffectChange && sig.Effect != EffectRecovery {
		return false, nil
	}
	if is, err = t.Beat(tx, sig.Key); is || err != nil || sig.Name == sig.Key {
		return is, err
	}
	return t.Beat(tx, sig.Name)
}
