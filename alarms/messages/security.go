package messages

import (
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/judge"
)

// judgeScan counts what is critical in an image. It hurts nobody tonight.
func judgeScan(m *aws.Message) judge.Verdict {
	status := aws.FirstOf(m.At("detail.scan-status"), "?")
	// At shows no objects
	counts := aws.Members(m.Raw([]string{"detail", "finding-severity-counts"}))
	var found []string
	critical := 0
	for _, severity := range [...]string{"CRITICAL", "HIGH", "MEDIUM"} {
		if n, ok := counts.Number(severity); ok && n > 0 {
			found = append(found, strconv.Itoa(int(n))+" "+strings.ToLower(severity))
			if severity == "CRITICAL" {
				critical = int(n)
			}
		}
	}
	title := ""
	if len(found) > 0 {
		title = "ECR scan of " + aws.ShortName(m.At("detail.repository-name")) + ": " + strings.Join(found, ", ")
	}
	switch {
	case critical > 0:
		return judge.Shows.Titled(title)
	case strings.Contains(status, "FAIL"):
		return judge.Shows
	}
	return judge.Marks.Titled(title)
}

// judgeFinding judges one of Inspector's. One that is closed says nothing of the others on the same resource. The key has
// the severity beside the resource, so that all findings of one degree on it are one incident.
func judgeFinding(m *aws.Message) judge.Verdict {
	if m.At("detail.status") == "ACTIVE" && !judge.Says(m.At("detail.severity"), "informational") {
		return judge.Shows
	}
	return judge.Marks
}

// threatened are the paths at which GuardDuty names what a finding is about. They are tried in this order; a finding names
// one of them, seldom two.
var threatened = []string{
	"instanceDetails.instanceId", "eksClusterDetails.name", "ecsClusterDetails.name", "containerDetails.name", "rdsDbInstanceDetails.dbInstanceIdentifier",
	"lambdaDetails.functionName", "s3BucketDetails.0.name", "accessKeyDetails.userName", "accessKeyDetails.accessKeyId",
}

// judgeThreat goes by GuardDuty's scale from 1 to 10: 7 is high, 9 critical. A finding is sent again whenever there is more of it, under an id of its own for
// each attacker, so it is the type and what is attacked that make it one thing.
func judgeThreat(m *aws.Message) judge.Verdict {
	resource := ""
	for _, path := range threatened {
		if resource = m.At("detail.resource." + path); resource != "" {
			break
		}
	}
	v := judge.Marks
	switch n, _ := aws.Members(m.Raw([]string{"detail"})).Number("severity"); {
	case m.At("detail.service.archived") == "true": // a rule of the account says that nobody need look
	case n >= 9:
		v = judge.Wakes
	case n >= 7:
		v = judge.Stirs
	case n >= 4:
		v = judge.Shows
	}
	return v.Keyed(m.At("detail.type") + "/" + aws.FirstOf(resource, m.At("detail.id"), m.At("detail.title")))
}

// judgeMalware judges a scan, and whatever became of it.
func judgeMalware(m *aws.Message) judge.Verdict {
	if m.At("detail.scanResultDetails.scanResultStatus") == "THREATS_FOUND" {
		return judge.Stirs
	}
	return judgeFailure(m)
}

// readFindings reads what Security Hub has found, or was told by others. It comes in batches. Findings come in two forms:
// that of Security Hub (ASFF), with capital letters, and that of OCSF.
func readFindings(m *aws.Message) []judge.Judgement {
	var all []judge.Judgement
	list := m.List("detail.findings")
	for _, raw := range list[:min(len(list), aws.MaxParts)] {
		f := &aws.Message{Fields: aws.Members(raw)}
		v := judgeHubFinding(f)
		all = append(all, judge.Judgement{
			Treat: v.Treat, Severity: v.Severity, Key: aws.FirstOf(f.At("Id"), f.At("finding_info.uid"), f.At("Title")),
			Title:  "Security Hub: " + aws.FirstOf(f.At("Title"), f.At("finding_info.title"), "a finding"),
			Reason: aws.FirstOf(f.At("Description"), f.At("finding_info.desc")), ARN: f.At("Resources.0.Id"),
		})
	}
	if len(all) == 0 {
		return []judge.Judgement{{Treat: judge.Marker, Title: m.DetailType()}}
	}
	return all
}

