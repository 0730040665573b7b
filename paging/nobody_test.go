package paging_test

import (
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
)

// sparse is a policy of which some steps find nobody, and which has nobody to fall back on.
func sparse(rounds int, targets ...paging.Target) paging.Policy {
	p := paging.Policy{Name: "sparse", Rounds: rounds, Reminder: 30 * time.Minute}
	for _, target := range targets {
		p.Steps = append(p.Steps, paging.Step{Page: []paging.Target{target}, Wait: 5 * time.Minute})
	}
	return p
}

// TestAStepThatFindsNobodyIsPassed: a run goes on behind it, wherever it stands.
func TestAStepThatFindsNobodyIsPassed(t *testing.T) {
	t.Run("in the middle", func(t *testing.T) {
		play(t, sparse(2, "person:ana", "schedule:none", "schedule:none", "person:bo"), func(s *scene) {
			s.open("sev2")
			s.wait(2 * time.Hour)
			s.rang("1/page/0.0/ana", "1/page/0.3/bo", "1/page/1.0/ana", "1/page/1.3/bo")
		})
	})
	t.Run("first", func(t *testing.T) {
		play(t, sparse(1, "schedule:none", "schedule:none", "person:bo", "person:ana"), func(s *scene) {
			s.open("sev2")
			s.wait(time.Minute)
			s.rang("1/page/0.2/bo")
			s.do("1", "bo", incidents.Escalated{})
			s.wait(time.Minute)
			s.rang("1/page/0.2/bo", "1/page/0.3/ana")
		})
	})
	t.Run("last", func(t *testing.T) {
		p := sparse(1, "person:ana", "schedule:none")
		play(t, p, func(s *scene) {
			s.open("sev2")
			s.wait(2 * time.Hour)
			s.do("1", "ana", incidents.Acknowledged{})
			s.wait(30 * time.Minute)
			s.rang("1/page/0.0/ana", "1/page/remind-4.0/ana")
		})
	})
}

// later is a policy whose only schedule begins on the third day.
func later(s *scene) {
	s.pager.Overrides.Schedules = map[string]rotations.Schedule{"later": weekOf("later")}
	p := sparse(1, "schedule:later")
	p.Fallback = []paging.Target{"schedule:later"}
	s.pager.Policy = func(string) paging.Policy { return p }
}

// TestTheFallbackIsAskedUntilItHasSomebody: an incident that found nobody is not forgotten.
func TestTheFallbackIsAskedUntilItHasSomebody(t *testing.T) {
	play(t, row, func(s *scene) {
		later(s)
		s.open("sev2")
		s.wait(57 * time.Hour)
		s.phone.mu.Lock()
		rang := len(s.phone.rang)
		s.phone.mu.Unlock()
		if rang != 1 {
			t.Errorf("%d pages by the start of the schedule, want 1", rang)
		}
	})
}

// TestEscalatedAfterNobodyWasFound: a run that has found nobody yet can be taken up by hand.
func TestEscalatedAfterNobodyWasFound(t *testing.T) {
	play(t, row, func(s *scene) {
		later(s)
		s.open("sev2")
		s.wait(time.Minute)
		s.do("1", "bo", incidents.Acknowledged{})
		s.wait(58 * time.Hour) // the next step came due, and did nothing
		s.phone.mu.Lock()
		s.phone.rang = nil
		s.phone.mu.Unlock()
		s.do("1", "bo", incidents.Escalated{})
		s.wait(0)
		s.phone.mu.Lock()
		defer s.phone.mu.Unlock()
		if len(s.phone.rang) != 1 {
			t.Errorf("pages after the escalation: %q, want one", s.phone.rang)
		}
	})
}

// TestEscalatedAfterTheRunWasSwept: the entry of the next step is forgotten some time after it
// came due.
func TestEscalatedAfterTheRunWasSwept(t *testing.T) {
	play(t, row, func(s *scene) {
		s.open("sev2")
		s.wait(0)
		s.do("1", "ana", incidents.Acknowledged{})
		s.wait(6 * time.Minute) // it came due, and did nothing
		if n, err := outbox.Sweep(t.Context(), s.book.Store, time.Now().Add(outbox.Kept+time.Hour)); n == 0 || err != nil {
			t.Fatalf("%d entries swept, %v", n, err)
		}
		s.do("1", "ana", incidents.Escalated{})
		s.wait(0)
		s.rang("1/page/0.0/ana", "1/page/0.1/bo")
	})
}
