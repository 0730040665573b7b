package alarms

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/judge"
	"github.com/oncalm/oncalm/alarms/messages"
	"github.com/oncalm/oncalm/alarms/sns"
)

// states lists the incidents in order, as "title: status severity".
func (r *rig) states() string {
	r.t.Helper()
	var all []string
	for _, i := range r.all() {
		word := string(i.Status)
		if i.Quiet {
			word += " quiet"
		}
		all = append(all, i.Title+": "+word)
	}
	return strings.Join(all, "; ")
}

// stands compares the incidents with what is wanted.
func (r *rig) have(what, want string) {
	r.t.Helper()
	if got := r.states(); got != want {
		r.t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

// says takes in a message at a minute.
func (r *rig) says(minute float64, subject, message string) Outcome {
	r.t.Helper()
	return r.at(minute).take(r.verified(sns.Post{Subject: subject, Message: message}))
}

func alertsText(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		state, labels, _ := strings.Cut(p, " ")
		fmt.Fprintf(&b, "Alerts %s:\nLabels:\n", state)
		for l := range strings.SplitSeq(labels, ",") {
			name, value, _ := strings.Cut(l, "=")
			fmt.Fprintf(&b, " - %s = %s\n", name, value)
		}
		b.WriteString("Annotations:\nSource: \n")
	}
	return b.String()
}

// TestAlertsResolve: each alert of a message opens and resolves its own incident, in whatever company it comes.
func TestAlertsResolve(t *testing.T) {
	r := newRig(t)
	r.intake.Quiet = []string{"sev4"}
	r.want(r.says(0, "[FIRING:2] x", alertsText("Firing alertname=Slow,service=shop", "Firing alertname=Slow,service=search")), Opened)
	r.have("both", "Slow (shop): triggered; Slow (search): triggered")
	r.want(r.says(5, "[FIRING:2] x", alertsText("Firing alertname=Slow,service=shop", "Firing alertname=Slow,service=search")), Reported)
	r.want(r.says(6, "[FIRING:1] x", alertsText("Firing alertname=Slow,service=search", "Resolved alertname=Slow,service=shop")), Reported)
	r.have("one", "Slow (shop): resolved; Slow (search): triggered")
	r.want(r.says(7, "", `{"status":"resolved","alerts":[{"status":"resolved","labels":{"service":"search","alertname":"Slow"}}]}`), Resolved)
	r.have("the other, in another form", "Slow (shop): resolved; Slow (search): resolved")
	r.want(r.says(8, "[RESOLVED] x", alertsText("Resolved alertname=Other,service=shop")), Changed)
	r.want(r.says(9, "[FIRING:1] Watchdog", alertsText("Firing alertname=Watchdog")), Changed)
	r.have("what was never open, and a heartbeat", "Slow (shop): resolved; Slow (search): resolved")
	if n := len(r.changes()); n != 2 {
		t.Errorf("%d changes", n)
	}
}

// TestThingsResolve: the recovery of a thing resolves its incident, never that of another; if there is none it is kept as a change.
func TestThingsResolve(t *testing.T) {
	event := func(source, kind, at, detail string) string {
		return fmt.Sprintf(`{"id":%q,"source":%q,"detail-type":%q,"account":"123456789012","time":"2026-11-02T14:%s:00Z","region":"eu-central-1","resources":[],"detail":%s}`, at+detail, source, kind, at, detail)
	}
	machine := func(at, name, status string) string {
		return event("aws.states", "Step Functions Execution Status Change", at, `{"stateMachineArn":"arn:aws:states:eu-central-1:123456789012:stateMachine:`+name+`","status":"`+status+`"}`)
	}
	beanstalk := func(env, health string) string {
		return "Timestamp: x\nMessage: Environment health has transitioned from Info to " + health + ".\n\nEnvironment: " + env + "\nApplication: a\nNotificationProcessId: 1"
	}
	insight := func(kind, id string) string {
		return `{"MessageType":"` + kind + `","InsightId":"` + id + `","InsightName":"Insight ` + id + `","InsightSeverity":"high"}`
	}
	stack := func(status string) string {
		return "StackId='s'\nPhysicalResourceId='s'\nResourceType='AWS::CloudFormation::Stack'\nStackName='web'\nResourceStatus='" + status + "'\n"
	}
	own := func(state, host string) string {
		return `{"title":"Disk full","status":"` + state + `","host":"` + host + `"}`
	}
	tests := []struct {
		name                       string
		opens, others, repeats, ok string
		want                       string
	}{
		{"a state machine", machine("01", "pay", "FAILED"), machine("02", "ship", "SUCCEEDED"), machine("03", "pay", "TIMED_OUT"), machine("04", "pay", "SUCCEEDED"), "Step Functions pay: failed: resolved"},
		{"an environment", beanstalk("e", "Severe"), beanstalk("f", "Ok"), beanstalk("e", "Degraded"), beanstalk("e", "Ok"), "Beanstalk e: health is severe: resolved"},
		{"an insight", insight("NEW_INSIGHT", "1"), insight("CLOSED_INSIGHT", "2"), insight("SEVERITY_UPGRADED", "1"), insight("CLOSED_INSIGHT", "1"), "Insight 1: resolved"},
		{"a stack", stack("UPDATE_ROLLBACK_IN_PROGRESS"), strings.ReplaceAll(stack("UPDATE_COMPLETE"), "'s'", "'t'"), stack("UPDATE_ROLLBACK_COMPLETE"), stack("UPDATE_COMPLETE"),
			"CloudFormation web: update rollback in progress: resolved quiet"},
		{"a message of somebody", own("firing", "db-1"), own("resolved", "db-2"), own("firing", "db-1"), own("ok", "db-1"), "Disk full: resolved"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.intake.Quiet = []string{"sev4"}
			r.want(r.says(10, "", tt.opens), Opened)
			r.want(r.says(11, "", tt.others), Changed)
			r.want(r.says(12, "", tt.repeats), Reported)
			r.want(r.says(13, "", tt.ok), Resolved)
			r.have("at last", tt.want)
		})
	}
}

