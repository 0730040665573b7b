package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/store/storetest"
)

// owners are runners on one store, each of which can die.
type owners struct {
	t        *testing.T
	db       store.Store
	stubborn bool // attempts do not heed their time limit
	runners  []*outbox.Runner

	mu   sync.Mutex
	runs map[string][]string // by key, who ran it
}

// mortal is the store as a process sees it that may die: afterwards it sees and writes nothing.
type mortal struct {
	store.Store
	dead atomic.Bool
}

var errDead = errors.New("the process is dead")

func (m *mortal) View(ctx context.Context, fn func(store.Tx) error) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Store.View(ctx, fn)
}

func (m *mortal) Update(ctx context.Context, fn func(store.Tx) error) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Store.Update(ctx, fn)
}

func withOwners(t *testing.T, play func(*owners)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		db, err := bolt.Open(filepath.Join(t.TempDir(), "o.db"), bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		play(&owners{t: t, db: db, runs: map[string][]string{}})
	})
}

// run starts a runner whose attempts take that long, and returns how it ends: by a stop, or as kill -9 does it.
func (o *owners) run(name string, takes time.Duration) (stop, kill func()) {
	s := &mortal{Store: o.db}
	r := &outbox.Runner{
		Store: s, Owner: name, Groups: outbox.DefaultGroups(nil), Log: slog.New(slog.DiscardHandler),
		Handlers: map[string]outbox.Handler{"a": func(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			o.mu.Lock()
			o.runs[e.Key] = append(o.runs[e.Key], strings.TrimSpace(name+" "+map[bool]string{true: "again"}[e.PerhapsDone]))
			o.mu.Unlock()
			select {
			case <-time.After(takes):
			case <-ctx.Done():
				if !o.stubborn {
					return nil, ctx.Err()
				}
				time.Sleep(takes)
			}
			return func(tx store.Tx) error {
				tx.Put("effect/"+e.Key+"/"+name, nil)
				return nil
			}, nil
		}},
	}
	o.runners = append(o.runners, r)
	ctx, cancel := context.WithCancel(o.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := r.Run(ctx); err != nil && !errors.Is(err, errDead) {
			o.t.Error(err)
		}
	}()
	return func() { cancel(); <-ended }, func() { s.dead.Store(true); cancel() }
}

func (o *owners) owe(entries ...outbox.Entry) {
	o.t.Helper()
	must(o.t, o.db, func(tx store.Tx) error {
		for _, e := range entries {
			e.Due = time.Now()
			outbox.In(tx, time.Now()).Once(e)
		}
		return nil
	})
}

func (o *owners) ran(key string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.runs[key], ", ")
}

// effects lists who committed what an entry is for.
func (o *owners) effects(key string) (by []string) {
	for k := range storetest.Content(o.t, o.db) {
		if name, ok := strings.CutPrefix(k, "effect/"+key+"/"); ok {
			by = append(by, name)
		}
	}
	return by
}

// TestOwnersShareTheWork: of many entries each runs once, whoever takes it, and both take some.
func TestOwnersShareTheWork(t *testing.T) {
	withOwners(t, func(o *owners) {
		var all []outbox.Entry
		for n := range 200 {
			all = append(all, outbox.Entry{Key: fmt.Sprint(n), Kind: "a",
				Lane: []outbox.Lane{outbox.Decisions, outbox.Pages1, outbox.Pages4}[n%3]})
		}
		o.owe(all...)
		stopA, _ := o.run("a", time.Second)
		stopB, _ := o.run("b", time.Second)
		wait(5 * time.Minute)
		stopA()
		stopB()
		by := map[string]int{}
		for _, e := range all {
			ran := o.ran(e.Key)
			if by[ran]++; len(o.effects(e.Key)) != 1 {
				t.Errorf("%s: run by %q, committed by %q", e.Key, ran, o.effects(e.Key))
			}
		}
		if len(by) != 2 || by["a"] < 20 || by["b"] < 20 {
			t.Errorf("who ran how many: %v", by)
		}
	})
}

