package socket

import (
	"sync"
	"time"
)

// holds is how long there must have been a connection for it to be believed: one that Slack ends at once, each time, is none.
const holds = 10 * time.Second

// state is whether there is a connection. The zero value is ready.
type state struct {
	mu    sync.Mutex
	up    int       // connections over which Slack has greeted
	since time.Time // when the first of them came, or when the last that held went
	gone  time.Time // since when none holds
	why   string    // what the last try came to
	told  string    // of which a warning was logged
}

// begin notes that there is none yet.
func (s *state) begin(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gone, s.why = now, "none was opened yet"
}

// fail notes what a try came to, and reports whether that is news.
func (s *state) fail(why string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	news := s.told != why
	s.why, s.told = why, why
	return news
}

// greet notes a connection, and reports whether there was none.
func (s *state) greet(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.up++
	if s.up > 1 {
		return false
	}
	s.since, s.told = now, ""
	return true
}

// part notes the end of a connection that was greeted, and reports whether there is none now.
func (s *state) part(now time.Time, why string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.up--
	if s.up > 0 {
		return false
	}
	if now.Sub(s.since) >= holds {
		s.gone = now
	}
	s.why = why
	return true
}

func (s *state) lost(now time.Time) (since time.Time, why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.up > 0 && now.Sub(s.since) >= holds {
		return time.Time{}, ""
	}
	return s.gone, s.why
}
