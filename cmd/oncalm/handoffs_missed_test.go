package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/rotations"
)

// heads are the first lines of what was told.
func heads(told string) (all []string) {
	for line := range strings.Lines(told) {
		if !strings.HasPrefix(line, " ") {
			head, _, _ := strings.Cut(strings.TrimSpace(line), "<!date")
			all = append(all, strings.TrimSpace(head))
		}
	}
	return all
}

func (w *world) hears(want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, heads(w.allTold())); diff != "" {
		w.t.Errorf("at %s: told (-want +got):\n%s", clock(), diff)
	}
}

// TestHandoffsMissed holds that what came of the handoffs that nobody was there for is told once, and no more.
func TestHandoffsMissed(t *testing.T) {
	shop{shift: "1d", keys: "remind: 0s", begin: "2000-01-03T09:00"}.play(t, func(w *world) {
		w.Wait(time.Minute)
		w.stop() // ana is on call; bo and cy come and go
		time.Sleep(75 * time.Hour)
		w.start() // ana again
		w.Wait(time.Minute)
		w.hears()
		w.stop()
		time.Sleep(47 * time.Hour) // bo, then cy
		w.start()
		w.Wait(time.Minute)
		w.hears(
			"Sat 01-08 11:02 to ana: Your shift for shop is over: cy took over.",
			"Sat 01-08 11:02 to cy: You are on call for shop now.",
			"Sat 01-08 11:02 to channel: shop: cy is on call, after ana, until",
		)
		w.Restart()
		w.Restart()
		w.Wait(time.Minute)
		w.hears()
		if all := w.handed(); len(all) != 1 || all[0].At.UTC().Format(time.RFC3339) != "2000-01-08T08:00:00Z" {
			t.Errorf("on record: %+v", all)
		}
	})
}

