package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// holdConfig is the world's with services whose pages are held, and one whose alarms never flap.
func holdConfig() string {
	return strings.NewReplacer(
		`alarms: ["search-*"]`, `alarms: ["search-*", {name: "search-slow-*", hold: 10m}], hold: 2m`,
		"default_service:", "  calm: {policy: days, severity: sev2, alarms: [\"calm-*\"], flap: {changes: 0}}\ndefault_service:",
	).Replace(worldConfig)
}

// playHeld runs a scene in a world where pages are held.
func playHeld(t *testing.T, scene func(*world)) {
	t.Helper()
	topic, err := sharedTopic()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, dir: t.TempDir(), topic: topic, seen: map[string]int{}, text: holdConfig()}
		w.build()
		w.start()
		defer w.fsck()
		defer func() { w.stop() }()
		scene(w)
	})
}

// metric is the value of a line of the metrics.
func (w *world) metric(line string) string {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.app.private().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "http://localhost/metrics", nil))
	for l := range strings.Lines(rec.Body.String()) {
		if value, ok := strings.CutPrefix(l, line+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return "absent"
}

func TestHolds(t *testing.T) {
	scenes := map[string]func(*world){
		"it still fires": func(w *world) {
			w.Alarm("search-p99")
			w.Status("1", triggered)
			w.Wait(119 * time.Second)
			w.Quiet()
			w.Wait(2 * time.Second)
			w.Paged("ana", "search-p99")
			w.Wait(5 * time.Minute)
			w.Paged("bo", "search-p99")
		},
		"it is OK before": func(w *world) {
			w.Alarm("search-p99")
			if card := string(w.Card("1").Blocks); !strings.Contains(card, "Held") {
				w.t.Errorf("the card does not say that it is held: %s", card)
			}
			w.Wait(time.Minute)
			w.OK("search-p99")
			w.Status("1", resolved)
			w.Wait(2 * time.Hour)
			w.Quiet()
			if card := string(w.Card("1").Blocks); !strings.Contains(card, "nobody was paged") {
				w.t.Errorf("the card does not say that nobody was paged: %s", card)
			}
			if n := w.metric(`oncalm_pages_spared_total{why="hold"}`); n != "1" {
				w.t.Errorf("%s pages were spared, want 1", n)
			}
			if text := w.Says("ana", "/incident", "info 1"); !strings.Contains(text, "the page is held until") || !strings.Contains(text, "nobody was paged") {
				w.t.Errorf("info: %s", text)
			}
		},
		"it fires again after": func(w *world) {
			w.Alarm("search-p99")
			w.Wait(time.Minute)
			w.OK("search-p99")
			w.Wait(30 * time.Second)
			w.Alarm("search-p99")
			w.Wait(110 * time.Second) // the hold of the first time is over
			w.Quiet()
			w.Wait(11 * time.Second)
			w.Paged("ana", "search-p99")
		},
		"somebody escalates": func(w *world) {
			w.Alarm("search-p99")
			w.Wait(time.Second)
			w.Says("bo", "/incident", "escalate 1")
			w.Wait(time.Second)
			w.Paged("ana", "search-p99")
			w.Wait(4 * time.Minute)
			w.Quiet()
			w.Wait(2 * time.Minute)
			w.Paged("bo", "search-p99")
		},
		"somebody acknowledges": func(w *world) {
			w.Alarm("search-p99")
			w.Wait(time.Second)
			w.Says("bo", "/incident", "ack 1")
			w.Wait(20 * time.Minute)
			w.Quiet()
			w.Wait(11 * time.Minute)
			w.Paged("bo", "search-p99") // the reminder
		},
		"a match has its own": func(w *world) {
			w.Alarm("search-slow-queries")
			w.Wait(9 * time.Minute)
			w.Quiet()
			w.Wait(61 * time.Second)
			w.Paged("ana", "search-slow-queries")
		},
		"restarts meanwhile": func(w *world) {
			w.Alarm("search-p99")
			for range 11 {
				w.Wait(10 * time.Second)
				w.Restart()
				w.Quiet()
			}
			w.Wait(11 * time.Second)
			w.Paged("ana", "search-p99")
		},
		"it is lost from the store": func(w *world) {
			w.Alarm("search-p99")
			w.Lose("1/escalate/0.0")
			w.Wait(100 * time.Second)
			w.Quiet()
			w.Wait(2 * time.Minute)
			w.Paged("ana", "search-p99")
		},
		"one that is not held joins": func(w *world) {
			children := []string{w.topic.AlarmARN("checkout-x"), w.topic.AlarmARN("search-x")}
			all := aws.Example{Name: "search-all", Rule: `ALARM("checkout-x")`, Children: children}
			if status := w.Post(all); status != http.StatusOK {
				w.t.Fatal(status)
			}
			w.Wait(time.Minute)
			w.Quiet()
			w.Alarm("search-x")
			w.Wait(time.Second)
			w.Quiet()
			w.Alarm("checkout-x")
			w.Wait(time.Second)
			w.Paged("ana", "sev1")
			w.Wait(3 * time.Minute)
			w.Quiet()
		},
	}
	for name, scene := range scenes {
		t.Run(name, func(t *testing.T) { playHeld(t, scene) })
	}
}

// flaps lets an alarm change so often, at even times, beginning with ALARM.
func (w *world) flaps(name string, changes int, each time.Duration) {
	for n := range changes {
		w.turns(name, n)
		w.Wait(each)
	}
}

// turns is the nth change of an alarm.
func (w *world) turns(name string, n int) {
	if n%2 == 0 {
		w.Alarm(name)
	} else {
		w.OK(name)
	}
}

func TestFlapping(t *testing.T) {
	scenes := map[string]func(*world){
		"quickly": func(w *world) {
			w.flaps("checkout-5xx", 150, 2*time.Second)
			if n := len(w.pages("ana")); n == 0 || n > 2 {
				w.t.Errorf("ana got %d pages, want 1 or 2", n)
			}
			w.Wait(5 * time.Hour)
			w.Status("1", resolved)
			if n := len(w.pages("ana")) + len(w.pages("bo")) + len(w.pages("cy")); n > 2 {
				w.t.Errorf("there are %d pages, want 2 at most", n)
			}
			if text := string(w.Card("1").Blocks); !strings.Contains(text, "Flapping") {
				w.t.Errorf("the card does not say that it flaps: %s", text)
			}
		},
		"the control: nothing holds it": func(w *world) {
			w.configure("channel: C0INCIDENTS}", "channel: C0INCIDENTS, joined_pages: false}")
			w.flaps("calm-5xx", 150, 2*time.Second)
			if n := len(w.pages("ana")); n < 50 {
				w.t.Errorf("ana got %d pages of an alarm that changes 150 times, and that nobody holds", n)
			}
		},
		"then it goes on firing": func(w *world) {
			w.flaps("checkout-5xx", 21, 20*time.Second)
			seen := len(w.pages("ana"))
			w.seen["ana"] = seen
			w.Restart()
			w.Wait(29 * time.Minute)
			w.Quiet()
			w.Wait(2 * time.Minute)
			w.Paged("ana", "checkout-5xx")
			w.Wait(5 * time.Minute)
			w.Paged("bo", "checkout-5xx")
		},
		"calm, and it fires again": func(w *world) {
			w.flaps("checkout-5xx", 20, 20*time.Second)
			w.seen["ana"] = len(w.pages("ana"))
			w.Wait(31 * time.Minute)
			w.Quiet()
			w.Alarm("checkout-5xx")
			w.Wait(time.Second)
			w.Paged("ana", "checkout-5xx")
		},
		"each change with a restart": func(w *world) {
			for n := range 40 {
				w.flaps("checkout-5xx", 1+n%2, 3*time.Second)
				w.Restart()
			}
			if n := len(w.pages("ana")); n > 2 {
				w.t.Errorf("ana got %d pages", n)
			}
		},
		"somebody escalates it": func(w *world) {
			w.flaps("checkout-5xx", 21, 20*time.Second)
			w.seen["ana"] = len(w.pages("ana"))
			w.Says("bo", "/incident", "escalate 1")
			w.Wait(time.Second)
			w.Paged("ana", "checkout-5xx")
		},
		"held, and nobody knows of it": func(w *world) {
			w.flaps("search-p99", 30, 30*time.Second)
			if n := len(w.pages("ana")); n != 1 {
				w.t.Errorf("ana got %d pages, want one that says that it is there", n)
			}
		},
		"slowly": func(w *world) {
			w.flaps("checkout-5xx", 20, 5*time.Minute) // four of each five minutes are within half an hour of six
			if n := len(w.pages("ana")); n > 3 {
				w.t.Errorf("ana got %d pages", n)
			}
		},
		"too slowly": func(w *world) {
			w.flaps("checkout-5xx", 6, 10*time.Minute)
			if n := len(w.pages("ana")); n != 3 {
				w.t.Errorf("ana got %d pages of an alarm that does not flap, want 3", n)
			}
		},
	}
	for name, scene := range scenes {
		t.Run(name, func(t *testing.T) { playHeld(t, scene) })
	}
}

// TestHeldAtDowngrade: what is enqueued for an incident that is held is what any version takes for a step that comes due.
func TestHeldAtDowngrade(t *testing.T) {
	playHeld(t, func(w *world) {
		w.Alarm("search-p99")
		i, kinds := w.Incident("1")
		if i.Held == nil || i.Then != "" || len(kinds) != 1 {
			w.t.Fatalf("%+v, %v", i, kinds)
		}
		var e outbox.Entry
		err := w.db.View(w.t.Context(), func(tx store.Tx) error {
			e, _ = outbox.In(tx, time.Now()).Get("1/escalate/0.0")
			return nil
		})
		if err != nil {
			w.t.Fatal(err)
		}
		if e.Kind != "escalate" || e.Due.Sub(i.Opened) != 2*time.Minute {
			w.t.Errorf("%+v", e)
		}
	})
}

// heldYet are the pages of an incident that were decided while its run was held.
func (w *world) heldYet(id string) (pages []string) {
	w.t.Helper()
	var events []incidents.Event
	err := w.app.store.View(w.t.Context(), func(tx store.Tx) (err error) {
		events, err = incidents.Timeline(tx, id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for n, e := range events {
		if b, ok := e.Body.(incidents.Paged); ok {
			before, err := incidents.Fold(id, events[:n])
			if err != nil {
				w.t.Fatal(err)
			}
			if before.Held != nil && before.Held.Until.After(e.At) {
				pages = append(pages, b.Key)
			}
		}
	}
	return pages
}

// TestAnyHeldStory plays stories at random with alarms that are held, and that flap: nobody is forgotten, and nobody is paged about
// what is held.
func TestAnyHeldStory(t *testing.T) {
	stories, held := 6, 0
	if testing.Short() {
		stories = 3
	}
	for seed := range uint64(stories) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			playHeld(t, func(w *world) {
				s := newStory(w, seed, 33)
				for range 60 {
					if s.rand.IntN(4) == 0 {
						name := storyAlarms[s.rand.IntN(len(storyAlarms))]
						s.tell("%s flaps", name)
						changes, each := 2+s.rand.IntN(7), time.Duration(1+s.rand.IntN(90))*time.Second
						for n := range changes {
							s.released(name)
							w.turns(name, n)
							w.Wait(each)
						}
						s.fire[name], s.loud[name] = changes%2 == 1, s.severityOf(name) != incidents.Sev4
					}
					if s.happens(); w.t.Failed() {
						break
					}
					s.holds()
				}
				s.passes(31 * time.Minute)
				s.holds()
				for id, i := range s.incidents() {
					if pages := w.heldYet(id); len(pages) > 0 {
						w.t.Errorf("incident %s was held when %q were decided", id, pages)
					}
					if i.Held != nil {
						held++
					}
				}
				if w.t.Failed() {
					w.t.Logf("what happened:\n%s", strings.Join(s.told, "\n"))
				}
			})
		})
	}
	if held == 0 && !t.Failed() {
		t.Error("nothing was held in any story")
	}
}
