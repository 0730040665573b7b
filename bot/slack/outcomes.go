package slack

import (
	"sync"
	"time"
)

const (
	// remembered bounds how many outcomes are kept.
	remembered = 50_000
	// unrecorded bounds of how many messages is kept where they stand: those that arrived while nothing can be recorded.
	unrecorded = 500
)

// outcomes remembers what is known about messages that failed to go out, by their keys. The outbox only knows that there was
// an attempt; here is known whether it may have got through, which decides whether it has to be searched for.
type outcomes struct {
	mu    sync.Mutex
	maybe map[string]outcome
	stand map[string]Ref       // messages that Slack has taken: whoever is to send one again could not record that it had
	begun time.Time            // what is not known was tried before
	holds map[string]time.Time // by channel or user: Slack asked to leave it alone until then
}

// An outcome is what is known about one message.
type outcome struct {
	maybe bool      // it may be there; else it is certainly not
	tried time.Time // when the last attempt ended that may have brought it through
}

func newOutcomes() *outcomes {
	return &outcomes{maybe: map[string]outcome{}, stand: map[string]Ref{}, begun: time.Now(),
		holds: map[string]time.Time{}}
}

// Unsure reports whether a message may have got through. perhaps is what the outbox says: it counts if nothing else is known,
// as after a restart.
func (o *outcomes) Unsure(key string, perhaps bool) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if last, known := o.maybe[key]; known {
		return last.maybe
	}
	return perhaps
}

// tried is when the last attempt ended that may have brought a message through: before the start, as far as is known.
func (o *outcomes) tried(key string) time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	if last, known := o.maybe[key]; known {
		return last.tried
	}
	return o.begun.Add(-1)
}

// arrived is where a message stands that Slack has taken, if it did since the start.
func (o *outcomes) arrived(key string) (r Ref, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r, ok = o.stand[key]
	return r, ok
}

// stands remembers where a message stands.
func (o *outcomes) stands(key string, r Ref) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.stand) >= unrecorded {
		clear(o.stand) // they are searched for in Slack, as after a restart
	}
	o.stand[key] = r
}

// note remembers what came of an attempt to post to a channel. What an attempt before it left open has been searched for, unless
// blind.
func (o *outcomes) note(key, channel string, err error, now time.Time, blind bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.stand, key)
	switch t := TroubleOf(err); {
	case err == nil, t == Refused, t == Unreadable:
		delete(o.maybe, key) // that was the last attempt
	case PerhapsSent(err):
		o.keep(key, outcome{true, now})
	case !blind:
		o.keep(key, outcome{false, now})
	}
	if wait := WaitOf(err); wait > 0 {
		o.holds[channel] = now.Add(wait)
	} else {
		delete(o.holds, channel)
	}
}

// Skip notes that a message was not tried this time: what was known of it before stays so. perhaps is as for [outcomes.Unsure].
func (o *outcomes) Skip(key string, perhaps bool) {
	unsure := o.Unsure(key, perhaps)
	o.mu.Lock()
	defer o.mu.Unlock()
	if last, known := o.maybe[key]; known {
		o.keep(key, outcome{unsure, last.tried})
		return
	}
	o.keep(key, outcome{unsure, o.begun.Add(-1)})
}

func (o *outcomes) keep(key string, maybe outcome) {
	if len(o.maybe) >= remembered {
		clear(o.maybe)       // most are of messages that were never tried again; about the others we ask Slack
		o.begun = time.Now() // what was read so far does not tell of them
	}
	o.maybe[key] = maybe
}

// Held is how long Slack has asked to leave a channel alone.
func (o *outcomes) Held(channel string, now time.Time) time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.holds[channel].Sub(now)
}
