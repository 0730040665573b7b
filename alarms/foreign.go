package alarms

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// A standing says how a topic stands to an alarm that it speaks of. Everybody whose topic is on the
// list can have SNS sign what he likes about alarms of others, so a topic speaks for those of its own
// account, and otherwise only for those of which it was the first to speak: where one topic carries
// the alarms of many accounts, it is.
type standing int

const (
	speaks    standing = iota // its words count
	successor                 // they count from now on, instead of those of the topic before
	foreign                   // they are not about what others have said
)

// standingOf says how the topic of a signal stands to what it is about.
func standingOf(r *known.Record, sig *Signal, ours sns.Topics) standing {
	if r.Topic == "" || r.Topic == sig.Topic {
		return speaks
	}
	before, now := isOf(r.Topic, sig.Account), isOf(sig.Topic, sig.Account)
	_, listed := ours.Match(r.Topic)
	switch {
	case before && now:
		return speaks
	case now || !listed:
		return successor
	case !before && r.Incident == "" && sig.State == incidents.AlarmFiring:
		return successor // the other has told nothing that anybody had to know
	}
	return foreign
}

// isOf reports whether a topic belongs to an account.
func isOf(topic, account string) bool {
	a, ok := aws.ParseARN(topic)
	return ok && a.Account == account
}

// spokesman is the topic that speaks for an alarm after a word of it that counts.
func spokesman(r *known.Record, sig *Signal) string {
	if r.Topic != "" && isOf(r.Topic, sig.Account) && isOf(sig.Topic, sig.Account) {
		return r.Topic
	}
	return sig.Topic
}

// handOver forgets what the topic said that spoke before: its times may have been made up, so that
// what is true looks late. Only an OK that is late even so does not end what may be true.
func handOver(r *known.Record, sig *Signal, was known.Order) (known.Last, known.Order) {
	r.Topic = sig.Topic
	if was == known.Same {
		return r.Series[sig.Series], known.Same
	}
	r.Series = map[string]known.Last{}
	if was == known.Late && sig.State != incidents.AlarmFiring {
		r.Series[sig.Series] = known.Last{}.With(sig.State, sig.Changed)
		return r.Series[sig.Series], known.Late
	}
	return known.Last{}, known.Newer
}

// kin reports whether what is known of one alarm may be joined with a signal about another: both are
// spoken for by the same topic, or each by its own account. Alarms of different accounts have nothing
// to do with each other, whatever a message says.
func kin(r *known.Record, sig *Signal) bool {
	return r.Topic == "" || r.Topic == sig.Topic || isOf(r.Topic, sig.Account) && isOf(sig.Topic, sig.Account)
}

// Handlers returns the handlers by kind, for the outbox.
func (t *Intake) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{KindForeign: t.confirmForeign}
}

// KindForeign is the kind of the outbox entry that looks whether an ALARM of a foreign topic was true.
const KindForeign = "alarm.foreign"

// confirmedWithin is how long an ALARM of a foreign topic waits for a topic that speaks for the alarm.
const confirmedWithin = 2 * time.Minute

// remarks is how long after a remark on a timeline the next one about the same alarm and topic may come.
const remarks = time.Minute

// beside is a foreign topic's word as one about a thing of its own: what it says of an alarm is kept
// apart from what is known of that.
func (s *Signal) beside() *Signal {
	own := *s
	own.Fingerprint = s.Fingerprint + "@" + known.Fingerprint(s.Topic)[:16]
	own.Series = own.Fingerprint + s.Series[len(s.Fingerprint):]
	own.Children, own.apart = nil, true
	return &own
}

// foreign takes in a word of a topic that does not speak for the alarm. It changes nothing about that.
// An ALARM is not lost all the same, for it may be true: the topic may have taken the place of the one
// before. If nobody who speaks for the alarm says so within some time, it opens an incident of its own,
// which this topic can end.
func (t *Intake) foreign(tx store.Tx, now time.Time, rec *known.Record, sig *Signal, svc Service) (Outcome, error) {
	own := sig.beside()
	apart := known.Of(tx, own.Fingerprint)
	if i := head(tx, apart.Incident); i != nil && i.Open() {
		return t.follow(tx, now, own, svc)
	}
	last := apart.Series[own.Series]
	if order := last.Against(sig.State, sig.Changed); order != known.Newer {
		return Outcome{What: Foreign, Incident: rec.Incident}, nil
	}
	apart.Series[own.Series] = last.With(sig.State, sig.Changed)
	apart.Name, apart.NeverRecovers, apart.Heard, apart.Topic = sig.Name, sig.NeverRecovers, now, sig.Topic
	if i := head(tx, rec.Incident); i != nil && i.Open() && now.Sub(apart.Remarked) >= remarks {
		apart.Remarked = now
		if err := t.remark(tx, now, i.ID, "Topic "+sig.Topic+" says "+string(sig.State)+" about the alarm "+sig.Name+
			". That topic is not authoritative for this alarm: nothing was changed."); err != nil {
			return Outcome{}, err
		}
	}
	if sig.State == incidents.AlarmFiring {
		outbox.In(tx, now).Once(outbox.Entry{
			Key:  store.Key(KindForeign, own.Fingerprint, sig.MessageID),
			Kind: KindForeign, Lane: outbox.Decisions, Due: now.Add(confirmedWithin), Body: outbox.Body(sig),
		})
	}
	return Outcome{What: Foreign, Incident: rec.Incident}, apart.Save(tx, own.Fingerprint)
}

func (t *Intake) remark(tx store.Tx, now time.Time, id, text string) error {
	_, err := t.Book.Append(tx, now, id, incidents.Event{By: incidents.Oncalm(), Body: incidents.Noted{Text: text}})
	return err
}

// confirmForeign opens an incident for an ALARM of a foreign topic, unless it has been told by one that
// speaks for the alarm, or is over.
func (t *Intake) confirmForeign(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var sig Signal
	if err := e.Decode(&sig); err != nil {
		return nil, err
	}
	now, own, svc := t.Book.Clock.Now(), sig.beside(), t.Services.For(&sig)
	return func(tx store.Tx) error {
		rec, apart := known.Of(tx, sig.Fingerprint), known.Of(tx, own.Fingerprint)
		last := apart.Series[own.Series]
		if standingOf(&rec, &sig, t.Topics) != foreign { // it speaks now
			_, err := t.follow(tx, now, &sig, svc)
			return err
		}
		told := rec.Series[sig.Series].Against(sig.State, sig.Changed) != known.Newer
		if told || firesIn(head(tx, rec.Incident), sig.Series) || last.State != incidents.AlarmFiring ||
			!last.Changed.Equal(sig.Changed) {
			return nil
		}
		out, err := t.fire(tx, now, &apart, last, own, svc)
		if err != nil {
			return err
		}
		apart.Incident = out.Incident
		if err := t.remark(tx, now, out.Incident, "Only topic "+sig.Topic+" reported this; "+rec.Topic+
			" is authoritative for that alarm. If it was replaced, remove it from sns.topics."); err != nil {
			return err
		}
		return apart.Save(tx, own.Fingerprint)
	}, nil
}
