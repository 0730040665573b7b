package bot

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
)

// judge holds a message against all limits: ours, and those of the fake, which was written by somebody else.
func judge(t *testing.T, m blocks.Message) {
	t.Helper()
	raw := m.Blocks()
	if err := blocks.Validate(raw); err != nil {
		t.Errorf("%v\n%s", err, raw)
	}
	if problems := slackfake.ValidateBlocks(raw); len(problems) > 0 {
		t.Errorf("Slack would say: %v\n%s", problems, raw)
	}
	text := m.Text(time.UTC)
	if n := utf8.RuneCountInString(text); n > 4000 || text == "" {
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

// hostile is an incident of which every text comes from outside.
func hostile(s string) incidents.Incident {
	at := time.Date(2026, 11, 22, 14, 2, 0, 0, time.UTC)
	return incidents.Incident{
		ID: "42", Title: s, Service: s, Severity: incidents.Sev1, Runbook: s, Status: incidents.StatusAcknowledged,
		Opened: at, OpenedBy: incidents.ByAlarm(s), Acknowledged: at, AcknowledgedBy: incidents.ByAlarm(s), ResolvedBy: incidents.Person(s),
		Pages: map[string]incidents.PageState{s: {Person: s, At: at}, s + "/sms": {Person: s, Via: s, At: at}},
	}
}

// hostileAlarm is what an alarm says of which every text comes from outside.
func hostileAlarm(s string) *incidents.Alarm {
	return &incidents.Alarm{Name: s, Description: s, Reason: s, Link: s, State: incidents.AlarmFiring}
}

func hostileEvents(s string) []incidents.Event {
	i, a := hostile(s), hostileAlarm(s)
	bodies := []incidents.Body{
		incidents.Opened{Title: s, Service: s, Alarm: a}, incidents.Opened{}, incidents.Reported{Alarm: *a}, incidents.Reopened{},
		incidents.Paged{Key: s, Person: s, Why: s}, incidents.Paged{Key: s, Person: s, Why: s, Reminder: true},
		incidents.Delivered{Key: s, Person: s, Via: incidents.ViaSlack, Channel: "D1", Message: "1.2"}, incidents.Undelivered{Key: s, Person: s, Error: s},
		incidents.Withheld{Key: s, Person: s, Why: s}, incidents.Acknowledged{}, incidents.Escalated{Reason: s},
		incidents.Noted{Text: s}, incidents.Resolved{Reason: s}, incidents.Unknown{Kind: s},
	}
	var all []incidents.Event
	for n, b := range bodies {
		all = append(all, incidents.Event{Seq: n + 1, At: i.Opened, By: incidents.Person(s), Body: b})
	}
	return all
}

// messagesOf are all messages in which a text from outside may stand.
func messagesOf(s string) []blocks.Message {
	i, a := hostile(s), hostileAlarm(s)
	all := []blocks.Message{
		pageMessage(paging.Page{Incident: i, Alarm: a, Person: s, Why: s}), pageMessage(paging.Page{Incident: i, Alarm: a, Person: s, Why: s, Reminder: true}),
		blocks.Sentence(s, blocks.Strong(s), blocks.Code(s), blocks.Link(s, s), i.Opened, " "), chat.Unknown("/incident", s, []string{"ack"}), noSuch(s, []string{"41"}),
		postmortemMessage(&i, s),
		{Title: s, Body: []blocks.Paragraph{blocks.Para(listed(&i)), blocks.Bullets(listed(&i), blocks.Say(s))}, Rows: [][]blocks.Button{{{Label: s, Action: "a", Value: s, URL: s}}}},
	}
	for _, status := range []incidents.Status{incidents.StatusTriggered, incidents.StatusAcknowledged, incidents.StatusResolved} {
		i.Status = status
		all = append(all, cardMessage(account{&i, a, hostileEvents(s)}), infoMessage(account{&i, a, hostileEvents(s)}))
	}
	pages, ends := sentPages(hostileEvents(s))
	for _, p := range pages {
		all = append(all, p.message(account{Incident: &i, alarm: a}, ends, "acknowledged"))
	}
	return all
}

func nasty() []string {
	return []string{
		"checkout-5xx", "", " ", "<!channel>", "<!here|x>", "<@U0ANA>", "<https://evil.example|Acknowledge>", "<!subteam^S1>", "a & b < c > d", "&lt;!channel&gt;",
		"*bold* _it_ ~no~ `code` ```fence```", "> quote", ":fire:", "line\nbreak\r\nand\ttab", "\x00\x07\x1b[31m", "a\u202Eb\u2066c\u200Bd\uFEFF", "\xff\xfe\x80", "😀👨‍👩‍👧‍👦🇩🇪",
		strings.Repeat("x", 10_000), strings.Repeat("ü", 3001), strings.Repeat("😀", 5000), strings.Repeat("&", 4000), strings.Repeat("<", 4000), strings.Repeat("a b\n", 3000),
		"https://wiki.example.com/x", "https://wiki.example.com/|x>", "http://x", "javascript:alert(1)", `https://x"y`, "https://" + strings.Repeat("y", 3000), `"\`, "\u2028\u2029",
	}
}

func TestMessagesFromHostileTexts(t *testing.T) {
	for _, s := range nasty() {
		for _, m := range messagesOf(s) {
			judge(t, m)
		}
		i := hostile(s)
		judge(t, postmortemMessage(&i, strings.Repeat(s+"\n", 1+20_000/(len(s)+1))))
	}
}

func FuzzBlocks(f *testing.F) {
	for _, s := range nasty() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, m := range messagesOf(s) {
			judge(t, m)
		}
	})
}

// TestAlive: the tests' own eye sees what Slack would act on.
func TestAlive(t *testing.T) {
	for text, want := range map[string]string{"<!date^1^x|y>": "", "a &lt;b": "", "<!channel>": "<!channel", "<!date^1^x|y> <@U1>": "<@U1", "a < b": "< b"} {
		if got := alive(text); got != want {
			t.Errorf("alive(%q) = %q, want %q", text, got, want)
		}
	}
}
