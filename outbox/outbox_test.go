package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// world is an outbox at work on a real store, in a bubble of time.
type world struct {
	t      *testing.T
	store  store.Store
	path   string
	runner *outbox.Runner
	probe  func(context.Context) error
	log    *slog.Logger // nil: nobody reads it
	stop   func()

	mu   sync.Mutex
	runs []string // the handlers' runs: key@seconds since start
	zero time.Time
}

func inWorld(t *testing.T, handlers func(*world) map[string]outbox.Handler, play func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, path: filepath.Join(t.TempDir(), "o.db"), zero: time.Now()}
		w.open()
		w.start(handlers(w))
		play(w)
		w.stop()
		if err := w.store.Close(); err != nil {
			t.Error(err)
		}
	})
}

func (w *world) open() {
	w.t.Helper()
	s, err := bolt.Open(w.path, bolt.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.store = s
}

func (w *world) start(handlers map[string]outbox.Handler) {
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	w.runner = &outbox.Runner{
		Store: w.store, Handlers: handlers, Groups: outbox.DefaultGroups(w.probe),
		Log: w.log, Calendar: map[string]bool{"b": true},
	}
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.runner.Run(ctx) }()
	w.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
	}
}

func (w *world) owe(soon bool, entries ...outbox.Entry) {
	w.t.Helper()
	now := time.Now()
	err := outbox.Waking(w.store, w.runner).Update(w.t.Context(), func(tx store.Tx) error {
		for _, e := range entries {
			if e.Due.IsZero() {
				e.Due = now
			}
			if soon {
				outbox.In(tx, now).Soon(e)
			} else {
				outbox.In(tx, now).Once(e)
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) get(key string) (e outbox.Entry, ok bool) {
	w.t.Helper()
	err := w.store.View(w.t.Context(), func(tx store.Tx) error {
		e, ok = outbox.In(tx, time.Now()).Get(key)
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return e, ok
}

// ran notes a run of a handler.
func (w *world) ran(e outbox.Entry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.runs = append(w.runs, e.Key)
}

func (w *world) seen() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.runs)
}

func (w *world) want(runs ...string) {
	w.t.Helper()
	if diff := cmp.Diff(runs, w.seen()); diff != "" {
		w.t.Errorf("runs (-want +got):\n%s", diff)
	}
}

// wait lets time pass until everything that happens within it has happened.
func wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// counting runs without effect and notes it.
func counting(w *world) map[string]outbox.Handler {
	return map[string]outbox.Handler{"a": func(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
		w.ran(e)
		return nil, nil
	}}
}

func TestOnceIsOnce(t *testing.T) {
	inWorld(t, counting, func(w *world) {
		w.owe(false, outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Decisions})
		w.owe(false, outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Decisions})
		wait(time.Second)
		w.owe(false, outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Decisions})
		wait(time.Hour)
		w.want("x")
		if e, ok := w.get("x"); !ok || e.Done.IsZero() {
			t.Errorf("entry = %+v, %v; want it kept and done", e, ok)
		}
	})
}

func TestDueTimeIsKept(t *testing.T) {
	inWorld(t, counting, func(w *world) {
		w.owe(false, outbox.Entry{Key: "later", Kind: "a", Lane: outbox.Decisions, Due: time.Now().Add(10 * time.Minute)})
		wait(10*time.Minute - time.Second)
		w.want()
		wait(time.Second)
		w.want("later")
	})
}

func TestSoonRunsOnceForManyAndAgainAfter(t *testing.T) {
	inWorld(t, counting, func(w *world) {
		for range 5 {
			w.owe(true, outbox.Entry{Key: "card", Kind: "a", Lane: outbox.Chores, Due: time.Now().Add(time.Second)})
		}
		wait(2 * time.Second)
		w.want("card")
		w.owe(true, outbox.Entry{Key: "card", Kind: "a", Lane: outbox.Chores})
		wait(time.Second)
		w.want("card", "card")
	})
}

func TestSoonDuringARunRunsAgain(t *testing.T) {
	slow := func(w *world) map[string]outbox.Handler {
		return map[string]outbox.Handler{"a": func(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			w.ran(e)
			time.Sleep(time.Second)
			return nil, nil
		}}
	}
	inWorld(t, slow, func(w *world) {
		w.owe(true, outbox.Entry{Key: "card", Kind: "a", Lane: outbox.Decisions})
		wait(500 * time.Millisecond)
		w.owe(true, outbox.Entry{Key: "card", Kind: "a", Lane: outbox.Decisions})
		wait(10 * time.Second)
		w.want("card", "card")
	})
}

// TestSoonIsNotMissedWhileItIsCommitted: what is armed just before it is due, in a transaction that is committed after that, is seen by
// a run, though the one that was waited for anyway has seen the state before.
func TestSoonIsNotMissedWhileItIsCommitted(t *testing.T) {
	var last string // what a run has seen
	sees := func(w *world) map[string]outbox.Handler {
		return map[string]outbox.Handler{"a": func(ctx context.Context, _ outbox.Entry) (func(store.Tx) error, error) {
			err := w.store.View(ctx, func(tx store.Tx) error {
				last = string(tx.Get("state"))
				return nil
			})
			time.Sleep(100 * time.Millisecond)
			return nil, err
		}}
	}
	inWorld(t, sees, func(w *world) {
		moves := func(to string, begun time.Time) {
			must(t, w.store, func(tx store.Tx) error {
				tx.Put("state", []byte(to))
				due := begun.Add(300 * time.Millisecond)
				outbox.In(tx, begun).Soon(outbox.Entry{Key: "card", Kind: "a", Lane: outbox.Chores, Due: due})
				return nil
			})
		}
		moves("old", time.Now())
		wait(299 * time.Millisecond)
		begun := time.Now()
		wait(2 * time.Millisecond)
		moves("new", begun)
		wait(10 * time.Second)
		if last != "new" {
			t.Errorf("the last run has seen %q", last)
		}
	})
}

func TestSoonBringsForwardButNeverPutsOff(t *testing.T) {
	inWorld(t, counting, func(w *world) {
		w.owe(false, outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Decisions, Due: time.Now().Add(time.Hour)})
		w.owe(true, outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Decisions, Due: time.Now().Add(2 * time.Hour)})
		w.owe(true, outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Decisions, Due: time.Now().Add(time.Minute)})
		wait(time.Minute)
		w.want("x")
	})
}