// TestUpdateIsAChange: an update that resolves an incident is a change all the same.
func TestUpdateIsAChange(t *testing.T) {
	r := newRig(t)
	stack := "StackId='s'\nPhysicalResourceId='s'\nResourceType='AWS::CloudFormation::Stack'\nStackName='web'\nResourceStatus='%s'\n"
	r.want(r.says(0, "", fmt.Sprintf(stack, "UPDATE_FAILED")), Opened)
	r.want(r.says(1, "", fmt.Sprintf(stack, "UPDATE_COMPLETE")), Resolved)
	if all := r.changes(); len(all) != 1 || all[0].Title != "CloudFormation web: update complete" {
		t.Errorf("%+v", all)
	}
}

// TestWorse: what was shown pages once it gets worse.
func TestWorse(t *testing.T) {
	r := newRig(t)
	r.intake.Quiet = []string{"sev4"}
	text := func(health string) string {
		return "Timestamp: x\nMessage: Environment health has transitioned from Ok to " + health + ".\n\nEnvironment: e\nApplication: a\nNotificationProcessId: 1"
	}
	r.want(r.says(0, "", text("Warning")), Opened)
	r.have("shown", "Beanstalk e: health is warning: triggered quiet")
	r.want(r.says(1, "", text("Severe")), Reported)
	r.have("worse", "Beanstalk e: health is severe: triggered")
}

// TestRelayedAlarms: an alarm of CloudWatch is the same one, whatever it was wrapped in.
func TestRelayedAlarms(t *testing.T) {
	wraps := map[string]func(string) string{
		"an envelope": func(s string) string {
			return `{"Type":"Notification","MessageId":"inner","TopicArn":"arn:aws:sns:eu-central-1:123456789012:inner","Message":` + quote(s) + `}`
		},
		"records of Lambda": func(s string) string { return `{"Records":[{"Sns":{"Message":` + quote(s) + `}}]}` },
		"records of SQS":    func(s string) string { return `{"Records":[{"body":` + quote(s) + `}]}` },
		"a text of JSON":    func(s string) string { return quote(s) },
		"one's own JSON":    func(s string) string { return `{"from":"relay","payload":` + s + `}` },
	}
	for name, wrap := range wraps {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			fires := r.message(aws.Example{Name: "checkout-5xx", At: minute(0)})
			r.want(r.says(0, "", fires), Opened)
			r.want(r.says(1, "", wrap(fires)), Repeated)
			r.want(r.says(2, "", wrap(r.message(aws.Example{Name: "checkout-5xx", State: alarmOK, At: minute(2)}))), Resolved)
			r.want(r.says(30, "", wrap(r.message(aws.Example{Name: "checkout-5xx", At: minute(30)}))), Opened)
			if last := r.all()[1]; last.Service != "checkout" || last.Alarm.NeverRecovers {
				t.Errorf("%+v", last.Alarm)
			}
		})
	}
}

