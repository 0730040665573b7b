package freeze_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/rollbacks/freeze"
)

// TestBySeverity: what is bad enough is frozen while it is open, and thawed at its end; what is not, or what pages nobody, freezes nothing.
func TestBySeverity(t *testing.T) {
	play(t, func(w *world) {
		id := w.opens("web", "sev1")
		w.expect("open", true, "Frozen by Oncalm for incident "+id+" (web-5xx) - Oncalm thaws it")
		w.tells(id, "asked to freeze codepipeline web/deploy, since the incident is sev1", "froze codepipeline web/deploy")
		w.records(id, incidents.Acknowledged{})
		w.expect("acknowledged", true, "incident "+id)
		w.records(id, incidents.Resolved{})
		w.expect("resolved", false, "")
		w.tells(id, "since the incident is sev1", "froze codepipeline web/deploy", "thawed codepipeline web/deploy")
		w.sound(id, 0)
		w.records(id, incidents.Reopened{})
		w.expect("open again", true, "incident "+id)
		w.records(id, incidents.Resolved{})
		w.expect("resolved again", false, "")
		if w.gate.holds != 2 || w.gate.releases != 2 {
			t.Errorf("held %d times, let go %d times", w.gate.holds, w.gate.releases)
		}
		mild := w.opens("web", "sev2")
		quiet := w.opens("web", "sev1", func(o *incidents.Opened) { o.Quiet = "quiet" })
		w.opens("shop", "sev1")
		w.expect("not bad enough, quiet, or of a service that does not ask for it", false, "")
		w.tells(quiet)
		w.records(mild, incidents.Rated{Severity: "sev1"})
		w.expect("worse", true, "incident "+mild)
		w.records(mild, incidents.Rated{Severity: "sev3"})
		w.expect("better again", true, "incident "+mild)
	})
}

// TestByPerson: a person freezes and thaws, once each; what cannot be done is refused, and nothing happens.
func TestByPerson(t *testing.T) {
	play(t, func(w *world) {
		id, none := w.opens("shop", "sev4"), w.opens("search", "sev1")
		w.settles()
		for _, tt := range []struct {
			do         string
			person, id string
			want       error
		}{
			{"thaw", "ana", id, freeze.ErrThawed}, {"freeze", "eve", id, freeze.ErrRights}, {"freeze", "ana", none, freeze.ErrNothing},
			{"freeze", "ana", id, nil}, {"freeze", "bo", id, freeze.ErrAlready}, {"thaw", "eve", id, freeze.ErrRights},
			{"thaw", "bo", id, nil}, {"thaw", "bo", id, freeze.ErrThawed}, {"freeze", "ana", id, nil},
			{"freeze", "ana", "99", incidents.ErrNotFound},
		} {
			do := w.desk.Freeze
			if tt.do == "thaw" {
				do = w.desk.Thaw
			}
			if err := w.says(do, tt.person, tt.id); !errors.Is(err, tt.want) {
				t.Errorf("%s %s for %s: %v, want %v", tt.person, tt.do, tt.id, err, tt.want)
			}
			w.settles()
		}
		w.expect("frozen again", true, "incident "+id)
		w.records(id, incidents.Resolved{})
		w.expect("resolved", false, "")
		if err := w.says(w.desk.Freeze, "ana", id); !errors.Is(err, incidents.ErrResolved) {
			t.Error(err)
		}
		w.tells(id, "ana: asked to freeze codepipeline web/deploy while the incident is open", "froze codepipeline web/deploy",
			"bo: asked to thaw the pipelines", "thawed codepipeline web/deploy",
			"ana: asked to freeze codepipeline web/deploy while the incident is open", "froze codepipeline web/deploy", "thawed codepipeline web/deploy")
		w.sound(id, 0)
		if err := w.says(w.desk.Thaw, "ana", none); !errors.Is(err, freeze.ErrThawed) {
			t.Error(err)
		}
	})
}

// TestThawedIsNotFrozenAgain: what a person has thawed is not frozen again by severity.
func TestThawedIsNotFrozenAgain(t *testing.T) {
	play(t, func(w *world) {
		id := w.opens("web", "sev1")
		w.expect("open", true, "")
		if err := w.says(w.desk.Thaw, "ana", id); err != nil {
			t.Fatal(err)
		}
		w.records(id, incidents.Noted{Text: "x"})
		w.expect("thawed", false, "")
	})
}

