package messages

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/oncalm/oncalm/alarms/alerts"
	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/judge"
)

// FuzzJudge: whatever comes, it is judged, soon, and says so without braces.
func FuzzJudge(f *testing.F) {
	for _, c := range tableCases() {
		f.Add(c.subject, c.message)
	}
	f.Add("[FIRING:1] x", "Alerts Firing:\n"+alertText("alertname=A"))
	f.Add("", `{"Records":[{"body":"\"{}\""}]}`)
	rules := []Rule{{Subject: "*a*b*", Treat: judge.Quiet},
		{JSON: []Condition{{"$.a[0].b", "*"}}, Treat: judge.Page, Key: "{$.a}", Title: "$.b"}, {Text: "*x*y*z*", Treat: judge.Resolve, Key: "$.k"}}
	f.Fuzz(func(t *testing.T, subject, text string) {
		subject, text = strings.ToValidUTF8(subject, "?"), strings.ToValidUTF8(text, "?")
		began := time.Now()
		parts := Open(messageOf(subject, text))
		if len(parts) == 0 || len(parts) > aws.MaxParts {
			t.Fatalf("%d parts", len(parts))
		}
		for _, m := range parts {
			for _, all := range [][]judge.Judgement{Judge(m), JudgeBy(rules, m)} {
				if len(all) == 0 || len(all) > alerts.Most+1 {
					t.Fatalf("%d judgements", len(all))
				}
				for _, j := range all {
					if j.Family == "" || j.Key == "" || j.Treat == "" || !utf8.ValidString(j.Title) {
						t.Fatalf("%+v", j)
					}
				}
			}
			for _, j := range Judge(m) {
				checkJudgement(t, "fuzz", j)
			}
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Fatalf("it took %s", took)
		}
	})
}

// TestLargeMessages: the largest message that SNS brings, in the worst forms, costs little.
func TestLargeMessages(t *testing.T) {
	const size = 256 << 10
	for name, text := range map[string]string{
		"quotes":    strings.Repeat(`"`, size),
		"brackets":  strings.Repeat("[", size),
		"nested":    strings.Repeat(`{"a":`, 90) + `"` + strings.Repeat("x", size) + `"` + strings.Repeat("}", 90),
		"members":   `{"alerts":[` + strings.TrimSuffix(strings.Repeat(`{"labels":{"a":"b"}},`, size/22), ",") + `]}`,
		"labels":    "Alerts Firing:\n" + strings.Repeat("Labels:\n - a = b\n", size/17),
		"lines":     strings.Repeat("a: b\n", size/5),
		"stack":     "StackId='x'\n" + strings.Repeat("A='b'\n", size/6),
		"records":   `{"Records":[` + strings.TrimSuffix(strings.Repeat(`{"body":"x"},`, size/13), ",") + `]}`,
		"one line":  "Environment: x Application: " + strings.Repeat("NotificationProcessId ", size/22),
		"known":     `{"title":"x","a":[` + strings.TrimSuffix(strings.Repeat(`{"ruleName":"","state":""},`, size/27), ",") + `]}`,
		"carried":   `{"title":"x","a":[` + strings.TrimSuffix(strings.Repeat(`{"Type":"Notification","Message":"x"},`, size/38), ",") + `]}`,
		"objects":   strings.Repeat("{\n", size/2),
		"broken":    strings.Repeat(`{"a":1`+"\n", size/7),
		"texts":     strings.Repeat("{\"a\":\"\n", size/8),
		"inside":    strings.Repeat(`{"a":[{},`, size/20) + "1" + strings.Repeat("]}", size/20),
		"eight":     strings.Repeat(`{"a":`, 8) + `[` + strings.TrimSuffix(strings.Repeat(`{"b":{"c":1}},`, size/15), ",") + `]` + strings.Repeat("}", 8),
		"many keys": "{" + strings.TrimSuffix(strings.Repeat(`"k":{"AlarmName":1},`, size/20), ",") + "}",
	} {
		began := time.Now()
		for _, m := range Open(messageOf("", text)) {
			for _, j := range JudgeBy([]Rule{{Text: strings.Repeat("*a", 20) + "b", Treat: judge.Quiet}}, m) {
				checkJudgement(t, name, j)
			}
		}
		took := time.Since(began)
		if t.Logf("%-10s %s", name, took); took > 2*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}
