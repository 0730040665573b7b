package alarms

import "github.com/prometheus/client_golang/prometheus"

// Metrics tells what comes in. A nil *Metrics counts nothing.
type Metrics struct{ signals *prometheus.CounterVec }

// NewMetrics registers the metrics of the intake.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{signals: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "oncalm_signals_total",
		Help: "Messages understood, by kind and outcome.",
	}, []string{"kind", "outcome"})}
	reg.MustRegister(m.signals)
	return m
}

func (m *Metrics) took(sig *Signal, out Outcome) {
	if m == nil {
		return
	}
	m.signals.WithLabelValues(sig.Kind, out.What).Inc()
}