// TestCitedAlarms: what somebody says wakes somebody, and the alarm that it cites stays as it is.
func TestCitedAlarms(t *testing.T) {
	r := newRig(t)
	r.want(r.says(0, "", r.message(aws.Example{Name: "checkout-5xx", At: minute(0)})), Opened)
	ok := r.message(aws.Example{Name: "checkout-5xx", State: alarmOK, At: minute(1)})
	r.want(r.says(2, "", `{"severity":"critical","status":"firing","title":"Failover failed","cause":`+ok+`}`), Opened)
	r.want(r.says(3, "", `{"source":"com.shop","detail-type":"HealFailed","detail":{"severity":"critical","message":"failover after recovery failed","trigger":`+ok+`}}`), Opened)
	r.have("all that is wrong", "checkout-5xx: triggered; Failover failed: triggered; HealFailed: failover after recovery failed: triggered")
	r.want(r.says(4, "", `{"status":"resolved","title":"Failover failed","cause":`+ok+`}`), Resolved)
	r.want(r.says(5, "", ok), Resolved)
	r.have("at last", "checkout-5xx: resolved; Failover failed: resolved; HealFailed: failover after recovery failed: triggered")
}

// TestRecords: of several messages in one each does what it does.
func TestRecords(t *testing.T) {
	r := newRig(t)
	var records []string
	for _, m := range []string{r.message(aws.Example{Name: "checkout-a"}), `{"title":"Fire"}`, `{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}`, r.message(aws.Example{Name: "checkout-b"})} {
		records = append(records, `{"Sns":{"Message":`+quote(m)+`}}`)
	}
	r.want(r.says(0, "", `{"Records":[`+strings.Join(records, ",")+`]}`), Opened)
	r.have("all of them", "checkout-a: triggered; Fire: triggered; checkout-b: triggered")
	if n := len(r.changes()); n != 1 {
		t.Errorf("%d changes", n)
	}
}

// TestFindingsOfOneEvent: a batch of findings is one event; each finding is a thing of its own.
func TestFindingsOfOneEvent(t *testing.T) {
	finding := func(id string) string {
		return `{"Id":"` + id + `","Title":"Finding ` + id + `","Severity":{"Label":"CRITICAL"},"Workflow":{"Status":"NEW"}}`
	}
	batch := `{"id":"e1","source":"aws.securityhub","detail-type":"Security Hub Findings - Imported","account":"123456789012","time":"2026-11-02T14:02:00Z","region":"eu-central-1",` +
		`"resources":[],"detail":{"findings":[` + finding("a") + "," + finding("b") + `]}}`
	r := newRig(t)
	r.want(r.says(0, "", batch), Opened)
	r.want(r.says(1, "", batch), Repeated)
	r.have("each once", "Security Hub: Finding a: triggered; Security Hub: Finding b: triggered")
}

// TestRulesOfTheConfiguration: a rule comes before the table, and its key makes one thing of what it fits.
func TestRulesOfTheConfiguration(t *testing.T) {
	r := newRig(t)
	r.intake.Quiet = []string{"sev4"}
	r.intake.Rules = []messages.Rule{
		{JSON: []messages.Condition{{Path: "$.state", Pattern: "FAILED"}}, Treat: judge.Page, Key: "$.job", Title: "$.message"},
		{JSON: []messages.Condition{{Path: "$.state", Pattern: "DONE"}}, Treat: judge.Resolve, Key: "$.job"},
		{Subject: "*weekly report*", Treat: judge.Marker},
		{Subject: "*disk*", Treat: judge.Quiet},
	}
	r.want(r.says(0, "", `{"state":"FAILED","job":"bills","message":"No bills"}`), Opened)
	r.want(r.says(1, "", `{"state":"FAILED","job":"bills","message":"Still no bills"}`), Reported)
	r.want(r.says(2, "", `{"state":"DONE","job":"mail"}`), Changed)
	r.want(r.says(3, "", `{"state":"DONE","job":"bills"}`), Resolved)
	r.want(r.says(4, "Weekly report", "x"), Changed)
	r.want(r.says(5, "Disk nearly full", "x"), Opened)
	r.have("at last", "No bills: resolved; Disk nearly full: triggered quiet")
	r.want(r.says(6, "", r.message(aws.Example{Name: "disk"})), Opened)
}

func quote(text string) string {
	q, _ := quoted(text) // texts can always be written
	return q
}
