package channels

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/incidents"
)

func TestNames(t *testing.T) {
	for _, tt := range []struct {
		form, title string
		n           int
		want        string
	}{
		{DefaultName, "checkout-5xx-rate", 0, "inc-4-checkout-5xx-rate"},
		{DefaultName, "Checkout: 5xx  (EU) — rate!", 0, "inc-4-checkout-5xx-eu-rate"},
		{DefaultName, "Zahlung hängt", 1, "inc-4-zahlung-h-ngt-2"},
		{DefaultName, "支払い", 0, "inc-4-shop"},
		{"{severity}_{id}-{service}", "x", 0, "sev1_4-shop"},
		{DefaultName, strings.Repeat("long-title-", 20), 10, "inc-4-long-title-long-title-long-title-long-ti-11"},
	} {
		i := &incidents.Incident{ID: "4", Title: tt.title, Service: "Shop", Severity: "sev1"}
		if got := nameOf(tt.form, i, tt.n); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.title, got, tt.want)
		}
	}
}

// TestHostileNames: whatever an alarm is called, Slack takes the name and the topic of its channel, and nothing in them is alive.
func TestHostileNames(t *testing.T) {
	allowed := regexp.MustCompile(`^[a-z0-9_-]{1,80}$`)
	for _, s := range bottest.Nasty() {
		i := bottest.Incident(s)
		for _, form := range []string{DefaultName, "{slug}{service}{severity}{id}" + strings.Repeat("x", 30)} {
			for _, n := range []int{0, 4} {
				if name := nameOf(form, &i, n); !allowed.MatchString(name) {
					t.Errorf("%.40q: the name %q", s, name)
				}
			}
		}
		all := []incidents.Status{incidents.StatusTriggered, incidents.StatusAcknowledged, incidents.StatusResolved}
		for _, status := range all {
			i.Status, i.Resolved = status, time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC)
			topic := topicOf(&i)
			if n := utf8.RuneCountInString(topic); n > maxTopic || strings.ContainsAny(topic, "<>\n") {
				t.Errorf("%.40q: a topic of %d characters: %q", s, n, topic)
			}
		}
	}
}
