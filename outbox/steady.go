package outbox

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/store"
)

const (
	// clockKey holds the newest mark.
	clockKey = "outbox/clock"
	// clockSlack is how far the wall clock and the outbox's may drift apart unnoticed.
	clockSlack = 100 * time.Millisecond
	// clockRead is how far apart two readings of the same moment may be.
	clockRead = 2 * time.Millisecond
	// clockKept is how often a mark is written, for a start of the machine that loses its clock.
	clockKept = 10 * time.Minute
)

// steady is the outbox's own time. It is the wall's of the store's first start, goes forward
// one second each second whatever is done to the wall clock, and goes on after a restart where
// it would be by now. All that is due is in the index under this time, so nothing there has to
// change when the wall clock is set. By how much the wall is ahead of it each entry notes for
// itself (see [Entry.Ahead]).
type steady struct {
	clock *clocks.Clock

	mu    sync.Mutex
	begun bool
	from  time.Time     // the outbox's time when the machine had been up for so long:
	up    time.Duration //
	ahead time.Duration // how far the wall is ahead, as it was noticed last
	back  time.Duration // how far the wall was back at the start
}

// A mark says for the next start what the outbox's time was.
type mark struct {
	At    time.Time     `json:"at"`    // of the outbox
	Ahead time.Duration `json:"ahead"` // how far the wall was ahead of it
	Boot  string        `json:"boot,omitempty"`
	Up    time.Duration `json:"up,omitempty"`
	// Unaimed says that what is bound to the calendar is not yet all in its place for Ahead.
	Unaimed bool `json:"unaimed,omitempty"`
}

// readMark returns a zero mark if there is none, or none that can be read. Earlier versions
// wrote a time alone.
func readMark(tx store.Tx) (m mark) {
	val := tx.Get(clockKey)
	if val == nil || json.Unmarshal(val, &m) == nil {
		return m
	}
	at, _ := time.Parse(time.RFC3339, string(val))
	return mark{At: at}
}

func (m mark) write(tx store.Tx) {
	val, err := json.Marshal(m)
	if err != nil {
		panic(err) // times and words can always be written
	}
	tx.Put(clockKey, val)
}

// begin finds out what the outbox's time is, from what the store says; once.
//
// While the machine has not been rebooted, the time that it has been up says how much
// has passed. Otherwise only the wall clock can say it, and may be wrong. If by it the time
// would go back, it goes on from the newest time that the store knows: then nothing waits
// longer than it would have in all.
func (s *steady) begin(tx store.Tx) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.begun {
		return
	}
	m := readMark(tx)
	wall, up := s.clock.Read()
	s.begun, s.up, s.from = true, up, wall.Add(-m.Ahead).UTC()
	switch {
	case m.Boot != "" && m.Boot == s.clock.Name() && up >= m.Up:
		s.from = m.At.Add(up - m.Up).UTC()
	case s.from.Before(m.At.Add(clockKept + time.Minute)):
		if last := newest(tx, m.At); last.Sub(s.from) > clockSlack {
			s.back, s.from = last.Sub(s.from), last
		}
	}
	s.ahead = near(wall.Sub(s.from), m.Ahead, clockSlack)
	s.from = wall.Add(-s.ahead).UTC()
}

// near is was, unless is differs from it by more than slack.
func near(is, was, slack time.Duration) time.Duration {
	if d := is - was; d >= -slack && d <= slack {
		return was
	}
	return is
}

// newest is a time that is after all that the store was told, but not much.
func newest(tx store.Tx, at time.Time) time.Time {
	t := Tx{tx: tx}
	for k := range tx.Range(duePrefix, store.After(duePrefix)) {
		_, key, err := splitDue(k)
		if err != nil {
			continue // the groups tell of it
		}
		e, ok := t.Get(key)
		if !ok {
			continue
		}
		at = later(at, e.Created)
		if e.Attempt > 0 {
			at = later(at, e.Due.Add(-maxRetry)) // then it had failed
		}
	}
	return at.Add(time.Millisecond).UTC()
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// now is the outbox's time.
func (s *steady) now() time.Time {
	_, up := s.clock.Read()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.from.Add(up - s.up)
}

// aheadAt is how far the wall was ahead of the outbox's time when it said now, a moment ago: as
// it was noticed last, or as it is if it was set since.
func (s *steady) aheadAt(now time.Time) time.Duration {
	ago := s.clock.Now().Sub(now) // by Go's clock, if now has its reading
	if ago < 0 || ago > time.Minute {
		ago = 0
	}
	is := now.Round(0).Sub(s.now().Add(-ago))
	s.mu.Lock()
	defer s.mu.Unlock()
	return near(is, s.ahead, clockRead)
}

// noticed is how far the wall is ahead, as far as it was noticed.
func (s *steady) noticed() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ahead
}

// look notices whether the wall clock was set, and by how much.
func (s *steady) look() (step time.Duration) {
	wall, up := s.clock.Read()
	s.mu.Lock()
	defer s.mu.Unlock()
	is := near(wall.Sub(s.from.Add(up-s.up)), s.ahead, clockSlack)
	step, s.ahead = is-s.ahead, is
	return step
}

// mark is what the next start is to know.
func (s *steady) mark() mark {
	_, up := s.clock.Read()
	s.mu.Lock()
	defer s.mu.Unlock()
	return mark{At: s.from.Add(up - s.up), Ahead: s.ahead, Boot: s.clock.Name(), Up: up}
}
