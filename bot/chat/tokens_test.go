package chat

import (
	"testing"

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
	signs := map[TokenKind]string{UserToken: "@", ChannelToken: "#", GroupToken: "^", LinkToken: "~"}
	for text, want := range tests {
		var got []string
		for _, tok := range Tokens(text) {
			got = append(got, signs[tok.Kind]+tok.Text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

func TestReadable(t *testing.T) {
	r := &Router{users: map[string]string{"U0ANA": "ana"}}
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
		if got := r.Readable(text); got != want {
			t.Errorf("Readable(%q) = %q, want %q", text, got, want)
		}
	}
}