// TestOthers: what somebody else has stopped is theirs, whether they did so before us or since, and what somebody has let go stays so.
func TestOthers(t *testing.T) {
	play(t, func(w *world) {
		w.gate.on, w.gate.reason = true, "release day"
		id := w.opens("web", "sev1")
		w.expect("stopped before", true, "release day")
		w.records(id, incidents.Resolved{})
		w.expect("resolved", true, "release day")
		w.tells(id, "since the incident is sev1", "left codepipeline web/deploy to whoever has stopped it already: release day")
		w.sound(id, 0)

		w.gate.set(func() { w.gate.on, w.gate.reason = false, "" })
		id = w.opens("web", "sev1")
		w.expect("open", true, "incident "+id)
		w.gate.set(func() { w.gate.reason = "frozen by Oncalm of another team for incident " + id })
		w.records(id, incidents.Resolved{})
		w.expect("stopped since", true, "another team")
		w.tells(id, "since the incident is sev1", "froze codepipeline web/deploy",
			"left codepipeline web/deploy to whoever has stopped it since: frozen by Oncalm of another team for incident "+id)

		w.gate.set(func() { w.gate.on, w.gate.reason = false, "" })
		id = w.opens("web", "sev1")
		w.expect("open", true, "incident "+id)
		w.gate.set(func() { w.gate.on, w.gate.reason = false, "" })
		w.records(id, incidents.Noted{Text: "x"})
		w.expect("let go by somebody", false, "")
		w.records(id, incidents.Resolved{})
		w.expect("resolved", false, "")
		w.tells(id, "since the incident is sev1", "froze codepipeline web/deploy", "saw that codepipeline web/deploy is thawed")
		if w.gate.holds != 2 || w.gate.releases != 0 {
			t.Errorf("held %d times, let go %d times", w.gate.holds, w.gate.releases)
		}
	})
}

// TestTwoIncidents: a pipeline is frozen as long as one of them wants it, and says for which.
func TestTwoIncidents(t *testing.T) {
	play(t, func(w *world) {
		first := w.opens("web", "sev1")
		w.expect("first", true, "incident "+first+" ")
		second := w.opens("both", "sev2")
		w.expect("both", true, "incident "+first+" ")
		w.records(first, incidents.Resolved{})
		w.expect("the first is over", true, "incident "+second+" ")
		w.tells(first, "since the incident is sev1", "froze codepipeline web/deploy",
			"left codepipeline web/deploy frozen for incident "+second)
		third := w.opens("web", "sev1")
		w.records(second, incidents.Resolved{})
		w.expect("the second is over", true, "incident "+third+" ")
		w.more.set(func() {
			if w.more.on || w.more.holds != 1 || w.more.releases != 1 {
				t.Errorf("the other pipeline: %+v", w.more)
			}
		})
		if w.gate.releases != 0 {
			t.Errorf("let go %d times", w.gate.releases)
		}
		w.records(third, incidents.Resolved{})
		w.expect("all are over", false, "")
		w.tells(third, "since the incident is sev1", "froze codepipeline web/deploy", "thawed codepipeline web/deploy")
		w.sound(first, 0)
	})
}

// TestTrouble: what cannot be done is said once, and tried until it can; what was done without an answer is found.
func TestTrouble(t *testing.T) {
	play(t, func(w *world) {
		w.gate.down = errors.New("AccessDenied")
		id := w.opens("web", "sev1")
		w.wait(20 * time.Minute)
		w.gate.set(func() { w.gate.down, w.gate.deaf = nil, true })
		w.wait(10 * time.Minute)
		w.expect("held", true, "incident "+id)
		w.records(id, incidents.Resolved{})
		w.wait(10 * time.Minute)
		w.expect("let go", false, "")
		w.tells(id, "since the incident is sev1", "could not freeze codepipeline web/deploy yet, and tries again: AccessDenied",
			"froze codepipeline web/deploy", "could not thaw codepipeline web/deploy yet, and tries again: no answer",
			"saw that codepipeline web/deploy is thawed")
		if w.gate.holds != 1 || w.gate.releases != 1 {
			t.Errorf("held %d times, let go %d times", w.gate.holds, w.gate.releases)
		}
		w.sound(id, 0)
	})
}

// TestReason: whatever the title, CodePipeline takes the reason.
func TestReason(t *testing.T) {
	takes := regexp.MustCompile(`^[a-zA-Z0-9!@ ().*?-]{1,300}$`) // DisableStageTransition, reason
	for _, title := range []string{"", "5xx: über <!channel> \n\x00", strings.Repeat("é", 255), strings.Repeat("x", 3000)} {
		play(t, func(w *world) {
			id := w.opens("web", "sev1", func(o *incidents.Opened) { o.Title = title })
			w.expect("open", true, "incident "+id)
			if !takes.MatchString(w.gate.reason) {
				t.Errorf("%q", w.gate.reason)
			}
			w.records(id, incidents.Resolved{})
			w.expect("over", false, "")
		})
	}
}
