package messages

import (
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/judge"
)

// isMail knows what SES says about a mail, in both of its forms.
func isMail(m *aws.Message) bool {
	return m.Fields != nil && (m.Fields.Has("notificationType") || m.Fields.Has("eventType")) &&
		(m.Fields.Has("mail") || m.At("notificationType") == "AmazonSnsSubscriptionSucceeded")
}

// readMail shows mails that did not arrive. One bounce is nothing; many are an alarm on their rate. The key is the kind and
// the sender: bounces of one sender are one incident.
func readMail(m *aws.Message) []judge.Judgement {
	kind, from := aws.FirstOf(m.At("notificationType"), m.At("eventType")), m.At("mail.source")
	v := judge.Marks
	switch strings.ToLower(kind) {
	case "bounce", "complaint", "reject", "rendering failure":
		v = judge.Shows
	}
	detail := aws.FirstOf(m.At("bounce.bounceType"), m.At("complaint.complaintFeedbackType"),
		m.At("failure.errorMessage"))
	return []judge.Judgement{{
		Treat: v.Treat, Severity: v.Severity, Key: strings.ToLower(kind) + "/" + from,
		Reason: m.At("bounce.bouncedRecipients.0.diagnosticCode"),
		Title:  judge.Tidy("SES " + judge.Words(kind) + " (" + judge.Words(detail) + ") of mail from " + from),
	}}
}

// isS3Test knows what S3 sends once, when notifications of a bucket are set up.
func isS3Test(m *aws.Message) bool { return m.At("Event") == "s3:TestEvent" }

// isObjectEvent knows what S3 says about objects.
func isObjectEvent(m *aws.Message) bool {
	source := m.At("Records.0.eventSource")
	return source == "aws:s3"
}

// isPush knows what a trigger of CodeCommit sends.
func isPush(m *aws.Message) bool { return m.At("Records.0.eventSource") == "aws:codecommit" }

// readObjects reads what happened to an object. Only what S3 itself failed to do needs a look. Such events are
// ReducedRedundancyLostObject and Replication:OperationFailedReplication.
func readObjects(m *aws.Message) []judge.Judgement {
	event, bucket := m.At("Records.0.eventName"), m.At("Records.0.s3.bucket.name")
	v := judge.Marks
	if judge.Says(event, "lost", "failed") {
		v = judge.Shows
	}
	return []judge.Judgement{{Treat: v.Treat, Severity: v.Severity, Key: bucket + "/" + event,
		Title:  judge.Tidy("S3 " + bucket + ": " + event + " " + m.At("Records.0.s3.object.key")),
		Region: m.At("Records.0.awsRegion")}}
}

// isConfig knows what AWS Config sends to its own topic.
func isConfig(m *aws.Message) bool {
	return m.Fields != nil && m.Fields.Has("messageType") &&
		(m.Fields.Has("configurationItem") || m.Fields.Has("newEvaluationResult") ||
			strings.HasPrefix(m.At("messageType"), "Config") || strings.HasPrefix(m.At("messageType"), "Oversized"))
}

// judgeConfig goes by the compliance of the thing, and opens and resolves by it: the key of the row is the rule and the
// thing.
func judgeConfig(m *aws.Message) judge.Verdict {
	title := "Config " + m.At("configRuleName") + ": " + m.At("resourceId") + " is "
	switch kind, result := m.At("messageType"), m.At("newEvaluationResult.complianceType"); {
	case result == "NON_COMPLIANT":
		return judge.Shows.Titled(title + "non compliant")
	case result == "COMPLIANT":
		return judge.Ends.Titled(title + "compliant")
	case judge.Says(kind, "fail"):
		return judge.Shows
	}
	return judge.Marks
}

// judgeDelivery judges what AWS Config tells of its own work over EventBridge. The states of resources are not its own.
func judgeDelivery(m *aws.Message) judge.Verdict {
	if judge.Says(m.At("detail.messageType"), "fail") {
		return judge.Shows
	}
	return judge.Marks
}

// isBudget knows the mails of AWS Budgets, in their newer and their older words.
func isBudget(m *aws.Message) bool {
	return m.Fields == nil && (strings.HasPrefix(m.Subject, "AWS Budgets:") ||
		strings.HasPrefix(strings.TrimSpace(m.Text), "AWS Budget"))
}

// judgeBudget shows them; the older words name the budget in the subject.
func judgeBudget(m *aws.Message) judge.Verdict {
	if m.At("Budget Name") == "" {
		return judge.Shows.Titled(judge.Subject(m))
	}
	return judge.Shows
}

// isBackup knows what AWS Backup writes. The state stands in an attribute too, which nobody signs; the text says it as well.
func isBackup(m *aws.Message) bool {
	text := strings.TrimSpace(m.Text)
	if m.Fields != nil {
		return false
	}
	return strings.Contains(m.Subject, "AWS Backup") || strings.HasPrefix(text, "AWS Backup ") ||
		strings.HasPrefix(text, "An AWS ") && strings.Contains(aws.FirstLine(text), " job ")
}

// readBackup judges by the first sentence. Only there a job says how it ended; what follows may name states of other jobs,
// and the ids.
func readBackup(m *aws.Message) []judge.Judgement {
	text := strings.TrimSpace(m.Text)
	said := judge.Sentence(text)
	v := judge.Marks
	if judge.Says(said, "fail", "expired", "abort", "partial", "denied", "error", "not completed", "unsuccessful",
		"in time", "stopped") {
		v = judge.Shows
	}
	about := ""
	for _, name := range [...]string{"Resource ARN", "Recovery point ARN"} {
		if _, rest, ok := strings.Cut(text, name); ok {
			about = strings.TrimRight(firstWord(strings.TrimLeft(rest, " :")), ".,")
			break
		}
	}
	title := said
	if about != "" {
		title += ": " + aws.Called(about)
	}
	j := judge.Judgement{Treat: v.Treat, Severity: v.Severity, Key: aws.FirstOf(about, said), Title: title,
		Reason: text}
	if a, ok := aws.ParseARN(about); ok {
		j.ARN, j.Account, j.Region = about, a.Account, a.Region
	}
	return []judge.Judgement{j}
}

// judgeJob judges a job of AWS Backup by its state.
func judgeJob(m *aws.Message) judge.Verdict {
	switch strings.ToUpper(aws.FirstOf(m.At("detail.state"), m.At("detail.status"))) {
	case "FAILED", "ABORTED", "EXPIRED", "PARTIAL":
		return judge.Shows
	}
	return judge.Marks
}
