package bottest

import "testing"

// TestAlive: the tests' own eye sees what Slack would act on.
func TestAlive(t *testing.T) {
	for text, want := range map[string]string{"<!date^1^x|y>": "", "a &lt;b": "", "<!channel>": "<!channel", "<!date^1^x|y> <@U1>": "<@U1", "a < b": "< b"} {
		if got := alive(text); got != want {
			t.Errorf("alive(%q) = %q, want %q", text, got, want)
		}
	}
}
