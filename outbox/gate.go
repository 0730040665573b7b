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
	knocks   int       // attempts through the closed gate, all in vain
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

// missed notes an unreachable answer and reports whether this closed the gate. knock
// says that the attempt was made through the closed gate: only these make the pauses
// grow, not those that were under way when it closed.
func (g *gate) missed(now time.Time, knock bool) (closing bool) {
	g.failures++
	closing = g.failures == tolerance
	switch {
	case closing:
		g.knocks = 0
		g.until = now.Add(backoff(1))
	case knock:
		g.knocks++
		g.until = now.Add(backoff(g.knocks + 1))
	}
	return closing
}

// reached notes any other answer and reports whether this opened the gate.
func (g *gate) reached() (opening bool) {
	opening = g.closed()
	g.failures = 0
	return opening
}
