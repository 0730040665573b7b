package gsm_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/reach/gsm"
)

func TestSeptets(t *testing.T) {
	for text, want := range map[string]int{"": 0, "abc": 3, "a[b]": 6, "Größe": 5, "100 €": 6, "~": 2} {
		if n, ok := gsm.Septets(text); !ok || n != want {
			t.Errorf("%q: %d, %v, want %d", text, n, ok, want)
		}
	}
	for _, text := range []string{"日本", "á", "🔥", "`", "ç"} {
		if _, ok := gsm.Septets(text); ok {
			t.Errorf("%q was taken for GSM", text)
		}
	}
}

func TestFit(t *testing.T) {
	const head, tail = "sev1 #42 ", " https://oncall.example.com/a/42-2-abcdefghijklmnopqrst"
	tests := []struct{ body, want string }{
		{"checkout: 5xx", head + "checkout: 5xx" + tail},
		{"“quoted” – and…", head + `"quoted" - and...` + tail},
		{strings.Repeat("word ", 40), head + strings.Repeat("word ", 17) + "word..." + tail},
		{strings.Repeat("x", 300), head + strings.Repeat("x", 93) + "..." + tail},
		{"é" + strings.Repeat("é", 300), head + strings.Repeat("é", 93) + "..." + tail},
		{strings.Repeat("[", 300), head + strings.Repeat("[", 46) + "..." + tail},
		{strings.Repeat("日本 ", 60), head + strings.Repeat("日本 ", 21) + "日本..." + tail},
		{strings.Repeat("🔥", 60), head + strings.Repeat("🔥", 33) + "..." + tail},
	}
	for _, test := range tests {
		got := gsm.Fit(head, test.body, tail)
		if got != test.want {
			t.Errorf("%.20q:\n got %q\nwant %q", test.body, got, test.want)
		}
	}
}

// TestEveryTextFits holds for whatever an alarm says: it is one message, or two parts, and head and tail are whole.
func TestEveryTextFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`[1-9][0-9]{0,6}`).Draw(t, "id")
		head := rapid.SampledFrom([]string{"sev1", "sev2", "sev3", "sev4"}).Draw(t, "severity") + " #" + id + " "
		tail := " https://" + rapid.StringMatching(`[a-z0-9.-]{4,40}`).Draw(t, "host") + "/a/" + id + "-7-abcdefghijklmnopqrst"
		body := rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]{0,400}`), rapid.StringMatching(`[éß€\[ 日🔥]{0,200}`)).Draw(t, "body")
		got := gsm.Fit(head, body, tail)
		if !strings.HasPrefix(got, head) || !strings.HasSuffix(got, tail) {
			t.Fatalf("%q has lost its head or its tail", got)
		}
		if n, ok := gsm.Septets(got); ok && n > 160 {
			t.Fatalf("%q has %d septets", got, n)
		} else if n := len(utf16.Encode([]rune(got))); !ok && n > 134 {
			t.Fatalf("%q has %d units", got, n)
		}
	})
}