// failing fails the first n attempts of each entry with the error given.
func failing(n int, err error) func(*world) map[string]outbox.Handler {
	return func(w *world) map[string]outbox.Handler {
		return map[string]outbox.Handler{"a": func(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			w.mu.Lock()
			w.runs = append(w.runs, fmt.Sprintf("%s+%.0fs", e.Key, time.Since(w.zero).Seconds()))
			failed := len(w.runs)
			w.mu.Unlock()
			if failed <= n {
				return nil, err
			}
			return nil, nil
		}}
	}
}

func TestFailuresAreTriedWithoutLimit(t *testing.T) {
	inWorld(t, failing(200, errors.New("no")), func(w *world) {
		w.owe(false, outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Decisions})
		wait(3 * time.Hour)
		if n := len(w.seen()); n != 201 {
			t.Errorf("%d attempts, want 201", n)
		}
		e, _ := w.get("x")
		if e.Done.IsZero() || e.Attempt != 200 || e.Error != "no" {
			t.Errorf("entry = %+v; want it done after 200 failed attempts, the last error kept", e)
		}
	})
}

func TestBackoffGrowsToHalfAMinute(t *testing.T) {
	inWorld(t, failing(1000, errors.New("no")), func(w *world) {
		w.owe(false, outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Decisions})
		wait(10 * time.Minute)
		// 1+2+4+8+15 = 30 s, then one each 30 s: 5 + 19 more and the first, ±20 %.
		if n := len(w.seen()); n < 20 || n > 30 {
			t.Errorf("%d attempts in 10 minutes, want about 25: %v", n, w.seen())
		}
	})
}

func TestToldToWait(t *testing.T) {
	for _, tc := range []struct{ says, waits time.Duration }{
		{30 * time.Second, 30 * time.Second},
		{-5 * time.Second, time.Second},
		{100 * time.Hour, 120 * time.Second},
	} {
		inWorld(t, failing(1, &outbox.Later{After: tc.says, Err: errors.New("429")}), func(w *world) {
			w.owe(false, outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Decisions})
			wait(tc.waits - time.Millisecond)
			if n := len(w.seen()); n != 1 {
				t.Errorf("told %v: %d attempts before %v, want 1", tc.says, n, tc.waits)
			}
			wait(2 * time.Millisecond)
			if n := len(w.seen()); n != 2 {
				t.Errorf("told %v: %d attempts after %v, want 2", tc.says, n, tc.waits)
			}
		})
	}
}

func TestOneToldToWaitDoesNotHoldBackOthers(t *testing.T) {
	handlers := func(w *world) map[string]outbox.Handler {
		return map[string]outbox.Handler{"a": func(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			if e.Key == "limited" && e.Attempt == 0 {
				return nil, &outbox.Later{After: 30 * time.Second, Err: errors.New("429")}
			}
			w.ran(e)
			return nil, nil
		}}
	}
	inWorld(t, handlers, func(w *world) {
		w.owe(false, outbox.Entry{Key: "limited", Kind: "a", Lane: outbox.Pages1},
			outbox.Entry{Key: "other", Kind: "a", Lane: outbox.Pages4})
		wait(time.Second)
		w.want("other")
		wait(30 * time.Second)
		w.want("other", "limited")
	})
}

