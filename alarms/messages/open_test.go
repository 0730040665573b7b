package messages

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/alarms/judge"
)

func quoted(text string) string {
	q, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(q)
}

// TestOpen: a message that was relayed is read as what it is, however it was wrapped.
func TestOpen(t *testing.T) {
	const (
		alarm  = `{"AlarmName":"cpu","NewStateValue":"OK"}`
		alerts = `{"status":"firing","alerts":[{"status":"firing","labels":{"alertname":"A"}}]}`
		detail = `{"alarmName":"cpu","state":{"value":"ALARM"}}`
	)
	stopped := task(`"stopCode":"TaskFailedToStart"`)
	envelope := func(text string) string {
		return `{"Type":"Notification","MessageId":"m","TopicArn":"arn:aws:sns:eu-central-1:1:inner","Subject":"s","Message":` + quoted(text) + `}`
	}
	tests := []struct {
		name, text string
		want       string // the texts found, with | between them
		via        string
	}{
		{"nothing inside", alarm, alarm, ""},
		{"a text", "Fire", "Fire", ""},
		{"an envelope", envelope(alarm), alarm, "arn:aws:sns:eu-central-1:1:inner"},
		{"an envelope in an envelope", envelope(envelope(alarm)), alarm, "arn:aws:sns:eu-central-1:1:inner"},
		{"records of Lambda", `{"Records":[{"EventSource":"aws:sns","Sns":{"TopicArn":"t","Message":` + quoted(alarm) + `}},{"Sns":{"Message":"Fire"}}]}`, alarm + "|Fire", "t"},
		{"records of SQS", `{"Records":[{"messageId":"1","body":` + quoted(envelope(alarm)) + `}]}`, alarm, "arn:aws:sns:eu-central-1:1:inner"},
		{"a message of SQS", `{"MessageId":"1","ReceiptHandle":"r","Body":` + quoted(alarm) + `}`, alarm, ""},
		{"JSON in a text of JSON", quoted(quoted(alarm)), alarm, ""},
		{"JSON for all kinds of subscribers", `{"default":` + quoted(alarm) + `,"sms":"x"}`, alarm, ""},
		{"a list", "[" + alarm + "," + alarm + "]", alarm + "|" + alarm, ""},
		{"a message of somebody with an alarm in it", `{"team":"shop","alarm":` + alarm + `}`, alarm, ""},
		{"the same, in a text", `{"team":"shop","text":` + quoted(alarm) + `}`, alarm, ""},
		{"an event of a relay", event("com.relay", "alarm", "", alarm), alarm, ""},
		{"in the detail of an event", event("com.relay", "alarm", "", `{"alarm":`+alarm+`}`), alarm, ""},
		{"an envelope in an event", event("com.relay", "sns", "", envelope(alarm)), alarm, "arn:aws:sns:eu-central-1:1:inner"},
		{"an envelope in an event, of somebody", event("com.relay", "sns", "", envelope("Fire")), "Fire", "arn:aws:sns:eu-central-1:1:inner"},
		{"alerts in an event", event("com.relay", "alerts", "", alerts), alerts, ""},
		{"an event in an event", event("com.relay", "any", "", stopped), stopped, ""},
		{"two levels down", `{"source":"relay","data":{"alarm":` + alarm + `}}`, alarm, ""},
		{"eight levels down", strings.Repeat(`{"a":`, 8) + alarm + strings.Repeat(`}`, 8), alarm, ""},
		{"beside much else", `{"title":"Forwarded","x":{"n":[1,{"alarms":[` + alarm + `,` + alarm + `]}]}}`, alarm + "|" + alarm, ""},
		{"a list of texts", `[` + quoted(alarm) + `]`, alarm, ""},
		{"records further down", `{"event":{"Records":[{"Sns":{"Message":` + quoted(alarm) + `}}]}}`, alarm, ""},
		{"records further down, of somebody", `{"event":{"Records":[{"Sns":{"TopicArn":"t","Message":"Fire"}}]}}`, "Fire", "t"},
		{"a Message that is an object", `{"Records":[{"EventSource":"aws:sns","Sns":{"Subject":"OK: cpu","Message":` + alarm + `}}]}`, alarm, ""},
		{"a text with an alarm", "Forwarded alarm:\n" + alarm, alarm, ""},
		{"a text with an alarm in quotes", "Forwarded alarm:\n```\n" + alarm + "\n```\nby the relay", alarm, ""},
		{"a text with an alarm after a label", "Fwd: " + alarm, alarm, ""},
		{"a text with an alarm that is cited", "Look:\n> " + alarm, alarm, ""},
		{"a text of a text of a text", event("com.relay", "any", "", `{"a":`+quoted(quoted(quoted(alarm)))+`}`), alarm, ""},
		{"alarms in lines", alarm + "\n" + alarm, alarm + "|" + alarm, ""},
		{"a text with an alarm in a member", `{"text":` + quoted("Forwarded alarm:\n"+alarm) + `}`, alarm, ""},
		{"the detail of an event about an alarm", `{"team":"shop","d":` + detail + `}`, detail, ""},
		{"objects of S3", `{"Records":[{"eventSource":"aws:s3"}]}`, `{"Records":[{"eventSource":"aws:s3"}]}`, ""},
		{"a list of numbers", `[1,2]`, `[1,2]`, ""},
		{"somebody's own Message", `{"Message":"Fire","level":"high"}`, `{"Message":"Fire","level":"high"}`, ""},
		{"a text of JSON that is a text", `"Fire"`, `Fire`, ""},
	}
	for _, tt := range tests {
		var texts []string
		via := ""
		for i, m := range Open(messageOf("", tt.text)) {
			texts = append(texts, m.Text)
			if i == 0 {
				via = m.Via
			}
		}
		if got := strings.Join(texts, "|"); got != tt.want || via != tt.via {
			t.Errorf("%s: %s over %q", tt.name, got, via)
		}
	}
	for name, text := range map[string]string{
		"an event of AWS":                 event("aws.lambda", "Something", "", alarm),
		"a change to an alarm":            event("com.relay", "any", "", `{"alarmName":"cpu","operation":"update","state":{"value":"ALARM"}}`),
		"a failure with what it was told": `{"errorMessage":"boom","errorType":"Error","event":{"alarm":` + alarm + `}}`,
		"the same over EventBridge":       event("com.shop", "failed", "", `{"errorMessage":"boom","input":`+alarm+`}`),
		"alerts that are none":            `{"title":"x","dashboard":{"alerts":["a"],"status":"open"}}`,
		"an alarm within a line":          "This came from " + alarm,
		"an alarm that was not forwarded": "Could not forward: " + alarm,
		"an alarm after much else":        strings.Repeat("a", 60) + ": " + alarm,
		"what somebody says of a service": `{"title":"Import is down","input":` + rds("0089", "low") + `}`,
		"nine levels down":                strings.Repeat(`{"a":`, 9) + alarm + strings.Repeat(`}`, 9),
	} {
		if all := Open(messageOf("", text)); len(all) != 1 || all[0].Text != text {
			t.Errorf("%s is opened: %s", name, all[0].Text)
		}
	}
	failed := `{"requestContext":{"functionArn":"arn:aws:lambda:eu-central-1:1:function:relay"},"responseContext":{},"requestPayload":` + alarm + `}`
	if all := Open(messageOf("", failed)); len(all) != 1 || all[0].Text != failed {
		t.Error("what a function was called with is taken for what it failed to do")
	}
}

