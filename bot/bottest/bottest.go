// Package bottest has what tests of several packages of the bot need: texts that outsiders might write, in all places where they may
// stand, and a judge of the messages that come of them.
package bottest

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/slackfake/blockkit"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/notes"
)

// Judge holds a message against all limits: ours, and those of the fake, which was written by somebody else. Two judges
// that were written apart seldom make the same mistake.
func Judge(t testing.TB, m blocks.Message) {
	t.Helper()
	JudgeSent(t, m.Text(time.UTC), m.Blocks())
}

// JudgeSent is Judge for a message as it was sent: its text, and its blocks.
func JudgeSent(t testing.TB, text string, raw []byte) {
	t.Helper()
	if err := blocks.Validate(raw); err != nil {
		t.Errorf("%v\n%s", err, raw)
	}
	if problems := blockkit.ValidateBlocks(raw); len(problems) > 0 {
		t.Errorf("Slack would say: %v\n%s", problems, raw)
	}
	// the limit of text in chat.postMessage
	if n := blockkit.Length(text); n > 4000 || text == "" {
		t.Errorf("text of %d characters", n)
	}
	if !utf8.ValidString(text) {
		t.Errorf("text is not UTF-8: %q", text)
	}
	if live := alive(text); live != "" {
		t.Errorf("%q is alive in %q", live, text)
	}
}

// alive finds what Slack would act on in a text: anything in pointed brackets but a time.
func alive(text string) string {
	for text != "" {
		_, after, found := strings.Cut(text, "<")
		if !found {
			return ""
		}
		inside, rest, closed := strings.Cut(after, ">")
		if !closed || !strings.HasPrefix(inside, "!date^") {
			return "<" + inside
		}
		text = rest
	}
	return ""
}

// JudgeNasty judges the messages that are made of each of the texts that outsiders might write.
func JudgeNasty(t *testing.T, messages func(string) []blocks.Message) {
	t.Helper()
	for _, s := range Nasty() {
		for _, m := range messages(s) {
			Judge(t, m)
		}
	}
}

// Nasty are texts that outsiders might write. They are markup, control characters, letters that go the other way, invalid
// UTF-8, and lengths about the limits.
func Nasty() []string {
	return []string{
		"checkout-5xx", "", " ", "<!channel>", "<!here|x>", "<@U0ANA>", "<https://evil.example|Acknowledge>", "<!subteam^S1>", "a & b < c > d", "&lt;!channel&gt;",
		"*bold* _it_ ~no~ `code` ```fence```", "> quote", ":fire:", "line\nbreak\r\nand\ttab", "\x00\x07\x1b[31m", "a\u202Eb\u2066c\u200Bd\uFEFF", "\xff\xfe\x80", "😀👨‍👩‍👧‍👦🇩🇪",
		strings.Repeat("x", 10_000), strings.Repeat("ü", 3001), strings.Repeat("😀", 5000), strings.Repeat("&", 4000),
		strings.Repeat("<", 4000), strings.Repeat("a b\n", 3000),
		"https://wiki.example.com/x", "https://wiki.example.com/|x>", "http://x", "javascript:alert(1)", `https://x"y`, "https://" + strings.Repeat("y", 3000), `"\`, "\u2028\u2029",
	}
}

// Incident is an incident of which every text comes from outside.
func Incident(s string) incidents.Incident {
	at := time.Date(2026, 11, 22, 14, 2, 0, 0, time.UTC)
	return incidents.Incident{
		ID: "42", Title: s, Service: s, Severity: incidents.Sev1, Runbook: s, Status: incidents.StatusAcknowledged,
		Opened: at, OpenedBy: incidents.ByAlarm(s), Acknowledged: at, AcknowledgedBy: incidents.ByAlarm(s),
		ResolvedBy: incidents.Person(s),
		Pages:      map[string]incidents.PageState{s: {Person: s, At: at}, s + "/sms": {Person: s, Via: s, At: at}},
	}
}

// Alarm is what an alarm says of which every text comes from outside.
func Alarm(s string) *incidents.Alarm {
	return &incidents.Alarm{Name: s, Description: s, Reason: s, Link: s, State: incidents.AlarmFiring}
}

// Events are events of which every text comes from outside.
func Events(s string) []incidents.Event {
	i, a := Incident(s), Alarm(s)
	bodies := []incidents.Body{
		incidents.Opened{Title: s, Service: s, Alarm: a}, incidents.Opened{}, incidents.Reported{Alarm: *a},
		incidents.Reopened{},
		incidents.Paged{Key: s, Person: s, Why: s}, incidents.Paged{Key: s, Person: s, Why: s, Reminder: true},
		incidents.Delivered{Key: s, Person: s, Via: incidents.ViaSlack, Channel: "D1", Message: "1.2"},
		incidents.Undelivered{Key: s, Person: s, Error: s},
		incidents.Withheld{Key: s, Person: s, Why: s}, incidents.Acknowledged{}, incidents.Escalated{Reason: s},
		incidents.Noted{Text: s},
		incidents.Noted{Text: s, Link: s, Sort: notes.Sort(s), Captured: s, Files: []notes.File{{Title: s, Link: s}}},
		incidents.Resolved{Reason: s}, incidents.Unknown{Kind: s},
	}
	var all []incidents.Event
	for n, b := range bodies {
		all = append(all, incidents.Event{Seq: n + 1, At: i.Opened, By: incidents.Person(s), Body: b})
	}
	return all
}
