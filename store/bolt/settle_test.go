package bolt

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/oncalm/oncalm/store"
)

// TestSettle holds that a View which could see a transaction before it was on disk waits
// until it is, and only then.
func TestSettle(t *testing.T) {
	for _, outcome := range []error{nil, store.ErrUnknownOutcome} {
		synctest.Test(t, func(t *testing.T) {
			q, b := newQueue(), newBatch()
			q.durable.Store(4)
			if err := q.settle(4); err != nil {
				t.Errorf("a durable one: %v", err)
			}
			q.inflight.Store(b)
			if err := q.settle(4); err != nil {
				t.Errorf("a durable one, while another is in flight: %v", err)
			}
			answer := make(chan error, 1)
			go func() { answer <- q.settle(5) }()
			synctest.Wait()
			select {
			case err := <-answer:
				t.Errorf("it did not wait: %v", err)
			default:
			}
			b.end(outcome)
			synctest.Wait()
			if err := <-answer; !errors.Is(err, outcome) {
				t.Errorf("error %v, want %v", err, outcome)
			}
		})
	}
}
