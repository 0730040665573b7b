package bot

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestTokens(t *testing.T) {
	w := func(s ...string) (all []string) { return s }
	tests := map[string][]string{
		"":                                nil,
		"  \t\u00a0\u3000 ":               nil,
		"ack 42":                          w("ack", "42"),
		"ack\u00a042\u2003x":              w("ack", "42", "x"),
		"ack\u200b 42":                    w("ack", "42"),
		`note "a b" c`:                    w("note", "a b", "c"),
		"note “a b” c":                    w("note", "a b", "c"),
		"note „a b“ c":                    w("note", "a b", "c"),
		"note «a b» ‘c d’":                w("note", "a b", "c d"),
		`note "never closed`:              w("note", `"never`, "closed"),
		"it's 5 o'clock":                  w("it's", "5", "o'clock"),
		"lead <@U123|bob> now":            w("lead", "@U123", "now"),
		"lead <@U123>":                    w("lead", "@U123"),
		"in <#C1|general>":                w("in", "#C1"),
		"page <!subteam^S1|@ops>":         w("page", "^S1"),
		"page <!here>":                    w("page", "@here"),
		"see <https://x.example/a?b=1|x>": w("see", "~https://x.example/a?b=1"),
		"a &lt;!channel&gt; &amp;amp; b":  w("a", "<!channel>", "&amp;", "b"),
		"<never closed":                   w("never closed"),
		"x<@U1>y":                         w("x", "@U1", "y"),
	}
	signs := map[tokenKind]string{userToken: "@", channelToken: "#", groupToken: "^", linkToken: "~"}
	for text, want := range tests {
		var got []string
		for _, tok := range tokens(text) {
			got = append(got, signs[tok.kind]+tok.text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestReadable(t *testing.T) {
	b := &Bot{users: map[string]string{"U0ANA": "ana"}}
	for text, want := range map[string]string{
		"the db is &lt;full&gt; &amp; slow":         "the db is <full> & slow",
		"ask <@U0ANA|a.alvarez> or <@U0X|xen>":      "ask @ana or @xen",
		"in <#C1|general>, by <!subteam^S1|@ops>":   "in #general, by @ops",
		"see <https://x.example/a|the page>":        "see https://x.example/a",
		"<mailto:a@b.example|a@b.example> says":     "a@b.example says",
		"<!here> <!channel|x>":                      "@here x",
		"a < b":                                     "a  b",
		"two  spaces and\na line":                   "two  spaces and\na line",
		"<@U0NOBODY>":                               "@U0NOBODY",
		"&amp;lt;":                                  "&lt;",
		"control\x07 and \u202Eturned":              "control and turned",
		" around ":                                  "around",
		"&lt;@U0ANA&gt; was typed, not recognised.": "<@U0ANA> was typed, not recognised.",
	} {
		if got := b.readable(text); got != want {
			t.Errorf("readable(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestWordTable: no name stands for two words, all have help, and each either changes or shows.
func TestWordTable(t *testing.T) {
	b := &Bot{}
	for _, words := range [][]word{b.incidentWords(), b.oncallWords()} {
		seen := map[string]bool{}
		for _, w := range words {
			for _, name := range append([]string{w.name}, w.also...) {
				if seen[name] || name != strings.ToLower(name) {
					t.Errorf("%s: twice, or not in lower case", name)
				}
				seen[name] = true
			}
			if w.help == "" || (w.change == nil) == (w.show == nil) {
				t.Errorf("%s: no help, or not exactly one of change and show", w.name)
			}
		}
	}
}

func FuzzSlash(f *testing.F) {
	for _, s := range append(nasty(), "ack 42", "note “a b” c", "<@U1|x>", "<", "\"", "«»", "<!subteam^", "note <@U0ANA> &amp;") {
		f.Add(s)
	}
	b := &Bot{users: map[string]string{"U0ANA": "ana"}}
	f.Fuzz(func(t *testing.T, text string) {
		at := -1
		for _, tok := range tokens(text) {
			if tok.from <= at || tok.from >= len(text) {
				t.Fatalf("%q: token %+v begins at the wrong place", text, tok)
			}
			at = tok.from
		}
		read := b.readable(text)
		if utf8.ValidString(text) && !utf8.ValidString(read) {
			t.Errorf("%q became %q, which is not UTF-8", text, read)
		}
		unquote(read)
		judge(t, unknownWord("/incident", text, []string{"ack"}))
	})
}
