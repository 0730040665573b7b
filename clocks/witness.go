package clocks

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	// freshness is how long it counts what somebody said the time was.
	freshness = 10 * time.Minute
	// maxSamples is how many of the newest samples count.
	maxSamples = 5
	// alike is how far apart the times may be that two answers mean to be the same.
	alike = 15 * time.Second
	// slowest is how long an answer may take, for its time to say something.
	slowest = 10 * time.Second
	// Wrong is how far the wall clock may be off without being called wrong.
	Wrong = time.Minute
)

// A Witness learns the time from others: each answer of Slack and of AWS has it in its Date. With that it knows by how
// much our wall clock is off; a clock that is set between is understood, since what is kept is how long the machine was up. One
// answer that is wrong changes nothing: of the newest the one in the middle counts, and a single one is only believed if it says
// that we are right. A nil *Witness has no samples.
type Witness struct {
	clock *Clock

	mu      sync.Mutex
	samples []sample // the oldest first
}

// sample is the time that one answer gave.
type sample struct {
	up   time.Duration // when
	zero time.Time     // what they would have said when the machine had been up for no time
}

// NewWitness makes a witness about a clock.
func NewWitness(c *Clock) *Witness { return &Witness{clock: c} }

// Observe returns next, whose answers the witness reads the time from.
func (w *Witness) Observe(next http.RoundTripper) http.RoundTripper {
	if w == nil {
		return next
	}
	return &observedTransport{w, next}
}

type observedTransport struct {
	witness *Witness
	next    http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (h *observedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	_, begun := h.witness.clock.Read()
	resp, err := h.next.RoundTrip(r)
	if err != nil {
		return resp, err
	}
	if said, err := http.ParseTime(resp.Header.Get("Date")); err == nil && resp.Header.Get("Age") == "" { // else it was kept somewhere
		_, ended := h.witness.clock.Read()
		h.witness.Note(said, begun, ended)
	}
	return resp, err
}

// CloseIdleConnections is what [http.Client] calls.
func (h *observedTransport) CloseIdleConnections() {
	if c, ok := h.next.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// Up is how long the machine has been up, for [Witness.Note].
func (w *Witness) Up() time.Duration {
	if w == nil {
		return 0
	}
	_, up := w.clock.Read()
	return up
}

// Note takes in a time that somebody said, in whole seconds, at some moment between two times that the machine had been up.
func (w *Witness) Note(said time.Time, begun, ended time.Duration) {
	if w == nil || ended < begun || ended-begun > slowest {
		return
	}
	middle := begun + (ended-begun)/2
	w.mu.Lock()
	defer w.mu.Unlock()
	w.samples = append(w.samples, sample{ended, said.Add(time.Second/2 - middle)})
	if n := len(w.samples); n > maxSamples {
		w.samples = slices.Delete(w.samples, 0, n-maxSamples)
	}
}

// Ahead is by how much our wall clock is ahead of what others say, and whether that is known: whether somebody said something
// within the last ten minutes that can be believed.
func (w *Witness) Ahead() (by time.Duration, known bool) {
	if w == nil {
		return 0, false
	}
	wall, up := w.clock.Read()
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []time.Duration
	for _, s := range w.samples {
		if up-s.up <= freshness {
			all = append(all, wall.Sub(s.zero.Add(up)))
		}
	}
	slices.Sort(all)
	switch n := len(all); n {
	case 0:
		return 0, false
	case 1:
		return all[0], all[0].Abs() < Wrong
	case 2:
		return (all[0] + all[1]) / 2, all[1]-all[0] <= alike
	default:
		return all[n/2], true
	}
}

// Agrees reports whether our wall clock is known to be right.
func (w *Witness) Agrees() bool {
	by, known := w.Ahead()
	return known && by.Abs() < Wrong
}

// Off is by how much our wall clock is known to be ahead of what others say: 0 if it is right, or nobody knows.
func (w *Witness) Off() time.Duration {
	if by, known := w.Ahead(); known && by.Abs() >= Wrong {
		return by
	}
	return 0
}
