package messages

import (
	"strings"
	"testing"

	"github.com/oncalm/oncalm/alarms/judge"
)

// TestTheOutsideCounts: JSON in a member of somebody's own message takes nothing away of what the message itself says.
func TestTheOutsideCounts(t *testing.T) {
	const inner = `{"orders":12}`
	rule := []Rule{
		{JSON: []Condition{{"$.status", "resolved"}}, Treat: judge.Resolve, Key: "$.dedup_key"},
		{JSON: []Condition{{"$.status", "firing"}}, Treat: judge.Page, Key: "$.dedup_key", Title: "$.title"},
	}
	s3 := `{"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]}`
	tests := []struct{ name, text, want string }{
		{"firing", `{"title":"Checkout is down","status":"firing","dedup_key":"chk","body":` + quoted(inner) + `}`, `page chk "Checkout is down"`},
		{"resolved", `{"title":"Checkout is down","status":"resolved","dedup_key":"chk","body":` + quoted(`{"orders":0}`) + `}`, `resolve chk "Checkout is down"`},
		{"a severity", `{"title":"Checkout is down","severity":"info","body":` + quoted(inner) + `,"id":1}`, ""},
		{"Body", `{"title":"Slow","status":"resolved","Body":` + quoted(inner) + `}`, `resolve Slow "Slow"`},
		{"Message", `{"alertname":"Slow","status":"resolved","Message":` + quoted(inner) + `}`, `resolve Slow "Slow"`},
		{"default", `{"title":"Slow","status":"resolved","default":` + quoted(inner) + `}`, `resolve Slow "Slow"`},
		{"nothing inside", `{"title":"Slow","status":"resolved","body":"{}"}`, `resolve Slow "Slow"`},
		{"a title inside, too", `{"summary":"Slow","status":"resolved","body":` + quoted(`{"title":"orders","status":"firing"}`) + `}`, `resolve Slow "Slow"`},
		{"only how bad it is outside", `{"severity":"warning","body":` + quoted(`{"title":"Slow","status":"firing"}`) + `}`, `page sev3 Slow "Slow"`},
		{"only how bad it is outside, over", `{"severity":"warning","body":` + quoted(`{"title":"Slow","status":"resolved"}`) + `}`, `resolve Slow "Slow"`},
		{"a change inside hides nothing", `{"title":"Import is down","status":"firing","body":` + quoted(s3) + `}`, `page Import is down "Import is down"`},
		{"nor deeper", `{"title":"Import is down","status":"firing","data":` + s3 + `}`, `page Import is down "Import is down"`},
		// What must not change: a wrapping that says nothing, and what a row knows.
		{"a message of SQS", `{"MessageId":"1","ReceiptHandle":"r","Body":` + quoted(`{"title":"Slow","status":"resolved"}`) + `}`, `resolve Slow "Slow"`},
		{"an envelope that was cut down", `{"Subject":"x","Message":` + quoted(`{"title":"Slow","status":"resolved"}`) + `}`, `resolve Slow "Slow"`},
		{"for all kinds of subscribers", `{"default":` + quoted(`{"title":"Slow","status":"resolved"}`) + `,"sms":"x"}`, `resolve Slow "Slow"`},
		{"good news of a service", `{"subject":"RDS","body":` + quoted(rds("0002", "Finished")) + `}`, `marker orders/change "RDS orders: Finished"`},
		{"bad news of a service", `{"title":"RDS","body":` + quoted(rds("0089", "low")) + `}`, `page orders/storage "RDS orders: storage is low"`},
		{"an object of S3", `{"id":"1","body":` + quoted(s3) + `}`, `marker b/ObjectCreated:Put "S3 b: ObjectCreated:Put k"`},
	}
	for _, tt := range tests {
		all := Judge(Open(messageOf("", tt.text))[0])
		if got := lines(all); tt.want != "" && got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
		checkJudgement(t, tt.name, all[0])
	}
	if j := Judge(Open(messageOf("", tests[2].text))[0])[0]; j.Treat != judge.Quiet || j.Title != "Checkout is down" {
		t.Errorf("of low severity: %+v", j)
	}
	for i, want := range []judge.Treatment{judge.Page, judge.Resolve} {
		if j := JudgeBy(rule, Open(messageOf("", tests[i].text))[0])[0]; j.Treat != want || j.Key != "chk" ||
			j.Family != configured {
			t.Errorf("a rule for what is outside: %+v", j)
		}
	}
}

