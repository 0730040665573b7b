// Package retry says when what could not be done is tried again, and how much is tried at a time: after which pause, that nothing is
// tried on a dead line ([Gate]), and that little is while something more urgent is at work ([Ration]).
package retry

import (
	"errors"
	"math/rand/v2"
	"time"
)

// Later is the error of a handler that was told when to try again.
type Later struct {
	After time.Duration // taken between 1 and 120 seconds, whatever it says
	Err   error
}

func (e *Later) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *Later) Unwrap() error { return e.Err }

// Unreachable is the error of a handler whose other side did not answer at all, or
// not in its own words. It says more about the other side than about the entry:
// after several in a row a group stops trying and probes, and when a
// probe gets through takes all by urgency.
type Unreachable struct{ Err error }

func (e *Unreachable) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *Unreachable) Unwrap() error { return e.Err }

// Backoff is the pause after the n-th failure in a row (from 1): 1, 2, 4, 8, 15, 30
// seconds and 30 from then on, give or take a fifth so that many do not come back
// at once.
func Backoff(n int) time.Duration {
	steps := [...]time.Duration{1, 2, 4, 8, 15, 30}
	n = min(max(n, 1), len(steps))
	d := steps[n-1] * time.Second
	return d*4/5 + rand.N(d*2/5)
}

// clampRetry keeps what a server asks for within reason: some answer with negative
// or absurd waits.
func clampRetry(d time.Duration) time.Duration { return min(max(d, time.Second), Most) }

// Most is the longest time from a failed attempt to the next.
const Most = 120 * time.Second

// After says how long it takes from the attempt of that number (from 1), which failed with err, to the next; 0 if whoever
// asks holds it back.
func After(attempt int, err error) time.Duration {
	if later, ok := errors.AsType[*Later](err); ok {
		return clampRetry(later.After)
	}
	if _, ok := errors.AsType[*Unreachable](err); ok {
		return 0
	}
	return Backoff(attempt)
}
