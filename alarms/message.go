package alarms

import (
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
	if a, ok := aws.ReadAlarm(in.f); ok {
		return []Signal{finish(in, alarmSignal(in, &a))}
	}
	if looksLikeAlarm(in) { // one that is not JSON any more
		return []Signal{finish(in, readGarbled(in))}
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
