package watch

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// rig is a program with a watch, in a bubble of time.
type rig struct {
	t      testing.TB
	store  store.Store
	mortal *storetest.Mortal
	topic  *Topic
	watch  *Watch
	lanes  func(outbox.Lane) bool // which lanes are served; nil: all
	stop   func()

	mu    sync.Mutex
	beats []time.Time
	told  []string
	// what goes wrong
	refused, unreached, unwell, unheard error
}

func (r *rig) get(err *error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return *err
}

func (r *rig) set(err *error, to error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	*err = to
}

func newRig(t testing.TB) *rig { return &rig{t: t, store: storetest.Memory(), topic: &Topic{}} }

// faulty is a taker that may refuse.
type faulty struct {
	sns.Taker
	r *rig
}

func (f faulty) Take(ctx context.Context, v *sns.Verified) (bool, error) {
	if err := f.r.get(&f.r.refused); err != nil {
		return false, err
	}
	return f.Taker.Take(ctx, v)
}

// start starts the program.
func (r *rig) start() {
	r.t.Helper()
	var clock *clocks.Clock
	r.mortal = storetest.NewMortal(r.store, -1, false, func() {})
	groups := append(outbox.DefaultGroups(nil), Groups()...)
	if r.lanes != nil {
		var served []outbox.Group
		for _, g := range groups {
			if r.lanes(g.Lanes[0]) {
				served = append(served, g)
			}
		}
		groups = served
	}
	runner := &outbox.Runner{Store: r.mortal, Log: slog.New(slog.DiscardHandler), Groups: groups}
	waking := outbox.Waking(r.mortal, runner)
	intake := &alarms.Intake{Book: &incidents.Book{Store: waking},
		Services: alarms.Services{Default: "shop", All: []alarms.Service{{Name: "shop"}}}}
	r.watch = &Watch{On: true, Store: waking, Topic: r.topic, Lane: outbox.Pages1, Audits: &Audits{}, Clock: clock,
		Started: clock.Moment(), Log: slog.New(slog.DiscardHandler),
		Beats: []Beat{{Name: "url", Send: func(context.Context) error {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.beats = append(r.beats, time.Now())
			return r.unheard
		}}},
		Reach: func(context.Context) error { return r.get(&r.unreached) },
		Checks: []Check{func(context.Context, time.Time) error { return r.get(&r.unwell) },
			Behind(runner.Look, outbox.Decisions)},
		Away: Away{Channel: "C0", Reconciles: true, Owe: func(tx store.Tx, _ time.Time, key, _ string, m blocks.Message) {
			if tx.Get(key) == nil {
				r.mu.Lock()
				defer r.mu.Unlock()
				r.told = append(r.told, m.Notice)
			}
			tx.Put(key, []byte("told"))
		}},
	}
	r.watch.Taker = faulty{alarms.Rehearsal{Intake: intake, Then: r.watch.Taken}, r}
	runner.Handlers = r.watch.Handlers()
	if err := errors.Join(r.watch.Begin(r.t.Context()), r.watch.Plan(r.t.Context())); err != nil {
		r.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var runs sync.WaitGroup
	runs.Go(func() { _ = runner.Run(ctx) })
	r.stop = func() { cancel(); runs.Wait() }
	synctest.Wait()
}

func (r *rig) wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// since are the heartbeats after a time.
func (r *rig) since(t time.Time) (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, b := range r.beats {
		if b.After(t) {
			n++
		}
	}
	return n
}

func (r *rig) state() (s State) {
	r.t.Helper()
	if err := r.store.View(r.t.Context(), func(tx store.Tx) error { s = Look(tx); return nil }); err != nil {
		r.t.Fatal(err)
	}
	return s
}

// TestHeartbeats: one each minute from seconds after the start on, a canary each five, and nothing of a canary is left where people
// look.
func TestHeartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		begun := time.Now()
		r.start()
		defer func() { r.stop() }()
		r.wait(10 * time.Second)
		if n := r.since(begun.Add(-1)); n != 1 {
			t.Errorf("%d heartbeats within 10 s", n)
		}
		if s := r.state(); s.Canary.IsZero() || s.Problem != "" {
			t.Errorf("after 10 s: %+v", s)
		}
		r.wait(time.Hour)
		if n := r.since(begun); n < 59 || n > 62 {
			t.Errorf("%d heartbeats in an hour", n)
		}
		if s := r.state(); time.Since(s.Canary) > CanaryEach || time.Since(s.Heartbeat) > Each {
			t.Errorf("after an hour: %+v, now %s", s, time.Now())
		}
		_ = r.store.View(t.Context(), func(tx store.Tx) error {
			for key := range tx.Range("", "") {
				if !strings.HasPrefix(key, "outbox/") && !strings.HasPrefix(key, "watch/") {
					t.Errorf("there is a key %s", key)
				}
			}
			return nil
		})
	})
}

