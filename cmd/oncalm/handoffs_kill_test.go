package main

import (
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake"
)

// notices counts what was told about shifts in a conversation.
func notices(s *slackfake.Slack, conversation string) (n int) {
	for _, m := range s.Messages(conversation) {
		if m.Metadata != nil && m.Metadata.EventType == "oncalm_notice" {
			n++
		}
	}
	return n
}

// TestHandoffOverAKill holds that a handoff that came while the process was dead is told at the next start, and that a
// process that is killed while it tells, and again, does not make it two.
func TestHandoffOverAKill(t *testing.T) {
	if testing.Short() {
		t.Skip("short: waits for a border")
	}
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	border := time.Now().Add(5 * time.Second).Truncate(time.Second)
	r.configure("people: [ana], start: 2026-01-05T09:00, shift: 1w",
		"people: [ana, bo], start: "+border.Add(-time.Hour).In(berlin).Format("2006-01-02T15:04:05")+", shift: 1h")
	r.start()
	time.Sleep(time.Until(border.Add(-2 * time.Second))) // it has seen that ana is on call
	r.kill()
	before := notices(slack, "U0ANA")
	time.Sleep(time.Until(border.Add(time.Second)))
	for range 6 {
		r.start()
		time.Sleep(20 * time.Millisecond)
		r.kill()
	}
	r.start()
	everybody := []string{"U0ANA", "U0BO", "C0INCIDENTS"}
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if notices(slack, "U0ANA") > before && notices(slack, "U0BO") > 0 && notices(slack, "C0INCIDENTS") > 0 {
			break
		}
	}
	time.Sleep(2 * time.Second) // for one that would be too many
	for _, c := range everybody {
		want := 1
		if c == "U0ANA" {
			want += before
		}
		if c == "U0BO" {
			want += reminded(slack)
		}
		if got := notices(slack, c); got != want {
			t.Errorf("%s: %d notices, want %d", c, got, want)
		}
	}
}

// reminded counts bo's reminders: his shift is near when the program first starts.
func reminded(s *slackfake.Slack) (n int) {
	for _, m := range s.Messages("U0BO") {
		if m.Text == "Your next shift for main is coming up." {
			n++
		}
	}
	return min(n, 1)
}
