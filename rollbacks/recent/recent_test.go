package recent_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/changes/around"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/recent"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

const arn = "arn:aws:ecs:eu-central-1:1:service/prod/checkout"

var denied = &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"}

// world is the desk at work on a real store.
type world struct {
	t    *testing.T
	book *incidents.Book
	log  bytes.Buffer

	mu    sync.Mutex
	asked int
	hung  int
	hangs bool
	err   error
	found []rollbacks.Deployment
	paged int
}

func (w *world) ask(ctx context.Context, _ rollbacks.Lever, _, _ time.Time) ([]rollbacks.Deployment, bool, error) {
	w.mu.Lock()
	w.asked++
	hangs := w.hangs
	if hangs {
		w.hung++
	}
	found, err := w.found, w.err
	w.mu.Unlock()
	if hangs {
		<-ctx.Done()
		return nil, true, ctx.Err()
	}
	return found, true, err
}

func (w *world) set(how func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	how()
}

func play(t *testing.T, do func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		db, err := bolt.Open(filepath.Join(t.TempDir(), "r.db"), bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t}
		ctx, cancel := context.WithCancel(t.Context())
		runner := &outbox.Runner{Store: db, Groups: outbox.DefaultGroups(nil), Log: slog.New(slog.DiscardHandler)}
		w.book = &incidents.Book{Store: outbox.Waking(db, runner)}
		finder := &around.Finder{Book: w.book}
		desk := recent.New(recent.Options{
			Levers: func(service string) []rollbacks.Lever {
				if service != "checkout" {
					return nil
				}
				return []rollbacks.Lever{{Kind: "ecs", Name: "ecs prod/checkout"}}
			},
			Things: func([]rollbacks.Lever) []changes.Thing { return []changes.Thing{{Name: "kubernetes/prod/shop/web"}} },
			Ask:    w.ask, Tell: finder.Asked, Log: slog.New(slog.NewTextHandler(&w.log, nil)),
		})
		w.book.Followers = []incidents.Follower{finder.Follow, desk.Follow}
		runner.Handlers = maps.Clone(desk.Handlers())
		runner.Handlers["page"] = func(context.Context, outbox.Entry) (func(store.Tx) error, error) {
			w.set(func() { w.paged++ })
			return nil, nil
		}
		ended := make(chan struct{})
		go func() { defer close(ended); _ = runner.Run(ctx) }()
		do(w)
		cancel()
		<-ended
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}

// opens opens an incident of a service, and has what follows happen.
func (w *world) opens(service, quiet string) (id string) {
	w.t.Helper()
	err := w.book.Store.Update(w.t.Context(), func(tx store.Tx) error {
		i, err := w.book.Open(tx, time.Now(), time.Now(), incidents.Person("ana"),
			incidents.Opened{Title: "checkout-5xx", Service: service, Severity: "sev2", Quiet: quiet})
		if err == nil {
			id = i.ID
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	synctest.Wait()
	return id
}

// told are the changes on the timeline of an incident.
func (w *world) told(id string) (lines []string) {
	w.t.Helper()
	err := w.book.Store.View(w.t.Context(), func(tx store.Tx) error {
		lines = nil
		events, err := incidents.Timeline(tx, id)
		for _, e := range events {
			if b, ok := e.Body.(incidents.Responded); ok {
				if c, ok := b.Fact.(response.Changed); ok {
					lines = append(lines, c.Title+", "+c.When()+", "+c.Link)
				}
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return lines
}

func (w *world) deployed(ago time.Duration) {
	at := time.Now().Add(-ago)
	w.found = []rollbacks.Deployment{{ID: "d1", Kind: "ecs-deployment", Title: "ECS deployment of checkout completed", ARN: arn,
		Page: "/ecs/v2", Began: at.Add(-time.Minute), Ended: at}}
}

// TestAsked holds that what nobody told of stands on the timeline, with a link, and that nobody asks for services without targets, nor for
// incidents that page nobody.
func TestAsked(t *testing.T) {
	play(t, func(w *world) {
		w.deployed(6 * time.Minute)
		w.opens("search", "")
		w.opens("checkout", "outside hours")
		if w.asked != 0 {
			t.Errorf("asked %d times", w.asked)
		}
		want := []string{"ECS deployment of checkout completed, 6 min before the incident began, " +
			"https://eu-central-1.console.aws.amazon.com/ecs/v2"}
		if got := w.told(w.opens("checkout", "")); !slices.Equal(got, want) || w.asked != 1 {
			t.Errorf("%q, asked %d times", got, w.asked)
		}
	})
}

// TestHangs holds that pages go out while nobody answers, and that what comes later is told.
func TestHangs(t *testing.T) {
	play(t, func(w *world) {
		w.set(func() { w.deployed(6 * time.Minute); w.hangs = true })
		id := w.opens("checkout", "")
		begun := time.Now()
		err := w.book.Store.Update(t.Context(), func(tx store.Tx) error {
			outbox.In(tx, begun).Once(outbox.Entry{Key: "p", Kind: "page", Lane: outbox.Pages1, Due: begun})
			return nil
		})
		synctest.Wait()
		if err != nil || w.paged != 1 || w.hung != 1 || !time.Now().Equal(begun) {
			t.Fatalf("%v, paged %d, %d hang, after %v", err, w.paged, w.hung, time.Since(begun))
		}
		w.set(func() { w.hangs = false })
		time.Sleep(10 * time.Minute)
		if got := w.told(id); len(got) != 1 || w.asked != 2 {
			t.Errorf("%q, asked %d times", got, w.asked)
		}
	})
}

// TestDenied holds that a permission that is missing is logged once, and that nobody asks again in vain; what else goes wrong is tried three
// times.
func TestDenied(t *testing.T) {
	play(t, func(w *world) {
		w.err = denied
		for range 3 {
			w.opens("checkout", "")
			time.Sleep(time.Hour)
		}
		if n := strings.Count(w.log.String(), "AccessDeniedException"); n != 1 || w.asked != 3 ||
			!strings.Contains(w.log.String(), "rollback-ecs.json") {
			t.Errorf("asked %d times: %s", w.asked, &w.log)
		}
		w.err, w.asked = errors.New("connection reset"), 0
		w.opens("checkout", "")
		time.Sleep(time.Hour)
		if w.asked != 3 {
			t.Errorf("asked %d times", w.asked)
		}
	})
}

// TestWithoutARN holds that what has no ARN is of the thing that its target names.
func TestWithoutARN(t *testing.T) {
	play(t, func(w *world) {
		w.deployed(time.Minute)
		w.found[0].ARN, w.found[0].Page = "", ""
		if got := w.told(w.opens("checkout", "")); len(got) != 1 {
			t.Errorf("%q", got)
		}
	})
}

// TestLook holds that doctor hears of each target that cannot be asked.
func TestLook(t *testing.T) {
	ask := func(_ context.Context, l rollbacks.Lever, _, _ time.Time) ([]rollbacks.Deployment, bool, error) {
		return nil, true, map[string]error{"a": denied, "c": errors.New("no host")}[l.Name]
	}
	all := recent.Look(t.Context(), ask, []rollbacks.Lever{{Name: "a", Kind: "ecs"}, {Name: "b"}, {Name: "c"}}, time.Now())
	if len(all) != 2 || all[0].Target != "a" || !all[0].Denied || all[1].Target != "c" || all[1].Denied ||
		!strings.Contains(all[0].Mend, "rollback-ecs.json") {
		t.Errorf("%+v", all)
	}
}
