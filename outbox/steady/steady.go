// Package steady is a time that nobody sets: the outbox's own.
//
// What is due in five minutes is due when five minutes have passed, whatever is done to the wall clock meanwhile. So the outbox
// counts a [Time] of its own: the machine's time since its start, suspensions included, from a beginning that is kept over
// restarts by a [Mark] in the store. How far the wall clock is ahead of it is noticed, and noted with each entry.
//
//	outbox/clock    Mark: what the next start is to know
package steady

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/store"
)

const (
	// key holds the newest mark.
	key = "outbox/clock"
	// Slack is how far the wall clock and the outbox's may drift apart unnoticed.
	Slack = 100 * time.Millisecond
	// reading is how far apart two readings of the same moment may be.
	reading = 2 * time.Millisecond
	// Kept is how often a mark is written, for a start of the machine that loses its clock.
	Kept = 10 * time.Minute
)

// Keys are all keys of this package.
func Keys() []store.Check { return []store.Check{{Prefix: key}} }

// Time is the outbox's own time. It is the wall's of the store's first start, goes forward
// one second each second whatever is done to the wall clock, and goes on after a restart where
// it would be by now. All that is due is in the index under this time, so nothing there has to
// change when the wall clock is set. By how much the wall is ahead of it each entry notes for
// itself (see outbox.Entry).
type Time struct {
	clock *clocks.Clock

	mu    sync.Mutex
	begun bool
	from  time.Time     // the outbox's time when the machine had been up for so long:
	up    time.Duration //
	ahead time.Duration // how far the wall is ahead, as it was noticed last
	back  time.Duration // how far the wall was back at the start
}

// New makes a Time that runs by a clock. It has not begun.
func New(c *clocks.Clock) *Time { return &Time{clock: c} }

// Back is how far the wall was back at the start.
func (s *Time) Back() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.back
}

// A Mark says for the next start what the outbox's time was.
type Mark struct {
	At    time.Time     `json:"at"`    // of the outbox
	Ahead time.Duration `json:"ahead"` // how far the wall was ahead of it
	Boot  string        `json:"boot,omitempty"`
	Up    time.Duration `json:"up,omitempty"`
	// Unaimed says that what is bound to the calendar is not yet all in its place for Ahead.
	Unaimed bool `json:"unaimed,omitempty"`
}

// ReadMark returns a zero mark if there is none, or none that can be read. Earlier versions
// wrote a time alone.
func ReadMark(tx store.Tx) (m Mark) {
	val := tx.Get(key)
	if val == nil || json.Unmarshal(val, &m) == nil {
		return m
	}
	at, _ := time.Parse(time.RFC3339, string(val))
	return Mark{At: at}
}

// Write keeps the mark, in the place of the one before.
func (m Mark) Write(tx store.Tx) {
	val, err := json.Marshal(m)
	if err != nil {
		panic(err) // times and words can always be written
	}
	tx.Put(key, val)
}

// Begin finds out what the outbox's time is, from what the store says; once.
//
// While the machine has not been rebooted, the time that it has been up says how much
// has passed. Otherwise only the wall clock can say it, and may be wrong. If by it the time
// would go back, it goes on from the newest time that the store knows: then nothing waits
// longer than it would have in all.
func (s *Time) Begin(tx store.Tx, newest func(store.Tx, time.Time) time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.begun {
		return
	}
	m := ReadMark(tx)
	wall, up := s.clock.Read()
	s.begun, s.up, s.from = true, up, wall.Add(-m.Ahead).UTC()
	switch {
	case m.Boot != "" && m.Boot == s.clock.Name() && up >= m.Up:
		s.from = m.At.Add(up - m.Up).UTC()
	case s.from.Before(m.At.Add(Kept + time.Minute)):
		if last := newest(tx, m.At); last.Sub(s.from) > Slack {
			s.back, s.from = last.Sub(s.from), last
		}
	}
	s.ahead = near(wall.Sub(s.from), m.Ahead, Slack)
	s.from = wall.Add(-s.ahead).UTC()
}

// near is was, unless is differs from it by more than slack.
func near(is, was, slack time.Duration) time.Duration {
	if d := is - was; d >= -slack && d <= slack {
		return was
	}
	return is
}

// Now is the outbox's time.
func (s *Time) Now() time.Time {
	_, up := s.clock.Read()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.from.Add(up - s.up)
}

// AheadAt is how far the wall was ahead of the outbox's time when it said now, a moment ago: as
// it was noticed last, or as it is if it was set since.
func (s *Time) AheadAt(now time.Time) time.Duration {
	ago := s.clock.Now().Sub(now) // by Go's clock, if now has its reading
	if ago < 0 || ago > time.Minute {
		ago = 0
	}
	is := now.Round(0).Sub(s.Now().Add(-ago))
	s.mu.Lock()
	defer s.mu.Unlock()
	return near(is, s.ahead, reading)
}

// Noticed is how far the wall is ahead, as far as it was noticed.
func (s *Time) Noticed() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ahead
}

// Look notices whether the wall clock was set, and by how much.
func (s *Time) Look() (step time.Duration) {
	wall, up := s.clock.Read()
	s.mu.Lock()
	defer s.mu.Unlock()
	is := near(wall.Sub(s.from.Add(up-s.up)), s.ahead, Slack)
	step, s.ahead = is-s.ahead, is
	return step
}

// Mark is what the next start is to know.
func (s *Time) Mark() Mark {
	_, up := s.clock.Read()
	s.mu.Lock()
	defer s.mu.Unlock()
	return Mark{At: s.from.Add(up - s.up), Ahead: s.ahead, Boot: s.clock.Name(), Up: up}
}
