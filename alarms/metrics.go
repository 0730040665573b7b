package alarms

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/oncalm/oncalm/incidents"
)

// Metrics tells what comes in. A nil *Metrics counts nothing.
type Metrics struct {
	signals      *prometheus.CounterVec
	held, spared *prometheus.CounterVec
}

// NewMetrics registers the metrics of the intake.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{signals: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "oncalm_signals_total",
		Help: "Messages understood, by kind and outcome.",
	}, []string{"kind", "outcome"}), held: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "oncalm_pages_held_total",
		Help: "Times that an alarm fired and nobody was paged at once, by why: hold, changes or flapping.",
	}, []string{"why"}), spared: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "oncalm_pages_spared_total",
		Help: "Of these, those that were over before anybody was paged.",
	}, []string{"why"})}
	reg.MustRegister(m.signals, m.held, m.spared)
	for _, why := range []incidents.HeldFor{incidents.HeldToLast, incidents.HeldRestless, incidents.HeldFlapping} {
		m.held.WithLabelValues(string(why))
		m.spared.WithLabelValues(string(why))
	}
	return m
}

func (m *Metrics) took(sig *Signal, out Outcome) {
	if m == nil {
		return
	}
	m.signals.WithLabelValues(sig.Kind, out.What).Inc()
	if out.Held != nil {
		m.held.WithLabelValues(string(out.Held.Why)).Inc()
	}
	if out.Spared != nil {
		m.spared.WithLabelValues(string(out.Spared.Why)).Inc()
	}
}
