package alarms

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

const (
	alarmOK      = incidents.AlarmOK
	alarmUnknown = incidents.AlarmUnknown
	alarmFiring  = incidents.AlarmFiring
)

func (r *rig) want(out Outcome, what string) {
	r.t.Helper()
	if out.What != what {
		r.t.Errorf("the outcome is %q, want %q", out.What, what)
	}
}

func TestAlarmOpensAndResolves(t *testing.T) {
	r := newRig(t)
	r.want(r.alarm(aws.Example{Name: "checkout-5xx", Description: "d"}), Opened)
	i := r.incident()
	if i.Status != incidents.StatusTriggered || i.Service != "checkout" || i.Severity != "sev2" || i.Title != "checkout-5xx" ||
		i.Runbook != "https://wiki.example.com/checkout" || i.Alarm == nil || i.Alarm.Description != "d" || i.Alarm.Metric == nil ||
		i.OpenedBy != incidents.ByAlarm("checkout-5xx") || len(i.Firing) != 1 {
		t.Errorf("opened as %+v with %+v", i, i.Alarm)
	}
	r.want(r.at(10).alarm(aws.Example{Name: "checkout-5xx", State: alarmOK}), Resolved)
	i = r.incident()
	if i.Status != incidents.StatusResolved || !i.Resolved.Equal(minute(10)) || i.ResolvedBy.Kind != incidents.KindAlarm ||
		len(i.Firing) != 0 {
		t.Errorf("resolved as %+v", i)
	}
	if got, want := r.timeline("1"), "opened, reported OK, resolved"; got != want {
		t.Errorf("timeline: %s", got)
	}
}

func TestSameMessageTwice(t *testing.T) {
	r := newRig(t)
	v := r.verified(sns.Post{Message: r.message(aws.Example{})})
	r.want(r.take(v), Opened)
	out := r.take(v)
	r.want(out, Seen)
	if out.Incident != "1" {
		t.Errorf("the repeat belongs to %q", out.Incident)
	}
	// The same word in another message.
	r.want(r.take(r.verified(sns.Post{Message: v.Message})), Repeated)
	if got := r.timeline("1"); got != "opened" {
		t.Errorf("timeline: %s", got)
	}
}

func TestAlarmWhileOpen(t *testing.T) {
	r := newRig(t)
	r.alarm(aws.Example{})
	r.want(r.at(1).alarm(aws.Example{Previous: alarmUnknown}), Reported)
	r.want(r.at(2).alarm(aws.Example{State: alarmUnknown}), Reported)
	if i := r.incident(); !i.Open() || len(i.Firing) != 1 {
		t.Errorf("INSUFFICIENT_DATA resolved it: %+v", i)
	}
	r.want(r.at(3).alarm(aws.Example{State: alarmOK, Previous: alarmUnknown}), Resolved)
}

// TestOrder: what an alarm said before does not count, whenever it comes.
func TestOrder(t *testing.T) {
	r := newRig(t)
	r.at(5).alarm(aws.Example{})
	r.want(r.at(6).alarm(aws.Example{State: alarmOK, At: minute(4)}), Late)
	if i := r.incident(); !i.Open() {
		t.Error("a late OK closed a newer ALARM")
	}
	r.want(r.at(7).alarm(aws.Example{State: alarmOK, At: minute(7)}), Resolved)
	r.want(r.at(8).alarm(aws.Example{At: minute(6)}), Late)
	if i := r.incident(); i.Open() {
		t.Error("a late ALARM triggered it again")
	}
	if got, want := r.timeline("1"), "opened, reported OK late, reported OK, resolved, reported ALARM late"; got != want {
		t.Errorf("timeline: %s", got)
	}
}

// TestEqualTimes: of two words for the same time, the worse one counts.
func TestEqualTimes(t *testing.T) {
	for _, first := range []incidents.AlarmState{alarmFiring, alarmOK, alarmUnknown} {
		r := newRig(t)
		r.alarm(aws.Example{At: minute(-1), Previous: alarmOK})
		for _, state := range []incidents.AlarmState{first, alarmOK, alarmUnknown, alarmFiring} {
			r.alarm(aws.Example{State: state, At: minute(0)})
		}
		all := r.all()
		if last := all[len(all)-1]; !last.Open() || len(all) != 1 {
			t.Errorf("%s first: %d incidents, the last is %s: %s", first, len(all), last.Status, r.timeline("1"))
		}
	}
}

