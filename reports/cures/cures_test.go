package cures

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/oncalm/oncalm/incidents"
)

// hostile are names that would do something if they were not quoted, and awkward ones.
func hostile() []string {
	return []string{
		"checkout-5xx", "it's", `a"b`, `$(touch pwned)`, "`touch pwned`", "'; touch pwned; '", "a\\", "-x", "--region=evil", "!!python/object",
		"a: b # c", "{x}", "&a *a", "% pwned", "a\u202eb", "🔥 naïve", "<script>alert(1)</script>", "* ? [a]", "=cmd()", "\"' | sh\n# ", "| touch pwned",
	}
}

func noise(name string) Noise {
	threshold := 90.0
	return Noise{
		Alarm: &incidents.Alarm{Name: name, Account: "123456789012", Region: "eu-central-1", State: incidents.AlarmFiring,
			Metric: &incidents.Metric{Namespace: "AWS/ApplicationELB", Name: "TargetResponseTime", Statistic: "p99", Period: 60, Periods: 1,
				Comparison: "GreaterThanThreshold", Threshold: &threshold, Dimensions: []incidents.Dimension{{Name: "LoadBalancer", Value: name}}}},
		Service: "checkout", Lasted: 170,
		Passing: []float64{91, 92, 93.2, 91, 90.5}, Acted: []float64{140, 150, 99}, Companion: "orders-" + name,
		Together: 3,
	}
}

// TestQuoting runs each proposed command in a shell in which aws and jq are functions that write down what they were given: the
// alarm's name arrives whole, and nothing else happens. The same for YAML, read back.
func TestQuoting(t *testing.T) {
	for _, name := range hostile() {
		dir := t.TempDir()
		for _, c := range For(noise(name)) {
			if c.CLI != "" {
				ranWith(t, dir, c, name)
			}
			for _, text := range []string{c.CloudFormation, c.Config} {
				if text != "" && !strings.Contains(values(t, text), name) {
					t.Errorf("%q: the name is not in\n%s", name, text)
				}
			}
		}
		if found, err := filepath.Glob(filepath.Join(dir, "pwned*")); err != nil || len(found) > 0 {
			t.Errorf("%q did something: %q, %v", name, found, err)
		}
	}
}

// TestQuotingControl: the same shell, given a name without quotes, does what the name says.
func TestQuotingControl(t *testing.T) {
	dir := t.TempDir()
	run(t, dir, "aws describe-alarms --alarm-names $(touch pwned)")
	if _, err := os.Stat(filepath.Join(dir, "pwned")); err != nil {
		t.Error("a command that is not quoted does nothing: the test proves nothing")
	}
}

const functions = `aws() { while [ $# -gt 0 ]; do case "$1" in --cli-input-json) printf '%s\n' "$2" >> given; shift;; esac; shift; done; }
jq() { printf '%s\n' "$2" >> filters; }
`

func run(t *testing.T, dir, script string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", functions+script)
	cmd.Dir, cmd.Env = dir, []string{"PATH=/usr/bin:/bin"}
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s\n%s", err, out, script)
	}
}

func ranWith(t *testing.T, dir string, c Cure, name string) {
	t.Helper()
	given := filepath.Join(dir, "given")
	_ = os.Remove(given)
	run(t, dir, c.CLI)
	text, err := os.ReadFile(given)
	if err != nil {
		t.Fatal(err)
	}
	// the two ends of a pipe write in whatever order
	found := false
	for line := range strings.Lines(string(text)) {
		var in struct {
			AlarmNames []string
			AlarmRule  string
		}
		if line = strings.TrimSpace(line); line != "file:///dev/stdin" {
			if err := json.Unmarshal([]byte(line), &in); err != nil {
				t.Errorf("%q: %s: %v", name, line, err)
			}
			found = found || len(in.AlarmNames) == 1 && in.AlarmNames[0] == name || strings.Contains(in.AlarmRule, `ALARM("`+name+`")`)
		}
	}
	if !found {
		t.Errorf("%q does not arrive: %s", name, text)
	}
}

// values are all texts in a YAML document, one on each line.
func values(t *testing.T, doc string) string {
	t.Helper()
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(doc), &node); err != nil {
		t.Fatalf("%v:\n%s", err, doc)
	}
	var b strings.Builder
	var walk func(*yaml.Node)
	walk = func(n *yaml.Node) {
		if n.Tag == "!!str" {
			b.WriteString(n.Value + "\n")
		}
		for _, c := range n.Content {
			walk(c)
		}
	}
	walk(&node)
	return b.String()
}

// TestFor holds what is proposed, and what is not.
func TestFor(t *testing.T) {
	kinds := func(change func(*Noise)) (s string) {
		n := noise("checkout-p99")
		change(&n)
		for _, c := range For(n) {
			s += c.Kind + " "
		}
		return s
	}
	for name, tt := range map[string]struct {
		change func(*Noise)
		want   string
	}{
		"all":                  {func(*Noise) {}, "datapoints threshold hold composite "},
		"no alarm":             {func(n *Noise) { n.Alarm = nil }, ""},
		"an expression":        {func(n *Noise) { n.Alarm.Metric.Expression = "a+b" }, "hold "},
		"a text message":       {func(n *Noise) { n.Alarm.Metric = nil }, "hold "},
		"never over by itself": {func(n *Noise) { n.Lasted, n.Passing = 0, nil }, "composite "},
		"too long for a day": {func(n *Noise) { n.Alarm.Metric.Period, n.Alarm.Metric.Periods = 1800, 48 },
			"threshold hold composite "},
		"few values":          {func(n *Noise) { n.Passing = n.Passing[:2] }, "datapoints hold composite "},
		"one would be missed": {func(n *Noise) { n.Acted = append(n.Acted, 92) }, "datapoints hold composite "},
		"no companion":        {func(n *Noise) { n.Companion = "" }, "datapoints threshold hold "},
		"seldom together":     {func(n *Noise) { n.Together = 2 }, "datapoints threshold hold "},
		"a pattern":           {func(n *Noise) { n.Alarm.Name = "a*" }, "datapoints threshold composite "},
		"ends a quotation":    {func(n *Noise) { n.Alarm.Name = `a") OR ALARM("b` }, "datapoints threshold hold "},
		"held too long":       {func(n *Noise) { n.Lasted = 3600 }, "datapoints threshold composite "},
	} {
		if got := kinds(tt.change); got != tt.want {
			t.Errorf("%s: %q; want %q", name, got, tt.want)
		}
	}
	all := For(noise("checkout-p99"))
	for n, part := range []string{"Let 4 of 4 datapoints of 60 s breach instead of 1 of 1", "Move the threshold from 90 to 94",
		"Let Oncalm wait 3 min", "fires together with “orders-checkout-p99”"} {
		if !strings.Contains(all[n].Says, part) {
			t.Errorf("%q is not in %q", part, all[n].Says)
		}
	}
}

// TestThresholdBelow: of an alarm that fires below its threshold, the threshold goes down.
func TestThresholdBelow(t *testing.T) {
	n := noise("free-memory")
	least := 10.0
	n.Alarm.Metric.Comparison, n.Alarm.Metric.Threshold = "LessThanOrEqualToThreshold", &least
	n.Passing, n.Acted = []float64{9.5, 9, 8.46, 9.7, 9.9}, []float64{1.5, 0}
	c, ok := threshold(n)
	if !ok || !strings.Contains(c.CLI, ".Threshold = 8.4'") || !strings.Contains(c.Says, "from 10 to 8.4") {
		t.Errorf("%v %+v", ok, c)
	}
}
