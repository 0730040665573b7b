package freeze_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// killedAt plays an incident from its beginning to its end, during which the program is killed at its so-many-th commit and started again.
// wrong is what is not as it must be.
func killedAt(t *testing.T, commit int, heard, blind, deaf bool) (wrong []string, killed bool) {
	t.Helper()
	play(t, func(w *world) {
		w.gate.deaf, w.blind = deaf, blind
		w.stop()
		w.start(commit, heard)
		again := func() {
			time.Sleep(5 * time.Second)
			synctest.Wait()
			if w.mind.Died() {
				killed = true
				w.stop()
				w.start(-1, false)
				time.Sleep(3 * time.Minute)
				synctest.Wait()
			}
		}
		const id = "1"
		for !w.open(id) { // whoever opens it tries again until it is there
			w.opens("web", "sev1")
			again()
		}
		time.Sleep(3 * time.Minute)
		again()
		w.gate.set(func() {
			if !w.gate.on || !strings.Contains(w.gate.reason, "incident "+id) {
				wrong = append(wrong, "while it is open, the pipeline is not frozen: "+w.gate.reason)
			}
		})
		for w.open(id) {
			_, _ = w.book.Record(t.Context(), id, incidents.Person("ana"), incidents.Resolved{})
			again()
		}
		time.Sleep(3 * time.Minute)
		again()
		w.gate.set(func() {
			if w.gate.on || w.gate.holds != 1 || w.gate.releases != 1 {
				wrong = append(wrong, fmt.Sprintf("in the end it is held: %v; it was held %d times, and let go %d times", w.gate.on, w.gate.holds, w.gate.releases))
			}
		})
		story := slices.DeleteFunc(w.story(id), func(s string) bool { return strings.Contains(s, "tries again") })
		if len(story) != 3 || !strings.HasSuffix(story[1], "froze codepipeline web/deploy") || !strings.Contains(story[2], "thawed") {
			wrong = append(wrong, "the timeline says "+strings.Join(story, "; "))
		}
		w.sound(id, 0)
	})
	return wrong, killed
}

// open reports whether an incident is open.
func (w *world) open(id string) (open bool) {
	w.t.Helper()
	_ = w.db.View(w.t.Context(), func(tx store.Tx) error {
		i, err := incidents.Head(tx, id)
		open = err == nil && i.Open()
		return nil
	})
	return open
}

// TestKilledBetweenAnySteps: the program is killed at every commit, which then is not made, or which nobody hears of, also while the gate
// does what it is told and does not answer. In the end the pipeline was frozen once and thawed once, and the timeline says so.
func TestKilledBetweenAnySteps(t *testing.T) {
	points := 0
	for _, deaf := range []bool{false, true} {
		for _, heard := range []bool{false, true} {
			for commit := 0; ; commit++ {
				wrong, killed := killedAt(t, commit, heard, false, deaf)
				for _, w := range wrong {
					t.Errorf("killed at commit %d (made: %v, no answers: %v): %s", commit, heard, deaf, w)
				}
				if !killed {
					break
				}
				points++
			}
		}
	}
	if points < 20 {
		t.Errorf("only %d points", points)
	}
	t.Logf("killed at %d points", points)
}

// TestKilledBetweenAnyStepsCanFail: where nobody follows incidents, nothing is frozen, and the sweep says so.
func TestKilledBetweenAnyStepsCanFail(t *testing.T) {
	if wrong, _ := killedAt(t, 0, false, true, false); len(wrong) == 0 {
		t.Error("nothing is wrong")
	}
}