func TestUnknownOK(t *testing.T) {
	r := newRig(t)
	r.want(r.alarm(aws.Example{State: alarmOK, At: minute(0)}), Noted)
	r.want(r.at(1).alarm(aws.Example{State: alarmUnknown}), Noted)
	if len(r.all()) != 0 {
		t.Error("OK opened an incident")
	}
	// It had fired before, and we learn of it only now: nobody is woken, nothing is lost.
	r.want(r.at(2).alarm(aws.Example{At: minute(-1)}), Late)
	if len(r.all()) != 0 || len(r.changes()) != 1 || !strings.Contains(r.changes()[0].Title, "checkout-5xx") {
		t.Errorf("%d incidents, changes %+v", len(r.all()), r.changes())
	}
}

func TestFiresAgain(t *testing.T) {
	tests := []struct {
		name       string
		again, now float64 // the alarm's time, and that of the message
		want       string
	}{
		{"soon", 20, 20, Reopened},
		{"15 minutes later", 25, 25, Reopened},
		{"later", 25.1, 25.1, Opened},
		{"soon, and told late", 20, 60, Reopened},
		{"soon, and told too late", 20, 110, Opened},
	}
	for _, tt := range tests {
		r := newRig(t)
		r.alarm(aws.Example{})
		r.at(10).alarm(aws.Example{State: alarmOK})
		out := r.at(tt.now).alarm(aws.Example{At: minute(tt.again)})
		r.want(out, tt.want)
		if tt.want == Reopened {
			if i := r.incident(); i.Status != incidents.StatusTriggered || i.Run != 1 || len(i.Firing) != 1 {
				t.Errorf("%s: %+v", tt.name, i)
			}
			r.want(r.at(tt.now+1).alarm(aws.Example{State: alarmOK}), Resolved)
		} else if len(r.all()) != 2 {
			t.Errorf("%s: %d incidents", tt.name, len(r.all()))
		}
	}
}

// TestResolvedByHand: a person resolves while the alarm still fires.
func TestResolvedByHand(t *testing.T) {
	r := newRig(t)
	r.alarm(aws.Example{})
	if _, err := r.intake.Book.Record(t.Context(), "1", incidents.Person("ana"), incidents.Resolved{}); err != nil {
		t.Fatal(err)
	}
	r.want(r.at(5).alarm(aws.Example{State: alarmOK}), Reported) // the postmortem wants to know
	r.want(r.at(6).alarm(aws.Example{State: alarmUnknown}), Noted)
	r.want(r.at(7).alarm(aws.Example{State: alarmOK}), Noted)
	if got, want := r.timeline("1"), "opened, resolved, reported OK"; got != want {
		t.Errorf("timeline: %s", got)
	}
	if i := r.incident(); i.ResolvedBy != incidents.Person("ana") || len(i.Firing) != 0 {
		t.Errorf("%+v", i)
	}
}

// TestTriggeredByHand: somebody wants it open although no alarm fires. That another OK
// comes does not change that.
func TestTriggeredByHand(t *testing.T) {
	r := newRig(t)
	r.alarm(aws.Example{})
	r.at(1).alarm(aws.Example{State: alarmOK})
	if _, err := r.intake.Book.Record(t.Context(), "1", incidents.Person("ana"), incidents.Reopened{}); err != nil {
		t.Fatal(err)
	}
	r.want(r.at(2).alarm(aws.Example{State: alarmOK}), Reported)
	if i := r.incident(); !i.Open() {
		t.Errorf("it was resolved: %s", r.timeline("1"))
	}
}

