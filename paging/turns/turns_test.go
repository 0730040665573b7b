package turns

import (
	"testing"
	"time"
)

// admitting is a channel that admits every message, but not before a time.
type admitting struct {
	from time.Time
}

func (a admitting) Admit(_ string, _ int, now time.Time) (time.Time, bool) {
	return later(now, a.from), !now.Before(a.from)
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// TestAdmittedLater holds that who is not admitted by the channel has had no turn.
func TestAdmittedLater(t *testing.T) {
	begin := time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC)
	var ts Turns
	from := begin.Add(20 * time.Second)
	for range 5 {
		next, ok := ts.Take(admitting{from: from}, Message{"ana", "slack", 0, false}, begin)
		if ok || !next.Equal(from) {
			t.Fatalf("%t at %v before the channel admits anything", ok, next.Sub(begin))
		}
	}
	for range 2 {
		if _, ok := ts.Take(admitting{from: from}, Message{"ana", "slack", 1, false}, from); !ok {
			t.Error("a turn was used up that nobody was admitted for")
		}
	}
}

// TestTurns holds how many messages a person gets: two at once, a joint one a second later, ten in any minute at most, and at once
// what is worse than all that was told; that does not hold up what has gathered.
func TestTurns(t *testing.T) {
	begin := time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC)
	var ts Turns
	at := func(d time.Duration) time.Time { return begin.Add(d) }
	for n, tt := range []struct {
		after   time.Duration
		urgency int
		joint   bool
		ok      bool
		next    time.Duration
	}{
		{0, 2, false, true, 0},
		{0, 2, false, true, 0},
		{0, 2, false, false, time.Second},
		{0, 2, true, false, time.Second},
		{500 * time.Millisecond, 1, false, true, 500 * time.Millisecond},
		{time.Second, 2, true, false, 1500 * time.Millisecond},
		{1500 * time.Millisecond, 2, true, true, 1500 * time.Millisecond},
		{1500 * time.Millisecond, 2, false, false, 13500 * time.Millisecond},
		{1500 * time.Millisecond, 3, false, false, 13500 * time.Millisecond},
		{2 * time.Second, 0, false, true, 2 * time.Second},
		{2 * time.Second, 0, false, false, 13500 * time.Millisecond},
		{2 * time.Second, 1, false, false, 13500 * time.Millisecond},
		{13500 * time.Millisecond, 1, true, true, 13500 * time.Millisecond},
		{10 * time.Minute, 0, false, true, 10 * time.Minute},
	} {
		next, ok := ts.Take(admitting{}, Message{Person: "ana", Via: "slack", Urgency: tt.urgency, Joint: tt.joint}, at(tt.after))
		if ok != tt.ok || !next.Equal(at(tt.next)) {
			t.Errorf("%d: %t at %v, want %t at %v", n, ok, next.Sub(begin), tt.ok, tt.next)
		}
	}
}

// TestTenInAMinute asks all the time, as in a storm.
func TestTenInAMinute(t *testing.T) {
	begin := time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC)
	var ts Turns
	var sent []time.Time
	for d := time.Duration(0); d < 10*time.Minute; d += 100 * time.Millisecond {
		for _, joint := range []bool{false, true} {
			if _, ok := ts.Take(admitting{}, Message{"ana", "slack", 1, joint}, begin.Add(d)); ok {
				sent = append(sent, begin.Add(d))
			}
		}
	}
	for n := range sent {
		if n >= 10 && sent[n].Sub(sent[n-10]) < time.Minute {
			t.Errorf("eleven messages in %v", sent[n].Sub(sent[n-10]))
		}
	}
	if len(sent) < 50 {
		t.Errorf("%d messages in ten minutes of a storm", len(sent))
	}
}
