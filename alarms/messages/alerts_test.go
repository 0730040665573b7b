package messages

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/alarms/judge"
)

// alertText is Alertmanager's default text about one alert.
func alertText(labels ...string) string {
	var b strings.Builder
	b.WriteString("Labels:\n")
	for _, l := range labels {
		name, value, _ := strings.Cut(l, "=")
		fmt.Fprintf(&b, " - %s = %s\n", name, value)
	}
	b.WriteString("Annotations:\n - summary = It is slow. Look.\nSource: https://prometheus.example.com/graph?g0.expr=x\n")
	return b.String()
}

// lines shows judgements in one line each.
func lines(all []judge.Judgement) string {
	var lines []string
	for _, j := range all {
		lines = append(lines, strings.TrimSpace(string(j.Treat)+" "+j.Severity)+" "+j.Key+" "+fmt.Sprintf("%q", j.Title))
	}
	return strings.Join(lines, "\n")
}

func TestAlerts(t *testing.T) {
	json := func(status, labels string) string {
		return `{"status":"` + status + `","labels":` + labels + `,"annotations":{"summary":"It is slow. Look."},"generatorURL":"https://prometheus.example.com"}`
	}
	const slow = `alertname=Slow,service=shop`
	tests := []struct{ name, subject, text, want string }{
		{"firing", "[FIRING:1] Slow (shop)", "Alerts Firing:\n" + alertText("alertname=Slow", "service=shop"), `page ` + slow + ` "Slow (shop): It is slow"`},
		{"resolved", "[RESOLVED] Slow (shop)", "Alerts Resolved:\n" + alertText("alertname=Slow", "service=shop"), `resolve ` + slow + ` "Slow (shop): It is slow"`},
		{"labels in another order", "", "Alerts Firing:\n" + alertText("service=shop", "alertname=Slow"), `page ` + slow + ` "Slow (shop): It is slow"`},
		{"some of each", "[FIRING:1] x", "Alerts Firing:\n" + alertText("alertname=A") + "\nAlerts Resolved:\n" + alertText("alertname=B"),
			"page alertname=A \"A: It is slow\"\nresolve alertname=B \"B: It is slow\""},
		{"Grafana", "[FIRING:1, RESOLVED:1] x", "**Firing**\n\nValue: A=1\n" + alertText("alertname=A") + "Silence: https://x\n\n**Resolved**\n\nValue: [no value]\n" + alertText("alertname=B"),
			"page alertname=A \"A: It is slow\"\nresolve alertname=B \"B: It is slow\""},
		{"JSON", "", `{"status":"firing","groupKey":"g","alerts":[` + json("firing", `{"service":"shop","alertname":"Slow"}`) + `,` + json("resolved", `{"alertname":"B"}`) + `]}`,
			`page ` + slow + " \"Slow (shop): It is slow\"\nresolve alertname=B \"B: It is slow\""},
		{"JSON without states of its own", "", `{"status":"resolved","alerts":[{"labels":{"alertname":"A"}}]}`, `resolve alertname=A "A"`},
		{"JSON with what is common", "", `{"status":"resolved","groupKey":"g","alerts":[],"commonLabels":{"alertname":"A"}}`, `resolve alertname=A "A"`},
		{"warning", "", "Alerts Firing:\n" + alertText("alertname=A", "severity=warning"), `page sev3 alertname=A,severity=warning "A: It is slow"`},
		{"info", "", "Alerts Firing:\n" + alertText("alertname=A", "severity=info"), `quiet sev4 alertname=A,severity=info "A: It is slow"`},
		{"a heartbeat", "[FIRING:1] Watchdog (none)", "Alerts Firing:\n" + alertText("alertname=Watchdog", "severity=none"), `marker alertname=Watchdog,severity=none "Watchdog: It is slow"`},
		{"a heartbeat by another name", "", `{"status":"firing","alerts":[` + json("firing", `{"alertname":"Dead Man's Switch","severity":"critical"}`) + `]}`,
			`marker alertname=Dead Man's Switch,severity=critical "Dead Man's Switch: It is slow"`},
		{"a text of one's own", "[FIRING:2] Slow shop (critical)", "Come quickly", `page group: Slow shop "Slow shop (critical)"`},
		{"a text of one's own, over", "[RESOLVED] Slow shop (critical a)", "Leave", `resolve group: Slow shop "Slow shop (critical a)"`},
		{"a heartbeat in a text of one's own", "[FIRING:1] Watchdog (none)", "tick", `marker group: Watchdog "Watchdog (none)"`},
		{"old Grafana", "", `{"ruleId":7,"ruleName":"Slow","state":"alerting","message":"It is slow"}`, `page rule: 7 "Slow: It is slow"`},
		{"old Grafana, over", "", `{"ruleId":7,"ruleName":"Slow","state":"ok"}`, `resolve rule: 7 "Slow"`},
		{"annotations before", "", "It is slow\n\nAlerts Firing:\n" + alertText("alertname=A"), `page alertname=A "A: It is slow"`},
		{"a body of one's own", "", "[FIRING:1] Disk12 (prod)", `page group: Disk12 "Disk12 (prod)"`},
		{"a body of one's own, over", "", "[RESOLVED] Disk12 (prod)", `resolve group: Disk12 "Disk12 (prod)"`},
		{"a body of one's own, over, with more in it", "", "\n[RESOLVED] Disk12 (prod)\nIt is over.", `resolve group: Disk12 "Disk12 (prod)"`},
		{"a mail without a subject", "AWS Notification Message", "[RESOLVED] Disk12 (prod)", `resolve group: Disk12 "Disk12 (prod)"`},
		{"a body with labels", "", "[RESOLVED] Slow (shop)\nAlerts Resolved:\n" + alertText("alertname=Slow", "service=shop"), `resolve ` + slow + ` "Slow (shop): It is slow"`},
		{"JSON of one's own", "[RESOLVED] Slow shop", `{"x":1}`, `resolve group: Slow shop "Slow shop"`},
		{"no labels", "", "Alerts Firing:\nLabels:\nAnnotations:\nSource: x\n", `page group: "Alerts of Prometheus or Grafana"`},
	}
	for _, tt := range tests {
		all := Judge(messageOf(tt.subject, tt.text))
		if got := lines(all); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
		for _, j := range all {
			checkJudgement(t, tt.name, j)
			if j.Family != "alert" {
				t.Errorf("%s: family %s", tt.name, j.Family)
			}
		}
	}
	for _, text := range []string{`{"alert":"Slow"}`, "Alerts were firing all night", "Alerts Firing:\nmany", `{"state":"alerting"}`} {
		if j := Judge(messageOf("Firing: x", text))[0]; j.Family == "alert" {
			t.Errorf("%s is taken for Prometheus", text)
		}
	}
}

// TestManyAlerts: of more than can be taken one by one, somebody hears that there are more.
func TestManyAlerts(t *testing.T) {
	var b strings.Builder
	b.WriteString("Alerts Firing:\n")
	for i := range 250 {
		b.WriteString(alertText("alertname=A", fmt.Sprintf("instance=%d", i)))
	}
	all := Judge(messageOf("", b.String()))
	if len(all) != 101 || all[100].Treat != judge.Page || all[100].Title != "150 more alerts in one message; look into Alertmanager" {
		t.Errorf("%d judgements, the last %+v", len(all), all[len(all)-1])
	}
}