// contributors are four messages: two series of one alarm that fire and recover.
func contributors(r *rig) []sns.Verified {
	message := func(minutes float64, id, team string, state incidents.AlarmState) sns.Verified {
		return *r.at(minutes).verified(sns.Post{Message: r.message(aws.Example{
			Name: "load", State: state, Contributor: id, Attributes: map[string]string{"Team": team},
		})})
	}
	all := []sns.Verified{
		message(0, "a29eb44b20c4362e", "a", alarmFiring), message(4, "2868f7dcc58a8caf", "b", alarmFiring),
		message(8, "a29eb44b20c4362e", "a", alarmOK), message(12, "2868f7dcc58a8caf", "b", alarmOK),
	}
	return all
}

func TestContributors(t *testing.T) {
	r := newRig(t)
	for n, v := range contributors(r) {
		out := r.take(&v)
		want := []string{Opened, Reported, Reported, Resolved}[n]
		r.want(out, want)
		if i := r.incident(); i.Open() != (n < 3) {
			t.Errorf("after message %d it is %s", n+1, i.Status)
		}
	}
	if got, want := r.timeline("1"), "opened, reported ALARM, reported OK, reported OK, resolved"; got != want {
		t.Errorf("timeline: %s", got)
	}
}

// TestContributorsInAnyOrder: however the four come, in the end nothing fires, nothing
// is open, and there was one incident at most.
func TestContributorsInAnyOrder(t *testing.T) {
	orders := permutations([]int{0, 1, 2, 3})
	if len(orders) != 24 {
		t.Fatalf("%d orders", len(orders))
	}
	for _, order := range orders {
		r := newRig(t)
		all := contributors(r)
		for _, n := range order {
			all[n].Received = minute(13)
			r.take(&all[n])
		}
		found := r.all()
		if len(found) > 1 {
			t.Errorf("%v: %d incidents", order, len(found))
		}
		for _, i := range found {
			if i.Open() || len(i.Firing) > 0 {
				t.Errorf("%v: it is %s, %v fire: %s", order, i.Status, i.Firing, r.timeline(i.ID))
			}
		}
		if len(found) == 0 && len(r.changes()) == 0 {
			t.Errorf("%v: nothing tells that anything happened", order)
		}
	}
}

func permutations(of []int) [][]int {
	if len(of) == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for i, first := range of {
		for _, rest := range permutations(slices.Concat(of[:i], of[i+1:])) {
			all = append(all, append([]int{first}, rest...))
		}
	}
	return all
}

// TestRecordedContributors takes the real messages, in order.
func TestRecordedContributors(t *testing.T) {
	files := shared(t, "alarms")
	r := newRig(t)
	for n, name := range []string{"1-a-alarm", "2-b-alarm-parent-unchanged", "3-a-ok-parent-still-alarm", "4-b-ok-parent-ok"} {
		subject, message := messageIn(files["alarms/2026-contributor-"+name+".sns.json"])
		if message == "" {
			t.Fatalf("no file %s", name)
		}
		r.take(r.verified(sns.Post{Message: message, Subject: subject}))
		if i := r.incident(); i.Open() != (n < 3) {
			t.Errorf("after %s it is %s", name, i.Status)
		}
	}
}

