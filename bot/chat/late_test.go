package chat

import (
	"sync"
	"testing"
)

// TestLoose: what is started while somebody waits is no race, and who waits goes on when nothing goes on.
func TestLoose(t *testing.T) {
	var l loose
	var starters sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for range 8 {
		starters.Go(func() {
			for range 200 {
				l.Go(func() { mu.Lock(); done++; mu.Unlock() })
				l.Wait()
			}
		})
	}
	starters.Wait()
	l.Wait()
	if done != 1600 {
		t.Errorf("%d of 1,600 were done", done)
	}
}
