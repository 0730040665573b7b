package alerts

import (
	"strings"
	"testing"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/judge"
)

// judged is what the first row that knows a message makes of it; nothing if none does.
func judged(subject, text string) []judge.Judgement {
	m := aws.NewMessage(subject, text, "123456789012", "eu-central-1")
	for i := range Rows {
		if Rows[i].Knows(m, "") {
			return Rows[i].Judgements(m)
		}
	}
	return nil
}

// TestAlertsAreKnownByTheirLabels: an alert is the same one in whatever form it comes, and in whatever order its labels are.
func TestAlertsAreKnownByTheirLabels(t *testing.T) {
	const key = "alertname=Slow,service=shop"
	for form, text := range map[string]string{
		"text":         "Alerts Firing:\nLabels:\n - service = shop\n - alertname = Slow\nAnnotations:\nSource: x\n",
		"JSON":         `{"status":"firing","alerts":[{"labels":{"alertname":"Slow","service":"shop"}}]}`,
		"common JSON ": `{"status":"firing","alerts":[],"groupKey":"g","commonLabels":{"service":"shop","alertname":"Slow"}}`,
	} {
		all := judged("", text)
		if len(all) != 1 || all[0].Key != key || all[0].Treat != judge.Page || all[0].Family != "alert" {
			t.Errorf("%s: %+v", form, all)
		}
	}
}

// TestOthersAreNotKnown: what only speaks of alerts is somebody else's.
func TestOthersAreNotKnown(t *testing.T) {
	for _, text := range []string{`{"alert":"Slow"}`, "Alerts were firing all night", "Alerts Firing:\nmany", "", "{}"} {
		if all := judged("Firing: x", text); all != nil {
			t.Errorf("%s: %+v", text, all)
		}
	}
}

// TestMostAlerts: of more than are taken one by one, somebody hears that there are more.
func TestMostAlerts(t *testing.T) {
	text := "Alerts Firing:\n" + strings.Repeat("Labels:\n - alertname = A\nAnnotations:\nSource: x\n", Most+3)
	all := judged("", text)
	if len(all) != Most+1 || !strings.HasPrefix(all[Most].Title, "3 more alerts") {
		t.Errorf("%d judgements", len(all))
	}
}
