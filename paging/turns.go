package paging

import (
	"slices"
	"sync"
	"time"
)

const (
	// turnsAtOnce is how many messages a person gets after a quiet time without any wait for the next turn: two that tell one
	// incident each, one that tells what has gathered meanwhile, and two for what is worse than all of these.
	turnsAtOnce = 5
	// turnEvery is how long it takes until there is one more: so there are ten in a minute at most.
	turnEvery = 12 * time.Second
	// gathering is how long pages gather after a message before they are told together.
	gathering = time.Second
	// recently is how long what was told counts, if something worse is to be told.
	recently = time.Minute
)

// turns spread the messages to each person by each channel. They are kept in memory: after a restart the first messages may
// come a little closer together. The zero value is ready.
type turns struct {
	mu sync.Mutex
	of map[string]*turn // by person and channel
}

type turn struct {
	whole  time.Time    // when all messages that may go at once are there again
	last   time.Time    // of the last message
	joint  time.Time    // of the last one that told what had gathered
	newest [4]time.Time // of the last message by urgency, the most urgent first
}

// An errand is a message that is to go to a person by a channel.
type errand struct {
	person, via string
	urgency     int  // from 0, the most urgent
	joint       bool // it tells all that has gathered
}

// take lets a message go now if it is the person's turn and the channel admits it, or says when the next may. What is worse than all
// that was told recently waits for no turn.
func (t *turns) take(ch Joiner, m errand, now time.Time) (next time.Time, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.person(m.person + "/" + m.via)
	if next = p.next(m.joint); next.After(now) && !p.worse(m.urgency, now) {
		return p.next(true), false
	}
	if next, ok = ch.Admit(m.person, m.urgency, now); !ok {
		return next, false
	}
	if p.whole.Before(now) {
		p.whole = now
	}
	p.whole = p.whole.Add(turnEvery)
	if p.last, p.newest[m.urgency] = now, now; m.joint {
		p.joint = now
	}
	return now, true
}

// person is the turn of somebody.
func (t *turns) person(who string) *turn {
	if t.of == nil {
		t.of = map[string]*turn{}
	}
	p := t.of[who]
	if p == nil {
		p = &turn{}
		t.of[who] = p
	}
	return p
}

// next is when the next message may go: a single one as the first or second after a quiet time, a joint one if there is a turn left,
// others have gathered, and the one before is a turn ago.
func (p *turn) next(joint bool) time.Time {
	if !joint {
		return p.whole.Add(-turnEvery)
	}
	return slices.MaxFunc([]time.Time{
		p.whole.Add(-(turnsAtOnce - 1) * turnEvery), p.last.Add(gathering), p.joint.Add(turnEvery),
	}, time.Time.Compare)
}

// worse reports whether something was told recently, and nothing that was as urgent.
func (p *turn) worse(urgency int, now time.Time) bool {
	if now.Sub(p.last) > recently {
		return false
	}
	for _, at := range p.newest[:urgency+1] {
		if !at.IsZero() && now.Sub(at) <= recently {
			return false
		}
	}
	return true
}
