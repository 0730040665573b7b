package reconcile

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oncalm/oncalm/incidents"
)

// Metrics are what a Loop counts. A nil one counts nothing.
type Metrics struct {
	last   prometheus.Gauge
	failed prometheus.Counter
	lost   *prometheus.CounterVec
}

// NewMetrics registers the metrics of a loop.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		last: prometheus.NewGauge(prometheus.GaugeOpts{Name: "oncalm_reconciled_timestamp_seconds",
			Help: "When CloudWatch last said how its alarms stand; 0 if it has not."}),
		failed: prometheus.NewCounter(prometheus.CounterOpts{Name: "oncalm_reconcile_failures_total",
			Help: "How often CloudWatch could not be asked."}),
		lost: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "oncalm_reconciled_messages_total",
			Help: "Messages of CloudWatch that never came and were made up for, by the state that they tell."}, []string{"state"}),
	}
	reg.MustRegister(m.last, m.failed, m.lost)
	return m
}

// ran counts a run.
func (m *Metrics) ran(now time.Time, err error) {
	switch {
	case m == nil:
	case err != nil:
		m.failed.Inc()
	default:
		m.last.Set(float64(now.Unix()))
	}
}

// made counts a message that was made up for.
func (m *Metrics) made(state incidents.AlarmState) {
	if m != nil {
		m.lost.WithLabelValues(string(state)).Inc()
	}
}
