package slack

import (
	"errors"
	"sync"
	"time"
)

// Pace spreads work that must not go faster than Slack takes it. It gives out times: each piece of work asks once, waits for
// its time and then goes, so that ten thousand cards that wait cost nothing while they wait. It is kept in memory: after a
// restart the due times in the outbox still hold, and what is new is spread again.
type Pace struct {
	mu    sync.Mutex
	next  map[string]time.Time // when a kind of work would be exactly on its pace again
	slots map[string]time.Time // times given out, by the key of the work
}

// A Tempo is how fast a kind of work may go.
type Tempo struct {
	Kind  string
	Every time.Duration
	Burst int // how many may go at once after a quiet time
}

// NewPace makes a Pace of which nothing has gone yet.
func NewPace() *Pace {
	return &Pace{next: map[string]time.Time{}, slots: map[string]time.Time{}}
}

// Reserve gives work a time, not before at. Work that has a time keeps it.
func (p *Pace) Reserve(key string, t Tempo, at time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	if slot, ok := p.slots[key]; ok {
		return slot
	}
	next := p.next[t.Kind]
	if next.Before(at) {
		next = at
	}
	next = next.Add(t.Every)
	p.next[t.Kind] = next
	slot := next.Add(-time.Duration(t.Burst) * t.Every)
	if slot.Before(at) {
		slot = at
	}
	p.slots[key] = slot
	return slot
}

// Given is the time that work has, if it has one.
func (p *Pace) Given(key string) (slot time.Time, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	slot, ok = p.slots[key]
	return slot, ok
}

// AtOnce lets work go as soon as it comes, whatever the pace.
func (p *Pace) AtOnce(key string, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slots[key] = now
}

// late is how long a time that was given out holds. What comes later, since Slack was away or we were, gets another: else all
// that has waited would go at once.
const late = 2 * time.Second

// Start reports whether work may go now, and if not, when. If it may, its time is used up.
func (p *Pace) Start(key string, t Tempo, now time.Time) (when time.Time, ok bool) {
	slot := p.Reserve(key, t, now)
	if now.Sub(slot) > late {
		p.Forget(key)
		slot = p.Reserve(key, t, now)
	}
	if slot.After(now) {
		return slot, false
	}
	p.Forget(key)
	return now, true
}

// Forget takes back a time that is not needed.
func (p *Pace) Forget(key string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.slots, key)
}

// ErrPaced is why something waits that could be sent.
var ErrPaced = errors.New("waiting its turn: Slack accepts about one message a second in a channel")