// line is a channel to the outside that can be cut.
type line struct {
	mu    sync.Mutex
	down  bool
	tries int
}

func (l *line) cut(down bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = down
}

func (l *line) handlers(w *world) map[string]outbox.Handler {
	return map[string]outbox.Handler{"a": func(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.tries++
		if l.down {
			return nil, &outbox.Unreachable{Err: errors.New("connection refused")}
		}
		w.ran(e)
		return nil, nil
	}}
}

func TestAfterAnOutageTheOrderIsStrict(t *testing.T) {
	l := &line{down: true}
	probes := 0
	handlers := func(w *world) map[string]outbox.Handler {
		w.probe = func(context.Context) error {
			l.mu.Lock()
			defer l.mu.Unlock()
			if probes++; l.down {
				return errors.New("connection refused")
			}
			return nil
		}
		return l.handlers(w)
	}
	inWorld(t, handlers, func(w *world) {
		for n := range 40 {
			lane := []outbox.Lane{outbox.Pages4, outbox.Pages3, outbox.Pages2, outbox.Pages1}[n%4]
			w.owe(false, outbox.Entry{Key: fmt.Sprintf("%s/%03d", strings.TrimPrefix(string(lane), "pages_sev"), n), Kind: "a", Lane: lane})
		}
		wait(10 * time.Minute)
		if l.tries > 16+2 || probes < 10 || probes > 40 {
			t.Errorf("%d attempts and %d probes in 10 minutes, want an attempt by each worker, two more before the third failure, and a probe each half minute", l.tries, probes)
		}
		l.cut(false)
		wait(40 * time.Second)
		lanes := ""
		for _, key := range w.seen() {
			lanes += key[:1]
		}
		if want := strings.Repeat("1", 10) + strings.Repeat("2", 10) + strings.Repeat("3", 10) +
			strings.Repeat("4", 10); lanes != want {
			t.Errorf("lanes in order of going out: %s, want %s", lanes, want)
		}
	})
}

func TestBadEntriesHoldBackNobody(t *testing.T) {
	handlers := func(w *world) map[string]outbox.Handler {
		w.probe = func(context.Context) error { return nil }
		return map[string]outbox.Handler{"a": func(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			if strings.HasPrefix(e.Key, "bad") {
				return nil, &outbox.Unreachable{Err: errors.New("500")}
			}
			w.ran(e)
			return nil, nil
		}}
	}
	inWorld(t, handlers, func(w *world) {
		for n := range 20 {
			w.owe(false, outbox.Entry{Key: fmt.Sprintf("bad%d", n), Kind: "a", Lane: outbox.Pages1})
		}
		for n := range 20 {
			w.owe(false, outbox.Entry{Key: fmt.Sprintf("good%d", n), Kind: "a", Lane: outbox.Pages4})
			wait(5 * time.Second)
		}
		if n := len(w.seen()); n != 20 {
			t.Errorf("%d of 20 good entries went out", n)
		}
	})
}

func TestOneBadEntryDoesNotHoldBackOthers(t *testing.T) {
	handlers := func(w *world) map[string]outbox.Handler {
		return map[string]outbox.Handler{"a": func(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			if strings.HasPrefix(e.Key, "bad") {
				return nil, &outbox.Unreachable{Err: errors.New("500")}
			}
			w.ran(e)
			return nil, nil
		}}
	}
	inWorld(t, handlers, func(w *world) {
		w.owe(false, outbox.Entry{Key: "bad1", Kind: "a", Lane: outbox.Pages1},
			outbox.Entry{Key: "bad2", Kind: "a", Lane: outbox.Pages1},
			outbox.Entry{Key: "bad3", Kind: "a", Lane: outbox.Pages1},
			outbox.Entry{Key: "good", Kind: "a", Lane: outbox.Pages4})
		wait(5 * time.Second)
		w.want("good")
		for n := range 10 {
			w.owe(false, outbox.Entry{Key: fmt.Sprintf("next%d", n), Kind: "a", Lane: outbox.Pages4})
			wait(35 * time.Second)
		}
		if n := len(w.seen()); n != 11 {
			t.Errorf("%d of 11 good entries went out: %v", n, w.seen())
		}
	})
}

func TestARefusedCommitIsAFailedAttempt(t *testing.T) {
	handlers := func(w *world) map[string]outbox.Handler {
		return map[string]outbox.Handler{"a": func(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			w.ran(e)
			return func(tx store.Tx) error {
				tx.Put("effect", []byte("x"))
				if e.Attempt == 0 {
					return errors.New("refused")
				}
				return nil
			}, nil
		}}
	}
	inWorld(t, handlers, func(w *world) {
		w.owe(false, outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Decisions})
		wait(500 * time.Millisecond)
		e, _ := w.get("x")
		if e.Attempt != 1 || e.Error != "refused" || !e.Done.IsZero() {
			t.Errorf("entry = %+v; want one failed attempt with its error", e)
		}
		wait(2 * time.Second)
		w.want("x", "x")
	})
}

