package heartbeats

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/alarms/judge"
	"github.com/oncalm/oncalm/alarms/messages"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// hourly is one that takes less of the machine's time.
func hourly() Heartbeat {
	h := backup()
	h.Every, h.Grace = time.Hour, 10*time.Minute
	return h
}

// TestMissing is the story of a backup: it beats, it is missing, and it is heard again. Bubbles begin at midnight of 2000-01-01.
func TestMissing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.start(backup())
		defer func() { r.stop() }()
		r.wait(2 * time.Hour)
		r.beat("nightly-backup")
		r.wait(25*time.Hour - time.Second)
		r.expect("a second before the grace is over")
		r.wait(2 * time.Second)
		r.expect("after it", "No beat of nightly-backup since 2000-01-01 02:00 UTC, expected by 03:00 UTC")
		i := r.all()[0]
		if i.Service != "batch" || i.Severity != "sev2" || i.Quiet {
			t.Errorf("the incident is %+v", i)
		}
		r.wait(30 * time.Hour)
		if n := len(r.all()); n != 1 {
			t.Errorf("%d incidents of one that is missing", n)
		}
		r.beat("nightly-backup")
		r.expect("when it beats again")
		if i := r.all()[0]; i.ResolvedBy.Kind != incidents.KindAlarm {
			t.Errorf("it was resolved by %+v", i.ResolvedBy)
		}
		r.timeline("1", "a beat of nightly-backup came")
		r.wait(25*time.Hour + time.Second)
		if n := len(r.open()); n != 1 {
			t.Errorf("%d are open when it is missing a second time", n)
		}
	})
}

// timeline holds that a text stands on the timeline of an incident.
func (r *rig) timeline(id, text string) {
	r.t.Helper()
	_ = r.store.View(r.t.Context(), func(tx store.Tx) error {
		events, err := incidents.Timeline(tx, id)
		all, _ := json.Marshal(events)
		if err != nil || !strings.Contains(string(all), text) {
			r.t.Errorf("the timeline of %s has no %q: %s, %v", id, text, all, err)
		}
		return err
	})
}

// TestOneThatNeverBeat: its first deadline counts from when it was configured, also over a restart.
func TestOneThatNeverBeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.start(backup())
		r.wait(20 * time.Hour)
		r.stop()
		r.start(backup())
		defer func() { r.stop() }()
		r.wait(5*time.Hour - time.Second)
		r.expect("a second before")
		r.wait(2 * time.Second)
		r.expect("after", "No beat of nightly-backup since it was configured at 2000-01-01 00:00 UTC, expected by 01:00 UTC")
	})
}

// TestChanged: another time counts from when it was configured, and one that was removed leaves nothing open.
func TestChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.start(backup())
		r.beat("nightly-backup")
		r.wait(20 * time.Hour)
		r.stop()
		other := hourly()
		other.Severity = "sev1"
		r.start(other)
		r.wait(69 * time.Minute)
		r.expect("within the new time")
		r.wait(2 * time.Minute)
		r.expect("after the new time", "No beat of nightly-backup since 00:00 UTC, expected by 21:10 UTC")
		if i := r.all()[0]; i.Severity != "sev1" {
			t.Errorf("it is %s", i.Severity)
		}
		r.stop()
		other = backup()
		other.Name = "other"
		r.start(other)
		defer func() { r.stop() }()
		r.expect("after it was removed")
		r.timeline("1", "is not in the configuration any more")
		r.wait(30 * time.Hour)
		if got := r.open(); len(got) != 1 || !strings.Contains(got[0], "No beat of other") {
			t.Errorf("open are %q", got)
		}
		_ = r.store.View(t.Context(), func(tx store.Tx) error {
			if tx.Get(keyOf("nightly-backup")) != nil {
				t.Error("what was removed is still known")
			}
			return nil
		})
	})
}

// TestAway: what was expected while Oncalm was away has one grace after the start, and no second one.
func TestAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := []Heartbeat{backup()}
		for _, name := range []string{"b", "c", "d"} {
			h := backup()
			h.Name = name
			all = append(all, h)
		}
		r := newRig(t)
		r.start(all...)
		r.stop()
		r.wait(30 * time.Hour) // their deadlines were 25 h after the beginning
		r.start(all...)
		r.wait(59 * time.Minute)
		r.expect("within one grace after the start")
		r.beat("b")
		r.stop()
		r.wait(10 * time.Minute)
		r.start(all...)
		defer func() { r.stop() }()
		r.wait(time.Second)
		if n := len(r.open()); n != 3 {
			t.Errorf("%d of the three that did not beat are missing after a second start", n)
		}
		r.timeline("1", "Oncalm itself was away")
	})
}

