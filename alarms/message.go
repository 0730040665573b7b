package alarms

import (
	"strings"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/messages"
	"github.com/oncalm/oncalm/alarms/sns"
)

// input is what there is to classify.
type input struct {
	*sns.Verified
	part *aws.Message // the message, or one that stood inside it
	f    aws.Fields   // the members of the message; nil if it is not a JSON object
	ours sns.Topics
}

// A shape is one form that CloudWatch gives to its alarms.
type shape struct {
	fits func(input) bool
	read func(input) Signal
}

// shapes are tried in this order. What fits none of them is no alarm of CloudWatch: see [messages.Judge].
var shapes = []shape{
	{hasAny("AlarmName", "NewStateValue"), readAlarm},       // all kinds of alarms, to SNS
	{isAlarmEvent, readAlarmEvent},                          // to EventBridge
	{hasAll("source", "alarmArn", "alarmData"), readAction}, // the alarm's action for Lambda, relayed
	{looksLikeAlarm, readGarbled},                           // one that is not JSON any more
}

// Classify understands a verified message. It never fails: what nobody knows is
// somebody's own message, and opens an incident. ours are the topics that messages are taken from: an alarm that reports OK to
// none of them is known never to recover by itself. rules come before what is known of messages that are not
// CloudWatch's own. A message that tells of several things, as a relay's or a group of alerts, makes several signals; there is always one.
func Classify(v *sns.Verified, ours sns.Topics, rules []messages.Rule) []Signal {
	parts := messages.Open(aws.NewMessage(v.Subject, v.Message, v.Topic.Account, v.Topic.Region))
	if len(parts) == 1 && !parts[0].Relayed {
		return numbered(classify(input{Verified: v, part: parts[0], f: parts[0].Fields, ours: ours}, rules))
	}
	var all []Signal
	for _, part := range parts {
		inner := v
		if part.Relayed {
			copied := *v
			copied.Message, copied.Subject = part.Text, part.Subject
			inner = &copied
		}
		all = append(all, classify(input{Verified: inner, part: part, f: part.Fields, ours: ours}, rules)...)
	}
	return numbered(all)
}

func classify(in input, rules []messages.Rule) []Signal {
	for _, s := range shapes {
		if s.fits(in) {
			return []Signal{finish(in, s.read(in))}
		}
	}
	all := judged(in, rules)
	for i := range all {
		all[i] = finish(in, all[i])
	}
	return all
}

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
	s.Raw = text.ClipBytes(aws.Block(s.Raw, aws.MaxRaw), aws.MaxRaw)
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

// isAlarmEvent finds events about the state of an alarm. A rule may have cut away where they are from.
func isAlarmEvent(in input) bool {
	source, detailType := in.f.Text("source"), in.f.Text("detail-type")
	return in.f.Has("detail") && (source == "aws.cloudwatch" || source == "") &&
		strings.HasPrefix(detailType, "CloudWatch Alarm ") && strings.HasSuffix(detailType, "State Change")
}
