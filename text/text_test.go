package text_test

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/oncalm/oncalm/text"
)

// TestEveryRune goes through all code points: no cleaner lets one through that another takes out.
func TestEveryRune(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		s := "a" + string(r) + "b" // a surrogate becomes U+FFFD
		cleaned, line := text.Clean(s), text.Line(s)
		for _, c := range cleaned {
			if text.Hidden(c) && c != '\n' && c != '\t' {
				t.Fatalf("Clean keeps %U", c)
			}
		}
		if strings.ContainsAny(line, "\n\t\r\v\f\u0085\u2028\u2029\u00a0") {
			t.Fatalf("Line(%q) = %q", s, line)
		}
		if want := strings.Join(strings.Fields(cleaned), " "); line != want {
			t.Fatalf("Line(%q) = %q, Clean gives %q", s, line, cleaned)
		}
		if text.Clean(cleaned) != cleaned || text.Line(line) != line {
			t.Fatalf("cleaning %q twice differs from once", s)
		}
		switch {
		case unicode.In(r, unicode.Letter, unicode.Number, unicode.Punct) && !text.Hidden(r) &&
			!strings.ContainsRune(cleaned, r):
			t.Fatalf("Clean takes out %U, which people read", r)
		case unicode.Is(unicode.Bidi_Control, r) && strings.ContainsRune(cleaned, r):
			t.Fatalf("Clean keeps %U, which turns the direction of reading", r)
		}
	}
}

// TestControlOfEveryRune shows that the loop above would see a cleaner of ASCII alone fail.
func TestControlOfEveryRune(t *testing.T) {
	found := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r > unicode.MaxASCII && text.Hidden(r) {
			found++
		}
	}
	if found < 100 {
		t.Errorf("only %d hidden characters are no ASCII", found)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"", "plain", "two\r\nlines\u2028three", "\u202eevil", "a\u2066b\u2069", "\xff\xfe", "👩‍🚒", "x\x1b[31m", "\U000e0041"} {
		f.Add(s, 10)
	}
	f.Fuzz(func(t *testing.T, s string, n int) {
		n = max(1, n%1000)
		for _, out := range []string{text.Clean(s), text.Line(s), text.Markdown(text.Line(s)), text.Slack(text.Clean(s)),
			text.HTML(text.Clean(s))} {
			if !utf8.ValidString(out) ||
				strings.ContainsFunc(out, func(r rune) bool { return text.Hidden(r) && r != '\n' && r != '\t' }) {
				t.Fatalf("%q becomes %q", s, out)
			}
		}
		if got := len(utf16.Encode([]rune(text.Clip(text.Clean(s), n)))); got > n {
			t.Fatalf("Clip to %d leaves %d", n, got)
		}
		if got := text.ClipBytes(text.Clean(s), n); len(got) > n+len(text.Ellipsis) || !utf8.ValidString(got) {
			t.Fatalf("ClipBytes to %d leaves %q", n, got)
		}
		if strings.ContainsAny(text.Slack(s), "<>") || strings.ContainsAny(text.HTML(s), `<>"`) ||
			strings.ContainsAny(text.Markdown(s), "<>") {
			t.Fatalf("%q keeps markup", s)
		}
	})
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"", 5, ""}, {"hello", 5, "hello"}, {"hello!", 5, "hell…"}, {"größe", 5, "größe"}, {"größer", 5, "größ…"}, {"ab", 1, "…"},
		{"😀😀", 4, "😀😀"}, {"😀😀", 3, "😀…"}, {"a😀b", 3, "a…"}, {"😀", 1, "…"}, {"ab😀", 4, "ab😀"}} {
		if got := text.Clip(c.in, c.n); got != c.want {
			t.Errorf("Clip(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
	if got := text.ClipRunes("😀😀😀", 3) + text.ClipRunes("😀😀😀😀", 3); got != "😀😀😀😀😀…" {
		t.Errorf("ClipRunes leaves %q", got)
	}
}

func TestWords(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{text.List(nil, "and"), ""},
		{text.List([]string{"a"}, "and"), "a"},
		{text.List([]string{"a", "b", "c"}, "or"), "a, b or c"},
		{text.Count(1, "page", "pages"), "1 page"},
		{text.Count(0, "page", "pages"), "0 pages"},
		{text.Count(21, "page", "pages"), "21 pages"},
		{text.Ago(0), "just now"},
		{text.Ago(59 * time.Second), "59 s ago"},
		{text.Ago(119 * time.Minute), "119 min ago"},
		{text.Lasting(47 * time.Hour), "47 h"},
		{text.Lasting(50 * time.Hour), "2 days"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestWritten(t *testing.T) {
	for d, want := range map[time.Duration]string{24 * time.Hour: "24h", 90 * time.Minute: "1h30m", 90 * time.Second: "1m30s",
		2 * time.Second: "2s", 10 * time.Hour: "10h", 10 * time.Minute: "10m"} {
		if got := text.Written(d); got != want {
			t.Errorf("%s is said as %s", d, got)
		}
	}
}