// TestHandoffsWhileSlackIsAway holds that who is told later is told what is true then.
func TestHandoffsWhileSlackIsAway(t *testing.T) {
	shop{shift: "1h", keys: "remind: 0s", begin: "2000-01-03T08:30"}.play(t, func(w *world) {
		w.Wait(time.Minute)
		w.slack.Faults.DownFor(2 * time.Hour) // bo comes and goes, cy takes over
		w.Wait(2*time.Hour + 5*time.Minute)
		told := heads(w.allTold())
		want := []string{
			"to ana: Your shift for shop is over: cy took over.",
			"to bo: Your shift for shop is over: cy took over.",
			"to cy: You are on call for shop now.",
			"to channel: shop: cy is on call, after bo, until",
		}
		for n, line := range told {
			_, told[n], _ = strings.Cut(line[len("Mon 01-03 "):], " ")
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

// TestHandoffsOfOverrides holds that borders follow what people change: one that no longer is one is passed in silence, a
// new one is told of.
func TestHandoffsOfOverrides(t *testing.T) {
	shop{shift: "1d", keys: "remind: 0s", begin: "2000-01-03T20:00"}.play(t, func(w *world) {
		w.Wait(time.Minute)
		at := func(hours int) time.Time { return time.Date(2000, 1, 3, 20+hours, 0, 0, 0, time.UTC) }
		w.override("1", rotations.Override{Person: "ana", For: "bo", From: at(8), To: at(16)}) // over the border at 08:00
		w.until("2000-01-04T11:00")
		w.hears()
		w.until("2000-01-04T12:01")
		w.hears(
			"Tue 01-04 12:00 to ana: Your shift for shop is over: bo took over.",
			"Tue 01-04 12:00 to bo: You are on call for shop now.",
			"Tue 01-04 12:00 to channel: shop: bo is on call, after ana, until",
		)
		w.override("2", rotations.Override{Person: "cy", From: time.Now(), To: time.Now().Add(2 * time.Hour)})
		w.Wait(time.Minute + time.Second)
		w.hears(
			"Tue 01-04 12:02 to bo: Your shift for shop is over: cy took over.",
			"Tue 01-04 12:02 to cy: You are on call for shop now.",
			"Tue 01-04 12:02 to channel: shop: cy is on call, after bo, until",
		)
	})
}

// TestHandoffsOfConfiguration holds that another configuration hands over as well, and that a schedule may be silent.
func TestHandoffsOfConfiguration(t *testing.T) {
	shop{keys: "remind: 0s", begin: "2000-01-04T08:00"}.play(t, func(w *world) {
		w.Wait(time.Minute)
		w.configure("[ana, bo, cy]", "[bo, cy]")
		w.hears(
			"Tue 01-04 08:01 to ana: Your shift for shop is over: bo took over.",
			"Tue 01-04 08:01 to bo: You are on call for shop now.",
			"Tue 01-04 08:01 to channel: shop: bo is on call, after ana, until",
		)
		w.configure("remind: 0s", "handoff: none")
		w.configure("[bo, cy]", "[cy, bo]")
		w.hears()
		if n := len(w.handed()); n != 2 {
			t.Errorf("%d handoffs on record, want 2", n)
		}
	})
}

// configure starts the program again with another configuration.
func (w *world) configure(old, replacement string) {
	w.t.Helper()
	if w.reload {
		w.Reload(old, replacement)
		w.Wait(5 * time.Second)
		return
	}
	w.stop()
	slack, hands := w.slack, w.hands
	w.text = strings.ReplaceAll(w.text, old, replacement)
	w.build()
	w.slack, w.hands = slack, hands
	w.start()
	w.Wait(5 * time.Second)
}

// TestHandoffsWithABadSlack holds that nobody is told twice of what Slack only said had failed.
func TestHandoffsWithABadSlack(t *testing.T) {
	for name, kind := range map[string]faults.Kind{
		"lost": faults.StoredButTimedOut(), "reset": faults.Reset(), "429": faults.RateLimited("20"),
	} {
		t.Run(name, func(t *testing.T) {
			shop{shift: "1d", keys: "remind: 0s", begin: "2000-01-04T07:30"}.play(t, func(w *world) {
				w.Wait(time.Minute)
				w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", Times: 3, Kind: kind})
				w.until("2000-01-04T08:05")
				if n := len(heads(w.allTold())); n != 3 {
					t.Errorf("%d notices, want 3", n)
				}
			})
		})
	}
}

// TestTwoWakesTellOnce holds that a border is told of once, however often it is looked at.
func TestTwoWakesTellOnce(t *testing.T) {
	shop{shift: "1d", keys: "remind: 0s", begin: "2000-01-04T07:30"}.play(t, func(w *world) {
		w.Wait(time.Minute)
		time.Sleep(time.Until(time.Date(2000, 1, 4, 8, 0, 0, 0, time.UTC)))
		for range 3 {
			go func() {
				if err := w.app.now().desk.Look(t.Context(), time.Now()); err != nil {
					t.Error(err)
				}
			}()
		}
		synctest.Wait()
		w.Wait(10 * time.Second)
		if n := len(heads(w.allTold())); n != 3 {
			t.Errorf("%d notices, want 3", n)
		}
	})
}

func TestReminders(t *testing.T) {
	tests := map[string]struct {
		shop
		until string
	}{
		"one day before": {shop{begin: "2000-01-09T07:00", keys: "remind: [24h, 1h]"}, "2000-01-10T07:30"},
		"silent hours":   {shop{begin: "2000-01-09T07:30", quiet: workspace.Quiet{From: "20:00", To: "10:00"}}, "2000-01-09T08:30"},
		"deactivated":    {shop{begin: "2000-01-09T07:30", deactivated: true}, "2000-01-09T08:30"},
		"snoozed": {shop{begin: "2000-01-10T06:30", keys: "remind: 1h",
			quiet: workspace.Quiet{Snoozed: time.Date(2000, 1, 10, 9, 0, 0, 0, time.UTC)}}, "2000-01-10T07:30"},
		"no phone": {shop{begin: "2000-01-09T07:30", before: func(w *world) {
			p := w.cfg.People["ana"]
			p.Phone = "+4915112345678"
			w.cfg.People = map[string]config.Person{"ana": p, "bo": w.cfg.People["bo"], "cy": w.cfg.People["cy"]}
		}}, "2000-01-09T08:30"},
		"Slack does not tell": {shop{begin: "2000-01-09T07:30", before: func(w *world) {
			w.slack.Faults.Fail(faults.Fault{Method: "users.info", Kind: faults.Error("missing_scope")})
		}}, "2000-01-09T08:30"},
		"on call before": {shop{begin: "2000-01-09T07:30", before: func(w *world) {
			w.cfg.Schedules["shop"].Layers[0].People[1] = []string{"bo", "ana"}
		}}, "2000-01-09T08:30"},
		"missed, then late": {shop{begin: "2000-01-10T03:00", keys: "remind: [24h, 3h, 1h]"}, "2000-01-10T06:30"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.play(t, func(w *world) {
				w.until(tt.until)
				goldenText(t, "remind-"+strings.ReplaceAll(name, " ", "-")+".txt", w.allTold())
			})
		})
	}
}

// TestHandoffsTogether holds that schedules that hand over at the same time are one message in the channel.
func TestHandoffsTogether(t *testing.T) {
	keys := `remind: 0s
  search:
    zone: Europe/Berlin
    remind: 0s
    layers: [{name: primary, people: [cy, ana], start: 2000-01-03T09:00, shift: 1d}]
  silent:
    zone: Europe/Berlin
    remind: 0s
    handoff: none
    layers: [{name: primary, people: [bo, cy], start: 2000-01-03T09:00, shift: 1d}]`
	shop{shift: "1d", keys: keys, begin: "2000-01-04T07:50"}.play(t, func(w *world) {
		w.Wait(time.Minute)
		w.Alarm("checkout-5xx")
		w.until("2000-01-04T08:01")
		goldenText(t, "together.txt", w.allTold())
		w.Restart()
		w.Wait(time.Minute)
		w.hears()
	})
}

// TestShadowsAreTold holds that who shadows a layer is told of its handoffs, and nothing else.
func TestShadowsAreTold(t *testing.T) {
	shop{shift: "1d, shadow: [cy]", keys: "remind: 24h", begin: "2000-01-03T09:00", before: func(w *world) {
		l := &w.cfg.Schedules["shop"].Layers[0]
		l.People = rotations.Turns("ana", "bo")
	}}.play(t, func(w *world) {
		w.until("2000-01-04T08:01")
		goldenText(t, "shadow.txt", w.told("cy"))
		w.Alarm("checkout-5xx")
		w.Paged("bo", "checkout-5xx")
		w.Quiet()
	})
}
