package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/incidents"
)

// pagesAbout are the pages to ana about an alarm, each counted once by its key.
func pagesAbout(s *slackfake.Slack, alarm string) int {
	keys := map[string]bool{}
	for _, m := range s.DM("U0ANA") {
		if m.Metadata != nil && m.Metadata.EventType == "oncalm_page" && strings.Contains(m.Text, alarm) {
			keys[fmt.Sprint(m.Metadata.EventPayload["key"])] = true
		}
	}
	return len(keys)
}

// TestKilledWhileHeld kills the program again and again while pages are held: what lasts pages, not before its time, and what
// was OK does not.
func TestKilledWhileHeld(t *testing.T) {
	const hold = 4 * time.Second
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	r.configure(`alarms: ["*"]}`, fmt.Sprintf(`alarms: ["lasts"], hold: %[1]v}
  stall: {policy: main, severity: sev2, alarms: ["short"], hold: %[1]v}`, hold))
	r.start()
	begun := time.Now()
	for _, name := range []string{"lasts", "short"} {
		if status := r.post(r.alarm(name, incidents.AlarmFiring, begun)); status != http.StatusOK {
			t.Fatalf("%s: %d", name, status)
		}
	}
	wellAt := begun.Add(hold / 2)
	well := false
	for time.Since(begun) < hold-500*time.Millisecond {
		time.Sleep(time.Duration(50+rand.IntN(300)) * time.Millisecond)
		r.kill()
		r.start()
		if !well && time.Now().After(wellAt) {
			well = r.post(r.alarm("short", incidents.AlarmOK, time.Now())) == http.StatusOK
		}
		if n := pagesAbout(slack, "lasts"); n > 0 && time.Since(begun) < hold {
			t.Fatalf("%d pages %v after the alarm, which is held for %v", n, time.Since(begun), hold)
		}
	}
	if !well {
		t.Fatal("the alarm that is short was never OK")
	}
	for end := time.Now().Add(20 * time.Second); pagesAbout(slack, "lasts") == 0; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no page about what lasts:\n%s", r.logs)
		}
	}
	time.Sleep(time.Second) // what should not come would come now
	if n, m := pagesAbout(slack, "lasts"), pagesAbout(slack, "short"); n != 1 || m != 0 {
		t.Errorf("%d pages about what lasts, want 1, and %d about what was short, want none", n, m)
	}
}
