package bot

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
)

// judge holds a message against all limits: ours, and those of the fake, which was written by somebody else.
func judge(t *testing.T, m message) {
	t.Helper()
	raw := m.blocks()
	if err := Validate(raw); err != nil {
		t.Errorf("%v\n%s", err, raw)
	}
	if problems := slackfake.ValidateBlocks(raw); len(problems) > 0 {
		t.Errorf("Slack would say: %v\n%s", problems, raw)
	}
	text := m.text(time.UTC)
	if n := utf8.RuneCountInString(text); n > 4000 || text == "" {
		t.Errorf("text of %d characters", n)
	}
	if !utf8.ValidString(text) {
		t.Errorf("text is not UTF-8: %q", text)
	}
	if live := alive(text); live != "" {
		t.Errorf("%q is alive in %q", live, text)
	}
	if !json.Valid(chatBody("C1", "1.2", text, raw, tag{"e", text})) {
		t.Error("the call's body is not JSON")
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
		Pages: map[string]incidents.PageState{s: {Key: s, At: at}},
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
		incidents.Delivered{Key: s, Person: s, Channel: "D1", Message: "1.2"}, incidents.Undelivered{Key: s, Person: s, Error: s},
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
func messagesOf(s string) []message {
	i, a := hostile(s), hostileAlarm(s)
	all := []message{
		pageMessage(paging.Page{Incident: i, Alarm: a, Person: s, Why: s}), pageMessage(paging.Page{Incident: i, Alarm: a, Person: s, Why: s, Reminder: true}),
		sentence(s, strong(s), code(s), link(s, s), i.Opened, " "), unknownWord("/incident", s, []string{"ack"}), noSuch(s, []string{"41"}),
		stranger(s), postmortemMessage(&i, s),
		{title: s, body: []paragraph{para(listed(&i)), {bullets, []line{listed(&i), say(s)}}}, rows: [][]button{{{label: s, action: "a", value: s, url: s}}}},
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

// TestValidateCanFail: the judge must be able to condemn.
func TestValidateCanFail(t *testing.T) {
	long := strings.Repeat("x", 151)
	row := func(elements string) string { return `[{"type":"actions","elements":[` + elements + `]}]` }
	buttonOf := func(id, more string) string {
		return `{"type":"button","action_id":"` + id + `","text":{"type":"plain_text","text":"x","emoji":false}` + more + `}`
	}
	rich := func(elements string) string {
		return `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + elements + `]}]}]`
	}
	bad := map[string]string{
		"not JSON":           `[`,
		"long header":        `[{"type":"header","text":{"type":"plain_text","text":"` + long + `","emoji":false}}]`,
		"empty header":       `[{"type":"header","text":{"type":"plain_text","text":"","emoji":false}}]`,
		"emoji in header":    `[{"type":"header","text":{"type":"plain_text","text":"x","emoji":true}}]`,
		"markup in header":   `[{"type":"header","text":{"type":"mrkdwn","text":"x"}}]`,
		"section":            `[{"type":"section","text":{"type":"mrkdwn","text":"<!channel>"}}]`,
		"too many blocks":    "[" + strings.TrimSuffix(strings.Repeat(rich(`{"type":"text","text":"x"}`)[1:len(rich(`{"type":"text","text":"x"}`))-1]+",", 51), ",") + "]",
		"no buttons":         row(""),
		"same action twice":  row(buttonOf("a", "") + "," + buttonOf("a", "")),
		"button without id":  row(buttonOf("", "")),
		"long value":         row(buttonOf("a", `,"value":"`+strings.Repeat("x", 2001)+`"`)),
		"link to http":       row(buttonOf("a", `,"url":"http://x.example"`)),
		"mention":            rich(`{"type":"user","user_id":"U1"}`),
		"broadcast":          rich(`{"type":"broadcast","range":"channel"}`),
		"empty text":         rich(`{"type":"text","text":""}`),
		"bad link":           rich(`{"type":"link","text":"x","url":"https://x|y"}`),
		"before 1970":        rich(`{"type":"date","timestamp":-1,"format":"x","fallback":"x"}`),
		"long paragraph":     rich(`{"type":"text","text":"` + strings.Repeat("x", 2000) + `"},{"type":"text","text":"` + strings.Repeat("x", 1001) + `"}`),
		"not UTF-8":          rich(`{"type":"text","text":"` + "\xff" + `"}`),
		"select in a row":    row(`{"type":"static_select","action_id":"a"}`),
		"nothing in a line":  rich(""),
		"long document":      `[{"type":"markdown","text":"` + strings.Repeat("x", 12_001) + `"}]`,
		"two long documents": `[{"type":"markdown","text":"` + strings.Repeat("x", 12_000) + `"},{"type":"markdown","text":"x"}]`,
		"list of quotations": `[{"type":"rich_text","elements":[{"type":"rich_text_list","elements":[{"type":"rich_text_quote","elements":[]}]}]}]`,
	}
	for name, raw := range bad {
		if err := Validate([]byte(raw)); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	for text, want := range map[string]string{"<!date^1^x|y>": "", "a &lt;b": "", "<!channel>": "<!channel", "<!date^1^x|y> <@U1>": "<@U1", "a < b": "< b"} {
		if got := alive(text); got != want {
			t.Errorf("alive(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	for _, tt := range []struct {
		s    string
		n    int
		want string
	}{
		{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"äöü", 3, "äöü"}, {"äöüß", 3, "äö…"}, {"😀😀", 1, "…"}, {"", 0, ""}, {"ab", 1, "…"},
	} {
		if got := text.Clip(tt.s, tt.n); got != tt.want {
			t.Errorf("text.Clip(%q, %d) = %q, want %q", tt.s, tt.n, got, tt.want)
		}
	}
}

func TestSafeURL(t *testing.T) {
	for u, want := range map[string]bool{
		"https://wiki.example.com/x?a=b#c~d":        true,
		"https://eu.console.aws.amazon.com/a?~(x')": true,
		"http://x.example":                          false,
		"https://":                                  false,
		"https://x|y":                               false,
		"https://x>y":                               false,
		"https://x y":                               false,
		"https://x\ny":                              false,
		"https://x\u202Ey":                          false,
		"https://\xff":                              false,
		"javascript:alert(1)//https://":             false,
		"":                                          false,
	} {
		if got := safeURL(u); got != want {
			t.Errorf("safeURL(%q) = %v, want %v", u, got, want)
		}
	}
}

// TestSkim: the quick way to read an answer never takes what the slow way would not, and reads the same.
func TestSkim(t *testing.T) {
	yes := []string{
		`{"ok":true,"channel":"D1","ts":"1.2"}`,
		`{"channel":"D1","message":{"ok":false,"ts":"9.9","text":"} \" {","blocks":[{"a":[1,"]"]}]},"ok":true,"ts":"1.2"}`,
		` { "ok" : true , "channel" : "D1" , "ts" : "1.2", "warning":"ok" } `,
	}
	for _, s := range yes {
		if r, ok := skim([]byte(s)); !ok || r != (ref{"D1", "1.2"}) {
			t.Errorf("%s: %v %v", s, r, ok)
		}
	}
	no := []string{
		"", "{", `{"ok":true,"channel":"D1","ts":"1.2"`, `{"ok":false,"error":"x","channel":"D1","ts":"1.2"}`, `{"ok":true,"channel":"D1"}`,
		`{"message":{"ok":true,"channel":"D1","ts":"1.2"}}`, `{"x":"ok","y":true,"channel":"D1","ts":"1.2"}`, "<html>", `{"ok":true,"channel":"D1","ts":"1.2`,
	}
	for _, s := range no {
		if r, ok := skim([]byte(s)); ok {
			t.Errorf("%s: took %v", s, r)
		}
	}
}
