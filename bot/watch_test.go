package bot

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

// TestCallsFromZero holds that the count of calls rises from zero, and not from nothing: an alert on its increase would not
// see the first refusal otherwise.
func TestCallsFromZero(t *testing.T) {
	reg := prometheus.NewRegistry()
	w := newWatch(slog.New(slog.DiscardHandler), reg)
	series := func() int {
		t.Helper()
		n, err := testutil.GatherAndCount(reg, "oncalm_slack_calls_total")
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := series()
	for _, err := range []error{
		nil, named("chat.postMessage", "ratelimited"), errors.New("unknown"), named("chat.postMessage", "token_revoked"),
		named("chat.postMessage", "invalid_blocks"), named("chat.postMessage", "is_archived"), status("chat.postMessage", 500, ""),
	} {
		_ = w.done("chat.postMessage", err)
	}
	if after := series(); before == 0 || after != before {
		t.Errorf("%d series, then %d", before, after)
	}
	if n := testutil.ToFloat64(w.calls.WithLabelValues("chat.postMessage", "barred")); n != 1 {
		t.Errorf("counted %v, want 1", n)
	}
}
