package heartbeats

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/alarms/messages"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

const testTopic = "arn:aws:sns:eu-central-1:123456789012:alarms"

// backup is the heartbeat of most tests.
func backup() Heartbeat {
	return Heartbeat{Name: "nightly-backup", Every: 24 * time.Hour, Grace: time.Hour, Service: "batch",
		Token: sha256.Sum256([]byte("token-of-the-backup"))}
}

// rig is a program with heartbeats on a store that outlives it, in a bubble of time.
type rig struct {
	t      testing.TB
	store  store.Store
	begun  time.Time
	ahead  atomic.Int64 // of the wall, in nanoseconds
	slept  atomic.Int64 // by the machine, likewise: Go's timers did not run
	rules  []messages.Rule
	clock  *clocks.Clock
	desk   *Desk
	intake *alarms.Intake
	stop   func()
}

func newRig(t testing.TB) *rig {
	r := &rig{t: t, store: storetest.Memory(), begun: time.Now()}
	r.clock = &clocks.Clock{
		Wall: func() time.Time { return time.Now().Add(time.Duration(r.ahead.Load() + r.slept.Load())) },
		Up:   func() time.Duration { return time.Since(r.begun) + time.Duration(r.slept.Load()) },
		Boot: "first",
	}
	return r
}

// start starts the program.
func (r *rig) start(all ...Heartbeat) {
	r.t.Helper()
	runner := &outbox.Runner{Store: r.store, Clock: r.clock, Log: slog.New(slog.DiscardHandler),
		Groups: outbox.DefaultGroups(nil)}
	waking := outbox.Waking(r.store, runner)
	topics, err := sns.ParseTopics([]string{testTopic})
	if err != nil {
		r.t.Fatal(err)
	}
	r.intake = &alarms.Intake{
		Book:   &incidents.Book{Store: waking, Clock: r.clock, Followers: []incidents.Follower{history.Follow}},
		Topics: topics, Rules: r.rules,
		Services: alarms.Services{Default: "other",
			All: []alarms.Service{{Name: "batch", Severity: "sev2"}, {Name: "other", Severity: "sev3"}}}}
	r.desk = &Desk{Heartbeats: all, Store: waking, Heed: alarms.Heeding(r.intake),
		Started: r.clock.Moment(), Clock: r.clock, Log: slog.New(slog.DiscardHandler)}
	r.intake.Beat = r.desk.Beat
	runner.Handlers = r.desk.Handlers()
	if err := r.desk.Plan(r.t.Context()); err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var runs sync.WaitGroup
	runs.Go(func() { _ = runner.Run(ctx) })
	r.stop = func() { cancel(); runs.Wait() }
	synctest.Wait()
}

// wait lets time pass.
func (r *rig) wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// beat beats over HTTP.
func (r *rig) beat(name string) {
	r.t.Helper()
	if err := r.desk.keep(r.t.Context(), name); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
}

// say lets a message come in over SNS.
func (r *rig) say(subject, text string) {
	r.t.Helper()
	v := alarms.Unsigned(text, subject, testTopic, r.clock.Now())
	v.MessageID = "message at " + r.clock.Now().String()
	if _, err := r.intake.Take(r.t.Context(), v); err != nil {
		r.t.Fatal(err)
	}
	synctest.Wait()
}

// all are the incidents, oldest first.
func (r *rig) all() (all []incidents.Incident) {
	r.t.Helper()
	err := r.store.View(r.t.Context(), func(tx store.Tx) (err error) {
		all, err = history.Newest(tx, 100)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

// open says what the open incidents are called.
func (r *rig) open() (titles []string) {
	for _, i := range r.all() {
		if i.Open() {
			titles = append(titles, i.Title)
		}
	}
	return titles
}

// expect holds that these are the titles of the open incidents.
func (r *rig) expect(when string, titles ...string) {
	r.t.Helper()
	got := r.open()
	if len(got) != len(titles) {
		r.t.Fatalf("%s: open are %q, want %q", when, got, titles)
	}
	for n := range got {
		if got[n] != titles[n] {
			r.t.Errorf("%s: %q, want %q", when, got[n], titles[n])
		}
	}
}
