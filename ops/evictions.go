package ops

import (
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oncalm/oncalm/doors"
)

// PlacesFor divides the files that this process may open among the doors and Slack, and says if they are few.
func PlacesFor(log *slog.Logger) doors.Places {
	files := doors.Files()
	places, scarce := doors.Share(files)
	if scarce {
		log.Warn("the system limits this process to few open files, so it accepts few connections at a time; raise the "+
			"limit (ulimit -n, LimitNOFILE)",
			"files", files, "connections", places.Public)
	}
	return places
}

// Evictions takes note of connections that were closed for others.
type Evictions struct {
	total *prometheus.CounterVec
	log   *slog.Logger
}

// NewEvictions counts them in reg, and tells of them in log.
func NewEvictions(reg prometheus.Registerer, log *slog.Logger) *Evictions {
	total := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "oncalm_connections_closed_total",
		Help: "Connections closed to make room for others, by door, since they had been silent or slow the longest.",
	}, []string{"door"})
	for _, door := range []string{"public", "private"} {
		total.WithLabelValues(door)
	}
	reg.MustRegister(total)
	return &Evictions{total, log}
}

// Closed takes note of a connection to a door that was closed for another, and says so once a minute.
func (c *Evictions) Closed(door string) func() {
	total := c.total.WithLabelValues(door)
	var last atomic.Int64
	return func() {
		total.Inc()
		now := time.Now().Unix()
		// of several at once, one wins the swap and says it
		if before := last.Load(); now-before >= 60 && last.CompareAndSwap(before, now) {
			c.log.Warn("a door is full: the connections that were silent or slow the longest are closed to make room", "door", door)
		}
	}
}
