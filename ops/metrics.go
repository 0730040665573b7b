package ops

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// Metrics returns the handler for GET /metrics. A figure that cannot be had does not keep the others back.
func Metrics(reg *prometheus.Registry, log *slog.Logger) http.Handler {
	return promhttp.HandlerFor(reg, promhttp.HandlerOpts{
		ErrorLog:            slog.NewLogLogger(log.Handler(), slog.LevelWarn),
		ErrorHandling:       promhttp.ContinueOnError,
		MaxRequestsInFlight: 4,
		Timeout:             doors.WriteTimeout / 2,
	})
}

// Gauges are figures that are read from the store when somebody asks for them.
type Gauges struct {
	store store.Store
	look  func(context.Context) (outbox.State, error)
	size  func() int64
	log   *slog.Logger

	behind, parked, open, bytes *prometheus.Desc
}

// NewGauges registers the figures of a store. look is [outbox.Runner.Look], and size tells how many bytes the store takes.
func NewGauges(reg prometheus.Registerer, s store.Store, look func(context.Context) (outbox.State, error),
	size func() int64, log *slog.Logger) *Gauges {
	g := &Gauges{
		store: s, look: look, size: size, log: log,
		behind: prometheus.NewDesc("oncalm_outbox_behind_seconds",
			"How long the oldest due entry has been waiting since it first came due, by lane; 0 if none is due.",
			[]string{"lane"}, nil),
		parked: prometheus.NewDesc("oncalm_outbox_parked",
			"Outbox entries of a kind that this version cannot handle.", nil, nil),
		open: prometheus.NewDesc("oncalm_incidents_open",
			"Incidents that are not resolved, by status.", []string{"status"}, nil),
		bytes: prometheus.NewDesc("oncalm_store_bytes",
			"How much of the store's file is in use, or was.", nil, nil),
	}
	reg.MustRegister(g)
	return g
}

// Describe implements [prometheus.Collector].
func (g *Gauges) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{g.behind, g.parked, g.open, g.bytes} {
		to <- d
	}
}

// collectTimeout is how long the store may take: Prometheus itself waits for 10 seconds by default.
const collectTimeout = 5 * time.Second

// Collect implements [prometheus.Collector]. Figures that cannot be read are left out.
func (g *Gauges) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), collectTimeout)
	defer cancel()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(g.bytes, float64(g.size()))
	state, err := g.look(ctx)
	if err != nil {
		g.log.Warn("metrics: the outbox cannot be read", "err", err)
		return
	}
	gauge(g.parked, float64(state.Parked))
	for lane, late := range state.Behind {
		gauge(g.behind, late.Seconds(), string(lane))
	}
	open, err := countOpen(ctx, g.store)
	if err != nil {
		g.log.Warn("metrics: the incidents cannot be read", "err", err)
		return
	}
	for _, status := range []incidents.Status{incidents.StatusTriggered, incidents.StatusAcknowledged} {
		gauge(g.open, float64(open[status]), string(status))
	}
}

// countOpen counts the incidents that are not resolved, by status.
func countOpen(ctx context.Context, s store.Store) (open map[incidents.Status]int, err error) {
	err = s.View(ctx, func(tx store.Tx) (err error) {
		open, err = history.CountOpen(tx)
		return err
	})
	return open, err
}
