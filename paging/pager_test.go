package paging_test

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// phone is a channel to people that keeps what it delivered.
type phone struct {
	mu   sync.Mutex
	rang []string // person key why
	fail func(key string) error
	left []string      // who is no longer in the configuration
	says paging.Policy // of the configuration
}

func (p *phone) Page(_ context.Context, key string, page paging.Page) (paging.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		if err := p.fail(key); err != nil {
			return paging.Receipt{}, err
		}
	}
	p.rang = append(p.rang, key)
	return paging.Receipt{Channel: "D1", Message: key}, nil
}

type scene struct {
	t     *testing.T
	book  *incidents.Book
	phone *phone
	sms   *phone // a second channel, for who is reached by it
	pager *paging.Pager
}

// play runs a scene with the pager at work on a real store, in a bubble of time.
func play(t *testing.T, p paging.Policy, do func(*scene)) {
	t.Helper()
	playWith(t, p, nil, do)
}

// playWith is play with a probe of Slack.
func playWith(t *testing.T, p paging.Policy, probe func(context.Context) error, do func(*scene)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		db, err := bolt.Open(filepath.Join(t.TempDir(), "p.db"), bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		groups := outbox.DefaultGroups(probe)
		for _, via := range []string{"sms", "call"} {
			lanes := paging.Lanes(via)
			groups = append(groups, outbox.Group{Name: via, Lanes: lanes[:], Workers: 2})
		}
		runner := &outbox.Runner{Store: db, Groups: groups, Log: slog.New(slog.DiscardHandler)}
		book := &incidents.Book{Store: outbox.Waking(db, runner)}
		s := &scene{t: t, book: book, phone: &phone{}, sms: &phone{}}
		s.configure(p)
		s.pager = &paging.Pager{Book: book, Policy: s.policy, Overrides: &overrides.Book{Known: s.known},
			Channels: map[string]paging.Channel{incidents.ViaSlack: s.phone, "sms": s.sms}}
		book.Followers = []incidents.Follower{s.pager.Follow}
		runner.Handlers = s.pager.Handlers()
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); _ = runner.Run(ctx) }()
		do(s)
		cancel()
		<-ended
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}

