package alarms

import (
	"testing"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
)

// quietRig has a service whose incidents are quiet.
func quietRig(t *testing.T) *rig {
	r := newRig(t)
	r.intake.Quiet = []string{"sev4"}
	r.intake.Services.All = append(r.intake.Services.All, Service{Name: "batch", Severity: "sev4", Matches: []Match{{Alarm: "batch-*"}}})
	return r
}

// stands checks how bad an incident is, and whose.
func (r *rig) stands(quiet bool, severity, service, title string) {
	r.t.Helper()
	i := r.incident()
	if i.Quiet != quiet || i.Severity != severity || i.Service != service || i.Title != title {
		r.t.Errorf("quiet: %v, %s, %s, %q; want quiet: %v, %s, %s, %q", i.Quiet, i.Severity, i.Service, i.Title, quiet, severity, service, title)
	}
}

// does records what a person does to the first incident.
func (r *rig) does(body incidents.Body) {
	r.t.Helper()
	if _, err := r.intake.Book.Record(r.t.Context(), "1", incidents.Person("ana"), body); err != nil {
		r.t.Fatal(err)
	}
}

// TestQuietAndWorse: an incident is quiet as long as all of its alarms are.
func TestQuietAndWorse(t *testing.T) {
	above := func(r *rig, state incidents.AlarmState) aws.Example {
		return aws.Example{Name: "batch-all", State: state, Rule: `ALARM("checkout-x") OR ALARM("batch-x")`,
			Children: []string{r.topic.AlarmARN("checkout-x"), r.topic.AlarmARN("batch-x")}}
	}
	t.Run("another quiet one joins", func(t *testing.T) {
		r := quietRig(t)
		r.want(r.alarm(above(r, alarmFiring)), Opened)
		r.want(r.at(1).alarm(aws.Example{Name: "batch-x"}), Joined)
		r.stands(true, "sev4", "batch", "batch-all")
	})
	t.Run("a worse one joins", func(t *testing.T) {
		r := quietRig(t)
		r.want(r.alarm(above(r, alarmFiring)), Opened)
		r.does(incidents.Acknowledged{})
		r.want(r.at(1).alarm(aws.Example{Name: "checkout-x", Reason: "worse"}), Joined)
		r.stands(false, "sev2", "checkout", "checkout-x")
		if i := r.incident(); i.Status != incidents.StatusTriggered || i.Alarm.Reason != "worse" {
			t.Errorf("%s, and its alarm says %q", i.Status, i.Alarm.Reason)
		}
	})
	t.Run("a quiet one joins a worse one", func(t *testing.T) {
		r := quietRig(t)
		r.want(r.alarm(aws.Example{Name: "checkout-x"}), Opened)
		r.want(r.at(1).alarm(above(r, alarmFiring)), Joined)
		r.does(incidents.Acknowledged{})
		r.want(r.at(2).alarm(aws.Example{Name: "batch-x"}), Joined)
		r.stands(false, "sev2", "checkout", "checkout-x")
		if i := r.incident(); i.Status != incidents.StatusAcknowledged {
			t.Errorf("%s: the acknowledgement was about what is worse", i.Status)
		}
	})
	t.Run("a worse one triggers it again", func(t *testing.T) {
		r := quietRig(t)
		r.alarm(aws.Example{Name: "batch-x"})
		r.want(r.at(1).alarm(aws.Example{Name: "batch-x", State: alarmOK}), Resolved)
		r.intake.Services.All[2].Severity = "sev1"
		r.want(r.at(2).alarm(aws.Example{Name: "batch-x"}), Reopened)
		r.stands(false, "sev1", "batch", "batch-x")
	})
	t.Run("a quiet one triggers what was worse again", func(t *testing.T) {
		r := quietRig(t)
		r.alarm(above(r, alarmFiring))
		r.at(1).alarm(aws.Example{Name: "checkout-x"})
		r.at(2).alarm(aws.Example{Name: "checkout-x", State: alarmOK})
		r.want(r.at(3).alarm(above(r, alarmOK)), Resolved)
		r.want(r.at(4).alarm(above(r, alarmFiring)), Reopened)
		r.stands(false, "sev2", "checkout", "checkout-x")
	})
	t.Run("it was escalated the last time", func(t *testing.T) {
		r := quietRig(t)
		r.alarm(aws.Example{Name: "batch-x"})
		r.does(incidents.Escalated{})
		r.stands(false, "sev4", "batch", "batch-x")
		r.at(1).alarm(aws.Example{Name: "batch-x", State: alarmOK})
		r.want(r.at(2).alarm(aws.Example{Name: "batch-x"}), Reopened)
		r.stands(true, "sev4", "batch", "batch-x")
	})
}

// TestQuietBySignal: what a message amounts to can be quiet, whatever its service's severity is.
func TestQuietBySignal(t *testing.T) {
	r := quietRig(t)
	v := r.verified(sns.Post{Message: r.message(aws.Example{Name: "checkout-x"})})
	take := func(quiet string) {
		t.Helper()
		judged := r.intake.judge(v)[0]
		sig, svc := *judged.Signal, judged.service
		sig.Quiet, sig.Changed = quiet, r.now
		err := r.store.Update(t.Context(), func(tx store.Tx) error {
			_, err := r.intake.apply(tx, r.now, &sig, svc)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	take("a finding of low severity is quiet")
	r.stands(true, "sev2", "checkout", "checkout-x")
	r.at(1)
	take("")
	r.stands(false, "sev2", "checkout", "checkout-x")
}

// TestSilenced: what becomes of a message that is silenced says by whom, and a worse one that is not silenced pages.
func TestSilenced(t *testing.T) {
	r := newRig(t)
	r.intake.Silences = &silences.Book{Incidents: r.intake.Book}
	err := r.store.Update(t.Context(), func(tx store.Tx) error {
		_, err := r.intake.Silences.Make(tx, r.now, silences.Silence{
			ID: "a", By: "ana", Why: "we deploy", Covers: []silences.Cover{{Match: Match{Alarm: "batch-*"}}},
			From: r.now, To: minute(60),
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	above := aws.Example{Name: "batch-all", Rule: `ALARM("checkout-x") OR ALARM("batch-x")`,
		Children: []string{r.topic.AlarmARN("checkout-x"), r.topic.AlarmARN("batch-x")}}
	const why = "silenced by ana until 2026-11-02T15:02:00Z: we deploy"
	for n, x := range []aws.Example{above, {Name: "batch-x"}} {
		if out := r.at(float64(n + 1)).alarm(x); out.Why != why {
			t.Errorf("%s: %+v", x.Name, out)
		}
	}
	if i := r.incident(); !i.Quiet || i.Silence == nil {
		t.Errorf("it is not silenced: %+v", i)
	}
	if out := r.at(3).alarm(aws.Example{Name: "checkout-x"}); out.Why != "" {
		t.Errorf("nobody is paged for what is not silenced: %+v", out)
	}
	r.stands(false, "sev2", "checkout", "checkout-x")
	if i := r.incident(); i.Silence != nil {
		t.Errorf("it is silenced still: %+v", i.Silence)
	}
}
