package messages

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
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
	const alarm = `{"AlarmName":"cpu","NewStateValue":"OK"}`
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
	if all := Open(messageOf("", many)); len(all) != 1 || Judge(all[0])[0].Treat != Page {
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
