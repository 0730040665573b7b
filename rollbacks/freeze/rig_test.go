package freeze_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/freeze"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/store/storetest"
)

// barrier is a gate.
type barrier struct {
	mu       sync.Mutex
	on       bool
	reason   string
	holds    int
	releases int
	deaf     bool // does what it is told, and does not answer
	down     error
}

func (b *barrier) Held(context.Context) (rollbacks.Hold, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return rollbacks.Hold{On: b.on, Reason: b.reason}, b.down
}

func (b *barrier) Hold(_ context.Context, reason string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.on, b.reason = true, reason
	b.holds++
	return b.answer()
}

func (b *barrier) Release(context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.on, b.reason = false, ""
	b.releases++
	return b.answer()
}

func (b *barrier) answer() error {
	if b.deaf {
		return errors.New("no answer")
	}
	return nil
}

// set changes the gate, as somebody else would.
func (b *barrier) set(how func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	how()
}

// world is the desk at work on a real store.
type world struct {
	t     *testing.T
	db    *bolt.DB
	mind  *storetest.Mortal
	book  *incidents.Book
	desk  *freeze.Desk
	gate  *barrier
	more  *barrier // of the second target of the service both
	blind bool     // nobody follows incidents
	stop  func()
}

func lever(name string) rollbacks.Lever {
	return rollbacks.Lever{Kind: "codepipeline", Name: "codepipeline " + name + "/deploy",
		Keys: rollbacks.Settings{"pipeline": name, "stage": "deploy"}}
}

func play(t *testing.T, do func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		db, err := bolt.Open(filepath.Join(t.TempDir(), "f.db"), bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, db: db, gate: &barrier{}, more: &barrier{}}
		w.start(-1, false)
		do(w)
		w.stop()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}

// start starts the program, which is killed at its so-many-th commit.
func (w *world) start(commits int, heard bool) {
	time.Sleep(time.Millisecond) // no program is started at the moment at which the one before was killed
	ctx, cancel := context.WithCancel(w.t.Context())
	w.mind = storetest.NewMortal(w.db, commits, heard, cancel)
	runner := &outbox.Runner{Store: w.mind, Groups: outbox.DefaultGroups(nil), Log: slog.New(slog.DiscardHandler)}
	w.book = &incidents.Book{Store: outbox.Waking(w.mind, runner)}
	gates := map[string][]rollbacks.Lever{"web": {lever("web")}, "shop": {lever("web")}, "both": {lever("web"), lever("api")}}
	w.desk = freeze.New(freeze.Options{
		Book: w.book, Log: slog.New(slog.DiscardHandler),
		Gates: func(service string) []rollbacks.Lever { return gates[service] },
		Gate: func(_ context.Context, l rollbacks.Lever, _ string) (rollbacks.Gate, error) {
			if l.Keys["pipeline"] == "api" {
				return w.more, nil
			}
			return w.gate, nil
		},
		From: func(service string) string {
			return map[string]string{"web": "sev1", "both": "sev2"}[service]
		},
		May: func(person string) bool { return person != "eve" },
	})
	if !w.blind {
		w.book.Followers = []incidents.Follower{w.desk.Follow}
	}
	runner.Handlers = maps.Clone(w.desk.Handlers())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = runner.Run(ctx) }()
	w.stop = func() { cancel(); <-ended }
}

// opens opens an incident; "" if the program was killed before anybody knows of it.
func (w *world) opens(service, severity string, change ...func(*incidents.Opened)) (id string) {
	o := incidents.Opened{Title: service + "-5xx", Service: service, Severity: severity}
	for _, c := range change {
		c(&o)
	}
	err := w.book.Store.Update(w.t.Context(), func(tx store.Tx) error {
		i, err := w.book.Open(tx, time.Now(), time.Now(), incidents.Person("ana"), o)
		if err == nil {
			id = i.ID
		}
		return err
	})
	if err != nil {
		return ""
	}
	return id
}

func (w *world) records(id string, body incidents.Body) {
	w.t.Helper()
	if _, err := w.book.Record(w.t.Context(), id, incidents.Person("ana"), body); err != nil {
		w.t.Fatal(err)
	}
}

// says has a person freeze or thaw.
func (w *world) says(do func(store.Tx, time.Time, string, string) (*incidents.Incident, error), person, id string) (
	err error) {
	_ = w.book.Store.Update(w.t.Context(), func(tx store.Tx) error {
		_, err = do(tx, time.Now(), person, id)
		return err
	})
	return err
}

// wait has time pass.
func (w *world) wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// settles waits until there is nothing more to do at once.
func (w *world) settles() {
	time.Sleep(5 * time.Second)
	synctest.Wait()
}

// expect looks how the gate stands, and for which incident.
func (w *world) expect(when string, on bool, reason string) {
	w.t.Helper()
	w.settles()
	w.gate.set(func() {
		if w.gate.on != on || !strings.Contains(w.gate.reason, reason) {
			w.t.Errorf("%s: held %v: %q; want %v: %q", when, w.gate.on, w.gate.reason, on, reason)
		}
	})
}

// story is what the timeline says of freezes.
func (w *world) story(id string) (lines []string) {
	w.t.Helper()
	err := w.db.View(w.t.Context(), func(tx store.Tx) error {
		lines = nil
		events, err := incidents.Timeline(tx, id)
		for _, e := range events {
			if b, ok := e.Body.(incidents.Responded); ok && response.OfFreeze(b.Fact) {
				said := e.By.Name + ":"
				for n, p := range b.Says() {
					if n == 0 {
						said += " "
					}
					said += p.Text
				}
				lines = append(lines, strings.TrimPrefix(said, ":"))
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return lines
}

func (w *world) tells(id string, want ...string) {
	w.t.Helper()
	got := w.story(id)
	if !slices.EqualFunc(got, want, strings.HasSuffix) {
		w.t.Errorf("incident %s tells\n%s\nwant\n%s", id, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// sound checks that the incident is what its timeline amounts to, and that nothing is left of a gate that nobody wants.
func (w *world) sound(id string, left int) {
	w.t.Helper()
	err := w.db.View(w.t.Context(), func(tx store.Tx) error {
		events, err := incidents.Timeline(tx, id)
		if err != nil {
			return err
		}
		i, err := incidents.Fold(id, events)
		if err != nil {
			return err
		}
		head, err := incidents.Head(tx, id)
		if err != nil {
			return err
		}
		a, _ := i.Record()
		b, _ := head.Record()
		if string(a) != string(b) {
			return fmt.Errorf("head %s\nfold %s", b, a)
		}
		n := 0
		for _, c := range freeze.Keys() {
			for range tx.Range(c.Prefix, store.After(c.Prefix)) {
				n++
			}
		}
		if n != left {
			return fmt.Errorf("%d records are left, want %d", n, left)
		}
		return nil
	})
	if err != nil {
		w.t.Error(err)
	}
}
