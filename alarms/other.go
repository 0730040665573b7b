package alarms

import (
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/judge"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/alarms/messages"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/incidents"
)

// judged makes signals of a message that is not one of CloudWatch's own: the rules of the configuration come before the table of package messages.
func judged(in input, rules []messages.Rule) []Signal {
	var all []Signal
	for _, j := range messages.JudgeBy(rules, in.part) {
		all = append(all, signalOf(in, j))
	}
	return all
}

// signalOf makes a signal of a judgement.
func signalOf(in input, j judge.Judgement) Signal {
	s := Signal{Severity: j.Severity, Quiet: j.Quiet, Key: j.Key, Deleted: j.Deleted,
		Event: aws.Line(j.Event, aws.MaxName)}
	s.Kind, s.ARN, s.Reason, s.Link = j.Family, j.ARN, j.Reason, aws.Line(j.Link, aws.MaxARN)
	s.Title = aws.Line(j.Title, aws.MaxTitle)
	s.Name = aws.FirstOf(aws.Line(j.Name, aws.MaxName), s.Title)
	s.Account, s.Region = j.Account, aws.RegionOf(j.Region)
	s.Contributor = labelsOf(j.Labels)
	for _, arn := range j.Resources {
		s.Resources = append(s.Resources, aws.Line(arn, aws.MaxARN))
	}
	switch j.Treat {
	case judge.Marker:
		s.Effect = EffectChange
	case judge.Resolve:
		s.Effect, s.State, s.Changes = EffectRecovery, incidents.AlarmOK, j.Changed
	default:
		s.Effect, s.State, s.Changes = EffectIncident, incidents.AlarmFiring, j.Changed
	}
	s.NeverRecovers = s.Effect == EffectIncident && !j.Recovers
	if j.Own || j.Reason == "" && in.part.Fields == nil {
		if s.Description = in.part.Text; len(s.Description) > aws.MaxText {
			s.Raw = in.part.Text
		}
	}
	s.Fingerprint = known.Fingerprint(j.Family, in.Topic.Account, s.Account, s.Region, j.Key)
	if s.Deleted {
		s.Fingerprint = known.AlarmFingerprint(j.ARN)
	}
	s.Changed = in.Sent
	if j.Time != "" {
		s.at(j.Time, in)
	}
	return s
}

func labelsOf(labels map[string]string) map[string]string {
	found := map[string]string{}
	for name, value := range labels {
		if len(found) < aws.MaxPairs {
			found[aws.Line(name, aws.MaxName)] = aws.Line(value, aws.MaxValue)
		}
	}
	if len(found) == 0 {
		return nil
	}
	return found
}

// looksLikeAlarm finds messages that once were an alarm: cut off, or with a comma too
// many.
func looksLikeAlarm(in input) bool {
	return in.f == nil && strings.Contains(in.Message, `"AlarmName"`) && strings.Contains(in.Message, `"NewStateValue"`)
}

// readGarbled reads an alarm of which nothing can be read. Somebody must look.
func readGarbled(in input) Signal {
	s := signalOf(in, messages.Judge(in.part)[0])
	s.Title = aws.Line("Unreadable alarm: "+strings.TrimPrefix(s.Title, "Unreadable JSON: "), aws.MaxTitle)
	s.flag(FlagUnparsed)
	return s
}

// numbered tells the signals of one message apart, where what is kept of them goes by the message.
func numbered(all []Signal) []Signal {
	for i := 1; i < len(all); i++ {
		all[i].Part = strconv.Itoa(i)
	}
	return all
}

// Unsigned is a message that nobody has signed, as if it had come over that topic, for those who ask what a message would do. The text may be
// a whole envelope; its topic and subject count then, unless a subject is given.
func Unsigned(text, subject, topic string, at time.Time) *sns.Verified {
	v := &sns.Verified{Envelope: sns.Envelope{Type: sns.Notification, MessageID: "simulated", TopicARN: topic,
		Message: text, Subject: subject, Sent: at}, Received: at.UTC()}
	if f := aws.Members(strings.TrimSpace(text)); f.Has("Message") && f.Has("TopicArn") {
		v.Message, v.TopicARN = f.Text("Message"), f.Text("TopicArn")
		v.Subject = aws.FirstOf(subject, f.Text("Subject"))
	}
	v.HasSubject = v.Subject != ""
	v.Topic, _ = aws.ParseARN(v.TopicARN)
	return v
}