// TestAClaimRunsOut: what a runner had in hand that died is taken by the other when the claim is over, not before, and is
// known to be perhaps done.
func TestAClaimRunsOut(t *testing.T) {
	withOwners(t, func(o *owners) {
		_, kill := o.run("a", 20*time.Second)
		synctest.Wait()
		o.owe(outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Pages1})
		wait(70 * time.Second) // nobody woke it
		begun := time.Now()
		o.owe(outbox.Entry{Key: "y", Kind: "a", Lane: outbox.Pages1})
		for o.ran("y") == "" {
			wait(time.Second)
		}
		wait(time.Second)
		taken := time.Now()
		stop, _ := o.run("b", time.Second)
		kill()
		wait(55 * time.Second)
		if got := o.ran("y"); got != "a" {
			t.Errorf("%s after it was taken: %s", time.Since(taken), got)
		}
		wait(10 * time.Second)
		if got := o.ran("y"); got != "a, b again" {
			t.Errorf("%s after it was owed: %s", time.Since(begun), got)
		}
		if by := o.effects("y"); len(by) != 1 || by[0] != "b" {
			t.Errorf("committed by %q", by)
		}
		stop()
	})
}

// TestAFailureGivesTheClaimBack: when its time has come anybody may try again.
func TestAFailureGivesTheClaimBack(t *testing.T) {
	withOwners(t, func(o *owners) {
		o.owe(outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Pages1})
		stopA, _ := o.run("a", time.Hour) // always too long
		wait(30*time.Second + 500*time.Millisecond)
		stopA()
		if val := storetest.Content(t, o.db)["outbox/entry/x"]; strings.Contains(val, `"claimed_`) || !strings.Contains(val, `"attempt":1`) {
			t.Errorf("after a failed attempt: %s", val)
		}
		stopB, _ := o.run("b", time.Second)
		wait(5 * time.Second)
		stopB()
		if by := o.effects("x"); len(by) != 1 || by[0] != "b" {
			t.Errorf("committed by %q", by)
		}
		if val := storetest.Content(t, o.db)["outbox/entry/x"]; strings.Contains(val, `"claimed_`) {
			t.Errorf("when it is done: %s", val)
		}
	})
}

// TestOneOfTwoCounts: an attempt that outlives its claim may be made twice, but is committed once.
func TestOneOfTwoCounts(t *testing.T) {
	withOwners(t, func(o *owners) {
		o.stubborn = true
		o.owe(outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Decisions})
		stopA, _ := o.run("a", 2*time.Minute)
		wait(time.Second)
		stopB, _ := o.run("b", time.Second)
		wait(10 * time.Minute)
		stopA()
		stopB()
		if got := o.ran("x"); got != "a, b again" {
			t.Errorf("runs: %s", got)
		}
		if by := o.effects("x"); len(by) != 1 || by[0] != "b" {
			t.Errorf("committed by %q", by)
		}
	})
}

// TestArmedWhileClaimed: it runs again when the one who has it is done, not beside it.
func TestArmedWhileClaimed(t *testing.T) {
	withOwners(t, func(o *owners) {
		o.owe(outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Chores})
		stopA, _ := o.run("a", 20*time.Second)
		wait(time.Second)
		stopB, _ := o.run("b", time.Second)
		must(t, o.db, func(tx store.Tx) error {
			outbox.In(tx, time.Now()).Soon(outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Chores, Due: time.Now()})
			return nil
		})
		for _, r := range o.runners {
			r.Wake()
		}
		wait(15 * time.Second)
		if got := o.ran("x"); got != "a" {
			t.Errorf("while one has it in hand: %s", got)
		}
		wait(5 * time.Minute)
		stopA()
		stopB()
		if got := len(strings.Split(o.ran("x"), ", ")); got != 2 {
			t.Errorf("%d runs: %s", got, o.ran("x"))
		}
	})
}

// TestNoClaimWithoutAName: one runner writes none.
func TestNoClaimWithoutAName(t *testing.T) {
	for _, name := range []string{"", "a"} {
		withOwners(t, func(o *owners) {
			o.owe(outbox.Entry{Key: "x", Kind: "a", Lane: outbox.Pages1})
			stop, _ := o.run(name, 20*time.Second)
			wait(10 * time.Second)
			val := storetest.Content(t, o.db)["outbox/entry/x"]
			if claimed := strings.Contains(val, `"claimed_by":"a","claimed_until":"2000-01-01T00:01:00Z"`); claimed != (name != "") {
				t.Errorf("owner %q: %s", name, val)
			}
			stop()
		})
	}
}
