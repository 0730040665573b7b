package retry

import "time"

// tolerance is how many unreachable answers in a row close the gate. Less would let
// one bad entry hold up all others; more would waste attempts on a dead line.
const tolerance = 3

// A Gate holds a group back while the other side does not answer. While it is closed the
// other side is probed, with growing pauses.
type Gate struct {
	failures int       // unreachable answers in a row
	Until    time.Time // closed: no probe before
	probes   int       // through the closed gate, all in vain
}

// Closed reports whether nothing may start.
func (g *Gate) Closed() bool { return g.failures >= tolerance }

// Missed notes an unreachable answer and reports whether this closed the gate.
func (g *Gate) Missed(now time.Time) (closing bool) {
	g.failures++
	if closing = g.failures == tolerance; closing {
		g.probes = 0
		g.Until = now.Add(Backoff(1))
	}
	return closing
}

// Unanswered notes a probe in vain. Only these make the pauses grow, not the attempts
// that were under way when the gate closed.
func (g *Gate) Unanswered(now time.Time) {
	g.probes++
	g.Until = now.Add(Backoff(g.probes + 1))
}

// Reached notes any other answer and reports whether this opened the gate.
func (g *Gate) Reached() (opening bool) {
	opening = g.Closed()
	g.failures = 0
	return opening
}