func TestAPanickingHandlerIsAFailedAttempt(t *testing.T) {
	handlers := func(w *world) map[string]outbox.Handler {
		return map[string]outbox.Handler{"a": func(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			w.ran(e)
			if e.Attempt == 0 {
				panic("oh")
			}
			return nil, nil
		}}
	}
	inWorld(t, handlers, func(w *world) {
		w.owe(false, outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Decisions})
		wait(5 * time.Second)
		w.want("x", "x")
	})
}

func TestWithoutHandlerParkedAndLaterUnparked(t *testing.T) {
	inWorld(t, counting, func(w *world) {
		w.owe(false, outbox.Entry{Key: "x", Kind: "b", Lane: outbox.Decisions},
			outbox.Entry{Key: "y", Kind: "a", Lane: outbox.Decisions})
		wait(time.Minute)
		w.want("y")
		state, err := w.runner.Look(t.Context())
		if err != nil || state.Parked != 1 || late(state) != 0 {
			t.Errorf("state = %+v, %v; want one parked and nothing behind", state, err)
		}
		w.stop()
		handlers := counting(w)
		handlers["b"] = handlers["a"]
		w.start(handlers)
		wait(time.Minute)
		w.want("y", "x")
	})
}

// late is how far a lane is behind at most.
func late(s outbox.State) (most time.Duration) {
	for _, behind := range s.Behind {
		most = max(most, behind)
	}
	return most
}

func TestStopFinishesTheEntryInHand(t *testing.T) {
	slow := func(w *world) map[string]outbox.Handler {
		return map[string]outbox.Handler{"a": func(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			time.Sleep(5 * time.Second)
			w.ran(e)
			return nil, ctx.Err()
		}}
	}
	inWorld(t, slow, func(w *world) {
		w.owe(false, outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Decisions})
		wait(time.Second)
		w.stop()
		w.want("x")
		if e, _ := w.get("x"); e.Done.IsZero() {
			t.Error("the entry in hand was not finished")
		}
		w.start(slow(w))
	})
}

func TestAfterARestartItMayHaveBeenDone(t *testing.T) {
	var perhaps []bool
	handlers := func(*world) map[string]outbox.Handler {
		return map[string]outbox.Handler{"a": func(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			perhaps = append(perhaps, e.PerhapsDone)
			if len(perhaps) == 1 {
				return nil, errors.New("unknown outcome")
			}
			return nil, nil
		}}
	}
	inWorld(t, handlers, func(w *world) {
		w.owe(false, outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Decisions})
		wait(5 * time.Second)
		w.stop()
		w.owe(false, outbox.Entry{Key: "y", Kind: "a", Lane: outbox.Decisions})
		wait(time.Second)
		w.start(handlers(w))
		wait(time.Second)
		if diff := cmp.Diff([]bool{false, true, true}, perhaps); diff != "" {
			t.Errorf("perhaps done (-want +got):\n%s", diff)
		}
	})
}

func TestAHangingChoreDoesNotDelayAPage(t *testing.T) {
	handlers := func(w *world) map[string]outbox.Handler {
		return map[string]outbox.Handler{"a": func(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			if e.Lane == outbox.Chores {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			w.ran(e)
			return nil, nil
		}}
	}
	inWorld(t, handlers, func(w *world) {
		for n := range 50 {
			w.owe(false, outbox.Entry{Key: fmt.Sprint(n), Kind: "a", Lane: outbox.Chores})
		}
		w.owe(false, outbox.Entry{Key: "page", Kind: "a", Lane: outbox.Pages4})
		wait(time.Millisecond)
		w.want("page")
	})
}

func TestErrandsDoNotWaitForTheProbe(t *testing.T) {
	handlers := func(w *world) map[string]outbox.Handler {
		gone := errors.New("connection refused")
		w.probe = func(context.Context) error { return gone }
		return map[string]outbox.Handler{"a": func(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			if e.Lane != outbox.Errands {
				return nil, &outbox.Unreachable{Err: gone}
			}
			w.ran(e)
			return nil, nil
		}}
	}
	inWorld(t, handlers, func(w *world) {
		for _, lane := range []outbox.Lane{outbox.Pages1, outbox.Answers, outbox.Chores} {
			for n := range 10 {
				w.owe(false, outbox.Entry{Key: fmt.Sprintf("%s/%d", lane, n), Kind: "a", Lane: lane})
			}
		}
		wait(time.Minute)
		w.owe(false, outbox.Entry{Key: "errand", Kind: "a", Lane: outbox.Errands})
		wait(time.Millisecond)
		w.want("errand")
	})
}
