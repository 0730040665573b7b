package clocks

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestUptimes: the kernel is asked seldom, a sleep is noticed within a moment, and the time never goes back.
func TestUptimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun, slept, asked := time.Now(), time.Hour, 0
		u := &uptimes{begun: begun, ask: func() (time.Duration, bool) { asked++; return time.Since(begun) + slept, true }}
		if got := u.up(); got != time.Hour {
			t.Errorf("at first %s, want an hour", got)
		}
		for range 100 {
			time.Sleep(time.Millisecond)
			u.up()
		}
		if asked != 2 {
			t.Errorf("the kernel was asked %d times in a tenth of a second", asked)
		}
		slept += 10 * time.Minute // the machine was asleep: Go's clock stood still
		time.Sleep(askEvery)
		if got, want := u.up(), time.Since(begun)+70*time.Minute; got != want {
			t.Errorf("after a sleep %s, want %s", got, want)
		}
		slept -= time.Second // whoever asked was delayed
		time.Sleep(askEvery)
		if got, want := u.up(), time.Since(begun)+70*time.Minute; got != want {
			t.Errorf("after a delay %s, want %s", got, want)
		}
	})
}

// TestUpGoesForward: whoever asks, the time goes forward, and as fast as the kernel's.
func TestUpGoesForward(t *testing.T) {
	c := System()
	before, _ := uptime()
	first := c.Up()
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for last := first; last < first+300*time.Millisecond; {
				now := c.Up()
				if now < last {
					t.Errorf("from %s back to %s", last, now)
				}
				last = now
			}
		})
	}
	all.Wait()
	if now, ok := uptime(); ok && (c.Up() < now-time.Second || c.Up() > now+time.Second || first < before-time.Second) {
		t.Errorf("up for %s, and the kernel says %s", c.Up(), now)
	}
}