// TestPairs: of a thing that somebody tells of in a form of their own, the end is told under the name of the beginning.
func TestPairs(t *testing.T) {
	tests := []struct{ name, begins, ends string }{
		{"Dynatrace, without a title", `{"ProblemID":"P-1","State":"OPEN","ImpactedEntity":"checkout"}`, `{"ProblemID":"P-1","State":"RESOLVED","ImpactedEntity":"checkout"}`},
		{"Dynatrace", `{"ProblemID":"P-1","State":"OPEN","ProblemTitle":"Slow","ProblemSeverity":"PERFORMANCE"}`, `{"ProblemID":"P-1","State":"RESOLVED","ProblemTitle":"Slow (over)"}`},
		{"New Relic", `{"issueId":"i-1","title":"High CPU","state":"ACTIVATED","priority":"CRITICAL"}`, `{"issueId":"i-1","title":"CPU","state":"CLOSED"}`},
		{"an id", `{"id":"a-1","text":"Slow","status":"firing"}`, `{"id":"a-1","text":"Slow no more","status":"ok"}`},
		{"an id of the message, beside a title", `{"id":"u1","state":"firing","title":"Queue is stuck"}`, `{"id":"u2","state":"resolved","title":"Queue is stuck"}`},
		{"the same, beside a name", `{"event_id":"u1","id":"u1","status":"firing","name":"web"}`, `{"event_id":"u2","id":"u2","status":"ok","name":"web"}`},
		{"the same, of an event in it", `{"event":{"uuid":"u1"},"state":"firing","title":"Queue is stuck"}`, `{"event":{"uuid":"u2"},"state":"resolved","title":"Queue is stuck"}`},
		{"an id of a problem, beside titles", `{"id":"m1","problem":{"id":"p"},"state":"firing","title":"Slow"}`, `{"id":"m2","problem":{"id":"p"},"state":"resolved","title":"Slow no more"}`},
		{"problem_id", `{"problem_id":7,"state":"down","text":"x"}`, `{"problem_id":7,"state":"up","text":"y"}`},
		{"facts alone", `{"check":"ping","status":"DOWN","value":95,"at":"2026-11-02T14:01:00Z","took":"12 ms"}`, `{"value":3,"check":"ping","status":"UP","at":"2026-11-02T14:11:00Z","took":"9.5 ms"}`},
		{"a state alone", `{"state":"OPEN","n":3}`, `{"state":"RESOLVED","n":0}`},
		{"a state before the title", `{"title":"[Triggered] Slow","alert_transition":"Triggered"}`, `{"title":"[Recovered] Slow","alert_transition":"Recovered"}`},
		{"a state before the title, as a word", `{"title":"PROBLEM: Slow","status":"PROBLEM"}`, `{"title":"OK: Slow","status":"OK"}`},
		{"PagerDuty events", `{"event_action":"trigger","dedup_key":"k","payload":{"summary":"Disk","severity":"critical"}}`, `{"event_action":"resolve","dedup_key":"k"}`},
		{"PagerDuty webhooks", `{"event":{"id":"1","event_type":"incident.triggered","data":{"id":"P1","title":"Disk","status":"triggered"}}}`,
			`{"event":{"id":"2","event_type":"incident.resolved","data":{"id":"P1","title":"Disk","status":"resolved"}}}`},
		{"Pingdom", `{"check_id":1,"check_name":"web","previous_state":"UP","current_state":"DOWN"}`, `{"check_id":1,"check_name":"web","previous_state":"DOWN","current_state":"UP"}`},
		{"Opsgenie", `{"action":"Create","alert":{"alertId":"1","message":"Disk","priority":"P1"}}`, `{"action":"Close","alert":{"alertId":"1","message":"Disk","priority":"P1"}}`},
		{"an event of one's own", event("com.shop", "order.stuck", "", `{"problemId":"o1","status":"open","severity":"critical"}`), event("com.shop", "order.stuck", "", `{"problemId":"o1","status":"resolved"}`)},
	}
	for _, tt := range tests {
		begins, ends := Judge(messageOf("", tt.begins))[0], Judge(messageOf("", tt.ends))[0]
		if begins.Treat != judge.Page || !begins.Recovers || ends.Treat != judge.Resolve || begins.Key != ends.Key ||
			begins.Family != ends.Family {
			t.Errorf("%s: %s %q, then %s %q", tt.name, begins.Treat, begins.Key, ends.Treat, ends.Key)
		}
		checkJudgement(t, tt.name, begins)
		checkJudgement(t, tt.name, ends)
	}
}