func TestComposite(t *testing.T) {
	child := aws.Example{Name: "child"}
	composite := func(r *rig, state incidents.AlarmState) aws.Example {
		return aws.Example{Name: "all", State: state, Rule: `ALARM("child") OR ALARM(other)`, Children: []string{r.topic.AlarmARN("child")}}
	}
	t.Run("child first", func(t *testing.T) {
		r := newRig(t)
		r.want(r.alarm(child), Opened)
		r.want(r.at(1).alarm(composite(r, alarmFiring)), Joined)
		r.want(r.at(2).alarm(aws.Example{Name: "child", State: alarmOK}), Reported)
		r.want(r.at(3).alarm(composite(r, alarmOK)), Resolved)
		r.incident()
	})
	t.Run("child later", func(t *testing.T) {
		r := newRig(t)
		r.want(r.alarm(composite(r, alarmFiring)), Opened)
		r.want(r.at(1).alarm(aws.Example{Name: "other"}), Joined) // named by the rule alone
		r.want(r.at(2).alarm(child), Joined)
		r.want(r.at(3).alarm(composite(r, alarmOK)), Reported)
		r.want(r.at(4).alarm(aws.Example{Name: "other", State: alarmOK}), Reported)
		r.want(r.at(5).alarm(aws.Example{Name: "child", State: alarmOK}), Resolved)
		r.incident()
	})
	t.Run("child never recovers", func(t *testing.T) {
		r := newRig(t)
		r.alarm(aws.Example{Name: "child", NeverRecovers: true})
		r.at(1).alarm(composite(r, alarmFiring))
		r.want(r.at(2).alarm(composite(r, alarmOK)), Resolved)
	})
	t.Run("unrelated", func(t *testing.T) {
		r := newRig(t)
		r.alarm(aws.Example{Name: "elsewhere"})
		r.want(r.alarm(composite(r, alarmFiring)), Opened)
	})
	t.Run("fires again", func(t *testing.T) {
		r := newRig(t)
		r.alarm(child)
		r.at(1).alarm(composite(r, alarmFiring))
		r.at(2).alarm(composite(r, alarmOK))
		r.at(2).alarm(aws.Example{Name: "child", State: alarmOK})
		r.want(r.at(3).alarm(composite(r, alarmFiring)), Reopened)
		r.want(r.at(4).alarm(child), Reported)
		r.incident()
	})
}

func TestNeverRecovers(t *testing.T) {
	r := newRig(t)
	r.alarm(aws.Example{NeverRecovers: true})
	if i := r.incident(); !i.Alarm.NeverRecovers {
		t.Error("it is not marked")
	}
	// If it says OK all the same, it is believed.
	r.want(r.at(1).alarm(aws.Example{NeverRecovers: true, State: alarmOK}), Resolved)
}

func TestTexts(t *testing.T) {
	r := newRig(t)
	r.want(r.take(r.verified(sns.Post{Subject: "Disk full", Message: "host a"})), Opened)
	i := r.incident()
	if i.Title != "Disk full" || i.Service != "platform" || i.Severity != "sev3" || i.Alarm.Description != "host a" {
		t.Errorf("%+v", i)
	}
	r.want(r.at(1).take(r.verified(sns.Post{Subject: "Disk full", Message: "host a"})), Reported) // the same again
	r.want(r.take(r.verified(sns.Post{Subject: "Disk full", Message: "host b"})), Opened)         // something else
	r.want(r.text(`{"AlarmName":"checkout-x"}`), Opened)
	if last := r.all()[2]; last.Service != "checkout" || !slices.Contains(last.Alarm.Flags, FlagUnparsed) {
		t.Errorf("%+v", last)
	}
}