// TestNoHeartbeat: whatever is dead, no heartbeat is sent two minutes later, until it lives again. The last case is the control.
func TestNoHeartbeat(t *testing.T) {
	broken := errors.New("broken")
	for name, tt := range map[string]struct {
		kill, heal func(*rig)
		why        string // what the state says; empty: it cannot say it
		within     time.Duration
	}{
		"the store":                           {kill: func(r *rig) { r.mortal.Die(0) }},
		"the store, in the middle of a pulse": {kill: func(r *rig) { r.mortal.Die(1) }},
		"a canary is refused": {func(r *rig) { r.set(&r.refused, broken) }, func(r *rig) { r.set(&r.refused, nil) },
			"a canary was refused", CanaryEach},
		"the canary's page": {func(r *rig) { r.set(&r.unreached, broken) }, func(r *rig) { r.set(&r.unreached, nil) },
			"has not arrived", CanaryEach},
		"a check": {func(r *rig) { r.set(&r.unwell, broken) }, func(r *rig) { r.set(&r.unwell, nil) }, "broken", 0},
		"the audit": {func(r *rig) { r.watch.Audits.Note(time.Now(), 0, broken) },
			func(r *rig) { r.watch.Audits.Note(time.Now().Add(time.Hour), 0, nil) }, "could not be audited", 0},
		"the audit has to mend": {func(r *rig) { r.watch.Audits.Note(time.Now(), 1, nil) },
			func(r *rig) { r.watch.Audits.Note(time.Now().Add(time.Hour), 0, nil) }, "that were lost", 0},
		"no audit": {func(r *rig) { r.watch.Audits.Note(time.Now(), 0, nil) },
			func(r *rig) { r.watch.Audits.Note(time.Now().Add(time.Hour), 0, nil) }, "were not audited", auditedWithin},
		"nothing": {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.start()
				defer func() { r.stop() }()
				r.wait(17*time.Minute + 10*time.Second)
				if tt.kill != nil {
					tt.kill(r)
				}
				r.wait(tt.within + 2*time.Minute)
				from := time.Now()
				r.wait(20 * time.Minute)
				switch n := r.since(from); {
				case tt.kill == nil:
					if n < 19 {
						t.Errorf("%d heartbeats in 20 minutes", n)
					}
					return
				case n > 0:
					t.Errorf("%d heartbeats of what is dead", n)
				}
				if tt.heal == nil {
					return
				}
				if s := r.state(); !strings.Contains(s.Problem, tt.why) || time.Since(s.Since) < 19*time.Minute {
					t.Errorf("it says %+v", s)
				}
				tt.heal(r)
				r.wait(CanaryEach + 2*time.Minute)
				if s := r.state(); s.Problem != "" {
					t.Errorf("when it lives again: %+v", s)
				}
			})
		})
	}
}

// TestDeadLanes: a program of which only the pulse is left sends no heartbeat.
func TestDeadLanes(t *testing.T) {
	for _, dead := range []outbox.Lane{outbox.Decisions, outbox.Pages1} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t)
			r.lanes = func(l outbox.Lane) bool { return l != dead }
			r.start()
			defer func() { r.stop() }()
			r.wait(time.Hour)
			if len(r.beats) > 0 {
				t.Errorf("%d heartbeats without the lane %s", len(r.beats), dead)
			}
			if s := r.state(); !strings.Contains(s.Problem, "no canary has arrived since the start") {
				t.Errorf("%+v", s)
			}
		})
	}
}

// TestUnheard: that nobody hears the heartbeat is known.
func TestUnheard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.set(&r.unheard, errors.New("it answered with status 500"))
		r.start()
		defer func() { r.stop() }()
		r.wait(10 * time.Minute)
		if s := r.state(); s.Problem != "the heartbeat to watch.url: it answered with status 500" || !s.Heartbeat.IsZero() {
			t.Errorf("%+v", s)
		}
	})
}

// TestOff: what is off writes nothing, and what is turned off forgets.
func TestOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		off := &Watch{Store: r.store}
		if err := errors.Join(off.Begin(t.Context()), off.Plan(t.Context())); err != nil {
			t.Fatal(err)
		}
		keys := func() (all []string) {
			_ = r.store.View(t.Context(), func(tx store.Tx) error {
				for key := range tx.Range("", "") {
					all = append(all, key)
				}
				return nil
			})
			return all
		}
		if got := keys(); got != nil {
			t.Errorf("written is %q", got)
		}
		r.start()
		r.wait(time.Minute)
		r.stop()
		if err := off.Plan(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, key := range keys() {
			if strings.HasPrefix(key, "watch/") {
				t.Errorf("%s is left", key)
			}
		}
	})
}

