package paging_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// gone makes pages to some people undeliverable.
func (s *scene) gone(people ...string) {
	s.phone.mu.Lock()
	defer s.phone.mu.Unlock()
	s.phone.fail = func(key string) error {
		if slices.ContainsFunc(people, func(p string) bool { return strings.HasSuffix(key, "/"+p) }) {
			return &paging.Undeliverable{Err: errors.New("user_disabled")}
		}
		return nil
	}
}

// left takes people out of the configuration.
func (s *scene) left(people ...string) {
	s.phone.mu.Lock()
	defer s.phone.mu.Unlock()
	s.phone.left = people
}

func (s *scene) known(person string) bool {
	s.phone.mu.Lock()
	defer s.phone.mu.Unlock()
	return !slices.Contains(s.phone.left, person)
}

// configure makes p the policy of all services.
func (s *scene) configure(p paging.Policy) {
	s.phone.mu.Lock()
	defer s.phone.mu.Unlock()
	s.phone.says = p
}

func (s *scene) policy(string) paging.Policy {
	s.phone.mu.Lock()
	defer s.phone.mu.Unlock()
	return s.phone.says
}

// reasons lists why policies were started again.
func (s *scene) reasons(id string) (all []string) {
	s.t.Helper()
	err := s.book.Store.View(s.t.Context(), func(tx store.Tx) error {
		events, err := incidents.Timeline(tx, id)
		for _, e := range events {
			if b, ok := e.Body.(incidents.Escalated); ok && b.Anew {
				all = append(all, b.Reason)
			}
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

func (s *scene) rollCall() (r paging.Roll) {
	s.t.Helper()
	now := time.Now()
	err := s.book.Store.Update(s.t.Context(), func(tx store.Tx) (err error) {
		r, err = s.pager.RollCall(tx, now)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.wait(0)
	return r
}

// TestAcknowledgerWhoIsGone: a reminder that cannot be delivered makes the run go on, from its first step.
func TestAcknowledgerWhoIsGone(t *testing.T) {
	play(t, row, func(s *scene) {
		s.open("sev2")
		s.wait(time.Minute)
		s.do("1", "ana", incidents.Acknowledged{})
		s.gone("ana")
		s.wait(30 * time.Minute)
		s.rang("1/page/0.0/ana", "1/page/1.0.1/bo")
		want := []string{"the reminder to ana, who acknowledged, cannot be delivered: user_disabled"}
		if diff := cmp.Diff(want, s.reasons("1")); diff != "" {
			t.Error(diff)
		}
		s.do("1", "bo", incidents.Acknowledged{})
		s.wait(31 * time.Minute)
		s.rang("1/page/0.0/ana", "1/page/1.0.1/bo", "1/page/remind-12.0/bo")
	})
}

// TestAcknowledgerWhoWasRemoved: of somebody who is no longer in the configuration it is known without trying.
func TestAcknowledgerWhoWasRemoved(t *testing.T) {
	today := row
	today.Steps = []paging.Step{{Page: []paging.Target{"person:dee"}, Wait: time.Minute}}
	for name, notice := range map[string]func(*scene){
		"at the start":         func(s *scene) { s.rollCall() },
		"at the next reminder": func(s *scene) { s.wait(30 * time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			play(t, row, func(s *scene) {
				s.open("sev2")
				s.wait(time.Minute)
				s.do("1", "ana", incidents.Acknowledged{})
				s.left("ana")
				s.configure(today) // the run takes the policy of today
				notice(s)
				s.rang("1/page/0.0/ana", "1/page/1.0.0/dee")
				if diff := cmp.Diff([]string{"ana, who acknowledged, is no longer in the configuration"}, s.reasons("1")); diff != "" {
					t.Error(diff)
				}
				if r := s.rollCall(); len(r.Anew) > 0 {
					t.Errorf("found again: %v", r.Anew)
				}
			})
		})
	}
}

// TestPagedAndRemoved: who was paged and is removed does not hold the run up.
func TestPagedAndRemoved(t *testing.T) {
	play(t, row, func(s *scene) {
		s.open("sev2")
		s.wait(time.Minute)
		s.left("ana")
		s.configure(paging.Policy{Name: "row", Steps: row.Steps[1:], Rounds: 1, Fallback: row.Fallback})
		s.rollCall()
		s.rang("1/page/0.0/ana", "1/page/1.0.0/bo")
		s.rollCall()
		s.rang("1/page/0.0/ana", "1/page/1.0.0/bo")
	})
}

var weekly = paging.Policy{
	Name: "weekly", Steps: []paging.Step{{Page: []paging.Target{"schedule:web"}, Wait: 5 * time.Minute}},
	Rounds: 1, Fallback: []paging.Target{"person:cy"}, Reminder: 30 * time.Minute,
}

// standIn puts somebody on call in the place of whoever is, for three hours.
func (s *scene) standIn(person string) {
	s.t.Helper()
	now := time.Now()
	book := &overrides.Book{Schedules: s.pager.Overrides.Schedules, Known: func(string) bool { return true }}
	change(s.t, s.book.Store, func(tx store.Tx) error {
		_, err := book.Make(tx, now, "ana", "c1", overrides.HowOverride, rotations.Override{
			Schedule: "web", Person: person, From: now, To: now.Add(3 * time.Hour),
		})
		return err
	})
}

func (s *scene) onCall(at time.Time) (people []string, why string, void int) {
	s.t.Helper()
	err := s.book.Store.View(s.t.Context(), func(tx store.Tx) error {
		a := s.pager.Overrides.Schedules["web"].At(at, s.pager.Overrides.Of(tx, "web"))
		people, why, void = a.People, a.Why, len(a.Void)
		if got := s.pager.Overrides.OnCall(tx, "web", at); !slices.Equal(got, people) {
			s.t.Errorf("OnCall says %v, and the schedule %v", got, people)
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return people, why, void
}

// TestOverrideForSomebodyWhoWasRemoved: it does not count, from when that was found on, and is told of.
func TestOverrideForSomebodyWhoWasRemoved(t *testing.T) {
	play(t, weekly, func(s *scene) {
		s.pager.Overrides.Schedules = map[string]rotations.Schedule{"web": weekOf("web")}
		s.wait(3 * 24 * time.Hour) // ana's week has begun
		s.standIn("bo")
		s.wait(time.Hour)
		if people, _, _ := s.onCall(time.Now()); !slices.Equal(people, []string{"bo"}) {
			t.Fatalf("%v is on call, want bo", people)
		}
		s.left("bo")
		r := s.rollCall()
		if len(r.Void) != 1 || r.Void[0].Person != "bo" || r.Void[0].Void == "" {
			t.Errorf("the roll call found %+v", r.Void)
		}
		if again := s.rollCall(); len(again.Void) != 0 {
			t.Errorf("found again: %+v", again.Void)
		}
		people, why, void := s.onCall(time.Now())
		if !slices.Equal(people, []string{"ana"}) || void != 1 || !strings.Contains(why, "an override for bo until") ||
			!strings.Contains(why, "is ignored: bo is not in the configuration") {
			t.Errorf("%v is on call: %s", people, why)
		}
		if before, _, _ := s.onCall(time.Now().Add(-30 * time.Minute)); !slices.Equal(before, []string{"bo"}) {
			t.Errorf("%v was on call, want bo: what is past stays", before)
		}
		s.open("sev2")
		s.wait(0)
		s.rang("1/page/0.0/ana")
		s.left() // it was a mistake
		s.rollCall()
		if people, _, _ := s.onCall(time.Now()); !slices.Equal(people, []string{"bo"}) {
			t.Errorf("%v is on call, want bo again", people)
		}
	})
}

// TestOverrideForSomebodyWhomSlackDoesNotReach: the one whose shift it is is paged at once.
func TestOverrideForSomebodyWhomSlackDoesNotReach(t *testing.T) {
	play(t, weekly, func(s *scene) {
		s.pager.Overrides.Schedules = map[string]rotations.Schedule{"web": weekOf("web")}
		s.wait(3 * 24 * time.Hour)
		s.standIn("bo")
		s.gone("bo")
		s.open("sev2")
		s.wait(0)
		s.rang("1/page/0.0/ana")
		s.gone("bo", "ana") // and if that one is gone, too, the run goes on
		s.open("sev2")
		s.wait(0)
		s.rang("1/page/0.0/ana", "2/page/1.0/cy")
	})
}

// TestFallbackWhoIsGone: after the last round everybody else is paged in the place of a fallback that cannot be, at its pace.
func TestFallbackWhoIsGone(t *testing.T) {
	play(t, row, func(s *scene) {
		s.gone("cy")
		s.open("sev2")
		s.wait(31 * time.Minute)
		s.rang("1/page/0.0/ana", "1/page/0.1/bo", "1/page/1.0/ana", "1/page/1.1/bo", "1/page/2.0/ana", "1/page/2.0/bo")
		s.wait(30 * time.Minute)
		s.gone("ana", "bo", "cy") // nobody at all: no tight circle
		s.wait(24 * time.Hour)
		if n := len(s.kinds("1")); n > 400 {
			t.Errorf("%d events", n)
		}
	})
}

// TestPolicyOfPeopleWhoAreGone: a run whose policy names nobody who can be paged takes that of the configuration, once.
func TestPolicyOfPeopleWhoAreGone(t *testing.T) {
	play(t, paging.Policy{Name: "old", Steps: []paging.Step{{Page: []paging.Target{"person:ana"}, Wait: time.Minute}},
		Fallback: []paging.Target{"person:ana"}}, func(s *scene) {
		s.open("sev2")
		s.wait(0)
		s.configure(row)
		s.gone("ana")
		s.wait(time.Minute)
		s.rang("1/page/0.0/ana", "1/page/1.0.1/bo")
		if n := len(s.reasons("1")); n != 1 {
			t.Errorf("begun anew %d times", n)
		}
	})
}
