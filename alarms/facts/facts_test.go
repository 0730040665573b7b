package facts

import (
	"testing"

	"github.com/oncalm/oncalm/alarms/aws"
)

func TestWordsOfFailure(t *testing.T) {
	for text, want := range map[string]bool{
		"FAILED": true, "Failed": true, "TimedOut": true, "timed out": true, "TIMED_OUT": true, "TERMINATED_WITH_ERRORS": true, "STALLED": true, "VPN-CONNECTION-IPSEC-DOWN": true, "Execution Failed": true,
		"UpdateRollbackFailed": true, "FAILOVER_FAILED": true, "DEGRADED": true,
		"NOT_STALLED": false, "NO_ERROR": false, "FAILOVER_COMPLETED": false, "SCALE_DOWN": false, "SCALING_DOWN": false, "shutdown": false, "Succeeded": false, "DEFAULT": false, "UP": false, "": false,
	} {
		if SaysFailure(text) != want {
			t.Errorf("%q: %t", text, !want)
		}
	}
}

func TestWordsOfStates(t *testing.T) {
	for text, want := range map[string]string{
		"incident.resolved": "resolved", "Alert_Resolved": "resolved", "RESOLVED": "resolved", "incident.priority_updated": "priorityupdated", "unresolved": "unresolved", "not ok": "notok",
		"other.resolved": "otherresolved", "alerting": "alerting",
	} {
		if got := stateWord(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestNames: what a message without a title or a key is known by.
func TestNames(t *testing.T) {
	for text, want := range map[string]string{
		`{"check":"ping","state":"OPEN","value":95,"took":"12 ms","at":"2026-11-02T14:01:00Z","percent":"95 %","severity":"x","startTime":"now"}`: "check: ping",
		`{"b":"y","a":"x"}`:                               "a: x, b: y",
		`{"host":"10.0.0.1","n":1.5}`:                     "host: 10.0.0.1",
		`{"ticketId":41,"messageId":"m"}`:                 "ticketid: 41",
		`{"state":"OPEN","value":3}`:                      "state, value",
		`{"check":"ping","more":{"deep":"x"},"n":"-3.5"}`: "check: ping",
	} {
		if got := NameKey(Of(aws.Members(text))); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// TestIds: which of several ids names the thing.
func TestIds(t *testing.T) {
	for text, want := range map[string]string{
		`{"id":"m","alert":{"id":"a"}}`:                                    "a",
		`{"event":{"id":"e","event_type":"x","data":{"id":"i"}},"id":"m"}`: "i",
		`{"id":"m","problem":{"uuid":"u"}}`:                                "u",
		`{"id":"m","dedup_key":"k"}`:                                       "k",
		`{"data":{"id":"x"}}`:                                              "",
	} {
		if got := Key(Of(aws.Members(text)), "firing"); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{`{"id":"m","title":"Slow"}`, `{"id":"m","name":"web"}`, `{"event":{"id":"m","title":"Slow"}}`} {
		if got := Key(Of(aws.Members(text)), "firing"); got != "" {
			t.Errorf("%s: the id of a message is %q", text, got)
		}
		if EventKey(Of(aws.Members(text))) != "m" {
			t.Errorf("%s in an event: %q", text, EventKey(Of(aws.Members(text))))
		}
	}
	if got := Key(Of(aws.Members(`{"id":"m"}`)), ""); got != "" {
		t.Errorf("the id of a message without a state is that of a thing: %q", got)
	}
}
