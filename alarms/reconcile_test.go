package alarms

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/reconcile"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// truth is how the alarms of CloudWatch stand.
type truth struct {
	alarms []reconcile.Alarm
	muted  []string
	err    error
	asked  int // by name
}

func (c *truth) Firing(context.Context, string) (all []reconcile.Alarm, err error) {
	for _, a := range c.alarms {
		if a.State == incidents.AlarmFiring {
			all = append(all, a)
		}
	}
	return all, c.err
}

func (c *truth) Named(_ context.Context, _ string, names []string) (all []reconcile.Alarm, err error) {
	c.asked += len(names)
	for _, a := range c.alarms {
		if slices.Contains(names, a.Name) {
			all = append(all, a)
		}
	}
	return all, c.err
}

func (c *truth) Muted(_ context.Context, _, name string) (bool, error) {
	return slices.Contains(c.muted, name), c.err
}

// is sets how an alarm stands since some minutes after the beginning.
func (c *truth) is(r *rig, name string, state incidents.AlarmState, since float64, change ...func(*reconcile.Alarm)) {
	arn := r.topic.AlarmARN(name)
	a := reconcile.Alarm{ARN: arn, Name: name, State: state, Changed: minute(since), Acts: []string{testARN},
		Recovers: []string{testARN},
		Text: map[string]any{"AlarmName": name, "AlarmArn": arn, "NewStateValue": string(state), "NewStateReason": "12 > 5.",
			"StateChangeTime": minute(since).Format("2006-01-02T15:04:05.000-0700"), "OKActions": []string{testARN}}}
	for _, f := range change {
		f(&a)
	}
	c.alarms = append(slices.DeleteFunc(c.alarms, func(b reconcile.Alarm) bool { return b.ARN == arn }), a)
}

// reconcile asks now, and again at once, which must change nothing.
func (r *rig) reconcile(c *truth) error {
	r.t.Helper()
	l := &reconcile.Loop{Store: r.store, API: c, Log: slog.New(slog.DiscardHandler)}
	rules := reconcile.Rules{Topics: r.intake.Topics, Take: r.intake.Take}
	err := l.Once(r.t.Context(), rules, r.now)
	before := jsonOf(r.t, r.all())
	if again := l.Once(r.t.Context(), rules, r.now); fmt.Sprint(again) != fmt.Sprint(err) ||
		jsonOf(r.t, r.all()) != before {
		r.t.Errorf("asking again changed something: %v", again)
	}
	return err
}

func (r *rig) reconciled(c *truth) {
	r.t.Helper()
	if err := r.reconcile(c); err != nil {
		r.t.Fatal(err)
	}
}

// TestLostAlarm holds that an alarm of which no message came opens an incident, with its own time and saying so, that its message changes
// nothing when it comes after all, and which alarms do not open one.
func TestLostAlarm(t *testing.T) {
	r, c := newRig(t), &truth{muted: []string{"checkout-muted"}}
	c.is(r, "checkout-lost", alarmFiring, 0)
	c.is(r, "checkout-muted", alarmFiring, 0)
	c.is(r, "checkout-elsewhere", alarmFiring, 0, func(a *reconcile.Alarm) { a.Acts = []string{testARN + "2"} })
	c.is(r, "checkout-off", alarmFiring, 0, func(a *reconcile.Alarm) { a.Acts = nil })
	c.is(r, "checkout-suppressed", alarmFiring, 0, func(a *reconcile.Alarm) { a.Suppressed = true })
	c.is(r, "checkout-old", alarmFiring, -25*60)
	c.is(r, "checkout-fine", incidents.AlarmOK, 0)
	if r.at(1).reconciled(c); len(r.all()) != 0 {
		t.Fatal("its message may be on its way")
	}
	r.at(3).reconciled(c)
	i := r.incident()
	if i.Service != "checkout" || !i.Alarm.Changed.Equal(minute(0)) || !strings.HasPrefix(i.Alarm.Reason, "Found by reconciliation, no message came. 12 > 5.") ||
		!slices.Contains(i.Alarm.Flags, FlagReconciled) {
		t.Errorf("%+v\n%+v", i, i.Alarm)
	}
	r.want(r.at(4).alarm(aws.Example{Name: "checkout-lost", At: minute(0)}), Repeated)
}

