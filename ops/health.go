package ops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// A Check is one condition for being ready. Run returns why it does not hold; that
// text is shown to whoever can reach the door, so it has no secrets.
type Check struct {
	Name string
	Run  func(ctx context.Context, now time.Time) error
	// Aside says that the check is told, and is ignored: it is about something without which people are still paged.
	Aside bool
}

// Health answers GET /healthz and GET /readyz.
//
// A process that answers at all is alive. It is ready when all checks that count hold. Their
// result is kept for a few seconds, so that nobody can make the program write by
// asking.
type Health struct {
	checks []*running
	log    *slog.Logger

	mu    sync.Mutex
	at    time.Time
	state readiness
}

const (
	keepFor      = 3 * time.Second
	checkTimeout = 2 * time.Second
)

// NewHealth makes a Health of the checks. Changes of readiness go to log.
func NewHealth(log *slog.Logger, checks ...Check) *Health {
	h := &Health{log: log, state: readiness{Ready: true}}
	for _, c := range checks {
		h.checks = append(h.checks, &running{Check: c})
	}
	return h
}

// Add adds a check. It must not be called once requests come.
func (h *Health) Add(c Check) { h.checks = append(h.checks, &running{Check: c}) }

// Register adds the routes to mux.
func (h *Health) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET "+RouteAlive, alive)
	mux.HandleFunc("GET /readyz", h.serveReady)
}

// RouteAlive is where a process is asked whether it lives: on every door, the local one included.
const RouteAlive = "/healthz"

func alive(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("alive\n")) // whoever asked has gone
}

// readiness is the answer of /readyz.
type readiness struct {
	Ready  bool     `json:"ready"`
	Checks []result `json:"checks"`
}

type result struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Reason string `json:"reason,omitempty"`
}

// The checks run to their end even if whoever asked has gone: the next one gets their result.
func (h *Health) serveReady(w http.ResponseWriter, r *http.Request) {
	state := h.ready(context.WithoutCancel(r.Context()), time.Now())
	w.Header().Set("Content-Type", "application/json")
	if !state.Ready {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_ = json.NewEncoder(w).Encode(state) // fails only if nobody listens any more
}

// ready runs the checks, unless it did so just now. The lock is held meanwhile, so of many who ask at once one has the
// checks run, and the others wait for it. What changed is logged, and nothing as long as it stays.
func (h *Health) ready(ctx context.Context, now time.Time) readiness {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.at.IsZero() && now.Sub(h.at) < keepFor && !now.Before(h.at) {
		return h.state
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	state := readiness{Ready: true, Checks: make([]result, len(h.checks))}
	var all sync.WaitGroup
	for n, c := range h.checks {
		all.Go(func() { state.Checks[n] = c.result(ctx, now) })
	}
	all.Wait()
	for n, c := range state.Checks {
		state.Ready = state.Ready && (c.OK || h.checks[n].Aside)
		if !c.OK && h.state.ok(c.Name) && !h.checks[n].Aside {
			h.log.Warn("not ready", "check", c.Name, "reason", c.Reason)
		}
	}
	if state.Ready && !h.state.Ready {
		h.log.Info("ready again")
	}
	h.at, h.state = now, state
	return state
}

// ok reports whether a check held in that answer. One that was not in it did, so that the first failure is logged.
func (r readiness) ok(check string) bool {
	for _, c := range r.Checks {
		if c.Name == check {
			return c.OK
		}
	}
	return true
}

// running is a check that may hang, with the disk say.
type running struct {
	Check
	busy atomic.Bool
}

// result runs the check, at most until ctx ends: one that hangs must not hang the door,
// and is not run a second time meanwhile.
func (c *running) result(ctx context.Context, now time.Time) result {
	if !c.busy.CompareAndSwap(false, true) {
		return result{Name: c.Name, Reason: "still no answer"}
	}
	done := make(chan error, 1)
	go func() {
		defer c.busy.Store(false)
		done <- c.Run(ctx, now)
	}()
	var err error
	select {
	case err = <-done:
	case <-ctx.Done():
		err = fmt.Errorf("no answer within %s", checkTimeout)
	}
	if err != nil {
		return result{Name: c.Name, Reason: err.Error()}
	}
	return result{Name: c.Name, OK: true}
}

const (
	probeKey = "probe/ready"
	// probeSize is more than an alarm takes. A full disk still has room for a few
	// bytes, in place of others; that would say nothing about the next alarm.
	probeSize = 32 << 10
)

// Keys are all keys of the look whether the store takes writes, with their checks.
func Keys() []store.Check { return []store.Check{{Prefix: probeKey}} }

// errNotWritable is said of whatever else keeps the store from being written: the
// details are not for the public.
var errNotWritable = errors.New("the store does not accept writes")

// StoreWritable checks that the store takes writes, with one as large as an alarm's.
func StoreWritable(s store.Store) Check {
	return Check{Name: "store", Run: func(ctx context.Context, now time.Time) error {
		err := s.Update(ctx, func(tx store.Tx) error {
			val := make([]byte, probeSize)
			copy(val, now.UTC().Format(time.RFC3339))
			tx.Put(probeKey, val)
			return nil
		})
		for _, known := range []error{store.ErrFull, store.ErrUnknownOutcome, store.ErrClosed, store.ErrDamaged} {
			if errors.Is(err, known) {
				return known
			}
		}
		if err != nil {
			return errNotWritable
		}
		return nil
	}}
}

// NotBehind checks that no decision and no page has been due for longer than atMost, however
// often it was tried meanwhile. Everything else may wait. look is [outbox.Runner.Look].
func NotBehind(look func(context.Context) (outbox.State, error), atMost time.Duration) Check {
	return Check{Name: "outbox", Run: func(ctx context.Context, _ time.Time) error {
		state, err := look(ctx)
		if err != nil {
			return errors.New("the outbox cannot be read")
		}
		for _, lane := range slices.Sorted(maps.Keys(state.Behind)) {
			if late := state.Behind[lane]; lane.Pages() && late > atMost {
				return fmt.Errorf("%s: behind by %s", lane, late.Round(time.Second))
			}
		}
		return nil
	}}
}
