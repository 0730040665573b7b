package paging_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
)

// slackThenSMS reaches ana by Slack, and two minutes later by SMS; everybody else by Slack.
func slackThenSMS(s *scene, after time.Duration) {
	s.pager.Reach = func(person, _ string) []paging.Via {
		if person == "ana" {
			return []paging.Via{{Name: incidents.ViaSlack}, {Name: "sms", After: after}}
		}
		return nil
	}
}

// texted compares what went out by SMS, in whatever order.
func (s *scene) texted(keys ...string) {
	s.t.Helper()
	s.sms.mu.Lock()
	defer s.sms.mu.Unlock()
	if diff := cmp.Diff(keys, slices.Sorted(slices.Values(s.sms.rang))); diff != "" {
		s.t.Errorf("SMS (-want +got):\n%s", diff)
	}
}

func (p *phone) failing(fail func(key string) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fail = fail
}

func never(string) error { return &paging.Undeliverable{Err: errors.New("no such number")} }

// states says how far the pages of an incident have come.
func (s *scene) states(id string) (states []string) {
	s.t.Helper()
	err := s.book.Store.View(s.t.Context(), func(tx store.Tx) error {
		i, err := incidents.Head(tx, id)
		if err != nil {
			return err
		}
		for key, p := range i.Pages {
			states = append(states, fmt.Sprintf("%s: %s by %s, delivered %v, failed %v", key, p.Person, p.Via, !p.Delivered.IsZero(), p.Failed))
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	slices.Sort(states)
	return states
}

func TestTwoChannels(t *testing.T) {
	play(t, row, func(s *scene) {
		slackThenSMS(s, 2*time.Minute)
		s.open("sev2")
		s.wait(2*time.Minute - time.Second)
		s.rang("1/page/0.0/ana")
		s.texted()
		s.wait(time.Second)
		s.rang("1/page/0.0/ana")
		s.texted("1/page/0.0/ana/sms")
		want := []string{
			"1/page/0.0/ana/sms: ana by sms, delivered true, failed false",
			"1/page/0.0/ana: ana by slack, delivered true, failed false",
		}
		if diff := cmp.Diff(want, s.states("1")); diff != "" {
			t.Errorf("states (-want +got):\n%s", diff)
		}
		s.wait(3 * time.Minute) // and the next step comes at its time
		s.rang("1/page/0.0/ana", "1/page/0.1/bo")
		s.texted("1/page/0.0/ana/sms")
		if slices.Contains(s.kinds("1"), "withheld") {
			t.Error("one channel has taken the place of the other")
		}
	})
}

// TestAcknowledgedBeforeTheSecondChannel: what has not gone out stays, and the timeline says so.
func TestAcknowledgedBeforeTheSecondChannel(t *testing.T) {
	play(t, row, func(s *scene) {
		slackThenSMS(s, 2*time.Minute)
		s.open("sev2")
		s.wait(time.Minute)
		s.do("1", "ana", incidents.Acknowledged{})
		s.wait(time.Minute)
		s.rang("1/page/0.0/ana")
		s.texted()
		want := []string{"opened", "paged", "paged", "delivered", "acknowledged", "withheld"}
		if diff := cmp.Diff(want, s.kinds("1")); diff != "" {
			t.Error(diff)
		}
	})
}

// TestTheNextChannelThenTheNextPerson: each comes at once when the one before cannot be delivered.
func TestTheNextChannelThenTheNextPerson(t *testing.T) {
	play(t, row, func(s *scene) {
		slackThenSMS(s, 2*time.Minute)
		s.gone("ana")
		s.open("sev2")
		s.wait(0)
		s.rang()
		s.texted("1/page/0.0/ana/sms")
		s.wait(4 * time.Minute) // ana was reached: the step takes its time
		s.rang()
		s.sms.failing(never)
		s.open("sev2")
		s.wait(0)
		s.rang("2/page/0.1/bo")
		want := []string{"opened", "paged", "paged", "undelivered", "undelivered", "paged", "delivered"}
		if diff := cmp.Diff(want, s.kinds("2")); diff != "" {
			t.Error(diff)
		}
	})
}

// TestOneOfTwoIsGone: the other was paged in the same step and is not paged once more in the place of the first.
func TestOneOfTwoIsGone(t *testing.T) {
	both := row
	both.Steps = []paging.Step{{Page: []paging.Target{"person:bo", "person:ana"}, Wait: 5 * time.Minute}}
	play(t, both, func(s *scene) {
		slackThenSMS(s, 2*time.Minute)
		s.gone("bo")
		s.open("sev2")
		s.wait(2 * time.Minute)
		s.rang("1/page/0.0/ana")
		s.texted("1/page/0.0/ana/sms")
		paged := slices.DeleteFunc(s.kinds("1"), func(kind string) bool { return kind != "paged" })
		if len(paged) != 3 {
			t.Errorf("%d pages were decided, want 3", len(paged))
		}
	})
}

// TestTheSecondChannelAlone: that it cannot be delivered ends nothing while the first got through.
func TestTheSecondChannelAlone(t *testing.T) {
	play(t, row, func(s *scene) {
		slackThenSMS(s, 2*time.Minute)
		s.sms.failing(never)
		s.open("sev2")
		s.wait(4 * time.Minute)
		s.rang("1/page/0.0/ana")
		s.wait(time.Minute)
		s.rang("1/page/0.0/ana", "1/page/0.1/bo")
	})
}

// TestSlackIsAway: the second channel does not wait for the first, and the first comes when it can.
func TestSlackIsAway(t *testing.T) {
	var down atomic.Bool
	down.Store(true)
	away := func(string) error {
		if down.Load() {
			return &outbox.Unreachable{Err: errors.New("connection refused")}
		}
		return nil
	}
	playWith(t, row, func(context.Context) error { return away("") }, func(s *scene) {
		slackThenSMS(s, 2*time.Minute)
		s.phone.failing(away)
		for range 5 { // enough to close the gate of Slack
			s.open("sev2")
		}
		s.wait(2 * time.Minute)
		s.rang()
		s.texted("1/page/0.0/ana/sms", "2/page/0.0/ana/sms", "3/page/0.0/ana/sms", "4/page/0.0/ana/sms", "5/page/0.0/ana/sms")
		down.Store(false)
		s.wait(40 * time.Second)
		s.rang("1/page/0.0/ana", "2/page/0.0/ana", "3/page/0.0/ana", "4/page/0.0/ana", "5/page/0.0/ana")
		if slices.Contains(s.kinds("1"), "withheld") {
			t.Error("one channel has taken the place of the other")
		}
	})
}

// TestQuickStepsDoNotPutAChannelOff: ana is paged every 15 minutes, and reached by SMS after 20.
func TestQuickStepsDoNotPutAChannelOff(t *testing.T) {
	play(t, row, func(s *scene) {
		slackThenSMS(s, 20*time.Minute)
		s.open("sev2")
		s.wait(20*time.Minute - time.Second)
		s.texted()
		s.wait(time.Second)
		s.texted("1/page/1.0/ana/sms")
	})
}

// TestRemindedByOneChannel: whoever takes care is reminded by the next only if the first cannot be, and is gone if none can.
func TestRemindedByOneChannel(t *testing.T) {
	play(t, row, func(s *scene) {
		slackThenSMS(s, 2*time.Minute)
		s.open("sev2")
		s.wait(time.Minute)
		s.do("1", "ana", incidents.Acknowledged{})
		s.wait(31 * time.Minute)
		s.rang("1/page/0.0/ana", "1/page/remind-5.0/ana")
		s.texted()
		s.gone("ana")
		s.wait(30 * time.Minute)
		s.texted("1/page/remind-5.1/ana/sms")
		s.sms.failing(never)
		s.wait(30 * time.Minute)
		s.texted("1/page/remind-5.1/ana/sms")
		s.rang("1/page/0.0/ana", "1/page/1.0.1/bo", "1/page/remind-5.0/ana")
		want := []string{"the reminder to ana, who acknowledged, cannot be delivered: no such number"}
		if diff := cmp.Diff(want, s.reasons("1")); diff != "" {
			t.Error(diff)
		}
	})
}

// TestAChannelThatIsNotThere: a page of a configuration that had it moves on.
func TestAChannelThatIsNotThere(t *testing.T) {
	play(t, row, func(s *scene) {
		s.pager.Reach = func(person, _ string) []paging.Via {
			if person == "ana" {
				return []paging.Via{{Name: "sms"}}
			}
			return []paging.Via{}
		}
		delete(s.pager.Channels, "sms")
		s.open("sev2")
		s.wait(0)
		s.rang("1/page/0.1/bo")
	})
}

// TestAPageByTheSecondChannelIsLost: it is enqueued again for the time at which it was due.
func TestAPageByTheSecondChannelIsLost(t *testing.T) {
	play(t, row, func(s *scene) {
		slackThenSMS(s, 2*time.Minute)
		s.open("sev2")
		s.wait(time.Minute)
		change(t, s.book.Store, func(tx store.Tx) error {
			var lost []string
			for key := range tx.Range("outbox/", store.After("outbox/")) {
				if strings.HasSuffix(key, "/page/0.0/ana/sms") {
					lost = append(lost, key)
				}
			}
			for _, key := range lost {
				tx.Delete(key)
			}
			if len(lost) != 1 {
				return fmt.Errorf("%d keys, want that of the entry", len(lost))
			}
			return nil
		})
		mended, err := s.pager.Audit(t.Context())
		if err != nil || len(mended) != 1 || mended[0].What != "page" {
			t.Fatalf("mended %v, %v", mended, err)
		}
		s.wait(time.Minute - time.Second)
		s.texted()
		s.wait(time.Second)
		s.texted("1/page/0.0/ana/sms")
	})
}
