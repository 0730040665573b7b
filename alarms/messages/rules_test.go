package messages

import (
	"testing"

	"github.com/oncalm/oncalm/alarms/judge"
)

func TestRules(t *testing.T) {
	failed := Rule{JSON: []Condition{{"$.state", "FAILED"}}, Treat: judge.Page, Key: "$.job", Title: "$.message", Severity: "sev3"}
	well := Rule{JSON: []Condition{{"$.state", "ok"}}, Treat: judge.Resolve, Key: "$.job"}
	tests := []struct {
		name, subject, text string
		rules               []Rule
		family, want        string
	}{
		{"a subject", "Nightly Backup is Completed", "x", []Rule{{Subject: "*backup*completed*", Treat: judge.Marker, Key: "b"}}, "messages", `marker b "Nightly Backup is Completed"`},
		{"another subject", "Backup failed", "x", []Rule{{Subject: "*backup*completed*", Treat: judge.Marker, Key: "b"}}, "text", `page ` + hashOf("Backup failed", "x") + ` "Backup failed"`},
		{"JSON", "", `{"state":"FAILED","job":"bills","message":"No bills today"}`, []Rule{failed, well}, "messages", `page sev3 bills "No bills today"`},
		{"its recovery", "", `{"state":"OK","job":"bills","message":"Bills"}`, []Rule{failed, well}, "messages", `resolve bills "Bills"`},
		{"the first that fits", "", `{"state":"FAILED","job":"bills"}`, []Rule{{Text: "*bills*", Treat: judge.Quiet}, failed}, "json", ""},
		{"no such path", "", `{"status":"FAILED"}`, []Rule{failed}, "json", ""},
		{"all conditions must hold", "s", `{"state":"FAILED"}`, []Rule{{Subject: "other", JSON: failed.JSON, Treat: judge.Marker}}, "json", ""},
		{"texts with paths in them", "", `{"state":"FAILED","job":"bills","run":{"n":[7]}}`,
			[]Rule{{JSON: failed.JSON, Treat: judge.Page, Key: "job {$.job}", Title: "{$.job} failed in run {$.run.n[0]}"}}, "messages", `page job bills "bills failed in run 7"`},
		{"without a key, that of the table", "", rds("0089", "low"), []Rule{{JSON: []Condition{{"$['Source ID']", "ord*"}}, Treat: judge.Quiet}}, "rds", `quiet sev4 orders/storage "RDS orders: storage is low"`},
		{"a page of what the table takes for quiet has the severity of the service", "", `{"title":"x","severity":"low"}`, []Rule{{Text: "*", Treat: judge.Page, Key: "k"}}, "messages", `page k "x"`},
		{"no key where the path says", "", `{"state":"FAILED","message":"m","id":1}`, []Rule{failed}, "json", ""},
		{"each alert of many", "", "Alerts Firing:\n" + alertText("alertname=A") + alertText("alertname=B"), []Rule{{Text: "*alertname*", Treat: judge.Quiet}}, "alert",
			"quiet sev4 alertname=A \"A: It is slow\"\nquiet sev4 alertname=B \"B: It is slow\""},
		{"no condition fits nothing", "", "x", []Rule{{Treat: judge.Marker}}, "text", ""},
	}
	for _, tt := range tests {
		all := JudgeBy(tt.rules, messageOf(tt.subject, tt.text))
		if got := lines(all); tt.want != "" && got != tt.want || all[0].Family != tt.family {
			t.Errorf("%s: %s\n got %s\nwant %s", tt.name, all[0].Family, got, tt.want)
		}
		for _, j := range all {
			checkJudgement(t, tt.name, j)
		}
	}
	if all := JudgeBy([]Rule{failed, well}, messageOf("", `{"state":"FAILED","job":"b","message":"m"}`)); !all[0].Recovers {
		t.Error("a rule tells of the recovery")
	}
	if all := JudgeBy([]Rule{{Text: "*", Treat: judge.Quiet}}, messageOf("", "x")); all[0].Quiet == "" {
		t.Error("what the configuration calls quiet depends on which severities page")
	}
}

func TestTexts(t *testing.T) {
	for text, good := range map[string]bool{"plain": true, "$.a": true, "{$.a} of {subject|text}": true, "$": false, "{$.a": false, "{a}": false} {
		if err := CheckText(text); (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestPathsOpenJSONInTexts: what stands in a text of JSON is reached, too.
func TestPathsOpenJSONInTexts(t *testing.T) {
	m := messageOf("", `{"a":"{\"b\":[{\"c\":\"x\"}]}"}`)
	if got := atPath(m, "$.a.b[0].c"); got != "x" {
		t.Errorf("%q", got)
	}
}
