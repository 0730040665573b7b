package main

import (
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oncalm/oncalm/doors"
)

// placesFor divides the files that this process may open among the doors and Slack, and says if they are few.
func placesFor(log *slog.Logger) doors.Places {
	files := doors.Files()
	places, scarce := doors.Share(files)
	if scarce {
		log.Warn("the system lets this process open few files, so it takes few connections at a time; raise the limit (ulimit -n, LimitNOFILE)",
			"files", files, "connections", places.Public)
	}
	return places
}

// closedTotal counts who was closed for others.
func closedTotal(reg prometheus.Registerer) *prometheus.CounterVec {
	total := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "oncalm_connections_closed_total",
		Help: "Connections that were closed for others, since their door was full and they had been silent or slow for longest.",
	}, []string{"door"})
	for _, door := range []string{"public", "private"} {
		total.WithLabelValues(door)
	}
	reg.MustRegister(total)
	return total
}

// closed takes note of a connection that was closed for another, and says so once a minute.
func (h *house) closed(door string) func() {
	total := h.crowded.WithLabelValues(door)
	var last atomic.Int64
	return func() {
		total.Inc()
		now := time.Now().Unix()
		if before := last.Load(); now-before >= 60 && last.CompareAndSwap(before, now) {
			h.log.Warn("a door is full: connections that were silent or slow for longest are closed for others", "door", door)
		}
	}
}
