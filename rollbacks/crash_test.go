package rollbacks_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/rollbacks"
)

// killedAt plays a whole rollback, in which the program is killed at its so-many-th commit and started again. It returns where the
// rollback has come, how often it was started, and whether the program came that far.
func killedAt(t *testing.T, commit int, heard bool, set func(*world)) (phase response.Phase, started int, killed bool) {
	t.Helper()
	play(t, func(w *world) {
		set(w)
		w.stop()
		w.start(commit, heard)
		// Whoever asks tries again until they see that it was done.
		again := func() {
			synctest.Wait()
			if w.mind.Died() {
				killed = true
				w.stop()
				w.start(-1, false)
			}
		}
		id := ""
		for id == "" || !w.asked(id) {
			if id == "" {
				id = w.tryFires()
				again()
				continue
			}
			if d, err := w.desk.Plan(t.Context(), id, w.lever); err == nil {
				_ = w.asks(rollbacks.Ask{Person: "ana", Digest: d.Digest()})
			}
			again()
		}
		for w.phase(id) == response.Requested {
			_ = w.approves("bo", id, 1)
			again()
		}
		for range 10 {
			time.Sleep(30 * time.Second)
			again()
		}
		phase, started = w.phase(id), w.shelf.started
		w.sound(id)
	})
	return phase, started, killed
}

// TestKilledBetweenAnySteps: the program is killed at every commit of a rollback, which then is not made, or which nobody hears of. It
// is started once at most, and what is said of it is true.
func TestKilledBetweenAnySteps(t *testing.T) {
	points := 0
	for _, heard := range []bool{false, true} {
		for commit := 0; ; commit++ {
			phase, started, killed := killedAt(t, commit, heard, func(*world) {})
			points++
			switch {
			case phase == response.Finished && started == 1:
			case phase == response.Unknown && started == 0: // it was killed before it asked, and does not know that
			default:
				t.Errorf("killed at commit %d (made: %v): %s, started %d times", commit, heard, phase, started)
			}
			if !killed {
				break
			}
		}
	}
	if points < 10 {
		t.Errorf("only %d points", points)
	}
}

// TestKilledBetweenAnyStepsCanFail: a target of which it is only said that one key is one rollback is started twice.
func TestKilledBetweenAnyStepsCanFail(t *testing.T) {
	for commit := range 20 {
		if _, started, _ := killedAt(t, commit, false, func(w *world) { w.shelf.lies = true }); started > 1 {
			return
		}
	}
	t.Error("nothing was started twice")
}
