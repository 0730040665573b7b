package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// The sweep kills the program at one system call after the other, starts it again, and
// looks whether everything that was promised still holds.
//
// strace counts the calls of each thread. So all commits come from one thread, which
// makes every one of their calls a place to stop at, and there is a sweep for a store
// that is made and one for a store that already exists: in that one the thread of the
// committer is the first to make so many calls.

// sweptCalls are the calls by which the program changes the world: the store's, and
// what it says to SNS and Slack. A question mark stands before those that not every
// machine has.
var sweptCalls = []string{"pwrite64", "fdatasync", "fsync", "ftruncate", "fallocate", "?rename,?renameat,?renameat2", "write"}

type sweep struct {
	t      *testing.T
	mail   *mail
	kind   string // of child
	strace string
	every  int // only each so-many-th call

	mu       sync.Mutex
	points   map[string]int // by call
	cut      map[string]int // by what was not confirmed
	doubled  int            // pages that came twice
	pages    int
	problems []string
}

func newSweep(t *testing.T, kind string) *sweep {
	t.Helper()
	sw := &sweep{
		t: t, strace: needStrace(t), mail: newMail(t), kind: kind, every: 1,
		points: map[string]int{}, cut: map[string]int{},
	}
	if testing.Short() {
		sw.every = 17 // a short run is for while one writes
	}
	return sw
}

// abreast is how many programs are swept at a time: they wait more than they compute.
const abreast = 4

// over sweeps over the calls of one name until a run comes to its end: of the script, or
// with a fresh store of the start.
func (sw *sweep) over(call string, fresh bool) {
	var next atomic.Int64
	var ended atomic.Bool
	next.Store(int64(1 - sw.every))
	var all sync.WaitGroup
	for range abreast {
		all.Go(func() {
			for !ended.Load() {
				n := int(next.Add(int64(sw.every)))
				name := fmt.Sprintf("%s/fresh=%v/%d", strings.Trim(call, "?"), fresh, n)
				sw.t.Run(name, func(t *testing.T) {
					if sw.point(t, call, n, fresh) {
						ended.Store(true)
					}
				})
			}
		})
	}
	all.Wait()
}

// point kills a run at the n-th call, and reports whether the sweep is over.
func (sw *sweep) point(t *testing.T, call string, n int, fresh bool) (last bool) {
	s := newScript(t, sw.mail)
	for range 3 {
		if !fresh {
			prepareStore(t, s.path("oncalm.db"))
		}
		s.kind, s.env = sw.kind, []string{"GOMAXPROCS=1"}
		s.wrap = []string{sw.strace, "-D", "-f", "-qq", "-o", os.DevNull, "-e", "trace=" + call, "-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n)}
		whole := s.firstLife()
		if fresh && s.acts[0].done {
			return true
		}
		waited := s.waitsFor()
		if sw.kind == "hasty" {
			s.patience = time.Second // what is lost does not come
		}
		problems := s.secondLife()
		if s.portTaken() {
			s = newScript(t, sw.mail)
			continue
		}
		problems = append(problems, s.inspect()...)
		crashes := 1
		if whole {
			crashes = 0
		}
		sw.note(t, call, waited, append(problems, s.checkSlack(crashes)...), s)
		return whole
	}
	t.Error("no port could be had")
	return true
}

func (sw *sweep) note(t *testing.T, call, waited string, problems []string, s *scriptRun) {
	sw.mu.Lock()
	defer sw.mu.Unlock()
	if waited != "" {
		sw.points[call]++
		sw.cut[waited]++
	}
	for _, n := range keysOf(s.slack) {
		sw.pages++
		if n > 1 {
			sw.doubled++
		}
	}
	sw.problems = append(sw.problems, problems...)
	if sw.kind == "pinned" {
		for _, p := range problems {
			t.Errorf("killed when %q was to be confirmed: %s", waited, p)
		}
	}
}

func (sw *sweep) report() {
	total := 0
	for _, n := range sw.points {
		total += n
	}
	sw.t.Logf("killed at %d calls %v; %d pages, %d of them came twice", total, sw.points, sw.pages, sw.doubled)
	for _, name := range slices.Sorted(maps.Keys(sw.cut)) {
		sw.t.Logf("%4d kills before %q was confirmed", sw.cut[name], name)
	}
}

// TestCrashAtEveryCall kills the program at every call.
func TestCrashAtEveryCall(t *testing.T) {
	sw := newSweep(t, "pinned")
	for _, call := range sweptCalls {
		if testing.Short() && call != "pwrite64" {
			continue
		}
		sw.over(call, true)
		sw.over(call, false)
	}
	sw.report()
	if sw.doubled*100 > sw.pages {
		t.Errorf("%d of %d pages came twice, more than 1 %%", sw.doubled, sw.pages)
	}
}

// TestCrashAtEveryCallControl sweeps over a program that answers before it has written.
func TestCrashAtEveryCallControl(t *testing.T) {
	sw := newSweep(t, "hasty")
	lost := func() bool {
		return slices.ContainsFunc(sw.problems, func(p string) bool { return strings.HasPrefix(p, "I1: alarm") })
	}
	for n := 20; n < 60 && !lost(); n++ {
		t.Run(fmt.Sprint(n), func(t *testing.T) { sw.point(t, "pwrite64", n, false) })
	}
	if !lost() {
		t.Error("a program that answers before it has written lost nothing: the sweep has no teeth")
	}
}