// TestAwayBeforeTheDeadline: the beat may have found nobody also if the program was up again before the grace was over.
func TestAwayBeforeTheDeadline(t *testing.T) {
	for away, want := range map[string]time.Duration{
		"when the beat was expected": 24*time.Hour + 50*time.Minute + time.Hour,
		"before":                     25 * time.Hour,
	} {
		t.Run(away, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.start(backup())
				r.wait(20 * time.Hour)
				r.stop()
				if want > 25*time.Hour {
					r.wait(4*time.Hour + 50*time.Minute)
				}
				r.start(backup())
				defer func() { r.stop() }()
				r.wait(want - time.Since(r.begun) - time.Second)
				r.expect("before " + want.String())
				r.wait(2 * time.Second)
				if n := len(r.open()); n != 1 {
					t.Errorf("%d are missing after %s", n, want)
				}
			})
		})
	}
}

// TestAsleep: of what was expected while the machine slept nobody knows whether it found anybody.
func TestAsleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.start(backup())
		defer func() { r.stop() }()
		r.wait(time.Hour)
		r.slept.Store(int64(30 * time.Hour))
		r.wait(59 * time.Minute)
		r.expect("within one grace after it woke up")
		r.wait(2 * time.Minute)
		if n := len(r.open()); n != 1 {
			t.Errorf("%d are missing after the grace", n)
		}
	})
}

// TestClockIsSet: no setting of the clock makes a beat missing, or keeps one from being missed, or from resolving what it should.
func TestClockIsSet(t *testing.T) {
	for _, by := range []time.Duration{48 * time.Hour, -48 * time.Hour, 24 * 3650 * time.Hour} {
		t.Run(by.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.start(backup())
				defer func() { r.stop() }()
				r.wait(10 * time.Hour)
				r.beat("nightly-backup")
				r.wait(time.Hour)
				r.ahead.Store(int64(by))
				r.wait(24*time.Hour - time.Second)
				r.expect("before 25 hours")
				r.wait(5 * time.Second)
				if n := len(r.open()); n != 1 {
					t.Fatalf("%d are missing after 25 hours", n)
				}
				r.ahead.Store(int64(-by))
				r.wait(time.Minute)
				r.beat("nightly-backup")
				r.expect("when it beats again")
			})
		})
	}
}

// TestWallSetBackWhileDown: nobody knows how long the machine was down; what is missing is missed all the same, after a whole time.
func TestWallSetBackWhileDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.start(backup())
		r.beat("nightly-backup")
		r.wait(time.Hour)
		r.stop()
		r.ahead.Store(-int64(24 * 365 * time.Hour))
		r.clock.Boot = "second"
		r.start(backup())
		defer func() { r.stop() }()
		r.wait(52 * time.Hour)
		if n := len(r.open()); n != 1 {
			t.Errorf("%d are missing", n)
		}
	})
}

// TestMessages: news over SNS that is not bad beats what has its key or its name.
func TestMessages(t *testing.T) {
	const watchdog = `{"status":"%s","groupKey":"x","alerts":[{"status":"%s","labels":{"alertname":"Watchdog","severity":"none"}}]}`
	rules := []messages.Rule{
		{Subject: "*backup*done*", Treat: judge.Marker, Key: "nightly-backup"},
		{JSON: []messages.Condition{{Path: "$.state", Pattern: "FAILED"}}, Treat: judge.Page, Key: "{$.job}"},
		{JSON: []messages.Condition{{Path: "$.state", Pattern: "SUCCEEDED"}}, Treat: judge.Resolve, Key: "{$.job}"},
	}
	for name, tt := range map[string]struct {
		heartbeat, subject, text string
		beats                    bool
		open                     int // besides
	}{
		"a Watchdog":              {"Watchdog", "[FIRING:1] Watchdog", strings.ReplaceAll(watchdog, "%s", "firing"), true, 0},
		"a Watchdog of others":    {"nightly-backup", "[FIRING:1] Watchdog", strings.ReplaceAll(watchdog, "%s", "firing"), false, 0},
		"by a rule":               {"nightly-backup", "The backup is done", "42 GiB", true, 0},
		"what succeeded":          {"nightly-backup", "", `{"job":"nightly-backup","state":"SUCCEEDED"}`, true, 0},
		"what failed":             {"nightly-backup", "", `{"job":"nightly-backup","state":"FAILED"}`, false, 1},
		"what is about another":   {"nightly-backup", "", `{"job":"nightly-backups","state":"SUCCEEDED"}`, false, 0},
		"an alarm of that name":   {"nightly-backup", "", cloudWatch("nightly-backup", "ALARM"), false, 1},
		"the OK of such an alarm": {"nightly-backup", "", cloudWatch("nightly-backup", "OK"), false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.rules = rules
				h := hourly()
				h.Name = tt.heartbeat
				r.start(h)
				defer func() { r.stop() }()
				r.wait(30 * time.Minute)
				r.say(tt.subject, tt.text)
				if n := len(r.open()); n != tt.open {
					t.Errorf("the message opened %d incidents: %q", n, r.open())
				}
				r.wait(41 * time.Minute)
				if missing := len(r.open()) > tt.open; missing == tt.beats {
					t.Errorf("missing 71 min after the beginning: %v", missing)
				}
			})
		})
	}
}