// judgeHubFinding goes by the label of the severity. What is not new any more is over; how a thing is set up can wait for the morning unless it
// is critical, an attack cannot.
func judgeHubFinding(f *aws.Message) judge.Verdict {
	status := aws.FirstOf(f.At("Workflow.Status"), f.At("status"))
	if f.At("RecordState") == "ARCHIVED" || judge.Says(status, "resolved", "suppressed", "archived") ||
		f.At("Compliance.Status") == "PASSED" {
		return judge.Ends
	}
	attack := judge.Says(f.At("Types"), "ttps/", "effects/", "unusual behaviors/")
	switch label := strings.ToUpper(aws.FirstOf(f.At("Severity.Label"), f.At("severity"))); {
	case status == "NOTIFIED" && label != "CRITICAL":
		return judge.Marks
	case label == "CRITICAL":
		return judge.Wakes
	case label == "HIGH" && attack:
		return judge.Stirs
	case label == "HIGH":
		return judge.Shows
	}
	return judge.Marks
}

// healthTime is how AWS Health writes times. AWS writes "Sat, 04 Jun 2016 05:01:10 GMT".
const healthTime = time.RFC1123

// judgeHealth takes AWS's own trouble as seriously as an alarm, and believes AWS when it is over. What AWS will do on a certain date somebody
// has to know before.
func judgeHealth(m *aws.Message) judge.Verdict {
	service := m.At("detail.service")
	what := judge.Words(strings.TrimPrefix(strings.TrimPrefix(m.At("detail.eventTypeCode"), "AWS_"), service+"_"))
	title := judge.Tidy("AWS Health: " + service + " " + what)
	about := healthEntities(m)
	closed := m.At("detail.statusCode") == "closed"
	switch category := m.At("detail.eventTypeCategory"); {
	case closed && category != "":
		return judge.Ends.Titled(title + ": closed")
	case category == "issue":
		region := aws.FirstOf(m.At("detail.eventRegion"), m.At("region"))
		about = aws.FirstOf(about, judge.Sentence(m.At("detail.eventDescription.0.latestDescription")))
		return judge.Wakes.Titled(judge.Tidy(title + " in " + region + ": " + about))
	case category == "scheduledChange":
		return judge.Shows.Titled(judge.Tidy(title + " for " + healthDate(m.At("detail.startTime")) + ": " + about))
	case category == "investigation", category == "accountNotification":
		return judge.Shows.Titled(judge.Tidy(title + ": " + about))
	}
	return judge.Marks.Titled(title)
}

// healthDate writes a time of AWS Health so that its date can be read at a glance.
func healthDate(text string) string {
	if t, err := time.Parse(healthTime, text); err == nil {
		return t.UTC().Format("2006-01-02 15:04 UTC")
	}
	return aws.Line(text, 40)
}

// healthEntities are the first of what an event is about.
func healthEntities(m *aws.Message) string {
	var names []string
	for _, raw := range m.List("detail.affectedEntities") {
		name := aws.Called(aws.Members(raw).Text("entityValue"))
		if name == "" {
			continue
		}
		if len(names) == 3 {
			names = append(names, "…")
			break
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

// judgeInsight judges an insight of DevOps Guru, over its own topic or EventBridge. What is proactive tells of trouble to
// come, and is shown whatever its severity.
func judgeInsight(m *aws.Message) judge.Verdict {
	kind := aws.FirstOf(m.At("MessageType"), m.At("detail.messageType"))
	severity := aws.FirstOf(m.At("InsightSeverity"), m.At("detail.insightSeverity"))
	proactive := judge.Says(aws.FirstOf(m.At("InsightType"), m.At("detail.insightType")), "proactive")
	switch {
	case kind == "CLOSED_INSIGHT", m.IsEvent() && judge.Says(m.DetailType(), "closed"):
		return judge.Ends
	case kind != "" && kind != "NEW_INSIGHT" && kind != "SEVERITY_UPGRADED":
		return judge.Marks
	case !proactive && judge.Says(severity, "high", "critical"):
		return judge.Wakes
	}
	return judge.Shows
}
