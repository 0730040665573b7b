package rollbacks_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/store"
)

// TestRollback: one person asks, another approves, it is done with a role of its own, and the alarm says that it has helped.
func TestRollback(t *testing.T) {
	play(t, func(w *world) {
		id := w.fires()
		if err := w.asks(rollbacks.Ask{Person: "ana", Digest: w.plans(id), Reason: "the deploy"}); err != nil {
			t.Fatal(err)
		}
		w.want(id, time.Minute, response.Requested, 0)
		if err := w.approves("bo", id, 1); err != nil {
			t.Fatal(err)
		}
		w.want(id, time.Second, response.Started, 1)
		w.want(id, time.Minute, response.Finished, 1)
		ended := w.head(id).Response.Rollback.Ended
		time.Sleep(time.Until(ended.Add(192 * time.Second)))
		w.clears(id)
		w.want(id, 0, response.Proven, 1)
		w.want(id, time.Hour, response.Proven, 1)
		want := []string{
			"ana asked to roll  shelf web  back from  web:43  to  web:42 :  the deploy", "bo approved the rollback",
			"oncalm started the rollback to  web:42", "oncalm finished the rollback: it is  web:42  again",
			"oncalm saw that the rollback helped: OK 3 m 12 s after it had finished",
		}
		if diff := cmp.Diff(want, w.story(id)); diff != "" {
			t.Error(diff)
		}
		w.moves(func() {
			if len(w.roles) == 0 || w.roles[0] != "arn:back incident-1-ana" {
				t.Errorf("roles %q", w.roles)
			}
		})
		w.sound(id)
		err := w.db.View(t.Context(), func(tx store.Tx) error {
			all, err := changes.Between(tx, time.Time{}.AddDate(1, 0, 0), time.Now())
			if len(all) != 1 || all[0].Title != "rolled shelf web back: web:43 → web:42" {
				t.Errorf("changes: %+v", all)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// TestWhatIsRefused: every way of asking and approving that must change nothing.
func TestWhatIsRefused(t *testing.T) {
	play(t, func(w *world) {
		id := w.fires()
		digest := w.plans(id)
		refused := func(what string, got, want error) {
			t.Helper()
			if !errors.Is(got, want) {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
		refused("a digest that nobody was shown", w.asks(rollbacks.Ask{Person: "ana", Digest: "d"}), rollbacks.ErrStale)
		refused("a stranger", w.asks(rollbacks.Ask{Person: "dee", Digest: digest}), rollbacks.ErrRights)
		refused("alone where that is not allowed", w.asks(rollbacks.Ask{Person: "bo", Digest: digest, Alone: true, Reason: "nobody else is awake"}), rollbacks.ErrAlone)
		refused("nothing requested", w.approves("bo", id, 1), rollbacks.ErrOver)
		refused("it", w.asks(rollbacks.Ask{Person: "bo", Digest: digest}), nil)
		refused("a second request", w.asks(rollbacks.Ask{Person: "ana", Digest: digest}), rollbacks.ErrBusy)
		other := w.fires()
		refused("the same target from another incident", w.asks(rollbacks.Ask{Person: "ana", Digest: w.plans(other)}), rollbacks.ErrBusy)
		refused("oneself", w.approves("bo", id, 1), rollbacks.ErrOwn)
		refused("without the role", w.approves("ana", id, 1), rollbacks.ErrRights)
		refused("another number", w.approves("cy", id, 2), rollbacks.ErrOver)
		w.moves(func() { w.lever.Approvals = 2 }) // of what was asked one is enough, and by the configuration of now it is not
		refused("the first", w.approves("cy", id, 1), nil)
		refused("twice", w.approves("cy", id, 1), rollbacks.ErrOver)
		w.want(id, time.Minute, response.Voided, 0)
		w.want(id, time.Hour, response.Voided, 0)
		time.Sleep(time.Minute)
		refused("an old plan", w.asks(rollbacks.Ask{Person: "ana", Digest: digest}), rollbacks.ErrStale)
	})
}

// TestTwoApprovals: two others must approve, each once.
func TestTwoApprovals(t *testing.T) {
	play(t, func(w *world) {
		w.lever.Approvals = 2
		id := w.fires()
		_ = w.asks(rollbacks.Ask{Person: "ana", Digest: w.plans(id)})
		for range 100 {
			_ = w.approves("bo", id, 1)
		}
		w.want(id, time.Minute, response.Requested, 0)
		for range 100 {
			_ = w.approves("cy", id, 1)
		}
		w.want(id, time.Minute, response.Finished, 1)
	})
}

// TestExpiry: at the end of the ten minutes it is over, to the nanosecond, also if it is approved and could not be started.
func TestExpiry(t *testing.T) {
	play(t, func(w *world) {
		id := w.fires()
		_ = w.asks(rollbacks.Ask{Person: "ana", Digest: w.plans(id)})
		time.Sleep(rollbacks.Window)
		if err := w.approves("bo", id, 1); !errors.Is(err, rollbacks.ErrExpired) && !errors.Is(err, rollbacks.ErrOver) {
			t.Error(err)
		}
		w.want(id, time.Second, response.Expired, 0)
		_ = w.asks(rollbacks.Ask{Person: "ana", Digest: w.plans(id)})
		time.Sleep(rollbacks.Window - 1)
		w.moves(func() { w.shelf.down = errors.New("AWS is away") })
		if err := w.approves("bo", id, 2); err != nil {
			t.Error(err)
		}
		w.want(id, time.Minute, response.Expired, 0)
		w.moves(func() { w.shelf.down = nil })
		w.want(id, time.Hour, response.Expired, 0)
	})
}

// TestMovesBetween: whatever moves between the request and the start, nothing is started.
func TestMovesBetween(t *testing.T) {
	for name, move := range map[string]func(*world, string){
		"another version":       func(w *world, _ string) { w.shelf.versions = append(w.shelf.versions, "web:44") },
		"nothing to go back to": func(w *world, _ string) { w.shelf.versions = w.shelf.versions[:1] },
		"the approver's role":   func(w *world, _ string) { w.may[rollbacks.MayApprove] = []string{"cy"} },
		"the requester's role":  func(w *world, _ string) { w.may[rollbacks.MayRequest] = nil },
		"the configuration":     func(w *world, _ string) { w.lever.Name = "shelf api" },
		"the incident's end": func(w *world, id string) {
			_, _ = w.book.Record(w.t.Context(), id, incidents.Person("ana"), incidents.Resolved{})
		},
		"more approvals needed":  func(w *world, _ string) { w.lever.Approvals = 2 },
		"nothing (this control)": nil,
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(w *world) {
				id := w.fires()
				_ = w.asks(rollbacks.Ask{Person: "ana", Digest: w.plans(id)})
				w.moves(func() { w.shelf.down = errors.New("AWS is away") }) // so that it is approved and not started
				_ = w.approves("bo", id, 1)
				w.want(id, time.Minute, response.Approved, 0)
				w.moves(func() { w.shelf.down = nil })
				if move == nil {
					w.want(id, 2*time.Minute, response.Finished, 1)
					return
				}
				if name == "the incident's end" {
					move(w, id)
				} else {
					w.moves(func() { move(w, id) })
				}
				w.want(id, 2*time.Minute, response.Voided, 0)
				w.want(id, time.Hour, response.Voided, 0)
			})
		})
	}
}

// TestUnknown: of what may have begun it is found out, and it is never started twice.
func TestUnknown(t *testing.T) {
	ask := func(w *world) string {
		id := w.fires()
		_ = w.asks(rollbacks.Ask{Person: "ana", Digest: w.plans(id)})
		_ = w.approves("bo", id, 1)
		return id
	}
	t.Run("it did begin", func(t *testing.T) {
		play(t, func(w *world) {
			w.moves(func() { w.shelf.deaf = true })
			w.want(ask(w), 2*time.Minute, response.Finished, 1)
		})
	})
	t.Run("one key is one rollback", func(t *testing.T) {
		play(t, func(w *world) {
			w.moves(func() { w.shelf.keyed, w.shelf.deaf = true, true })
			id := ask(w)
			w.want(id, time.Minute, response.Started, 1)
			w.moves(func() { w.shelf.deaf = false })
			w.want(id, 2*time.Minute, response.Finished, 1)
		})
	})
	t.Run("it did not begin", func(t *testing.T) {
		play(t, func(w *world) {
			id := w.fires()
			_ = w.asks(rollbacks.Ask{Person: "ana", Digest: w.plans(id)})
			w.mind.Die(2) // the approval, and that it is started
			_ = w.approves("bo", id, 1)
			synctest.Wait()
			w.stop()
			w.want(id, 0, response.Started, 1)
			w.shelf.started, w.shelf.begun = 0, time.Time{} // and what was asked is lost on the way
			w.shelf.versions = append(w.shelf.versions, "web:43")
			w.start(-1, false)
			w.want(id, time.Minute, response.Started, 0)
			w.want(id, 3*time.Minute, response.Unknown, 0)
			w.want(id, 4*time.Hour, response.Unknown, 0)
		})
	})
	t.Run("it is seen later", func(t *testing.T) {
		play(t, func(w *world) {
			w.moves(func() { w.shelf.deaf = true })
			id := ask(w)
			synctest.Wait()
			w.moves(func() { w.shelf.down = errors.New("AWS is away") })
			w.want(id, 20*time.Minute, response.Started, 1)
			w.want(id, 20*time.Minute, response.Unknown, 1)
			w.moves(func() { w.shelf.down = nil })
			w.want(id, 3*time.Minute, response.Finished, 1)
		})
	})
}

// TestFailures: what is refused or breaks is told, and nothing is done again.
func TestFailures(t *testing.T) {
	for name, set := range map[string]func(*shelf){
		"refused": func(s *shelf) { s.refuses = errors.New("AccessDenied") },
		"broken":  func(s *shelf) { s.breaks = true },
	} {
		t.Run(name, func(t *testing.T) {
			play(t, func(w *world) {
				set(w.shelf)
				id := w.fires()
				_ = w.asks(rollbacks.Ask{Person: "ana", Digest: w.plans(id)})
				_ = w.approves("bo", id, 1)
				started := map[string]int{"refused": 0, "broken": 1}[name]
				w.want(id, 2*time.Minute, response.Failed, started)
				w.want(id, time.Hour, response.Failed, started)
			})
		})
	}
}

// TestAlone: an approver may do without approval where the configuration lets them, and with a reason; a dry run changes nothing.
func TestAlone(t *testing.T) {
	play(t, func(w *world) {
		w.lever.BreakGlass = true
		id := w.fires()
		digest := w.plans(id)
		for _, ask := range []rollbacks.Ask{
			{Person: "ana", Digest: digest, Alone: true, Reason: "nobody else is awake"}, {Person: "bo", Digest: digest, Alone: true, Reason: "now"},
		} {
			if err := w.asks(ask); !errors.Is(err, rollbacks.ErrAlone) {
				t.Error(err)
			}
		}
		if err := w.asks(rollbacks.Ask{Person: "bo", Digest: digest, Alone: true, Reason: "nobody else is awake", Dry: true}); err != nil {
			t.Error(err)
		}
		w.want(id, time.Minute, response.Finished, 0)
		if err := w.asks(rollbacks.Ask{Person: "bo", Digest: w.plans(id), Alone: true, Reason: "nobody else is awake"}); err != nil {
			t.Error(err)
		}
		w.want(id, 2*time.Minute, response.Finished, 1)
		w.sound(id)
	})
}

// TestProof: what the alarm says, however it says it.
func TestProof(t *testing.T) {
	for _, tt := range []struct {
		name   string
		clears time.Duration // after the request; 0: never
		want   string
	}{
		{"not", 0, "oncalm saw that the rollback did not help: still ALARM 15 m after it had finished ( 5xx )"},
		{"after", 90 * time.Second, "oncalm saw that the rollback helped: OK 50 s after it had finished"},
		{"while it goes on", 30 * time.Second, "oncalm saw that the rollback helped: OK 10 s before it had finished"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			play(t, func(w *world) {
				id := w.fires()
				_ = w.asks(rollbacks.Ask{Person: "ana", Digest: w.plans(id)})
				_ = w.approves("bo", id, 1)
				if tt.clears > 0 {
					time.Sleep(tt.clears)
					w.clears(id)
				}
				w.want(id, time.Hour, response.Proven, 1)
				if said := w.story(id); said[len(said)-1] != tt.want {
					t.Errorf("%q, want %q", said[len(said)-1], tt.want)
				}
			})
		})
	}
}
