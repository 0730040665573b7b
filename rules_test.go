package oncalm_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// rulesIn is the block of Prometheus's rules in a document.
func rulesIn(t *testing.T, doc string) string {
	t.Helper()
	for block := range strings.SplitSeq(doc, "```yaml\n") {
		if text, _, ok := strings.Cut(block, "\n```"); ok && strings.HasPrefix(text, "groups:") {
			return text
		}
	}
	t.Fatal("there are no rules for Prometheus")
	return ""
}

// ruleCases says what fires when. A series is written as promtool takes it: start, step and count, a minute each.
const ruleCases = `
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - {series: 'oncalm_outbox_behind_seconds{lane="pages_sev1"}', values: '0 40 100 160 0'} # Slack says 429 for 200 s
      - {series: 'oncalm_outbox_behind_seconds{lane="chores"}', values: '0 100 200 300 400'}
    alert_rule_test:
      - {eval_time: 1m, alertname: OncalmPagesLate}
      - {eval_time: 2m, alertname: OncalmPagesLate, exp_alerts: [{exp_labels: {lane: pages_sev1}}]}
      - {eval_time: 3m, alertname: OncalmPagesLate, exp_alerts: [{exp_labels: {lane: pages_sev1}}]}
      - {eval_time: 4m, alertname: OncalmPagesLate}
  - interval: 1m
    input_series:
      - {series: 'oncalm_clock_ahead_seconds', values: '0 -360 4560 2'}
    alert_rule_test:
      - {eval_time: 0m, alertname: OncalmClockWrong}
      - {eval_time: 1m, alertname: OncalmClockWrong, exp_alerts: [{exp_labels: {}}]}
      - {eval_time: 2m, alertname: OncalmClockWrong, exp_alerts: [{exp_labels: {}}]}
      - {eval_time: 3m, alertname: OncalmClockWrong}
  - interval: 1m
    input_series:
      - {series: 'oncalm_audit_mended_total{what="step"}', values: '0 0 1 1'}
      - {series: 'oncalm_sns_requests_total{result="E1019"}', values: '0 0 1 2'}
    alert_rule_test:
      - {eval_time: 1m, alertname: OncalmStoreLosesRecords}
      - {eval_time: 3m, alertname: OncalmStoreLosesRecords, exp_alerts: [{exp_labels: {what: step}}]}
      - {eval_time: 3m, alertname: OncalmCannotStore, exp_alerts: [{exp_labels: {result: E1019}}]}
`

// promtool is where Prometheus's tool is: installed, or where scripts/setup puts it.
func promtool() (string, error) {
	if tool, err := exec.LookPath("promtool"); err == nil {
		return tool, nil
	}
	here, err := filepath.Abs(filepath.Join(".cache", "bin", "promtool"))
	if err != nil {
		return "", err
	}
	return exec.LookPath(here)
}

// TestRules plays the rules of the document with Prometheus's own tool.
func TestRules(t *testing.T) {
	tool, err := promtool()
	if err != nil {
		t.Skip("no promtool: scripts/setup promtool fetches it on Debian")
	}
	rules := rulesIn(t, read(t, "docs/operating.md"))
	play := func(rules string) error {
		dir := t.TempDir()
		for name, text := range map[string]string{"rules.yml": rules, "cases.yml": ruleCases} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(tool, "test", "rules", "cases.yml")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Logf("%s", out)
		}
		return err
	}
	if err := play(rules); err != nil {
		t.Error(err)
	}
	if play(strings.Replace(rules, "> 60", "> 600", 1)) == nil {
		t.Error("a rule that fires too late passes")
	}
}
