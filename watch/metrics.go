package watch

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics tells how canaries and heartbeats go. A nil *Metrics counts nothing.
type Metrics struct {
	canary, took, heartbeat prometheus.Gauge
	failures                *prometheus.CounterVec
}

// NewMetrics registers the metrics of the watch.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		canary: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "oncalm_canary_timestamp_seconds",
			Help: "When the last canary arrived, in Unix time; 0 if none has since the start.",
		}),
		took: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "oncalm_canary_seconds", Help: "How long the last canary took from its commit to its page to nobody.",
		}),
		heartbeat: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "oncalm_heartbeat_timestamp_seconds",
			Help: "When the last heartbeat was sent to whoever watches this pager, in Unix time; 0 if none was since the start.",
		}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "oncalm_watch_failures_total",
			Help: "What went wrong on the way to a heartbeat, by where: store, canary, url or metric.",
		}, []string{"what"}),
	}
	for _, what := range []string{"store", "canary", "url", "metric"} {
		m.failures.WithLabelValues(what)
	}
	reg.MustRegister(m.canary, m.took, m.heartbeat, m.failures)
	return m
}

func (m *Metrics) failed(what string) {
	if m != nil {
		m.failures.WithLabelValues(what).Inc()
	}
}

func (m *Metrics) arrived(at time.Time, took time.Duration) {
	if m != nil {
		m.canary.Set(float64(at.Unix()))
		m.took.Set(took.Seconds())
	}
}

func (m *Metrics) beaten(at time.Time) {
	if m != nil {
		m.heartbeat.Set(float64(at.Unix()))
	}
}
