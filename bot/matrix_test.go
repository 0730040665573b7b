package bot

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
)

// A behaviour is one way in which Slack fails a page, and what must come of it.
type behaviour struct {
	name string
	kind faults.Kind
	// ambiguous: the page may have been delivered though the call failed.
	ambiguous bool
	// final: that person cannot be reached, and the next step is taken at once.
	final bool
	// formOnly: the plain text gets through at once.
	formOnly bool
	by       time.Duration // the page is there so long after Slack is well again; 0 means 45 s
}

func behaviours() []behaviour {
	all := []behaviour{
		{name: "500", kind: faults.Status(500)},
		{name: "503", kind: faults.Status(503)},
		{name: "302 to a sign-in page", kind: faults.Redirect()},
		{name: "407 of a proxy", kind: faults.Status(407)},
		{name: "HTML with 200", kind: faults.HTML()},
		{name: "truncated JSON", kind: faults.Truncated()},
		{name: "no bytes", kind: faults.Empty()},
		{name: "reset", kind: faults.Reset()},
		{name: "refused", kind: faults.Refused()},
		{name: "never answers", kind: faults.Hang()},
		{name: "slower than we wait", kind: faults.Slow(time.Minute)},
		{name: "slow", kind: faults.Slow(8 * time.Second)},
		{name: "stored, then never answers", kind: faults.StoredButTimedOut(), ambiguous: true},
		{name: "stored, then reset", kind: faults.Stored(faults.Reset()), ambiguous: true},
		{name: "stored, then 500", kind: faults.Stored(faults.Status(500)), ambiguous: true},
		{name: "stored, then truncated", kind: faults.Stored(faults.Truncated()), ambiguous: true},
	}
	for _, after := range []string{"1", "0", "-5", "abc", "", "9999999999", "30", "1.5"} {
		all = append(all, behaviour{
			name: "429 Retry-After " + after, kind: faults.RateLimited(after), by: 2*time.Minute + 5*time.Second,
		})
	}
	for _, code := range []string{
		"ratelimited", "internal_error", "fatal_error", "request_timeout", "service_unavailable", "invalid_auth", "token_revoked",
		"token_expired", "missing_scope", "not_authed",
	} {
		all = append(all, behaviour{name: code, kind: faults.Error(code)})
	}
	for _, code := range []string{
		"channel_not_found", "user_not_found", "user_disabled", "cannot_dm_bot", "is_archived", "not_in_channel", "restricted_action",
		"never_heard_of_this", "account_inactive", // of the person: our token is taken
	} {
		all = append(all, behaviour{name: code, kind: faults.Error(code), final: true})
	}
	for _, code := range []string{"invalid_blocks", "invalid_blocks_format", "msg_too_long", "metadata_too_large"} {
		all = append(all, behaviour{name: code, kind: faults.Error(code), formOnly: true})
	}
	return all
}

// TestFaultMatrix: whatever Slack does, the page is delivered when it is well again, and not more often than could not be
// helped.
func TestFaultMatrix(t *testing.T) {
	for _, tt := range behaviours() {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { tt.check(t) })
		})
	}
}

func (tt behaviour) check(t *testing.T) {
	w := begin(t, func(o *Options) { o.Channel = "" })
	w.wait(time.Second)
	times := 2
	if tt.final || tt.formOnly || tt.ambiguous {
		times = 1
	}
	w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", User: ana, Times: times, Kind: tt.kind})
	id := w.alarm("checkout-5xx")
	if tt.formOnly {
		w.wait(time.Second)
		m := w.only(w.slack.DM(ana))
		if len(m.Buttons()) != 0 {
			t.Error("the plain text has buttons")
		}
		contains(t, m.Text, "checkout-5xx", "Incident 1")
		return
	}
	by := tt.by
	if by == 0 {
		by = 45 * time.Second
	}
	w.wait(time.Duration(times) * by)
	pages := w.slack.DM(ana)
	if tt.final {
		if len(pages) != 0 || len(w.slack.DM(bo)) != 1 {
			t.Errorf("ana has %d pages and bo %d, want 0 and 1 at once", len(pages), len(w.slack.DM(bo)))
		}
		contains(t, fmt.Sprint(w.head(id).PagesTo("ana")), "true") // failed
		return
	}
	if len(pages) != 1 {
		t.Fatalf("%d pages after Slack was well again, want 1\n%s", len(pages), w.logged)
	}
	if w.head(id).PagesTo("ana")[0].Delivered.IsZero() {
		t.Error("the page is there, but not recorded as delivered")
	}
	if strings.Contains(w.logged.String(), w.slack.Token()) {
		t.Error("the log tells the token")
	}
	w.press(pages[0], "Acknowledge", ana)
	w.wait(3 * time.Second)
	if got := w.head(id).Status; got != incidents.StatusAcknowledged {
		t.Errorf("after Acknowledge: %s", got)
	}
}

// TestAmbiguousTwice: an outcome that stays unknown when we look for it costs a page more, never one less.
func TestAmbiguousTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.Channel = "" })
		w.wait(time.Second)
		w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", Times: 1, Kind: faults.StoredButTimedOut()})
		w.slack.Faults.Fail(faults.Fault{Method: "conversations.history", Times: 1, Kind: faults.Error("missing_scope")})
		id := w.alarm("checkout-5xx")
		w.wait(time.Minute)
		if n := len(w.slack.DM(ana)); n != 2 {
			t.Errorf("%d pages, want 2: it could not be known that the first had arrived", n)
		}
		if w.head(id).PagesTo("ana")[0].Delivered.IsZero() {
			t.Error("not recorded as delivered")
		}
	})
}

// TestOutage: while Slack is down alarms come in; when it is back, pages go out by severity, once each, and not for what is
// over.
func TestOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		groups := outbox.DefaultGroups(nil)
		groups[1].Workers = 1 // more would send at the same moment, and there would be no order to see
		w := beginWith(t, groups)
		w.slack.Faults.Down(true)
		w.wait(time.Minute)
		var over string
		for n := range 12 {
			sev := []string{incidents.Sev4, incidents.Sev3, incidents.Sev2, incidents.Sev1}[n%4]
			id := w.alarm(fmt.Sprintf("alarm-%d", n), func(o *incidents.Opened) { o.Severity = sev })
			if n == 5 {
				over = id
			}
			w.wait(time.Second)
		}
		if _, err := w.book.Record(t.Context(), over, incidents.ByAlarm("alarm-5"), incidents.Resolved{}); err != nil {
			t.Fatal(err)
		}
		w.wait(2 * time.Minute)
		if s := w.bot.Status(); s.Problem == "" || s.Barred {
			t.Errorf("status while Slack is down: %+v", s)
		}
		w.slack.Faults.Down(false)
		w.wait(40 * time.Second)
		var order []string
		for _, m := range w.slack.DM(ana) {
			order = append(order, m.Text[:4])
		}
		want := "sev1 sev1 sev1 sev2 sev2 sev2 sev3 sev3 sev4 sev4 sev4"
		if got := strings.Join(order, " "); got != want {
			t.Errorf("pages in the order %s, want %s", got, want)
		}
	})
}