func (s *scene) open(severity string) string {
	s.t.Helper()
	now := time.Now()
	var id string
	err := s.book.Store.Update(s.t.Context(), func(tx store.Tx) error {
		i, err := s.book.Open(tx, now, now, incidents.ByAlarm("cpu"), incidents.Opened{Title: "x", Severity: severity})
		if err == nil {
			id = i.ID
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

func (s *scene) do(id, person string, body incidents.Body) {
	s.t.Helper()
	if _, err := s.book.Record(s.t.Context(), id, incidents.Person(person), body); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) wait(d time.Duration) { time.Sleep(d); synctest.Wait() }

func (s *scene) rang(keys ...string) {
	s.t.Helper()
	s.phone.mu.Lock()
	defer s.phone.mu.Unlock()
	got := slices.Clone(s.phone.rang)
	if len(got) == len(keys) && len(got) > 1 && s.phone.fail != nil {
		slices.Sort(got) // what waited goes out at the same time
	}
	if diff := gocmp.Diff(keys, got); diff != "" {
		s.t.Errorf("pages (-want +got):\n%s", diff)
	}
}

// kinds lists the kinds on a timeline.
func (s *scene) kinds(id string) (kinds []string) {
	s.t.Helper()
	err := s.book.Store.View(s.t.Context(), func(tx store.Tx) error {
		events, err := incidents.Timeline(tx, id)
		for _, e := range events {
			kinds = append(kinds, e.Kind())
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return kinds
}

// three people in a row, twice, then cy.
var row = paging.Policy{
	Name: "row",
	Steps: []paging.Step{
		{Page: []paging.Target{"person:ana"}, Wait: 5 * time.Minute},
		{Page: []paging.Target{"person:bo"}, Wait: 10 * time.Minute},
	},
	Rounds: 2, Fallback: []paging.Target{"person:cy"}, Reminder: 30 * time.Minute,
}

func TestTheFirstPageIsDecidedWithTheOpening(t *testing.T) {
	play(t, row, func(s *scene) {
		s.open("sev2")
		s.wait(0)
		s.rang("1/page/0.0/ana")
		if diff := gocmp.Diff([]string{"opened", "paged", "delivered"}, s.kinds("1")); diff != "" {
			t.Error(diff)
		}
	})
}

// TestDamagedEvidence: somebody is paged also if what the alarm said cannot be read any more.
func TestDamagedEvidence(t *testing.T) {
	play(t, row, func(s *scene) {
		now := time.Now()
		err := s.book.Store.Update(s.t.Context(), func(tx store.Tx) error {
			i, err := s.book.Open(tx, now, now, incidents.ByAlarm("cpu"), incidents.Opened{
				Title: "x", Severity: "sev2", Alarm: &incidents.Alarm{Name: "cpu", Series: "cpu", State: incidents.AlarmFiring, Changed: now,
					Received: now},
			})
			tx.Put("incident/0000000"+i.ID+"/event/00000001", []byte("{"))
			return err
		})
		if err != nil {
			s.t.Fatal(err)
		}
		s.wait(0)
		s.rang("1/page/0.0/ana")
	})
}

func TestUntilSomebodyAcknowledges(t *testing.T) {
	play(t, row, func(s *scene) {
		s.open("sev2")
		s.wait(5*time.Minute - time.Second)
		s.rang("1/page/0.0/ana")
		s.wait(time.Second)
		s.rang("1/page/0.0/ana", "1/page/0.1/bo")
		s.wait(10 * time.Minute)
		s.rang("1/page/0.0/ana", "1/page/0.1/bo", "1/page/1.0/ana")
		s.do("1", "ana", incidents.Acknowledged{})
		s.wait(29 * time.Minute)
		s.rang("1/page/0.0/ana", "1/page/0.1/bo", "1/page/1.0/ana")
	})
}

func TestNobodyEver(t *testing.T) {
	play(t, row, func(s *scene) {
		s.open("sev2")
		s.wait(2 * time.Hour)
		s.rang("1/page/0.0/ana", "1/page/0.1/bo", "1/page/1.0/ana", "1/page/1.1/bo",
			"1/page/2.0/cy", "1/page/3.0/cy", "1/page/4.0/cy", "1/page/5.0/cy")
	})
}

// fallbacks lists why the pages on a timeline went to the fallback, or - if they did not.
func (s *scene) fallbacks(id string) (whys []string) {
	s.t.Helper()
	err := s.book.Store.View(s.t.Context(), func(tx store.Tx) error {
		events, err := incidents.Timeline(tx, id)
		for _, e := range events {
			if b, ok := e.Body.(incidents.Paged); ok {
				whys = append(whys, cmp.Or(b.Fallback, "-"))
			}
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return whys
}

// TestPagesToTheFallbackAreMarked: whoever reads the timeline can tell them from steps.
func TestPagesToTheFallbackAreMarked(t *testing.T) {
	vacant := row
	vacant.Steps = slices.Clone(row.Steps)
	vacant.Steps[1].Page = []paging.Target{"schedule:nobody"}
	for _, tt := range []struct {
		policy paging.Policy
		want   []string
	}{
		{row, []string{"-", "-", "-", "-", incidents.FallbackAfter, incidents.FallbackAfter}},
		{vacant, []string{"-", incidents.FallbackNobody, "-", incidents.FallbackNobody, incidents.FallbackAfter,
			incidents.FallbackAfter}},
	} {
		play(t, tt.policy, func(s *scene) {
			s.open("sev2")
			s.wait(65 * time.Minute)
			if diff := gocmp.Diff(tt.want, s.fallbacks("1")); diff != "" {
				t.Errorf("fallbacks (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReminderUntilResolved(t *testing.T) {
	play(t, row, func(s *scene) {
		s.open("sev2")
		s.wait(time.Minute)
		s.do("1", "ana", incidents.Acknowledged{})
		s.wait(61 * time.Minute)
		s.rang("1/page/0.0/ana", "1/page/remind-4.0/ana", "1/page/remind-4.1/ana")
		s.do("1", "ana", incidents.Resolved{})
		s.wait(5 * time.Hour)
		s.rang("1/page/0.0/ana", "1/page/remind-4.0/ana", "1/page/remind-4.1/ana")
	})
}

func TestEscalatedByHand(t *testing.T) {
	play(t, row, func(s *scene) {
		s.open("sev2")
		s.wait(time.Minute)
		s.do("1", "ana", incidents.Acknowledged{})
		s.wait(20 * time.Minute) // the deadline of step 0 passes and does nothing
		s.rang("1/page/0.0/ana")
		s.do("1", "ana", incidents.Escalated{})
		s.wait(0)
		s.rang("1/page/0.0/ana", "1/page/0.1/bo")
		s.wait(10 * time.Minute) // and the run goes on from there
		s.rang("1/page/0.0/ana", "1/page/0.1/bo", "1/page/1.0/ana")
	})
}

func TestEscalatedAfterEverythingStillPages(t *testing.T) {
	play(t, row, func(s *scene) {
		s.open("sev2")
		s.wait(31 * time.Minute)
		s.do("1", "bo", incidents.Escalated{})
		s.wait(0)
		s.rang("1/page/0.0/ana", "1/page/0.1/bo", "1/page/1.0/ana", "1/page/1.1/bo",
			"1/page/2.0/cy", "1/page/3.0/cy")
	})
}

func TestAnUndeliverablePageMovesOnAtOnce(t *testing.T) {
	play(t, row, func(s *scene) {
		s.phone.fail = func(key string) error {
			if key == "1/page/0.0/ana" {
				return &paging.Undeliverable{Err: errors.New("user_disabled")}
			}
			return nil
		}
		s.open("sev2")
		s.wait(time.Second)
		s.rang("1/page/0.1/bo")
		want := []string{"opened", "paged", "undelivered", "paged", "delivered"}
		if diff := gocmp.Diff(want, s.kinds("1")); diff != "" {
			t.Error(diff)
		}
	})
}

func TestNobodyCanBeReachedDoesNotSpin(t *testing.T) {
	play(t, row, func(s *scene) {
		tries := 0
		s.phone.fail = func(string) error {
			tries++
			return &paging.Undeliverable{Err: errors.New("user_disabled")}
		}
		s.open("sev2")
		s.wait(time.Hour)
		if tries < 5 || tries > 8 {
			t.Errorf("%d attempts in an hour; want the two rounds at once, then one each half hour", tries)
		}
	})
}

func TestWhatWaitedThroughAnOutageIsWeighedAnew(t *testing.T) {
	play(t, row, func(s *scene) {
		down := true
		s.phone.fail = func(string) error {
			if down {
				return &outbox.Unreachable{Err: errors.New("connection refused")}
			}
			return nil
		}
		s.open("sev2") // 1: resolved while the line is down
		s.open("sev1") // 2: unanswered all the time: a page to each, not one for each step
		s.open("sev3") // 3: acknowledged from elsewhere
		s.wait(12 * time.Minute)
		s.do("1", "ana", incidents.Resolved{})
		s.do("3", "bo", incidents.Acknowledged{})
		s.wait(10 * time.Minute)
		s.phone.mu.Lock()
		down = false
		s.phone.mu.Unlock()
		s.wait(time.Minute)
		s.rang("2/page/1.0/ana", "2/page/1.1/bo")
		for _, kind := range s.kinds("1") {
			if kind == "delivered" {
				t.Error("a page for what was resolved went out")
			}
		}
		if !slices.Contains(s.kinds("1"), "withheld") {
			t.Error("the timeline does not say that a page was withheld")
		}
	})
}

func TestReopenedIsANewRun(t *testing.T) {
	play(t, row, func(s *scene) {
		s.open("sev2")
		s.wait(time.Minute)
		s.do("1", "ana", incidents.Resolved{})
		s.wait(time.Minute)
		s.do("1", "ana", incidents.Reopened{})
		s.wait(time.Minute)
		s.rang("1/page/0.0/ana", "1/page/1.0.0/ana")
		s.wait(5 * time.Minute)
		s.rang("1/page/0.0/ana", "1/page/1.0.0/ana", "1/page/1.0.1/bo")
	})
}

func TestAChangedPolicyDoesNotChangeARun(t *testing.T) {
	play(t, row, func(s *scene) {
		s.open("sev2")
		s.wait(time.Minute)
		s.pager.Policy = func(string) paging.Policy { return paging.Policy{Name: "empty"} }
		s.wait(5 * time.Minute)
		s.rang("1/page/0.0/ana", "1/page/0.1/bo")
	})
}
