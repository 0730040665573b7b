package outbox

import "time"

// tolerance is how many unreachable answers in a row close the gate. Less would let
// one bad entry hold up all others; more would waste attempts on a dead line.
const tolerance = 3

// gate holds a group back while the other side does not answer. While it is closed the
// other side is probed, with growing pauses.
type gate struct {
	failures int       // unreachable answers in a row
	until    time.Time // closed: no probe before
	probes   int       // through the closed gate, all in vain
}

func (g *gate) closed() bool { return g.failures >= tolerance }

// missed notes an unreachable answer and reports whether this closed the gate.
func (g *gate) missed(now time.Time) (closing bool) {
	g.failures++
	if closing = g.failures == tolerance; closing {
		g.probes = 0
		g.until = now.Add(backoff(1))
	}
	return closing
}

// unanswered notes a probe in vain. Only these make the pauses grow, not the attempts
// that were under way when the gate closed.
func (g *gate) unanswered(now time.Time) {
	g.probes++
	g.until = now.Add(backoff(g.probes + 1))
}

// reached notes any other answer and reports whether this opened the gate.
func (g *gate) reached() (opening bool) {
	opening = g.closed()
	g.failures = 0
	return opening
}