// TestOpenIsBounded: nothing is lost of what is wrapped more often, or into more pieces, than anybody does.
func TestOpenIsBounded(t *testing.T) {
	text := `{"title":"x"}`
	for range 20 {
		text = `{"Type":"Notification","TopicArn":"t","Message":` + quoted(text) + `}`
		if len(text) > 1<<20 {
			break
		}
	}
	if all := Open(messageOf("", text)); len(all) != 1 || !strings.Contains(all[0].Text, "Notification") {
		t.Errorf("%d messages", len(all))
	}
	many := "[" + strings.TrimSuffix(strings.Repeat(`{"title":"x"},`, 5000), ",") + "]"
	if all := Open(messageOf("", many)); len(all) != 1 || Judge(all[0])[0].Treat != judge.Page {
		t.Errorf("%d messages", len(all))
	}
	cited := `{"title":"Failover failed","status":"firing","causes":[` + strings.TrimSuffix(strings.Repeat(`{"AlarmName":"a","NewStateValue":"ALARM"},`, 5000), ",") + "]}"
	if all := Open(messageOf("", cited)); len(all) != 1 || all[0].Text != cited {
		t.Errorf("%d messages", len(all))
	}
	nested := fmt.Sprintf(`[{"Records":[%s]},{"Records":[%[1]s]}]`, strings.TrimSuffix(strings.Repeat(`{"body":"Fire"},`, 90), ","))
	total := 0
	for _, m := range Open(messageOf("", nested)) {
		total += strings.Count(m.Text, "Fire")
	}
	if total != 180 {
		t.Errorf("%d of 180 are there", total)
	}
}
