// Package turns spreads the messages to each person by each channel, so that nobody gets more than ten in a minute.
//
// After a quiet time two messages go at once, and then, a second later, one that tells all that has gathered; then one each twelve
// seconds. What is worse than all that was told within the last minute goes at once, and holds up nothing else.
package turns

import (
	"slices"
	"sync"
	"time"
)

const (
	// atOnce is how many messages a person gets after a quiet time without any wait for the next turn: two that tell one
	// incident each, one that tells what has gathered meanwhile, and two for what is worse than all of these.
	atOnce = 5
	// every is how long it takes until there is one more: so there are ten in a minute at most.
	every = 12 * time.Second
	// gathering is how long pages gather after a message before they are told together.
	gathering = time.Second
	// recently is how long what was told counts, if something worse is to be told.
	recently = time.Minute
)

// Turns are those of all people. They are kept in memory: after a restart the first messages may come a little closer together. The
// zero value is ready.
type Turns struct {
	mu sync.Mutex
	of map[string]*turn // by person and channel
}

type turn struct {
	whole  time.Time    // when all messages that may go at once are there again
	last   time.Time    // of the last message
	joint  time.Time    // of the last one that told what had gathered
	newest [4]time.Time // of the last message by urgency, the most urgent first
}

// A Message is to go to a person by a channel.
type Message struct {
	Person, Via string
	Urgency     int  // from 0, the most urgent
	Joint       bool // it tells all that has gathered
}

// A Channel admits messages.
type Channel interface {
	// Admit reports whether it takes a message to a person now, as far as it knows, and else when it will. Urgency counts from
	// 0, the most urgent. Who was admitted is to send the message.
	Admit(person string, urgency int, now time.Time) (next time.Time, ok bool)
}

// Take lets a message go now if it is the person's turn and the channel admits it, or says when the next may. What is worse than all
// that was told recently waits for no turn.
func (t *Turns) Take(ch Channel, m Message, now time.Time) (next time.Time, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.person(m.Person + "/" + m.Via)
	if next = p.next(m.Joint); next.After(now) && !p.worse(m.Urgency, now) {
		return p.next(true), false
	}
	if next, ok = ch.Admit(m.Person, m.Urgency, now); !ok {
		return next, false
	}
	if p.whole.Before(now) {
		p.whole = now
	}
	p.whole = p.whole.Add(every)
	if p.last, p.newest[m.Urgency] = now, now; m.Joint {
		p.joint = now
	}
	return now, true
}

// person is the turn of somebody.
func (t *Turns) person(who string) *turn {
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
		return p.whole.Add(-every)
	}
	return slices.MaxFunc([]time.Time{
		p.whole.Add(-(atOnce - 1) * every), p.last.Add(gathering), p.joint.Add(every),
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
