package outbox

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oncalm/oncalm/outbox/retry"
	"github.com/oncalm/oncalm/store"
)

// Metrics tells how the outbox does. A nil *Metrics counts nothing.
type Metrics struct {
	attempts *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

// NewMetrics registers the runner's metrics.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "oncalm_outbox_attempts_total",
			Help: "Attempts to process an outbox entry, by kind and result.",
		}, []string{"kind", "result"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "oncalm_outbox_attempt_seconds",
			Help:    "Duration of one attempt in seconds, including its commit.",
			Buckets: []float64{0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30},
		}, []string{"kind"}),
	}
	reg.MustRegister(m.attempts, m.seconds)
	return m
}

func (m *Metrics) attempted(e Entry, err error, took time.Duration) {
	if m == nil {
		return
	}
	m.attempts.WithLabelValues(e.Kind, resultOf(err)).Inc()
	m.seconds.WithLabelValues(e.Kind).Observe(took.Seconds())
}

func resultOf(err error) string {
	if err == nil {
		return "done"
	}
	if _, ok := errors.AsType[*Later](err); ok {
		return "deferred"
	}
	if _, ok := errors.AsType[*Unreachable](err); ok {
		return "unreachable"
	}
	return "failed"
}

// State is a look at what is enqueued.
type State struct {
	// Behind is how long the oldest entry that is due has been waiting, in each lane that is served or
	// has something in it; 0 if none is. It counts from when the entry was due first, however often it
	// was tried since.
	Behind map[Lane]time.Duration
	// Parked is the number of entries for which there was no handler.
	Parked int
}

// lookAt is how many keys of a lane a look reads at most: those of entries that are due, or
// were and are to be tried again.
const lookAt = 20_000

// Look reads how far behind the outbox is.
func (r *Runner) Look(ctx context.Context) (State, error) {
	var state State
	err := r.Store.View(ctx, func(tx store.Tx) error {
		state = State{Behind: map[Lane]time.Duration{}}
		now := r.timeIn(tx).Now()
		for _, g := range r.Groups {
			for _, lane := range g.Lanes {
				state.Behind[lane] = 0
			}
		}
		for _, lane := range lanesIn(tx) {
			state.Behind[lane] = behind(tx, lane, now)
		}
		for range tx.Range(parkedPrefix, store.After(parkedPrefix)) {
			state.Parked++
		}
		return nil
	})
	return state, err
}

// behind is how long the oldest entry of a lane has been due. What has failed stands in the
// index at the time of its next attempt, which is not long from now, and says when it was due.
func behind(tx store.Tx, lane Lane, now time.Time) time.Duration {
	from, to := laneRange(lane)
	soon := now.Add(retry.Most).UTC().Format(timeFormat) // times in keys sort as texts
	oldest, at, n := "", now, 0
	for k, val := range tx.Range(from, to) {
		_, due, _, _ := cutDue(k)
		if n++; n > lookAt || due > soon {
			break
		}
		if len(val) == len(timeFormat) {
			due = string(val)
		}
		if oldest != "" && due >= oldest {
			continue
		}
		if first, err := time.ParseInLocation(timeFormat, due, time.UTC); err == nil { // else the groups tell of it
			oldest, at = due, first
		}
	}
	return max(now.Sub(at), 0)
}
