package oncalm_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config"
)

// noiseBase is what the examples of docs/noise.md are parts of, by key.
func noiseBase() map[string]string {
	return map[string]string{
		"store":           "store: /var/lib/oncalm/oncalm.db\n",
		"slack":           "slack: {bot_token: xoxb-1234-5678-abcdefghijkl, signing_secret: 0123456789abcdef0123456789abcdef, channel: C07M2QJ4K1C}\n",
		"sns":             "sns: {topics: [\"arn:aws:sns:eu-central-1:123456789012:alarms\"]}\n",
		"people":          "people: {ana: {slack: U07M2QJ4K1A, zone: Europe/Berlin}, bo: {slack: U07M2QJ4K1B}}\n",
		"schedules":       "schedules: {main: {zone: Europe/Berlin, layers: [{name: all, people: [ana, bo], start: 2026-01-05T09:00, shift: 1w}]}}\n",
		"policies":        "policies: {main: {steps: [{page: [\"schedule:main\"]}], fallback: [\"person:bo\"]}}\n",
		"services":        "services: {rest: {policy: main, alarms: [\"*\"]}}\n",
		"default_service": "default_service: rest\n",
	}
}

// checked is what is wrong with an example, as oncalm check would say.
func checked(t *testing.T, example string) (wrong []string) {
	t.Helper()
	base := noiseBase()
	for line := range strings.Lines(example) {
		if key, _, ok := strings.Cut(line, ":"); ok && strings.TrimLeft(key, " -") == key {
			delete(base, key)
		}
	}
	path := filepath.Join(t.TempDir(), "oncalm.yaml")
	text := strings.Join(slices.Collect(maps.Values(base)), "") + example
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, time.June, 1, 12, 0, 0, 0, time.UTC)
	_, problems := config.Load(path, func(string) (string, bool) { return "", false }, now)
	for _, p := range problems {
		if p.Key != "store" { // its folder is one of a server
			wrong = append(wrong, p.String())
		}
	}
	return wrong
}

// TestNoiseExamples holds that nothing is wrong with what docs/noise.md shows.
func TestNoiseExamples(t *testing.T) {
	examples := strings.Split(read(t, "docs/noise.md"), "```yaml\n")[1:]
	for _, example := range examples {
		example, _, _ = strings.Cut(example, "```")
		for _, wrong := range checked(t, example) {
			t.Errorf("%s in\n%s", wrong, example)
		}
	}
	if len(examples) < 6 {
		t.Errorf("%d examples, too few", len(examples))
	}
}

func TestNoiseExamplesCanFail(t *testing.T) {
	for _, example := range []string{"quiet: [sev5]\n", "services:\n  rest: {policy: other, alarms: [\"*\"]}\n", "hold: 2m\n"} {
		if len(checked(t, example)) == 0 {
			t.Errorf("nothing is wrong with %q", example)
		}
	}
}
