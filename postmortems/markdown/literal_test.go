package markdown

import (
	"bytes"
	"fmt"
	"html"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	rawhtml "github.com/yuin/goldmark/renderer/html"
	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/postmortems/wording"
)

// dialects understands all that Markdown's dialects may do with a text, and passes on
// raw HTML, so that any that comes from data is seen.
var dialects = goldmark.New(
	goldmark.WithExtensions(extension.GFM, extension.Footnote, extension.DefinitionList),
	goldmark.WithParserOptions(parser.WithAttribute()),
	goldmark.WithRendererOptions(rawhtml.WithUnsafe()),
)

func toHTML(src string) string {
	var b bytes.Buffer
	if err := dialects.Convert([]byte(src), &b); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.String()
}

// places are where texts from outside stand in documents; the first three are the most
// different.
var places = []string{
	"%s\n", "# Postmortem of incident 1: %s\n", "| a | b |\n| --- | --- |\n| %s | x |\n| x | %[1]s |\n|  |  |\n", "- %s\n", "- **what?** %s. [e1]\n", "> **DRAFT.** %s\n", "text %s text **[fill in: %[1]s]**. [e1, e2]\n",
	"term\n\n%s\n", "before\n%s\nafter\n", "“%s” [e1]\n",
	"*(added later, at %s)*\n", "see [console](https://console.aws.amazon.com/x) %s\n",
}

// wordIn is the page for each place, with a harmless word in it.
var wordIn = func() []string {
	var pages []string
	for _, place := range places {
		pages = append(pages, toHTML(fmt.Sprintf(place, harmless)))
	}
	return pages
}()

const harmless = "harmless"

// checkLiteral holds that in each place a text changes nothing but itself: the page is
// the same as with a harmless word, but for the text in the word's place, letter by
// letter. Isolates are not seen. in are the places, from the first on.
func checkLiteral(t interface{ Fatalf(string, ...any) }, in []string, s string) {
	isolates := strings.NewReplacer("\u2068", "", "\u2069", "")
	want := wording.Clean(s)
	if want == "" {
		return
	}
	for n, place := range in {
		got := isolates.Replace(toHTML(fmt.Sprintf(place, literal(s))))
		wantPage := strings.ReplaceAll(html.UnescapeString(wordIn[n]), harmless, want)
		if html.UnescapeString(got) != wantPage || strings.Count(got, "<") != strings.Count(wordIn[n], "<") {
			t.Fatalf("%q in %q\nis written %q\nand shown  %q\nnot        %q", s, place, literal(s), got, wantPage)
		}
	}
}

// nasty are pieces that mean something to Markdown, HTML or Slack.
var nasty = []string{
	"\\", "`", "*", "_", "{", "}", "[", "]", "<", ">", "(", ")", "#", "+", "-", ".", "!", "|", "~", "&", "@", ":", "=", "^", "$", "'", "\"", "/", "%",
	"\n", "\r\n", "\t", " ", "  ", "\u2028", "\u00a0", "a", "B", "1", "12", "é", "ש", "ع", "日", "🔥", "\u200d", "\u202e", "\u2066", "\u2068", "\u2069", "\x00", "\x1b", "\xff",
	"http://", "https://a.example/", "www.", "a@b.example", "mailto:", "ftp://x.example", "&lt;", "&amp;", "&#124;", "&#x7c;", "<!channel>", "<@U1>", "<a href=x>", "<!--", "-->",
	"]]>", "<?", "](x)", "[^1]", "[x]: y", "![", "```", "~~~", "---", "===", "***", "___", "1.", "1)", "- ", "+ ", "* ", "> ", "# ", "| --- |", ": ", "{#id}", "[ ] ", "[x] ", "\\|", "**", "__", "~~", "@channel", ":smile:",
}

func TestLiteralIsShownLetterByLetter(t *testing.T) {
	for _, a := range nasty {
		for _, b := range nasty {
			checkLiteral(t, places[:3], a+b)
		}
		checkLiteral(t, places, "word"+a+"word")
		checkLiteral(t, places, "word "+a+" word")
	}
}

func TestLiteralOfAnyText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(nasty), rapid.StringN(0, 5, -1)), 1, 12).Draw(t, "parts")
		checkLiteral(t, places, strings.Join(parts, ""))
	})
}

func FuzzLiteral(f *testing.F) {
	f.Add("<!channel> [a](https://b.example) | c")
	f.Add(strings.Join(nasty, ""))
	f.Fuzz(func(t *testing.T, s string) { checkLiteral(t, places, s) })
}

