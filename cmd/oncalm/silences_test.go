package main

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/match"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
)

// silence makes a silence for somebody, beginning after some time.
func (w *world) silence(by, pattern string, after, length time.Duration,
	change func(*silences.Silence)) silences.Change {
	w.t.Helper()
	var c silences.Change
	err := w.app.store.Update(w.t.Context(), func(tx store.Tx) (err error) {
		now := w.app.clock.Now()
		s := silences.Silence{
			ID: by + "." + now.UTC().Format(time.TimeOnly), By: by, Why: "we deploy",
			Covers: []silences.Cover{{Match: match.Match{Alarm: pattern}}},
			From:   now.Add(after), To: now.Add(after + length), End: silences.EndPage,
		}
		if change != nil {
			change(&s)
		}
		c, err = w.app.now().silences.Make(tx, now, s)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.Wait(time.Second)
	return c
}

// silenced is why an incident is silenced, in a few words.
func (w *world) silenced(id string) string {
	w.t.Helper()
	i, _ := w.Incident(id)
	if i.Silence == nil {
		return ""
	}
	return i.Silence.Source() + ": " + i.Silence.Why
}

// left is how many silences there are that are not over.
func (w *world) left() (all []silences.Silence) {
	w.t.Helper()
	err := w.app.store.View(w.t.Context(), func(tx store.Tx) error {
		all = silences.All(tx)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// TestSilence: what is silenced has a card that says so, and pages nobody; what still fires at the end pages at once.
func TestSilence(t *testing.T) {
	t.Run("it ends with what still fires", func(t *testing.T) {
		play(t, func(w *world) {
			w.silence("bo", "checkout-*", 0, 2*time.Hour, nil)
			w.Alarm("checkout-5xx")
			w.Alarm("checkout-cpu")
			w.Alarm("orders-age") // is not covered
			w.Press("ana", w.Paged("ana", "orders-age"), "Resolve")
			w.Wait(time.Hour)
			w.Quiet()
			if by := w.silenced("1"); by != "bo: we deploy" {
				t.Errorf("silenced by %q", by)
			}
			w.OK("checkout-cpu")
			w.Status("2", resolved)
			w.Wait(59 * time.Minute)
			w.Quiet()
			w.Wait(time.Minute)
			w.Paged("ana", "checkout-5xx")
			w.Wait(5 * time.Minute)
			w.Paged("bo", "checkout-5xx") // and the run goes on
			w.Press("bo", w.pages("bo")[0], "Acknowledge")
			w.Wait(time.Hour)
			if said := w.said("1"); !strings.Contains(said, "silenced by bo until") || !strings.Contains(said, "Lifted the silence") {
				t.Errorf("the timeline says: %s", said)
			}
			if by := w.silenced("2"); by != "bo: we deploy" {
				t.Errorf("what was resolved meanwhile: silenced by %q", by)
			}
			if all := w.left(); len(all) > 0 {
				t.Errorf("left: %+v", all)
			}
		})
	})
	t.Run("without one it pages", func(t *testing.T) { // the control
		play(t, func(w *world) {
			w.app.now().intake.Silences = nil
			w.silence("bo", "checkout-*", 0, 2*time.Hour, nil)
			w.Alarm("checkout-5xx")
			w.Paged("ana", "checkout-5xx")
		})
	})
	t.Run("of the worst severity", func(t *testing.T) {
		play(t, func(w *world) {
			w.silence("bo", "checkout-*", 0, 2*time.Hour, nil)
			w.Alarm("checkout-5xx")
			w.Wait(time.Hour)
			w.Quiet()
			if i, _ := w.Incident("1"); i.Severity != incidents.Sev1 || !i.Quiet {
				t.Errorf("%s, quiet: %v", i.Severity, i.Quiet)
			}
		})
	})
	t.Run("somebody takes care of it meanwhile", func(t *testing.T) {
		play(t, func(w *world) {
			w.silence("bo", "checkout-*", 0, time.Hour, nil)
			w.Alarm("checkout-5xx")
			w.Says("ana", "/incident", "ack 1")
			w.Wait(59 * time.Minute)
			w.Quiet() // no reminder
			w.Wait(32 * time.Minute)
			w.Paged("ana", "checkout-5xx") // who has it in hand is reminded from then on
			w.Status("1", incidents.StatusAcknowledged)
		})
	})
	t.Run("somebody wants it to be paged", func(t *testing.T) {
		play(t, func(w *world) {
			w.silence("bo", "checkout-*", 0, time.Hour, nil)
			w.Alarm("checkout-5xx")
			w.Says("cy", "/incident", "escalate 1")
			w.Press("ana", w.Paged("ana", "checkout-5xx"), "Acknowledge")
			w.Wait(time.Minute)
			w.OK("checkout-5xx")
			w.Wait(time.Minute)
			w.Alarm("checkout-5xx")
			w.Status("1", triggered)
			w.Wait(30 * time.Minute)
			w.Quiet() // in its next run it is silenced again
		})
	})
	t.Run("a person opens one", func(t *testing.T) {
		play(t, func(w *world) {
			w.silence("bo", "*", 0, time.Hour, nil)
			err := w.app.store.Update(t.Context(), func(tx store.Tx) error {
				_, err := w.app.now().book.Open(tx, w.app.clock.Now(), time.Time{}, incidents.Person("cy"), incidents.Opened{
					Title: "customers cannot pay", Service: "checkout", Severity: incidents.Sev1,
				})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			w.Wait(time.Second)
			w.Paged("ana", "customers cannot pay")
			w.silence("ana", "*", 0, time.Hour, nil)
			w.Wait(5 * time.Minute)
			w.Paged("bo", "customers cannot pay")
		})
	})
	t.Run("begins later", func(t *testing.T) {
		play(t, func(w *world) {
			w.silence("bo", "search-*", time.Hour, time.Hour, nil)
			w.Alarm("search-p99")
			w.Paged("ana", "search-p99")
			w.Wait(5 * time.Minute)
			w.Press("bo", w.Paged("bo", "search-p99"), "Resolve")
			w.Wait(56 * time.Minute)
			w.Alarm("search-p50")
			w.Wait(58 * time.Minute)
			w.Quiet()
			w.Wait(2 * time.Minute)
			w.Paged("ana", "search-p50")
		})
	})
}

// TestSilenceOfWhatIsOpen: a silence that begins when it is made takes hold of what is open, and one that was planned does not.
func TestSilenceOfWhatIsOpen(t *testing.T) {
	t.Run("made now", func(t *testing.T) {
		play(t, func(w *world) {
			w.Alarm("checkout-5xx")
			w.Paged("ana", "checkout-5xx")
			if c := w.silence("bo", "checkout-*", 0, time.Hour, nil); len(c.Incidents) != 1 {
				t.Errorf("it takes hold of %v", c.Incidents)
			}
			w.Wait(58 * time.Minute)
			w.Quiet() // the second step is not taken
			w.Wait(2 * time.Minute)
			w.Paged("ana", "checkout-5xx") // from the first step on
		})
	})
	t.Run("acknowledged before", func(t *testing.T) {
		play(t, func(w *world) {
			w.Alarm("checkout-5xx")
			w.Press("ana", w.Paged("ana", "checkout-5xx"), "Acknowledge")
			w.silence("ana", "checkout-*", 0, time.Hour, nil)
			w.Wait(58 * time.Minute)
			w.Quiet() // no reminder
			w.Wait(33 * time.Minute)
			w.Paged("ana", "checkout-5xx")
		})
	})
	t.Run("a page that waits for Slack", func(t *testing.T) {
		play(t, func(w *world) {
			w.slack.Faults.Down(true)
			w.Alarm("checkout-5xx")
			w.silence("bo", "checkout-*", 0, 3*time.Hour, nil)
			w.slack.Faults.Down(false)
			w.Wait(2 * time.Hour)
			w.Quiet()
			if said := w.said("1"); !strings.Contains(said, "the incident was silenced before it went out") {
				t.Errorf("the timeline says: %s", said)
			}
		})
	})
	t.Run("planned", func(t *testing.T) {
		play(t, func(w *world) {
			w.silence("bo", "checkout-*", 2*time.Minute, time.Hour, nil)
			w.Alarm("checkout-5xx")
			w.Paged("ana", "checkout-5xx")
			w.Wait(5 * time.Minute)
			w.Paged("bo", "checkout-5xx") // it goes on
		})
	})
	t.Run("not all that fires is covered", func(t *testing.T) {
		play(t, func(w *world) {
			w.Alarm("checkout-5xx")
			w.Press("ana", w.Paged("ana", "checkout-5xx"), "Resolve")
			w.Alarm("search-p99")
			w.Paged("ana", "search-p99")
			if c := w.silence("bo", "checkout-*", 0, time.Hour, nil); len(c.Incidents) != 0 {
				t.Errorf("it takes hold of %v", c.Incidents)
			}
			w.Wait(5 * time.Minute)
			w.Paged("bo", "search-p99")
		})
	})
}

// TestSilenceUntilClear: it ends by itself when what it covers is OK, and not before.
func TestSilenceUntilClear(t *testing.T) {
	play(t, func(w *world) {
		w.Alarm("search-p99")
		w.Alarm("search-p50")
		w.Paged("ana", "search-p")
		w.Paged("ana", "search-p")
		w.silence("ana", "search-*", 0, silences.Longest, func(s *silences.Silence) { s.Clear = true })
		w.Wait(3 * time.Hour)
		w.OK("search-p50")
		w.Wait(time.Minute)
		if all := w.left(); len(all) != 1 {
			t.Fatalf("%d silences, while one of two still fires", len(all))
		}
		w.OK("search-p99")
		w.Wait(time.Minute)
		if all := w.left(); len(all) != 0 {
			t.Errorf("left: %+v", all)
		}
		w.Quiet()
		w.Alarm("search-p99")
		w.Paged("ana", "search-p99")
	})
}

// TestSilencesThatOverlap: what one of them leaves another takes over, and pages when that is over, too.
func TestSilencesThatOverlap(t *testing.T) {
	play(t, func(w *world) {
		w.silence("ana", "checkout-*", 0, time.Hour, nil)
		w.silence("bo", "*-5xx", 0, 2*time.Hour, nil)
		w.Alarm("checkout-5xx") // by bo's, which is the longer one
		w.Alarm("checkout-cpu") // by ana's
		w.Wait(30 * time.Minute)
		w.silence("cy", "checkout-c*", 0, 3*time.Hour, nil)
		w.Wait(89 * time.Minute)
		if by := w.silenced("2"); by != "cy: we deploy" {
			t.Errorf("silenced by %q", by)
		}
		w.Quiet()
		w.Wait(2 * time.Minute)
		w.Press("ana", w.Paged("ana", "checkout-5xx"), "Resolve")
		w.Wait(85 * time.Minute)
		w.Quiet()
		w.Wait(10 * time.Minute)
		w.Paged("ana", "checkout-cpu")
	})
}

// TestSilenceAndRestarts: a silence goes on where it was, ends what ended while nobody was there, and does not outlive whoever it
// must outlive.
func TestSilenceAndRestarts(t *testing.T) {
	t.Run("in the midst", func(t *testing.T) {
		play(t, func(w *world) {
			w.silence("bo", "checkout-*", 0, time.Hour, nil)
			w.Alarm("checkout-5xx")
			w.Restart()
			w.Alarm("checkout-cpu")
			w.Wait(58 * time.Minute)
			w.Quiet()
			w.Restart()
			w.Wait(2 * time.Minute)
			w.Paged("ana", "checkout-")
			w.Paged("ana", "checkout-")
		})
	})
	t.Run("it ends meanwhile", func(t *testing.T) {
		play(t, func(w *world) {
			w.silence("bo", "checkout-*", 0, time.Hour, nil)
			w.Alarm("checkout-5xx")
			w.stop()
			time.Sleep(2 * time.Hour)
			w.start()
			w.Wait(5 * time.Second)
			w.Paged("ana", "checkout-5xx")
		})
	})
	t.Run("whoever made it leaves", func(t *testing.T) {
		play(t, func(w *world) {
			w.silence("cy", "checkout-*", 0, time.Hour, nil)
			w.text = strings.Replace(w.text, ", cy: {slack: U0CY}", "", 1)
			w.configure(`fallback: ["person:cy"]`, `fallback: ["person:bo"]`)
			w.Alarm("checkout-5xx")
			w.Wait(50 * time.Minute)
			w.Quiet()
			if all := w.left(); len(all) != 1 || !all[0].Left {
				t.Errorf("left: %+v", all)
			}
			w.Wait(11 * time.Minute)
			w.Paged("ana", "checkout-5xx")
		})
	})
}

// TestSilenceWithAWrongClock: two hours are two hours, whatever is done to the clock.
func TestSilenceWithAWrongClock(t *testing.T) {
	for name, off := range map[string]time.Duration{"ahead": 50 * time.Minute, "back": -50 * time.Minute} {
		t.Run(name, func(t *testing.T) {
			play(t, func(w *world) {
				w.silence("bo", "checkout-*", 0, time.Hour, nil)
				w.Alarm("checkout-5xx")
				w.Step(off)
				w.Wait(58 * time.Minute)
				w.Quiet()
				w.Wait(2 * time.Minute)
				w.Paged("ana", "checkout-5xx")
			})
		})
	}
}

// maintained are worlds with a maintenance each night.
const maintained = `
maintenance:
  - {name: nightly, match: [{name: "search-*"}, {service: nights}], zone: Europe/Berlin, days: mon-sun, from: "02:00", to: "04:00", reason: backups}
  - {name: move, match: ["checkout-*"], zone: UTC, from: 2000-01-03T10:00, to: 2000-01-03T12:00, end: resolve}
`

// TestMaintenance: the configuration silences at times of the calendar.
func TestMaintenance(t *testing.T) {
	play(t, func(w *world) {
		w.text += maintained
		w.configure("", "")
		w.at(t, 1, "00:59")
		w.Alarm("search-p99")
		w.Paged("ana", "search-p99")
		w.Says("ana", "/incident", "resolve 1 anyway")
		for _, day := range []int{1, 2} {
			w.at(t, day, "01:01") // 02:01 in Berlin
			w.Alarm("search-p50")
			w.Alarm("nights-late")
			w.Restart()
			w.at(t, day, "02:59")
			w.Quiet()
			w.OK("search-p50")
			w.at(t, day, "03:01")
			w.Paged("cy", "nights-late") // nobody is on call for it, and the fallback is paged
			w.OK("nights-late")
		}
		w.at(t, 3, "10:01")
		w.Alarm("checkout-5xx")
		w.at(t, 3, "11:59")
		w.Quiet()
		w.at(t, 3, "12:01")
		w.Quiet()
		i, _ := w.Incident("6")
		if i.Status != resolved || i.Silence == nil || i.Silence.Name != "move" {
			t.Errorf("after the move: %s, %+v", i.Status, i.Silence)
		}
		if all := w.left(); len(all) != 1 || all[0].Rule != "nightly" {
			t.Errorf("left: %+v", all)
		}
	})
}

// TestMaintenanceThatChanges: what is not in the configuration any more ends, with what still fires, and what is new there counts.
func TestMaintenanceThatChanges(t *testing.T) {
	play(t, func(w *world) {
		w.text += maintained
		w.configure("", "")
		w.at(t, 1, "02:00")
		w.Alarm("search-p99")
		w.Wait(time.Minute)
		w.Quiet()
		w.configure(`to: "04:00"`, `to: "05:00"`) // it is another now
		w.Wait(time.Minute)
		if by := w.silenced("1"); by != "maintenance nightly: backups" {
			t.Errorf("silenced by %q", by)
		}
		w.Quiet()
		w.configure(`  - {name: nightly, match: [{name: "search-*"}`, `  - {name: other, match: [{name: "none-*"}`)
		w.Wait(time.Minute)
		w.Paged("ana", "search-p99")
		if all := w.left(); len(all) != 2 {
			t.Errorf("left: %+v", all)
		}
	})
}

// at lets time pass until a day of January, and a time of day.
func (w *world) at(t *testing.T, day int, clock string) {
	t.Helper()
	at, err := time.Parse("2006-01-02T15:04", "2000-01-0"+string(rune('0'+day))+"T"+clock)
	if err != nil || at.Before(time.Now()) {
		t.Fatalf("%s on day %d: %v", clock, day, err)
	}
	w.Wait(time.Until(at))
}
