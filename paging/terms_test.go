package paging_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/incidents/undo"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/paging/steps"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/rotations/rotationstest"
	"github.com/oncalm/oncalm/store"
)

// people are the steps of pages and whom they went to, without their incidents.
func (s *scene) people() (all []string) {
	s.phone.mu.Lock()
	defer s.phone.mu.Unlock()
	for _, key := range s.phone.rang {
		_, where, _ := strings.Cut(key, "/page/")
		all = append(all, where)
	}
	return all
}

func (s *scene) paged(want ...string) {
	s.t.Helper()
	if diff := gocmp.Diff(want, s.people()); diff != "" {
		s.t.Errorf("pages (-want +got):\n%s", diff)
	}
}

// pagedTogether is paged where those of a step go out at the same time, in either order.
func (s *scene) pagedTogether(want ...string) {
	s.t.Helper()
	if diff := gocmp.Diff(want, slices.Sorted(slices.Values(s.people()))); diff != "" {
		s.t.Errorf("pages (-want +got):\n%s", diff)
	}
}

func (s *scene) head(id string) (i *incidents.Incident) {
	s.t.Helper()
	err := s.book.Store.View(s.t.Context(), func(tx store.Tx) (err error) {
		i, err = incidents.Head(tx, id)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return i
}

// office is open from Monday to Friday. Bubbles begin on a Saturday.
var office = steps.Hours{Zone: "Europe/Berlin", Window: civil.Window{
	Days: civil.EveryDay &^ (1<<time.Saturday | 1<<time.Sunday), From: 9 * civil.Hour, To: 17 * civil.Hour}}

var conditional = paging.Policy{
	Name: "conditional", Rounds: 2, Fallback: []paging.Target{"person:dee"}, Reminder: 30 * time.Minute,
	Steps: []paging.Step{
		{Page: []paging.Target{"person:ana"}, Wait: 5 * time.Minute, When: &steps.When{Severity: []string{"sev1"}}},
		{Page: []paging.Target{"person:bo"}, Wait: 10 * time.Minute, When: &steps.When{Hours: &office}},
	},
}

// TestConditionsAreLookedAtWhenTheStepIsTaken: a step whose condition does not hold takes no time, and the next one is taken at once.
func TestConditionsAreLookedAtWhenTheStepIsTaken(t *testing.T) {
	monday := 2*24*time.Hour + 8*time.Hour // 09:00 in Berlin
	for name, tt := range map[string]struct {
		severity string
		opened   time.Duration
		after    time.Duration
		want     []string
	}{
		"sev1 at night":                   {"sev1", 0, 4 * time.Minute, []string{"0.0/ana"}},
		"sev1 at night goes on":           {"sev1", 0, 11 * time.Minute, []string{"0.0/ana", "1.0/ana", "2.0/dee"}},
		"sev2 at night":                   {"sev2", 0, time.Minute, []string{"2.0/dee"}},
		"sev2 in the office":              {"sev2", monday, time.Minute, []string{"0.1/bo"}},
		"sev1 before it opens":            {"sev1", monday - 3*time.Minute, 6 * time.Minute, []string{"0.0/ana", "0.1/bo"}},
		"sev2 a second before":            {"sev2", monday - time.Second, 0, []string{"2.0/dee"}},
		"sev2 as the office closes":       {"sev2", monday + 8*time.Hour, 0, []string{"2.0/dee"}},
		"sev2 whose second round is late": {"sev2", monday + 8*time.Hour - time.Minute, 11 * time.Minute, []string{"0.1/bo", "2.0/dee"}},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, conditional, func(s *scene) {
				s.wait(tt.opened)
				s.open(tt.severity)
				s.wait(tt.after)
				s.paged(tt.want...)
			})
		})
	}
}