// TestLiteralStaysReadable holds what names of alarms and metrics look like in the
// source, which people read, too.
func TestLiteralStaysReadable(t *testing.T) {
	for text, want := range map[string]string{
		"checkout-5xx (eu-central-1)":       "checkout-5xx (eu-central-1)",
		"HTTPCode_Target_5XX_Count":         "HTTPCode_Target_5XX_Count",
		"app/checkout/50dc6c49, p99 = 1.5!": "app/checkout/50dc6c49, p99 = 1.5!",
		"v41.2 at 14:02":                    "v41.2 at 14:02",
		"C# and issue#4":                    "C# and issue#4",
		"a < b & c":                         "a &lt; b &amp; c",
		"one\n\ntwo  three ":                "one ⏎ two three",
		"1. first":                          `1\. first`,
		"see https://a.example":             `see https\://a.example`,
	} {
		if got := literal(text); got != want {
			t.Errorf("literal(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestIsolates(t *testing.T) {
	for text, want := range map[string]string{
		"alarm " + wording.Said("שלום (x)") + " is OK": "alarm \u2068שלום (x)\u2069 is OK",
		"שלום (x)":                         "\u2068שלום (x)\u2069",
		"plain":                            "plain",
		"\u2068forged":                     "forged",
		"\u2069\u2068":                     "",
		"a \u2068b\u2068c\u2069 \u202edoc": "a bc doc",
		"a\u2068 \u202e שלום\u2069 b":      "\u2068a שלום b\u2069",
	} {
		if got := literal(text); got != want {
			t.Errorf("literal(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestLinks(t *testing.T) {
	const label = "console"
	tests := []struct {
		address string
		hosts   []string
		linked  bool
	}{
		{"https://eu-central-1.console.aws.amazon.com/cloudwatch/deeplink.js?region=eu-central-1#alarmsV2:alarm/a", consoleHosts, true},
		{"https://console.amazonaws.cn/x", consoleHosts, true},
		{"https://eu-central-1.console.aws.amazon.com/x?a=b&copy;=(c)|d]e`f\"g<h>i j\\k*l_m", consoleHosts, true},
		{"https://acme.slack.com/archives/C0/p1", messageHosts, true},
		{"https://ACME.SLACK.COM/archives/C0/p1", messageHosts, true},
		{"https://wiki.example.com/checkout", nil, true},
		{"http://acme.slack.com/archives/C0/p1", messageHosts, false},
		{"https://acme.slack.com.evil.example/x", messageHosts, false},
		{"https://evilslack.com/x", messageHosts, false},
		{"https://slack.com@evil.example/x", messageHosts, false},
		{"https://user:pass@acme.slack.com/x", messageHosts, false},
		{"javascript:alert(1)//slack.com", nil, false},
		{"https:slack.com", nil, false},
		{"https://", nil, false},
		{"//slack.com/x", messageHosts, false},
		{"https://a b.slack.com/x", messageHosts, false},
		{"https://acme.slack.com/\nx", messageHosts, false},
		{"data:text/html,<script>alert(1)</script>", nil, false},
	}
	for _, tt := range tests {
		page := toHTML("| a |\n| --- |\n| " + link(label, tt.address, tt.hosts) + " |\n")
		if got := strings.Contains(page, "<a href="); got != tt.linked {
			t.Errorf("%q is a link: %v, want %v: %s", tt.address, got, tt.linked, page)
		}
		if strings.Count(page, "<td") != 1 || strings.Count(page, "<a") > 1 || strings.Contains(page, "<script") {
			t.Errorf("%q comes out of its place: %s", tt.address, page)
		}
	}
}

func FuzzLink(f *testing.F) {
	f.Add("https://acme.slack.com/archives/C0/p1?a=b&c=(d)|e")
	f.Fuzz(func(t *testing.T, address string) {
		page := toHTML("| a | b |\n| --- | --- |\n| " + link("console", address, messageHosts) + " | x |\n")
		if strings.Count(page, "<td") != 2 || strings.Count(page, "<a") > 1 {
			t.Errorf("%q comes out of its place: %s", address, page)
		}
		if _, href, ok := strings.Cut(page, `<a href="`); ok && !strings.HasPrefix(strings.ToLower(href), "https://") {
			t.Errorf("%q is linked: %s", address, page)
		}
	})
}
