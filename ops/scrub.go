package ops

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oncalm/oncalm/store/bolt"
)

// scrubEach is how often the whole store is looked through for damage that nobody has come
// upon. It reads as much as a backup, and takes half a second for each gigabyte.
const scrubEach = time.Hour

// Scrub looks through the store at the start, and from time to time, until ctx ends.
func Scrub(ctx context.Context, db *bolt.DB, log *slog.Logger) {
	for {
		if err := db.Scrub(ctx); err != nil && !errors.Is(err, context.Canceled) {
			log.Warn("the store cannot be scanned", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(scrubEach):
		}
	}
}

// WatchOver makes damage to the store a reason not to be ready, and a figure.
func WatchOver(db *bolt.DB, h *Health, reg prometheus.Registerer) {
	h.Add(Check{Name: "damage", Run: func(context.Context, time.Time) error { return db.Health() }})
	reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "oncalm_store_damaged", Help: "Values and pages of the store that are known to be damaged.",
	}, func() float64 { return float64(db.Stats().Damaged) }))
}