// TestWhatIsToComeKnowsConditions: who is told to be next is who will be paged at that time.
func TestWhatIsToComeKnowsConditions(t *testing.T) {
	play(t, conditional, func(s *scene) {
		s.wait(2*24*time.Hour + 8*time.Hour - 3*time.Minute)
		s.open("sev1")
		s.wait(0)
		err := s.book.Store.View(t.Context(), func(tx store.Tx) error {
			i, err := incidents.Head(tx, "1")
			if err != nil {
				return err
			}
			if next := paging.Next(s.pager, tx, time.Now(), i); next == nil || !slices.Equal(next.People, []string{"bo"}) {
				t.Errorf("next: %+v", next)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

var inTurn = paging.Policy{
	Name: "turns", Rounds: 1, Fallback: []paging.Target{"person:dee"}, Reminder: 30 * time.Minute,
	Steps: []paging.Step{
		{Page: []paging.Target{"person:ana", "person:bo", "person:cy"}, Wait: 5 * time.Minute, InTurn: true},
	},
}

// TestTurnsAreFair: over incidents, whoever acknowledges, and also by another pager, as after a restart.
func TestTurnsAreFair(t *testing.T) {
	play(t, inTurn, func(s *scene) {
		for range 4 {
			id := s.open("sev2")
			s.wait(time.Minute)
			s.do(id, "dee", incidents.Acknowledged{})
		}
		s.paged("0.0/ana", "0.0/bo", "0.0/cy", "0.0/ana")
		another := &paging.Pager{Book: s.book, Policy: s.policy, Overrides: s.pager.Overrides, Channels: s.pager.Channels}
		s.book.Followers = []incidents.Follower{another.Follow}
		s.open("sev2")
		s.open("sev2")
		s.wait(time.Second)
		if got := s.people()[4:]; !slices.Equal(slices.Sorted(slices.Values(got)), []string{"0.0/bo", "0.0/cy"}) {
			t.Errorf("after a restart: %v", got)
		}
	})
}

// TestATurnThatReachesNobodyIsTheNextPersons: at once, and it counts for both.
func TestATurnThatReachesNobodyIsTheNextPersons(t *testing.T) {
	play(t, inTurn, func(s *scene) {
		s.phone.fail = func(key string) error {
			if strings.Contains(key, "/ana") {
				return &paging.Undeliverable{Err: errors.New("no such user")}
			}
			return nil
		}
		s.open("sev2")
		s.wait(time.Second)
		s.paged("0.0/bo")
		s.open("sev2")
		s.wait(time.Second)
		s.paged("0.0/bo", "0.0/cy")
	})
}

var twoAcks = paging.Policy{
	Name: "both", Rounds: 2, Fallback: []paging.Target{"person:dee"}, Reminder: 30 * time.Minute,
	Steps: []paging.Step{
		{Page: []paging.Target{"person:ana", "person:bo"}, Wait: 5 * time.Minute, Acks: 2},
		{Page: []paging.Target{"person:cy", "person:ana"}, Wait: 5 * time.Minute},
	},
}

// TestTwoHaveToAcknowledge: the run goes on after the first acknowledgement, and pages those who have not yet.
func TestTwoHaveToAcknowledge(t *testing.T) {
	play(t, twoAcks, func(s *scene) {
		s.open("sev2")
		s.wait(time.Minute)
		s.do("1", "ana", incidents.Acknowledged{})
		if i := s.head("1"); i.Status != incidents.StatusTriggered || i.Response.Acks.String() != "1 of 2" {
			t.Errorf("%s, %s", i.Status, i.Response.Acks)
		}
		_, err := s.book.Record(t.Context(), "1", incidents.Person("ana"), incidents.Acknowledged{})
		if e, ok := errors.AsType[*incidents.Refused](err); !ok || e.Incident.AcknowledgedBy.Name != "ana" {
			t.Errorf("ana, once more: %v", err)
		}
		s.wait(4 * time.Minute)
		s.wait(5 * time.Minute)
		s.pagedTogether("0.0/ana", "0.0/bo", "0.1/cy", "1.0/bo")
		s.do("1", "bo", incidents.Acknowledged{})
		if i := s.head("1"); i.Status != incidents.StatusAcknowledged || i.Response.Acks.String() != "2 of 2" {
			t.Errorf("%s, %s", i.Status, i.Response.Acks)
		}
		s.wait(30 * time.Minute)
		if got := s.people()[4:]; len(got) != 2 {
			t.Errorf("reminded: %v", got)
		}
		s.do("1", "ana", incidents.Escalated{})
		if i := s.head("1"); i.Status != incidents.StatusTriggered || i.Response.Acks.String() != "0 of 2" {
			t.Errorf("escalated: %s, %s", i.Status, i.Response.Acks)
		}
	})
}

// TestOneOfTwoTakesItsAcknowledgementBack: then nobody has acknowledged, and nobody is paged before their time.
func TestOneOfTwoTakesItsAcknowledgementBack(t *testing.T) {
	play(t, twoAcks, func(s *scene) {
		s.open("sev2")
		s.wait(time.Minute)
		s.do("1", "ana", incidents.Acknowledged{})
		err := s.book.Store.Update(t.Context(), func(tx store.Tx) error {
			done, err := undo.Last(tx, time.Now(), "ana", "1")
			if err != nil {
				return err
			}
			back, err := undo.Back(tx, time.Now(), done[0])
			if err != nil {
				return err
			}
			_, err = s.book.Append(tx, time.Now(), "1", incidents.Event{By: incidents.Person("ana"), Body: back})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if i := s.head("1"); i.Response.Acks.String() != "0 of 2" {
			t.Errorf("acks: %s", i.Response.Acks)
		}
		s.wait(2 * time.Minute)
		s.pagedTogether("0.0/ana", "0.0/bo")
		s.wait(2 * time.Minute)
		if got := s.people()[2:]; len(got) != 2 {
			t.Errorf("the second step pages %v", got)
		}
	})
}

// TestWhenNobodyElseIsLeftTheFallbackIsPaged: also if all whom the steps name have acknowledged.
func TestWhenNobodyElseIsLeftTheFallbackIsPaged(t *testing.T) {
	p := twoAcks
	p.Steps = []paging.Step{{Page: []paging.Target{"person:ana"}, Wait: 5 * time.Minute, Acks: 2}}
	play(t, p, func(s *scene) {
		s.open("sev2")
		s.wait(time.Minute)
		s.do("1", "ana", incidents.Acknowledged{})
		s.wait(4 * time.Minute)
		s.rang("1/page/0.0/ana", "1/page/2.0/dee")
	})
}

// TestRemindersGoWithWhoTookOver: until somebody answers they go to who acknowledged, late also to whoever is on call, and then to who
// took over alone.
func TestRemindersGoWithWhoTookOver(t *testing.T) {
	play(t, row, func(s *scene) {
		s.pager.Overrides.Schedules = map[string]rotations.Schedule{"shop": {Name: "shop", Layers: []rotations.Layer{
			rotationstest.Layer("primary", "1999-12-27T00:00", "1w", "bo", "bo")}}}
		s.open("sev2")
		s.wait(time.Minute)
		s.do("1", "ana", incidents.Acknowledged{})
		s.do("1", "oncalm", incidents.Responded{Fact: response.HandoverAsked{
			Schedule: "shop", From: "ana", To: []string{"bo"}, At: time.Now(), After: 45 * time.Minute}})
		s.wait(31 * time.Minute)
		s.paged("0.0/ana", "remind-4.0/ana")
		s.wait(30 * time.Minute)
		s.pagedTogether("0.0/ana", "remind-4.0/ana", "remind-4.1/ana", "remind-4.1/bo")
		_, err := s.book.Record(t.Context(), "1", incidents.Person("cy"), incidents.Acknowledged{})
		if !errors.Is(err, incidents.ErrAcknowledged) {
			t.Errorf("cy, who was not asked: %v", err)
		}
		s.do("1", "bo", incidents.Acknowledged{})
		if i := s.head("1"); i.AcknowledgedBy.Name != "bo" || i.Response.Handover != nil {
			t.Errorf("it is of %s, %+v", i.AcknowledgedBy.Name, i.Response.Handover)
		}
		s.wait(31 * time.Minute)
		if got := s.people()[4:]; len(got) != 1 || !strings.HasSuffix(got[0], "/bo") {
			t.Errorf("reminded after that: %v", got)
		}
	})
}
