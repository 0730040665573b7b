package alarms

import (
	"slices"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store/record/scan"
	"github.com/oncalm/oncalm/text"
)

// alarmSignal makes a signal of what CloudWatch says about one of its alarms.
func alarmSignal(in input, a *aws.Alarm) Signal {
	s := Signal{Effect: EffectAlarm, Event: a.Event}
	arn, name := identity(a, in.Topic)
	s.Kind, s.Name, s.ARN, s.Account, s.Region = a.Kind, name, arn.String(), arn.Account, arn.Region
	s.Title = aws.Line(name, aws.MaxName)
	s.Fingerprint = known.AlarmFingerprint(s.ARN)
	s.Series = known.SeriesOf(s.Fingerprint, a.Contributor)
	s.Link = aws.ConsoleLink(arn.Region, name)
	s.Contributor = attributesOf(a.Attributes)
	s.Reason, s.Description, s.Metric = a.Reason, text.ClipRunes(a.Description, aws.MaxDescription), a.Metric
	s.Tags, s.TagsStatus, s.Evaluation, s.Lines = a.Facts.Tags, a.Facts.TagsStatus, a.Facts.Evaluation, a.Facts.Lines
	s.State, s.Previous = stateOf(a.State), stateOf(a.Previous)
	if s.State == "" || name == "" {
		s.flag(FlagUnparsed)
		s.Raw = in.Message
	}
	if name == "" { // nothing says which alarm it is, so it is none that we know
		s.ARN, s.Fingerprint = "", known.Fingerprint(FlagUnparsed, in.TopicARN, in.Message)
		s.Series = s.Fingerprint
	}
	if s.State == "" {
		s.State = incidents.AlarmFiring // whatever it is, somebody must look
	}
	s.at(changedAt(in, a), in)
	s.Children = dependencies(a, arn)
	s.NeverRecovers = neverOK(in, a)
	if a.SuppressedBy != "" {
		s.mute(a.SuppressedBy)
	}
	if a.AfterMute {
		s.flag(FlagAfterMute)
	}
	return s
}

// changedAt is when the alarm changed, as a text: the time of the event if the alarm has none.
func changedAt(in input, a *aws.Alarm) string {
	if _, ok := timeOf(a.Changed, in.Received); ok || a.EventTime == "" {
		return a.Changed
	}
	return a.EventTime
}

// identity finds out which alarm it is. Old messages have no ARN; it is made from the
// other facts, so that it is the same alarm either way.
func identity(a *aws.Alarm, topic aws.ARN) (aws.ARN, string) {
	if arn, ok := aws.ParseARN(a.ARN); ok && arn.AlarmName() != "" && aws.IsRegion(arn.Region) {
		return arn, aws.FirstOf(a.Name, arn.AlarmName())
	}
	if aws.IsAccount(a.Account) {
		topic.Account = a.Account
	}
	return aws.AlarmARN(topic, a.Name), a.Name
}

// maxChildren bounds how many alarms a composite alarm is linked with; CloudWatch
// itself allows 100.
const maxChildren = 100

// dependencies are the ARNs of the alarms on which a composite alarm depends.
func dependencies(a *aws.Alarm, own aws.ARN) []string {
	all := slices.Clone(a.Triggering)
	for _, name := range aws.AlarmsIn(a.Rule) {
		if arn, ok := aws.ParseARN(name); !ok || arn.AlarmName() == "" {
			name = aws.AlarmARN(own, name).String()
		}
		all = append(all, name)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return all[:min(len(all), maxChildren)]
}

// stateOf returns the state that a word names; empty if it names none.
func stateOf(s string) incidents.AlarmState {
	switch state := incidents.AlarmState(s); state {
	case incidents.AlarmFiring, incidents.AlarmOK, incidents.AlarmUnknown:
		return state
	}
	return ""
}

// neverOK reports whether the alarm lists its actions for OK and none of them is a
// topic of ours: then nobody will tell us that it has recovered.
func neverOK(in input, a *aws.Alarm) bool {
	if a.OKActions == nil {
		return false
	}
	if in.part.Relayed && in.part.Via == "" { // nobody knows over which topic it came first
		return len(a.OKActions) == 0
	}
	return !slices.ContainsFunc(a.OKActions, func(arn string) bool {
		_, ours := in.ours.Match(arn)
		return ours || arn == in.TopicARN || arn == in.part.Via
	})
}

// attributesOf reads the attributes of a contributor.
func attributesOf(f aws.Fields) map[string]string {
	if len(f) == 0 {
		return nil
	}
	found := map[string]string{}
	for _, m := range f.Distinct() {
		if len(found) == aws.MaxPairs {
			break
		}
		value, _ := scan.Unquote(m.Value)
		found[aws.Line(m.Name, aws.MaxName)] = aws.Line(value, aws.MaxValue)
	}
	return found
}

// mute takes it that CloudWatch has suppressed the actions of an alarm, by what it names: then nobody is
// to be paged. When that ends and the alarm still says ALARM, it is sent as the same word without that.
func (s *Signal) mute(by string) {
	by = aws.Line(by, 50)
	s.flag(flagSuppressed + by)
	if s.State == incidents.AlarmFiring {
		s.Quiet = "CloudWatch suppresses the actions of the alarm (" + by + ")"
	}
}
