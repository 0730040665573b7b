package slack

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

// TestOnlyWhatPagesNeed: what becomes of other calls does not say that pages wait.
func TestOnlyWhatPagesNeed(t *testing.T) {
	w := newWatch(slog.New(slog.DiscardHandler), nil)
	for _, err := range []error{status("m", 500, ""), named("m", "invalid_auth"), named("m", "missing_scope")} {
		for _, method := range []string{"dnd.info", "users.info", "conversations.history", "conversations.open", "chat.update", "usergroups.list", "response_url"} {
			if w.done(method, err) == nil || w.Now().Problem != "" {
				t.Errorf("%s: %v: %q", method, err, w.Now().Problem)
			}
		}
	}
	for _, method := range []string{"chat.postMessage", "auth.test"} {
		if _ = w.done(method, status(method, 500, "")); w.Now().Problem == "" {
			t.Errorf("%s at 500 is no problem", method)
		}
		_ = w.done("dnd.info", nil)
		if w.Now().Problem == "" {
			t.Error("an answer about something else says that pages go out")
		}
		_ = w.done(method, nil)
	}
}