func TestEvents(t *testing.T) {
	r := newRig(t)
	messages := ownMessages(t)
	r.want(r.text(messages["approval.json"]), Changed)
	r.want(r.at(1).text(messages["eventbridge-task-stopped.json"]), Opened)
	if i := r.incident(); i.Severity != "sev3" || i.Service != "platform" {
		t.Errorf("%+v", i)
	}
	want := []string{"Approval wanted: p/s/a"}
	var got []string
	for _, c := range r.changes() {
		got = append(got, c.Title)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
	// One rule for EventBridge and one action for SNS tell of the same alarm: once.
	r = newRig(t).at(1)
	r.want(r.text(messages["metric.json"]), Opened)
	r.want(r.text(messages["eventbridge-alarm.json"]), Repeated)
	// A parent's event and its contributors share an incident.
	r = newRig(t).at(1)
	r.want(r.text(messages["eventbridge-contributor.json"]), Opened)
	r.want(r.text(messages["contributor.json"]), Repeated)
}

func TestHealth(t *testing.T) {
	r := newRig(t)
	closed := ownMessages(t)["eventbridge-health-closed.json"]
	open := strings.NewReplacer(`"closed"`, `"open"`, "14:01:00Z", "14:00:00Z").Replace(closed)
	r.want(r.text(open), Opened)
	r.want(r.text(closed), Resolved)
}

func TestDeletedAlarm(t *testing.T) {
	r := newRig(t)
	deleted := func(name string) string {
		return `{"version":"0","id":"1","detail-type":"CloudWatch Alarm Configuration Change","source":"aws.cloudwatch","account":"123456789012",` +
			`"time":"2026-11-02T14:01:00Z","region":"eu-central-1","resources":["` + r.topic.AlarmARN(name) + `"],"detail":{"alarmName":"` + name + `","operation":"delete"}}`
	}
	r.want(r.text(deleted("checkout-5xx")), Changed)
	r.alarm(aws.Example{Name: "checkout-5xx"})
	out := r.at(1).take(r.verified(sns.Post{Message: deleted("checkout-5xx")}))
	if out.What != Changed || out.Incident != "1" || r.timeline("1") != "opened, noted" {
		t.Errorf("%+v, timeline %s", out, r.timeline("1"))
	}
}

// TestContributorsByNumber: contributors are told apart also if their ids are no texts.
func TestContributorsByNumber(t *testing.T) {
	r := newRig(t)
	say := func(minutes float64, id, state string) Outcome {
		return r.at(minutes).text(`{"AlarmName":"a","AlarmContributorId":` + id + `,"NewStateValue":"` + state +
			`","StateChangeTime":"` + r.now.Format(aws.StateChangeTime) + `","Trigger":{}}`)
	}
	r.want(say(0, "1", "ALARM"), Opened)
	r.want(say(1, "2", "ALARM"), Reported)
	r.want(say(2, "1", "OK"), Reported)
	r.want(say(3, "2", "OK"), Resolved)
}

// TestNumbersThatAreNone: a text in the place of a number must not keep an alarm out.
func TestNumbersThatAreNone(t *testing.T) {
	for _, threshold := range []string{"NaN", "Inf", "-Infinity", "1e999", "x"} {
		r := newRig(t)
		r.want(r.text(strings.Replace(r.message(aws.Example{}), `"Threshold":10`, `"Threshold":"`+threshold+`"`, 1)), Opened)
		if i := r.incident(); i.Alarm.Metric.Threshold != nil {
			t.Errorf("%s is the threshold %v", threshold, *i.Alarm.Metric.Threshold)
		}
	}
}

// TestDamagedRecords: what cannot be read must not keep an alarm from paging.
func TestDamagedRecords(t *testing.T) {
	r := newRig(t)
	r.alarm(aws.Example{})
	for key := range r.store.data {
		if strings.HasPrefix(key, "alarm/") || strings.HasSuffix(key, "/head") {
			r.store.data[key] = []byte("{")
		}
	}
	r.want(r.at(1).alarm(aws.Example{}), Opened)
}

func TestStoreFails(t *testing.T) {
	r := newRig(t)
	v := r.verified(sns.Post{Message: r.message(aws.Example{})})
	r.store.fail = []error{store.ErrFull}
	if _, err := r.intake.Take(t.Context(), v); err == nil {
		t.Fatal("a failed commit was taken for a good one")
	}
	r.want(r.take(v), Opened)
	r.want(r.take(v), Seen)
	r.incident()
}

func TestSweep(t *testing.T) {
	r := newRig(t)
	r.at(0).text(ownMessages(t)["approval.json"])
	r.at(0).alarm(aws.Example{Name: "old"})
	r.at(1).alarm(aws.Example{Name: "old", State: alarmOK})
	r.at(0).alarm(aws.Example{Name: "open"})
	r.at(8 * 24 * 60).text(strings.Replace(ownMessages(t)["approval.json"], `"s"`, `"other"`, 1))
	for _, tt := range []struct {
		days float64
		want int
	}{{7.9, 0}, {8.1, 1}, {31, 2}, {31, 0}} {
		markers, err := changes.Sweep(t.Context(), r.store, minute(tt.days*24*60))
		got, other := known.Sweep(t.Context(), r.store, minute(tt.days*24*60))
		if got += markers; err != nil || other != nil || got != tt.want {
			t.Errorf("after %v days %d keys were deleted (%v), want %d", tt.days, got, err, tt.want)
		}
	}
	r.want(r.at(32*24*60).alarm(aws.Example{Name: "open", State: alarmOK}), Resolved)
}
