package main

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// auditEach is how often it is looked whether each open incident has something owed.
const auditEach = time.Minute

// auditing owes anew what was lost, until ctx ends (see [paging.Pager.Audit]).
func (a *app) auditing(ctx context.Context) {
	mended := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "oncalm_audit_mended_total", Help: "Steps, pages and reminders that were lost from the store and were owed anew.",
	}, []string{"what"})
	for _, what := range []string{"step", "page", "reminder"} {
		mended.WithLabelValues(what)
	}
	a.reg.MustRegister(mended)
	if a.auditEach == 0 {
		return
	}
	looks := time.NewTicker(a.auditEach)
	defer looks.Stop()
	for {
		done, err := a.pager.Audit(ctx)
		for _, m := range done {
			mended.WithLabelValues(m.What).Inc()
			a.log.Error("what was owed was lost from the store, and is owed anew (run oncalm fsck)", "component", "audit", "incident", m.Incident, "what", m.What, "key", m.Key, "due", m.Due.UTC())
		}
		if err != nil && ctx.Err() == nil {
			a.log.Error("the incidents could not be audited", "component", "audit", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-looks.C:
		}
	}
}
