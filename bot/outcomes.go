package bot

import (
	"sync"
	"time"
)

// remembered bounds how many outcomes are kept.
const remembered = 50_000

// outcomes remembers what is known about messages that failed to go out, by their keys. The outbox only knows that there was
// an attempt; here is known whether it may have got through, which decides whether it has to be looked for.
type outcomes struct {
	mu    sync.Mutex
	maybe map[string]bool      // by key: true if it may be there, false if it is certainly not
	holds map[string]time.Time // by channel or user: Slack asked to leave it alone until then
}

func newOutcomes() *outcomes {
	return &outcomes{maybe: map[string]bool{}, holds: map[string]time.Time{}}
}

// unsure reports whether a message may have got through. perhaps is what the outbox says: it counts if nothing else is known,
// as after a restart.
func (o *outcomes) unsure(key string, perhaps bool) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if maybe, known := o.maybe[key]; known {
		return maybe
	}
	return perhaps
}

// note remembers what came of an attempt to post to a channel. What an attempt before it left open has been looked for.
func (o *outcomes) note(key, channel string, err error, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch t := troubleOf(err); {
	case err == nil, t == refused, t == unreadable:
		delete(o.maybe, key) // that was the last attempt
	default:
		o.keep(key, perhapsSent(err))
	}
	if wait := waitOf(err); wait > 0 {
		o.holds[channel] = now.Add(wait)
	} else {
		delete(o.holds, channel)
	}
}

// set remembers of a message that was not tried what was known before.
func (o *outcomes) set(key string, unsure bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.keep(key, unsure)
}

func (o *outcomes) keep(key string, maybe bool) {
	if len(o.maybe) >= remembered {
		clear(o.maybe) // most are of messages that were never tried again; about the others we ask Slack
	}
	o.maybe[key] = maybe
}

// held is how long Slack has asked to leave a channel alone.
func (o *outcomes) held(channel string, now time.Time) time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.holds[channel].Sub(now)
}
