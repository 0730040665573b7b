package main

import (
	"net/http"
	"sync"

	"github.com/oncalm/oncalm/outbox"
)

// visitors are those who are inside an assembly: requests, and outbox entries in hand. The zero value is open. A WaitGroup
// alone is not enough: it must not be added to while somebody waits for it to be empty, which closed prevents.
type visitors struct {
	mu     sync.Mutex
	closed bool
	inside sync.WaitGroup
}

// enter lets somebody in, unless nobody is let in any more.
func (v *visitors) enter() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.closed {
		v.inside.Add(1)
	}
	return !v.closed
}

func (v *visitors) leave() { v.inside.Done() }

// empty lets nobody in any more, and returns when the last has left.
func (v *visitors) empty() {
	v.mu.Lock()
	v.closed = true
	v.mu.Unlock()
	v.inside.Wait()
}

// now is the assembly in force.
func (a *app) now() *assembly { return a.current.Load() }

// enter is the assembly in force, which stays whole until leave is called.
func (a *app) enter() *assembly {
	for {
		if now := a.now(); now.visitors.enter() {
			return now
		} // else another is in force by now
	}
}

func (a *assembly) leave() { a.visitors.leave() }

// work is [outbox.Runner.Enter].
func (a *app) work() (handlers map[string]outbox.Handler, leave func()) {
	now := a.enter()
	return now.handlers, now.leave
}

// public is the door to the internet, whichever assembly is in force.
func (a *app) public() http.Handler {
	return a.behind(func(now *assembly) http.Handler { return now.publicly })
}

// private is the one for operators.
func (a *app) private() http.Handler {
	return a.behind(func(now *assembly) http.Handler { return now.privately })
}

func (a *app) behind(door func(*assembly) http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := a.enter()
		defer now.leave()
		door(now).ServeHTTP(w, r)
	})
}