// TestNoPairs: what is about different things stays apart.
func TestNoPairs(t *testing.T) {
	tests := []struct{ name, one, other string }{
		{"hosts", `{"host":"10.0.0.1","status":"down"}`, `{"host":"10.0.0.2","status":"down"}`},
		{"problems", `{"ProblemID":"P-1","State":"OPEN"}`, `{"ProblemID":"P-2","State":"OPEN"}`},
		{"tickets", `{"ticketId":41,"State":"OPEN"}`, `{"ticketId":42,"State":"OPEN"}`},
		{"titles", `{"title":"web-1 is slow","status":"firing"}`, `{"title":"web-2 is slow","status":"firing"}`},
		{"an id of what has no state is that of a message", `{"id":1,"title":"An order is stuck"}`, `{"id":1,"title":"A user is locked out"}`},
		{"orders, in events of one's own", event("com.shop", "order.stuck", "", `{"id":"o1","title":"Stuck","severity":"critical"}`), event("com.shop", "order.stuck", "", `{"id":"o2","title":"Stuck","severity":"critical"}`)},
		{"incidents of PagerDuty", `{"event":{"id":"1","event_type":"incident.triggered","data":{"id":"P1","title":"Disk"}}}`, `{"event":{"id":"1","event_type":"incident.triggered","data":{"id":"P2","title":"Disk"}}}`},
	}
	for _, tt := range tests {
		if one, other := Judge(messageOf("", tt.one))[0], Judge(messageOf("", tt.other))[0]; one.Key == other.Key ||
			one.Treat != judge.Page || other.Treat != judge.Page {
			t.Errorf("%s: %s %q and %s %q", tt.name, one.Treat, one.Key, other.Treat, other.Key)
		}
	}
}

// TestStatesOfOthers: what other tools for incidents tell.
func TestStatesOfOthers(t *testing.T) {
	tests := []struct {
		text     string
		treat    judge.Treatment
		severity string
	}{
		{`{"event_action":"trigger","dedup_key":"k","payload":{"summary":"Disk at 80 %","severity":"info","source":"db-1"}}`, judge.Quiet, "sev4"},
		{`{"event_action":"trigger","dedup_key":"k","payload":{"summary":"Disk at 90 %","severity":"warning","source":"db-1"}}`, judge.Page, "sev3"},
		{`{"event_action":"acknowledge","dedup_key":"k","payload":{"summary":"Disk","severity":"critical"}}`, judge.Marker, ""},
		{`{"event":{"event_type":"incident.acknowledged","data":{"id":"P1","title":"Disk","status":"acknowledged","urgency":"high"}}}`, judge.Marker, ""},
		{`{"event":{"event_type":"incident.triggered","data":{"id":"P1","title":"Disk","urgency":"low"}}}`, judge.Quiet, "sev4"},
		{`{"action":"Acknowledge","alert":{"message":"Disk","alertId":"1","priority":"P1"}}`, judge.Marker, ""},
		{`{"action":"AddNote","alert":{"message":"Disk","alertId":"1","priority":"P1"}}`, judge.Marker, ""},
		{`{"action":"UnAcknowledge","alert":{"message":"Disk","alertId":"1","priority":"P1"}}`, judge.Page, ""},
		{`{"status":"acknowledged","title":"Disk"}`, judge.Marker, ""},
		{`{"event":{"id":"9","event_type":"incident.unacknowledged","data":{"id":"P1","title":"Disk"}}}`, judge.Page, ""},
		// What must not change.
		{`{"title":"Disk","payload":{"severity":"info"}}`, judge.Page, ""},
		{`{"title":"Disk","data":{"status":"resolved"}}`, judge.Page, ""},
		{`{"title":"Disk","status":"assigned"}`, judge.Page, ""},
		{`{"title":"Disk","status":"not ok"}`, judge.Page, ""},
		{`{"title":"Disk","status":"unresolved"}`, judge.Page, ""},
	}
	for _, tt := range tests {
		if j := Judge(messageOf("", tt.text))[0]; j.Treat != tt.treat || j.Severity != tt.severity ||
			!strings.HasPrefix(j.Title, "Disk") {
			t.Errorf("%s: %s %q %q, want %s %q", tt.text, j.Treat, j.Severity, j.Title, tt.treat, tt.severity)
		} else if strings.Contains(tt.text, "P1\",") && j.Key != "P1" && j.Key != "1" {
			t.Errorf("%s: key %q", tt.text, j.Key)
		}
	}
}

