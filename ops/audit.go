package ops

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oncalm/oncalm/paging"
)

// AuditEach is how often it is looked whether each open incident has something enqueued.
const AuditEach = time.Minute

// An Auditor enqueues again what was lost from the store (see [paging.Pager.Audit]).
type Auditor struct {
	Audit func(context.Context) ([]paging.Mended, error)
	Each  time.Duration // [AuditEach]; 0: never, for tests
	Log   *slog.Logger
}

// Run audits until ctx ends. What it mends is counted in reg. The labels are there from the start, so that an alert on an
// increase sees the first one.
func (a *Auditor) Run(ctx context.Context, reg prometheus.Registerer) {
	mended := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "oncalm_audit_mended_total", Help: "Steps, pages, reminders and silences that were lost from the store and enqueued again.",
	}, []string{"what"})
	for _, what := range []string{"step", "page", "reminder", "silence"} {
		mended.WithLabelValues(what)
	}
	reg.MustRegister(mended)
	if a.Each == 0 {
		return
	}
	looks := time.NewTicker(a.Each)
	defer looks.Stop()
	for {
		done, err := a.Audit(ctx)
		for _, m := range done {
			mended.WithLabelValues(m.What).Inc()
			a.Log.Error("outbox entries were lost from the store and are enqueued again (run oncalm fsck)", "component", "audit",
				"incident", m.Incident, "what", m.What, "key", m.Key, "due", m.Due.UTC())
		}
		if err != nil && ctx.Err() == nil {
			a.Log.Error("the incidents could not be audited", "component", "audit", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-looks.C:
		}
	}
}