// TestLostRecovery holds that an incident is resolved whose alarm, or the contributors of it, are OK, and which words are no recovery.
func TestLostRecovery(t *testing.T) {
	r, c := newRig(t), &truth{}
	r.want(r.alarm(aws.Example{Name: "checkout-a"}), Opened)
	r.want(r.alarm(aws.Example{Name: "checkout-b", Contributor: "one"}), Opened)
	c.is(r, "checkout-a", alarmFiring, 0)
	c.is(r, "checkout-b", alarmFiring, 0)
	r.at(5).reconciled(c)
	for _, i := range r.all() {
		if !i.Open() {
			t.Error("what fires is over")
		}
	}
	c.is(r, "checkout-a", incidents.AlarmUnknown, 6)
	c.is(r, "checkout-b", incidents.AlarmOK, 6)
	r.at(10).reconciled(c)
	all := r.all()
	if !all[0].Open() || all[1].Open() {
		t.Errorf("%s, %s", all[0].Status, all[1].Status)
	}
	c.is(r, "checkout-a", incidents.AlarmOK, 12)
	if r.at(13).reconciled(c); !r.all()[0].Open() {
		t.Error("its message may be on its way")
	}
	r.at(15).reconciled(c)
	if i := r.all()[0]; i.Open() || !i.Resolved.Equal(minute(12)) && !i.Resolved.Equal(minute(15)) {
		t.Errorf("%+v", i)
	}
	if got := r.reason("1"); !strings.HasSuffix(got, "the alarm is OK, found by reconciliation") {
		t.Errorf("resolved since %q", got)
	}
}

// reason is why an incident was resolved.
func (r *rig) reason(id string) (reason string) {
	r.t.Helper()
	err := r.store.View(r.t.Context(), func(tx store.Tx) error {
		for _, e := range must[[]incidents.Event](r.t)(incidents.Timeline(tx, id)) {
			if b, ok := e.Body.(incidents.Resolved); ok {
				reason = b.Reason
			}
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return reason
}

// TestFiredAgain holds that an alarm is found that was OK and fired again while nothing came, after a person had resolved its incident,
// and that one which never was OK is not.
func TestFiredAgain(t *testing.T) {
	for _, tt := range []struct {
		since float64
		open  int
	}{{0, 0}, {30, 1}} {
		r, c := newRig(t), &truth{}
		r.want(r.alarm(aws.Example{Name: "checkout-a"}), Opened)
		r.at(5).does(incidents.Resolved{})
		c.is(r, "checkout-a", alarmFiring, tt.since)
		r.at(60).reconciled(c)
		open := 0
		for _, i := range r.all() {
			if i.Open() {
				open++
			}
		}
		if open != tt.open {
			t.Errorf("in ALARM since minute %v: %d open, want %d", tt.since, open, tt.open)
		}
	}
}

// TestAfterAnOutage holds that what began to fire while the bot was away for days is found, however old it is.
func TestAfterAnOutage(t *testing.T) {
	r, c := newRig(t), &truth{}
	r.reconciled(c)
	c.is(r, "checkout-a", alarmFiring, 60)
	r.at(4 * 24 * 60).reconciled(c)
	if i := r.incident(); !i.Alarm.Changed.Equal(minute(60)) {
		t.Errorf("%+v", i)
	}
}

// TestLostDeletion holds that it is said of an open incident that its alarm was deleted, once, and only in an account that was asked.
func TestLostDeletion(t *testing.T) {
	r, c := newRig(t), &truth{}
	r.want(r.alarm(aws.Example{Name: "checkout-a"}), Opened)
	r.at(10).reconciled(c)
	if got := r.timeline("1"); got != "opened" {
		t.Errorf("nothing is known of the account: %s", got)
	}
	c.is(r, "another", incidents.AlarmOK, 0)
	c.is(r, "fires", alarmFiring, -25*60)
	r.at(20).reconciled(c)
	r.at(25).reconciled(c)
	if got := r.timeline("1"); got != "opened, noted" {
		t.Errorf("the timeline has %s", got)
	}
}

// TestCloudWatchIsAway holds that nothing is concluded from an error, and that who cannot see the mute rules opens nothing.
func TestCloudWatchIsAway(t *testing.T) {
	r, c := newRig(t), &truth{err: errors.New("AccessDenied")}
	r.want(r.alarm(aws.Example{Name: "checkout-a"}), Opened)
	c.is(r, "checkout-lost", alarmFiring, 0)
	if err := r.at(time.Hour.Minutes()).reconcile(c); err == nil || !strings.Contains(err.Error(), "eu-central-1: AccessDenied") {
		t.Errorf("%v", err)
	}
	if i := r.incident(); !i.Open() {
		t.Errorf("%+v", i)
	}
}
