package bot

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/api"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
)

// answering is how long a test waits until an answer has come, or has been given up: a call that hangs takes ten seconds.
const answering = 3 * time.Minute

const (
	breath = 2 * time.Second // before the second attempt
	uses   = 4               // of a response address
)

// TestALateAnswerIsTriedAgain: what came of a change that took long is told also if Slack fails at first, at most four times, with
// pauses that grow, and not sooner than Slack asks for.
func TestALateAnswerIsTriedAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		kind  faults.Kind
		least time.Duration // before the second attempt
		final bool          // it is not tried again
	}{
		"500":              {kind: faults.Status(500), least: breath},
		"503":              {kind: faults.Status(503), least: breath},
		"limited":          {kind: faults.RateLimited(""), least: 5 * time.Second},
		"limited for 20 s": {kind: faults.RateLimited("20"), least: 20 * time.Second},
		"no answer":        {kind: faults.Hang(), least: breath},
		"cut off":          {kind: faults.Reset(), least: breath},
		"gone":             {kind: faults.Status(404), final: true},
		"used up":          {kind: faults.Error("used_url"), final: true},
	} {
		for _, times := range []int{uses - 1, 0} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := begin(t)
					w.wait(time.Second)
					w.alarm("checkout-5xx")
					w.wait(5 * time.Second)
					w.on(8*time.Second, nil)
					w.slack.Faults.Fail(faults.Fault{Method: "response_url", Times: times, Kind: tt.kind})
					contains(t, w.typed(ana, "/incident", "note hm"), "being stored")
					w.wait(answering)
					calls := w.slack.API.Calls("response_url")
					if tt.final {
						if len(calls) != 1 {
							t.Errorf("%d attempts after Slack had refused for good", len(calls))
						}
						return
					}
					if len(calls) != uses {
						t.Fatalf("%d attempts, want %d", len(calls), uses)
					}
					growing(t, calls, tt.least)
					if got := last(t, w.slack.Ephemerals(channel, ana)).Text; strings.Contains(got, "Noted on 1") != (times > 0) {
						t.Errorf("told: %s", got)
					}
					if gaveUp := strings.Contains(w.logged.String(), "a reply could not be sent"); gaveUp != (times == 0) {
						t.Errorf("the log says that it was given up: %t", gaveUp)
					}
				})
			})
		}
	}
}

// growing holds that each pause is at least as long as the one before.
func growing(t *testing.T, calls []api.Call, least time.Duration) {
	t.Helper()
	for n := 1; n < len(calls); n++ {
		pause := calls[n].At.Sub(calls[n-1].At)
		if pause < least {
			t.Errorf("attempt %d after %s, want %s at least", n+1, pause, least)
		}
		least = pause
	}
}

// TestAnAddressIsNotUsedUp: with all that is told of one press, its address is used no more often than Slack allows, whichever way
// the answers go and fail.
func TestAnAddressIsNotUsedUp(t *testing.T) {
	const slacks = 5
	for name, kind := range map[string]faults.Kind{
		"500": faults.Status(500), "limited": faults.RateLimited("1"), "no answer": faults.Hang(),
	} {
		for _, disk := range []time.Duration{0, 8 * time.Second} {
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := begin(t)
					w.wait(time.Second)
					w.alarm("checkout-5xx")
					w.wait(5 * time.Second)
					w.on(disk, nil)
					w.slack.Faults.Fail(faults.Fault{Method: "response_url", Kind: kind})
					w.press(w.only(w.slack.DM(ana)), "Escalate", ana)
					w.wait(40 * time.Minute)
					if n := len(w.slack.API.Calls("response_url")); n < uses || n > slacks {
						t.Errorf("used %d times", n)
					}
				})
			})
		}
	}
}

// TestAStopDoesNotWaitForAnswers: a pause before another attempt ends with the program.
func TestAStopDoesNotWaitForAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		w.alarm("checkout-5xx")
		w.wait(5 * time.Second)
		w.on(8*time.Second, nil)
		w.slack.Faults.Fail(faults.Fault{Method: "response_url", Kind: faults.RateLimited("90")})
		w.typed(ana, "/incident", "note hm")
		w.wait(7 * time.Second)
		begun := time.Now()
		w.stop()
		if took := time.Since(begun); took > time.Second {
			t.Errorf("the stop took %s", took)
		}
	})
}
