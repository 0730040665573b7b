package alarms

import (
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/incidents"
)

// input is what there is to classify.
type input struct {
	*Verified
	f    aws.Fields // the members of the message; nil if it is not a JSON object
	ours Topics
}

// A shape is one form that messages have.
type shape struct {
	fits func(input) bool
	read func(input) Signal
}

// shapes are tried in this order; the last one fits everything.
var shapes = []shape{
	{hasAny("AlarmName", "NewStateValue"), readAlarm},                // CloudWatch: all kinds of alarms
	{hasAll("detail-type", "source", "detail"), readEvent},           // EventBridge
	{hasAll("detail-type", "detail"), readEvent},                     // the same, cut down by a rule
	{hasAll("detailType", "notificationRuleArn"), readTools},         // developer tools
	{hasAll("Event Source", "Event Message"), readDatabase},          // RDS, DMS
	{hasAll("deploymentId", "eventTriggerName"), readDeployment},     // CodeDeploy
	{hasAll("approval", "consoleLink"), readApproval},                // CodePipeline
	{hasAll("AutoScalingGroupName", "Event"), readScalingJSON},       // Auto Scaling
	{hasAll("source", "alarmArn", "alarmData"), readAction},          // the alarm's action for Lambda, relayed
	{hasAny("alerts", "groupKey"), readWebhook},                      // Alertmanager, Grafana
	{isStackText, readStack},                                         // CloudFormation
	{beginsWith("Service: AWS Auto Scaling"), readScalingText},       // Auto Scaling
	{beginsWith("AWS Budget Notification"), readBudget},              // Budgets
	{func(in input) bool { return looksLikeAlarm(in) }, readGarbled}, // an alarm that is not JSON any more
	{func(input) bool { return true }, readText},
}

// Classify understands a verified message. It never fails: what fits nothing is a
// text. ours are the topics that messages are taken from: an alarm that reports OK to
// none of them is known never to recover by itself.
func Classify(v *Verified, ours Topics) Signal {
	in := input{Verified: v, f: objectIn(v.Message), ours: ours}
	for _, s := range shapes {
		if s.fits(in) {
			return finish(in, s.read(in))
		}
	}
	return finish(in, readText(in))
}

// objectIn returns the members of a message that is a JSON object of sensible depth.
func objectIn(message string) aws.Fields { return aws.Members(strings.TrimSpace(message)) }

// finish sets what all signals have, and cuts texts to size.
func finish(in input, s Signal) Signal {
	s.Topic, s.MessageID, s.Received = in.TopicARN, in.MessageID, in.Received
	s.Account = aws.FirstOf(aws.Line(s.Account, 20), in.Topic.Account)
	s.Region = aws.FirstOf(s.Region, in.Topic.Region)
	if s.Changed.IsZero() {
		s.Changed = in.Received
	}
	s.Name = aws.FirstOf(aws.Line(s.Name, aws.MaxName), "(no name)")
	s.Title = aws.FirstOf(s.Title, s.Name)
	s.ARN = aws.Line(s.ARN, aws.MaxARN)
	s.Reason = aws.Block(s.Reason, aws.MaxReason)
	s.Description = aws.Block(s.Description, aws.MaxText)
	s.Raw = aws.ClipBytes(aws.Block(s.Raw, aws.MaxRaw), aws.MaxRaw)
	if s.Series == "" {
		s.Series = s.Fingerprint
	}
	return s
}

func hasAll(names ...string) func(input) bool {
	return func(in input) bool {
		for _, n := range names {
			if !in.f.Has(n) {
				return false
			}
		}
		return true
	}
}

// hasAny also takes members that are null: what names itself an alarm is one.
func hasAny(names ...string) func(input) bool {
	return func(in input) bool {
		for _, n := range names {
			if in.f.Get(n) != "" {
				return true
			}
		}
		return false
	}
}

func beginsWith(prefix string) func(input) bool {
	return func(in input) bool {
		return in.f == nil && strings.HasPrefix(strings.TrimSpace(in.Message), prefix)
	}
}

// looksLikeAlarm finds messages that once were an alarm: cut off, or with a comma too
// many.
func looksLikeAlarm(in input) bool {
	return in.f == nil && strings.Contains(in.Message, `"AlarmName"`) && strings.Contains(in.Message, `"NewStateValue"`)
}

// readGarbled reads an alarm of which nothing can be read. Somebody must look.
func readGarbled(in input) Signal {
	s := readText(in)
	s.Title = "Unreadable alarm: " + s.Title
	s.flag(FlagUnparsed)
	return s
}

// readText reads a message of no known shape. Only repeats of the very same text are
// taken for the same thing: who knows what the others tell.
func readText(in input) Signal {
	title := aws.FirstOf(aws.Line(in.Subject, aws.MaxTitle), firstLine(in), "(empty message)")
	s := Signal{Effect: EffectIncident, Title: title}
	s.Kind, s.Name, s.State = KindText, title, incidents.AlarmFiring
	s.NeverRecovers = true
	s.Description, s.Changed = in.Message, in.Sent
	if len(in.Message) > aws.MaxText {
		s.Raw = in.Message
	}
	s.Fingerprint = fingerprint(KindText, in.TopicARN, in.Subject, in.Message)
	return s
}

// firstLine is the first line of a message that has something on it. JSON is one line.
func firstLine(in input) string {
	if in.f != nil {
		return aws.Line(strings.Join(strings.Fields(in.Message), " "), aws.MaxTitle)
	}
	for l := range strings.Lines(in.Message) {
		if l = aws.Line(l, aws.MaxTitle); l != "" {
			return l
		}
	}
	return ""
}
