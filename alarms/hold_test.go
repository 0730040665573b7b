package alarms

import (
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// heldRig has a service whose pages are held for two minutes, and one whose alarms flap with more than four changes in an hour.
func heldRig(t *testing.T) *rig {
	r := quietRig(t)
	r.intake.Services.All[0].Hold = 2 * time.Minute
	r.intake.Services.All[1].Flap = known.Flap{Changes: 4, Within: time.Hour}
	return r
}

// held checks why an incident waits, and until which minute; without a reason it does not.
func (r *rig) held(why incidents.HeldFor, until float64) {
	r.t.Helper()
	h := r.incident().Held
	switch {
	case why == "" && h != nil:
		r.t.Errorf("it is held until %v: %s", h.Until, h.Why)
	case why != "" && (h == nil || h.Why != why || !h.Until.Equal(minute(until))):
		r.t.Errorf("it is held as %+v, want %s until %v", h, why, minute(until))
	}
}

// delivers says that somebody got a page about the first incident.
func (r *rig) delivers() {
	r.t.Helper()
	err := r.store.Update(r.t.Context(), func(tx store.Tx) error {
		for _, body := range []incidents.Body{
			incidents.Paged{Key: "1/page/0.0/ana", Person: "ana", Via: "slack"},
			incidents.Delivered{Key: "1/page/0.0/ana", Person: "ana", Via: "slack"},
		} {
			if _, err := r.intake.Book.Append(tx, r.now, "1", incidents.Event{By: incidents.Oncalm(), Body: body}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func TestHeldAndJoined(t *testing.T) {
	above := func(r *rig, name string) aws.Example {
		return aws.Example{Name: name, Rule: `ALARM("x") OR ALARM("y") OR ALARM("z")`, Children: []string{
			r.topic.AlarmARN("checkout-x"), r.topic.AlarmARN("batch-x"), r.topic.AlarmARN("disk"), r.topic.AlarmARN("cpu")}}
	}
	t.Run("by one that is held as well", func(t *testing.T) {
		r := heldRig(t)
		r.alarm(above(r, "checkout-all"))
		r.held(incidents.HeldToLast, 2)
		r.at(1).alarm(aws.Example{Name: "checkout-x"})
		r.held(incidents.HeldToLast, 2)
		r.at(2)
	})
	t.Run("by one that is not", func(t *testing.T) {
		r := heldRig(t)
		r.alarm(above(r, "checkout-all"))
		r.at(1).alarm(aws.Example{Name: "disk"}) // sev3, and it would page by itself
		r.held("", 0)
		r.stands(false, "sev2", "checkout", "checkout-all")
	})
	t.Run("by a quiet one", func(t *testing.T) {
		r := heldRig(t)
		r.alarm(above(r, "checkout-all"))
		r.at(1).alarm(aws.Example{Name: "batch-x"})
		r.held(incidents.HeldToLast, 2)
	})
	t.Run("by a worse one, which is held by itself", func(t *testing.T) {
		r := heldRig(t)
		r.intake.Services.All[1].Hold = 5 * time.Minute
		r.alarm(above(r, "all"))
		r.held(incidents.HeldToLast, 5)
		r.at(1).alarm(aws.Example{Name: "checkout-x"})
		r.held("", 0)
		r.stands(false, "sev2", "checkout", "checkout-x")
	})
	t.Run("it was quiet", func(t *testing.T) {
		r := heldRig(t)
		r.alarm(above(r, "batch-all"))
		r.held("", 0)
		r.at(1).alarm(aws.Example{Name: "checkout-x"})
		r.held(incidents.HeldToLast, 3)
		r.stands(false, "sev2", "checkout", "checkout-x")
	})
	t.Run("it is acknowledged", func(t *testing.T) {
		r := heldRig(t)
		r.alarm(above(r, "checkout-all"))
		r.does(incidents.Acknowledged{})
		r.held("", 0)
		r.at(1).alarm(aws.Example{Name: "disk"})
		if i := r.incident(); i.Status != incidents.StatusAcknowledged {
			t.Errorf("it is %s", i.Status)
		}
	})
}

// TestFlaps lets an alarm change each minute: a change more than it may, and it is held, once somebody knows.
func TestFlaps(t *testing.T) {
	turn := func(r *rig, n int) {
		r.at(float64(n)).alarm(aws.Example{Name: "disk", State: []incidents.AlarmState{alarmFiring, alarmOK}[n%2]})
	}
	t.Run("somebody knows", func(t *testing.T) {
		r := heldRig(t)
		turn(r, 0)
		r.delivers()
		for n := 1; n < 5; n++ {
			turn(r, n)
		}
		r.held(incidents.HeldFlapping, 4+60)
		if h := r.incident().Held; h.Changes != 5 || !h.Since.Equal(minute(0)) {
			t.Errorf("%+v", h)
		}
		r.intake.Services.All[1].Severity = "sev1" // it becomes worse
		turn(r, 5)
		turn(r, 6)
		r.held("", 0)
		r.stands(false, "sev1", "platform", "disk")
		turn(r, 7)
		turn(r, 8)
		r.held("", 0) // nobody has learnt that it is worse
		r.delivers()
		turn(r, 9)
		turn(r, 10)
		r.held(incidents.HeldFlapping, 10+60)
	})
	t.Run("nobody knows", func(t *testing.T) {
		r := heldRig(t)
		for n := range 15 {
			turn(r, n)
			r.held("", 0)
		}
	})
	t.Run("somebody knew of it long ago", func(t *testing.T) {
		r := heldRig(t)
		turn(r, 0)
		r.delivers()
		r.at(1).alarm(aws.Example{Name: "disk", State: alarmOK})
		for n := 100; n < 105; n++ {
			turn(r, n)
		}
		for _, i := range r.all() {
			if i.Held != nil {
				t.Errorf("incident %s is held, and nobody knows that its alarm is there again", i.ID)
			}
		}
	})
}
