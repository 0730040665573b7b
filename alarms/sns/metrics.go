package sns

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Metrics tells what comes to the door. A nil *Metrics counts nothing.
type Metrics struct {
	requests *prometheus.CounterVec
	seconds  prometheus.Histogram
	confirms *prometheus.CounterVec
}

// Values of the label result, besides codes.
const (
	resultAccepted  = "accepted"
	resultDuplicate = "duplicate"

	confirmConfirmed = "confirmed"
	confirmFailed    = "failed"
	confirmRefused   = "refused"
	confirmExpired   = "expired"
)

// NewMetrics registers the metrics of the door.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	m := &Metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "oncalm_sns_requests_total",
			Help: "Requests to /sns, by result: accepted, duplicate, or the error code.",
		}, []string{"result"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "oncalm_sns_request_seconds",
			Help:    "Duration of a request to /sns in seconds, including the commit.",
			Buckets: []float64{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2, 10},
		}),
		confirms: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "oncalm_sns_confirmations_total",
			Help: "Attempts to confirm a subscription, by result.",
		}, []string{"result"}),
	}
	reg.MustRegister(m.requests, m.seconds, m.confirms)
	m.begin()
	return m
}

// begin makes the series whose labels are known, with zero: of one that begins with its
// first event, Prometheus would not see that it rose.
func (m *Metrics) begin() {
	for _, result := range []string{resultAccepted, resultDuplicate} {
		m.requests.WithLabelValues(result)
	}
	for _, code := range codes() {
		m.requests.WithLabelValues(string(code))
	}
	for _, result := range []string{confirmConfirmed, confirmFailed, confirmRefused, confirmExpired} {
		m.confirms.WithLabelValues(result)
	}
}

func (m *Metrics) answered(result string, took time.Duration) {
	if m == nil {
		return
	}
	m.requests.WithLabelValues(result).Inc()
	m.seconds.Observe(took.Seconds())
}

func (m *Metrics) confirmed(result string) {
	if m == nil {
		return
	}
	m.confirms.WithLabelValues(result).Inc()
}