// TestAway: of an absence the channel is told once, with what came late and what was found; of a restart it is not told.
func TestAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.start()
		r.wait(10 * time.Minute)
		r.stop()
		r.wait(time.Minute)
		r.start()
		r.wait(10 * time.Minute)
		if r.told != nil {
			t.Errorf("of a restart it is told %q", r.told)
		}
		r.stop()
		gone := time.Now()
		r.wait(12 * time.Minute)
		r.start()
		r.stop() // before its first pulse, or right after it
		r.start()
		defer func() { r.stop() }()
		_ = r.store.Update(t.Context(), func(tx store.Tx) error {
			id := func(at time.Time, name string) string { return at.UTC().Format("20060102T150405.000.") + name }
			for name, f := range map[string]fates.Fate{
				"late":    {ID: id(gone.Add(time.Minute), "a"), Parts: []fates.Part{{Outcome: "opened", Incident: "7"}}},
				"later":   {ID: id(gone.Add(2*time.Minute), "b"), Parts: []fates.Part{{Outcome: "opened", Incident: "7"}}},
				"found":   {ID: id(gone.Add(time.Minute), "reconciled-c"), Parts: []fates.Part{{Outcome: "opened", Incident: "8"}}},
				"in time": {ID: id(time.Now(), "d"), Parts: []fates.Part{{Outcome: "opened", Incident: "9"}}},
			} {
				f.At = time.Now().Add(time.Millisecond)
				if err := fates.Save(tx, f); err != nil {
					t.Error(name, err)
				}
			}
			return nil
		})
		if err := r.watch.Plan(t.Context()); err != nil { // as at a reload
			t.Fatal(err)
		}
		r.wait(10 * time.Minute)
		want := "Oncalm was away for 13 min, from 2000-01-01 00:20 to 00:33 UTC: nobody was paged meanwhile. " +
			"2 messages came late (#7). 1 found by reconciliation (#8)."
		if len(r.told) != 1 || r.told[0] != want {
			t.Errorf("the channel is told\n%q, want\n%q", r.told, want)
		}
	})
}

// TestSaid: what the channel reads in other cases.
func TestSaid(t *testing.T) {
	at := time.Date(2026, 3, 1, 23, 50, 0, 0, time.UTC)
	for want, got := range map[string]string{
		"Oncalm was away for 20 min, from 2026-03-01 23:50 to 2026-03-02 00:10 UTC: nobody was paged meanwhile. " +
			"No message came late. Nothing was found by reconciliation.": absence{at, at.Add(20 * time.Minute)}.say(part{}, part{}, true),
		"Oncalm was away for 3 days, from 2026-03-01 23:50 to 2026-03-04 23:50 UTC: nobody was paged meanwhile. " +
			"1 message came late. CloudWatch is not asked for what never came.": absence{at, at.Add(72 * time.Hour)}.say(part{messages: 1}, part{}, false),
		"Oncalm was away for 5 h 1 min, from 2026-03-01 18:49 to 23:50 UTC: nobody was paged meanwhile. " +
			"12 messages came late (#1, #2, #3, #4, #5, #6, #7, #8, #9, #10 and 2 more). CloudWatch is not asked for what never came.": absence{
			at.Add(-301 * time.Minute), at}.say(part{12, strings.Split("1 2 3 4 5 6 7 8 9 10 11 12", " ")}, part{}, false),
	} {
		if got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
}

// TestTopic: canaries are verified as long as the program runs, and by its own key alone.
func TestTopic(t *testing.T) {
	begun := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	topic := &Topic{}
	at := begun
	clock := &clocks.Clock{Wall: func() time.Time { return at }, Up: func() time.Duration { return at.Sub(begun) }}
	for _, days := range []int{0, 89, 91, 800, -5000} {
		at = begun.AddDate(0, 0, days)
		v, err := topic.post(t.Context(), at, clock)
		if err != nil {
			t.Fatalf("after %d days: %v", days, err)
		}
		other := &Topic{}
		if err := other.open(at); err != nil {
			t.Fatal(err)
		}
		verifier := sns.Verifier{Topics: other.topics, Certificates: other.certs, Clock: clock}
		if _, err := verifier.Verify(t.Context(), at, &v.Envelope); err == nil {
			t.Error("another key verifies a canary")
		}
	}
}
