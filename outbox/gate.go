package outbox

import "time"

// tolerance is how many unreachable answers in a row close the gate. Less would let
// one bad entry hold up all others; more would waste attempts on a dead line.
const tolerance = 3

// gate holds a group back while the other side does not answer. Closed, it lets one
// entry through at a time, with growing pauses.
type gate struct {
	failures int       // unreachable answers in a row
	until    time.Time // closed: no attempt before
}

func (g *gate) closed() bool { return g.failures >= tolerance }

// allow says how many more entries may be started.
func (g *gate) allow(now time.Time, workers, busy int) int {
	if !g.closed() {
		return workers - busy
	}
	if busy > 0 || now.Before(g.until) {
		return 0
	}
	return 1
}

// missed notes an unreachable answer and reports whether this closed the gate.
func (g *gate) missed(now time.Time) (closing bool) {
	g.failures++
	if g.closed() {
		g.until = now.Add(backoff(g.failures - tolerance + 1))
	}
	return g.failures == tolerance
}

// reached notes any other answer and reports whether this opened the gate.
func (g *gate) reached() (opening bool) {
	opening = g.closed()
	g.failures = 0
	return opening
}
