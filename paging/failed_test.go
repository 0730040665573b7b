package paging_test

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
)

// smsThenSlack reaches ana by SMS at once, and by Slack four minutes later; everybody else by Slack.
func smsThenSlack(s *scene) {
	s.pager.Reach = func(person, _ string) []paging.Via {
		if person == "ana" {
			return []paging.Via{{Name: "sms"}, {Name: incidents.ViaSlack, After: 4 * time.Minute}}
		}
		return nil
	}
}

// TestAChannelThatFailsInEachTry starts the next within 12 seconds, says so once, and is tried on until it is back.
func TestAChannelThatFailsInEachTry(t *testing.T) {
	for name, fault := range map[string]error{
		"answers 5xx":       errors.New("503"),
		"does not answer":   &outbox.Unreachable{Err: errors.New("connection refused")},
		"asks to come back": &outbox.Later{After: time.Second, Err: errors.New("throttled")},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, row, func(s *scene) {
				smsThenSlack(s)
				var down atomic.Bool
				down.Store(true)
				s.sms.failing(func(string) error {
					if down.Load() {
						return fault
					}
					return nil
				})
				s.open("sev1")
				s.wait(12 * time.Second)
				s.rang("1/page/0.0/ana")
				s.wait(2 * time.Minute)
				want := []string{"opened", "paged", "paged", "undelivered", "delivered"}
				if diff := cmp.Diff(want, s.kinds("1")); diff != "" {
					t.Error(diff)
				}
				s.texted()
				down.Store(false)
				s.wait(time.Minute)
				s.texted("1/page/0.0/ana/sms")
				if states := s.states("1"); states[0] != "1/page/0.0/ana/sms: ana by sms, delivered true, failed false" {
					t.Errorf("it is %q", states[0])
				}
			})
		})
	}
}

// TestNobodyIsToldBlindlyForEver: what may have arrived, and cannot be looked for, is sent once more and then given up.
func TestNobodyIsToldBlindlyForEver(t *testing.T) {
	play(t, row, func(s *scene) {
		smsThenSlack(s)
		var sent atomic.Int32
		s.sms.failing(func(string) error {
			sent.Add(1)
			return &paging.Unsure{Err: errors.New("no answer")}
		})
		s.open("sev1")
		s.wait(12 * time.Second)
		s.rang("1/page/0.0/ana")
		s.wait(4 * time.Minute)
		if n := sent.Load(); n != 2 {
			t.Errorf("sent %d times, want 2", n)
		}
		if kinds := s.kinds("1"); !slices.Equal(kinds, []string{"opened", "paged", "paged", "undelivered", "delivered"}) {
			t.Errorf("%q", kinds)
		}
	})
}

// TestSlackIsTriedWhileAnotherFails: an SMS that cannot be sent makes the call due, and not the next try of Slack.
func TestSlackIsTriedWhileAnotherFails(t *testing.T) {
	play(t, row, func(s *scene) {
		s.pager.Reach = func(person, _ string) []paging.Via {
			return []paging.Via{
				{Name: incidents.ViaSlack}, {Name: "sms", After: 20 * time.Second}, {Name: "call", After: 4 * time.Minute},
			}
		}
		s.phone.failing(func(string) error { return errors.New("500") })
		s.sms.failing(never)
		s.open("sev1")
		s.wait(21 * time.Second)
		want := []string{
			"1/page/0.0/ana/call: ana by call, delivered false, failed true", // there is no such channel, and it was tried
			"1/page/0.0/ana/sms: ana by sms, delivered false, failed true",
			"1/page/0.0/ana: ana by slack, delivered false, failed false",
		}
		if diff := cmp.Diff(want, s.states("1")); diff != "" {
			t.Error(diff)
		}
	})
}