// TestCited: what somebody says is told as such, whatever it cites that has happened before; what a relay says is not.
func TestCited(t *testing.T) {
	const (
		ok      = `{"AlarmName":"cpu","AlarmDescription":"The processor of web is busy","NewStateValue":"OK","OldStateValue":"ALARM","Region":"EU (Frankfurt)"}`
		firing  = `{"AlarmName":"cpu","NewStateValue":"ALARM"}`
		over    = `{"status":"resolved","alerts":[{"status":"resolved","labels":{"alertname":"Slow"}}]}`
		records = `[{"Sns":{"TopicArn":"t","Message":` + "%s" + `}}]`
	)
	carried := strings.Replace(records, "%s", quoted(ok), 1)
	tests := []struct{ name, text, want string }{ // what was sent, judged as itself; nothing if it is what stands inside
		{"a cause", `{"severity":"critical","status":"firing","title":"Failover failed","cause":` + ok + `}`, `page Failover failed "Failover failed"`},
		{"a state and a title", `{"status":"firing","title":"Failover failed","cause":` + ok + `}`, `page Failover failed "Failover failed"`},
		{"a cause in a text", `{"status":"firing","title":"Failover failed","cause":` + quoted(ok) + `}`, `page Failover failed "Failover failed"`},
		{"a cause in a text with a label", `{"status":"firing","title":"Failover failed","cause":` + quoted("Alarm: "+ok) + `}`, `page Failover failed "Failover failed"`},
		{"in a body", `{"status":"firing","title":"Failover failed","body":` + quoted(ok) + `}`, `page Failover failed "Failover failed"`},
		{"a cause that fires", `{"status":"firing","title":"Failover failed","cause":` + firing + `}`, `page Failover failed "Failover failed"`},
		{"further down", `{"status":"firing","title":"Failover failed","context":{"last":{"alarms":[` + ok + `]}}}`, `page Failover failed "Failover failed"`},
		{"what is said further down", `{"data":{"status":"firing","title":"Failover failed","alarm":` + ok + `}}`, `page `},
		{"only a state", `{"status":"firing","key":"k","alarm":` + ok + `}`, `page k `},
		{"only a degree", `{"severity":"critical","key":"k","alarm":` + ok + `}`, `page k `},
		{"only a title", `{"title":"Failover failed","key":"k","alarm":` + ok + `}`, `page k "Failover failed"`},
		{"only a text", `{"text":"Failover failed","key":"k","alarm":` + ok + `}`, `page k "Failover failed"`},
		{"only a text, of an alarm by name", `{"text":"The runbook for cpu crashed","key":"k","alarm":` + ok + `}`, `page k "The runbook for cpu crashed"`},
		{"an event", event("com.shop", "HealFailed", "", `{"severity":"critical","message":"failover after recovery failed","trigger":`+ok+`}`), `page com.shop/HealFailed/ "HealFailed: failover after recovery failed"`},
		{"alerts", `{"status":"firing","title":"Failover failed","cause":` + over + `}`, `page Failover failed "Failover failed"`},
		{"good news of a service", `{"status":"firing","title":"Failover failed","body":` + quoted(rds("0021", "recovered")) + `}`, `page Failover failed "Failover failed"`},
		{"what a function was told", `{"severity":"critical","key":"k","title":"Failover failed","Records":` + carried + `}`, `page k "Failover failed"`},
		{"what a function was told, further down", `{"severity":"critical","key":"k","title":"Failover failed","event":{"Records":` + carried + `}}`, `page k "Failover failed"`},
		{"what SNS did not deliver", `{"severity":"critical","key":"k","title":"Failover failed","TopicArn":"t","Message":` + quoted(ok) + `}`, `page k "Failover failed"`},
		{"a text", "We could not handle this:\n" + ok, `page text:`},
		{"a text that tells of a failure", "Failover failed:\n" + ok, `page text:`},
		{"an incident of PagerDuty", `{"event_action":"trigger","dedup_key":"k","payload":{"summary":"Failover failed","severity":"critical","custom_details":{"alarm":` + ok + `}}}`, `page k "Failover failed"`},
		// What must not change: relays.
		{"words of a relay", `{"title":"Forwarded alarm","alarm":` + ok + `}`, ""},
		{"words of CloudWatch", `{"subject":"OK: \"cpu\" in EU (Frankfurt)","alarm":` + ok + `}`, ""},
		{"words of the alarm", `{"title":"cpu: OK","description":"The processor of web is busy","state":"OK","alarm":` + ok + `}`, ""},
		{"the state of the alarm", `{"status":"firing","severity":"critical","alarm":` + firing + `}`, ""},
		{"that it is over", `{"status":"resolved","severity":"critical","alarm":` + ok + `}`, ""},
		{"that it is an alarm", `{"eventType":"alarm","alarm":` + ok + `}`, ""},
		{"less than the alarm says", `{"severity":"low","title":"For your information","alarm":` + firing + `}`, ""},
		{"alerts of a relay", `{"title":"[RESOLVED] Slow (shop)","data":` + over + `}`, ""},
		{"an event of a relay", event("com.relay", "alarm", "", `{"message":"CloudWatch alarm cpu changed","alarm":`+ok+`}`), ""},
	}
	for _, tt := range tests {
		m := Open(messageOf("", tt.text))
		got := lines(Judge(m[0]))
		if itself := len(m) == 1 && m[0].Text == tt.text; itself != (tt.want != "") || !strings.HasPrefix(got, tt.want) {
			t.Errorf("%s: itself %t\n got %s\nwant %s", tt.name, itself, got, tt.want)
		}
	}
}