// TestRecoveryThatBeats: what resolves an incident does so also if it is a beat.
func TestRecoveryThatBeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.rules = []messages.Rule{
			{JSON: []messages.Condition{{Path: "$.state", Pattern: "FAILED"}}, Treat: judge.Page, Key: "{$.job}"},
			{JSON: []messages.Condition{{Path: "$.state", Pattern: "SUCCEEDED"}}, Treat: judge.Resolve, Key: "{$.job}"},
		}
		r.start(backup())
		defer func() { r.stop() }()
		r.say("", `{"job":"nightly-backup","state":"FAILED"}`)
		r.wait(26 * time.Hour)
		if n := len(r.open()); n != 2 {
			t.Fatalf("open are %q", r.open())
		}
		r.say("", `{"job":"nightly-backup","state":"SUCCEEDED"}`)
		r.expect("after it has succeeded")
	})
}

func cloudWatch(name, state string) string {
	return `{"AlarmName":"` + name + `","AlarmArn":"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:` + name +
		`","NewStateValue":"` + state + `","OldStateValue":"OK","NewStateReason":"x","StateChangeTime":"2000-01-01T09:59:00.000+0000",` +
		`"AWSAccountId":"123456789012","Region":"EU (Frankfurt)"}`
}

// counting is a store that counts changes.
type counting struct {
	store.Store
	updates int
}

func (c *counting) Update(ctx context.Context, fn func(store.Tx) error) error {
	c.updates++
	return c.Store.Update(ctx, fn)
}

// TestWrites: a program without heartbeats writes nothing for them, one that was planned writes nothing at its next start, and who
// beats without end does not fill the disk.
func TestWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		plan := func(all ...Heartbeat) int {
			c := &counting{Store: r.store}
			d := &Desk{Heartbeats: all, Store: c, Heed: nil, Clock: r.clock}
			if err := d.Plan(t.Context()); err != nil {
				t.Fatal(err)
			}
			return c.updates
		}
		if n := plan(); n != 0 {
			t.Errorf("%d changes without heartbeats", n)
		}
		if n := plan(backup()); n != 1 {
			t.Errorf("%d changes for a new one", n)
		}
		if n := plan(backup()); n != 0 {
			t.Errorf("%d changes for one that is planned", n)
		}
		c := &counting{Store: r.store}
		d := &Desk{Heartbeats: []Heartbeat{backup()}, Store: c, Clock: r.clock}
		for range 1000 {
			if err := d.keep(t.Context(), "nightly-backup"); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
		if c.updates < 4 || c.updates > 6 {
			t.Errorf("%d changes for 1,000 beats in a second", c.updates)
		}
	})
}

// TestCrash: whenever the process dies around a deadline and a beat, there is one incident afterwards, and the beat resolves it.
func TestCrash(t *testing.T) {
	for commits := range 6 {
		for _, heard := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				safe := r.store
				mortal := storetest.NewMortal(safe, -1, heard, func() {})
				r.store = mortal
				r.start(hourly())
				r.wait(70*time.Minute - time.Minute)
				mortal.Die(commits)
				r.wait(2 * time.Minute)
				_ = r.desk.keep(t.Context(), "nightly-backup")
				died := mortal.Died()
				r.stop()
				r.store = safe
				r.start(hourly())
				defer func() { r.stop() }()
				r.wait(30 * time.Minute)
				if n := len(r.all()); n > 1 {
					t.Errorf("killed at commit %d (%v): %d incidents", commits, heard, n)
				}
				if commits == 0 && !died {
					t.Error("it was not killed")
				}
				r.beat("nightly-backup")
				r.expect("after a beat")
				r.wait(70*time.Minute + time.Minute)
				if n := len(r.open()); n != 1 {
					t.Errorf("killed at commit %d (%v): %d are open when it is missing", commits, heard, n)
				}
			})
		}
	}
}

// TestKeys: what cannot be read is found, and is no heartbeat that is never missed.
func TestKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.start(backup())
		r.stop()
		_ = r.store.Update(t.Context(), func(tx store.Tx) error {
			tx.Put(keyOf("nightly-backup"), []byte("{"))
			in := store.Inspect(tx, time.Now())
			for _, check := range Keys() {
				check.Look(in)
			}
			if len(in.Findings) != 1 || in.Findings[0].Repair == nil {
				t.Errorf("found %+v", in.Findings)
			}
			return nil
		})
		r.start(backup())
		defer func() { r.stop() }()
		r.wait(26 * time.Hour)
		if n := len(r.open()); n != 1 {
			t.Errorf("%d are missing", n)
		}
	})
}
