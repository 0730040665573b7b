package alarms

import (
	"cmp"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/groups"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/members"
	"github.com/oncalm/oncalm/store"
)

// group is what a signal is grouped by. What only a foreign topic says is by itself, and so is what we say of our subscriptions.
func (t *Intake) group(tx store.Tx, now time.Time, sig *Signal, svc Service) groups.Group {
	g := groups.Group{Service: svc.Name, For: svc.Group}
	quiet, by := t.hushed(tx, now, sig, svc)
	if by != nil {
		g.Silence, quiet = by.ID, by.Quiet
	}
	g.Quiet = quiet != ""
	if sig.apart || sig.Kind == KindSubscription {
		g.For = 0
	}
	for _, by := range svc.GroupBy {
		g.By = append(g.By, sig.common(by))
	}
	return g
}

// common is what alarms of a group have in common, by its name in the configuration.
func (s *Signal) common(by string) string {
	what, name, _ := strings.Cut(by, ":")
	switch what {
	case "account":
		return s.Account
	case "region":
		return s.Region
	case "topic":
		return aws.ShortName(s.Topic)
	case "tag":
		return s.Tags[name]
	case "dimension":
		return s.dimension(name)
	}
	return ""
}

// dimension is what a dimension of the metric, or an attribute of the contributor, is.
func (s *Signal) dimension(name string) string {
	if s.Metric != nil {
		for _, d := range s.Metric.Dimensions {
			if d.Name == name {
				return d.Value
			}
		}
	}
	return s.Contributor[name]
}

// fired is when an alarm began to fire, for whether it did so with others: SNS may bring the word late.
func (s *Signal) fired(now time.Time) time.Time {
	if s.Changed.Before(now) {
		return s.Changed
	}
	return now
}

// join tells an open incident that an alarm fires. One that was no part of it before is anew. A quiet incident pages from then on if the
// alarm would have paged by itself: that somebody knows of a small trouble does not hide a large one. For the same reason an incident
// pages once more if the alarm is worse than it is. A run that is held is held no longer than the alarm by itself would be; one that a
// person has snoozed stays so.
func (t *Intake) join(tx store.Tx, now time.Time, i *incidents.Incident, rec *known.Record, sig *Signal, svc Service,
	anew bool) (Outcome, error) {
	to, g := asOpened(sig, svc), t.group(tx, now, sig, svc)
	var raised *incidents.Raised
	var hold *incidents.Held
	switch own := held(now, rec.Unrest, svc); {
	case g.Hushed():
	case i.Quiet:
		raised, hold = &to, own
	case members.Worse(to.Severity, i.Severity):
		rec.Unrest.Worsen()
	case i.Held != nil && i.Status == incidents.StatusTriggered && !i.Snoozed():
		hold = sooner(now, i.Held, own)
	}
	what, body := Reported, incidents.Body(incidents.Reported{Alarm: sig.Alarm, Raised: raised, Held: hold})
	if anew {
		what, body = Joined, incidents.Joined{Alarm: sig.Alarm, Severity: to.Severity, Raised: raised, Held: hold}
	}
	after, err := t.append(tx, now, i.ID, sig, body)
	if err != nil {
		return Outcome{}, err
	}
	out := Outcome{What: what, Incident: i.ID, Why: why(after.Silence, after.Held)}
	switch {
	case raised != nil:
		g.Lead(tx, now, i.ID)
	case g.Silence != "" && !g.Quiet:
		_, by := t.hushed(tx, now, sig, svc)
		err = hush(tx, now, t.Book, i, by)
	case !g.Hushed() && !i.Quiet:
		err = t.worsen(tx, now, i, sig, to, i.Seq+1)
	}
	return out, err
}

// hush keeps in mind, of an incident that is quiet, that an alarm is part of it by now which is silenced only: it pages when the silence
// is over.
func hush(tx store.Tx, now time.Time, book *incidents.Book, i *incidents.Incident, by *incidents.Silence) error {
	said := cmp.Or(i.Silence, by)
	if !i.Quiet || said == nil || i.Silence != nil && i.Silence.Quiet == "" {
		return nil
	}
	loud := *said
	loud.Quiet = ""
	_, err := book.Append(tx, now, i.ID, incidents.Event{By: incidents.Oncalm(), Body: incidents.Silenced{Silence: loud}})
	return err
}

// worsen makes an incident what a worse alarm in it would have opened; event is that of the alarm.
func (t *Intake) worsen(tx store.Tx, now time.Time, i *incidents.Incident, sig *Signal, to incidents.Raised,
	event int) error {
	if !members.Worse(to.Severity, i.Severity) {
		return nil
	}
	_, err := t.append(tx, now, i.ID, sig, incidents.Worsened{
		Raised: to, Alarm: incidents.AlarmRef{Series: sig.Series, Event: event}, Again: true})
	return err
}
