package alarms

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store/record/scan"
)

// word is what the three forms of an alarm have in common: the message to SNS, the
// event to EventBridge, and the action for Lambda.
type word struct {
	name, arn, account string
	state, previous    string
	reason, changed    string
	description        string
	contributor        string
	attributes         aws.Fields
	rule               string
	children           []string
	metric             *incidents.Metric
}

// readAlarm reads what CloudWatch sends to SNS.
func readAlarm(in input) Signal {
	f := in.f
	w := word{
		name: f.Text("AlarmName"), arn: f.Text("AlarmArn"), account: f.Text("AWSAccountId"),
		state: f.Text("NewStateValue"), previous: f.Text("OldStateValue"),
		reason: f.Text("NewStateReason"), changed: f.Text("StateChangeTime"),
		description: f.Text("AlarmDescription"),
		contributor: f.ID("AlarmContributorId"), attributes: f.Object("AlarmContributorAttributes"),
		rule: f.Text("AlarmRule"), children: arnsIn(f.List("TriggeringChildren")),
		metric: metricOf(f.Object("Trigger")),
	}
	s := w.signal(in)
	switch {
	case w.contributor != "":
		s.Kind = KindContributor
	case f.Has("AlarmRule"):
		s.Kind = KindComposite
	case f.Has("Trigger"):
		s.Kind = KindMetric
	default:
		s.Kind = KindLog
		if data := f.Object("NewStateReasonData"); data != nil {
			s.Metric = logMetric(data)
		}
	}
	s.NeverRecovers = neverOK(in)
	facts(&s.Alarm, f, f.Object("NewStateReasonData"))
	if by := f.Text("ActionsSuppressedBy"); by != "" {
		s.mute(by)
	}
	if f.Is("ActionExecutedAfterMuteWindow") {
		s.flag(FlagAfterMute)
	}
	return s
}

// signal makes a signal of a word.
func (w word) signal(in input) Signal {
	s := Signal{Effect: EffectAlarm}
	arn, name := w.identity(in.Topic)
	s.Name, s.ARN, s.Account, s.Region = name, arn.String(), arn.Account, arn.Region
	s.Title = aws.Line(name, aws.MaxName)
	s.Fingerprint = alarmFingerprint(s.ARN)
	s.Series = seriesOf(s.Fingerprint, w.contributor)
	s.Link = aws.ConsoleLink(arn.Region, name)
	s.Contributor = attributesOf(w.attributes)
	s.Reason, s.Description, s.Metric = w.reason, text.Clip(w.description, aws.MaxDescription), w.metric
	s.State, s.Previous = stateOf(w.state), stateOf(w.previous)
	if s.State == "" || name == "" {
		s.flag(FlagUnparsed)
		s.Raw = in.Message
	}
	if name == "" { // nothing says which alarm it is, so it is none that we know
		s.ARN, s.Fingerprint = "", fingerprint(FlagUnparsed, in.TopicARN, in.Message)
		s.Series = s.Fingerprint
	}
	if s.State == "" {
		s.State = incidents.AlarmFiring // whatever it is, somebody must look
	}
	s.at(w.changed, in)
	s.Children = w.dependencies(arn)
	return s
}

// identity finds out which alarm it is. Old messages have no ARN; it is made from the
// other facts, so that it is the same alarm either way.
func (w word) identity(topic aws.ARN) (aws.ARN, string) {
	if a, ok := aws.ParseARN(w.arn); ok && a.AlarmName() != "" {
		if aws.IsRegion(a.Region) {
			return a, aws.FirstOf(w.name, a.AlarmName())
		}
	}
	if aws.IsAccount(w.account) {
		topic.Account = w.account
	}
	return aws.AlarmARN(topic, w.name), w.name
}

// maxChildren bounds how many alarms a composite alarm is linked with; CloudWatch
// itself allows 100.
const maxChildren = 100

// dependencies are the ARNs of the alarms on which a composite alarm depends.
func (w word) dependencies(own aws.ARN) []string {
	all := slices.Clone(w.children)
	for _, name := range alarmsIn(w.rule) {
		if a, ok := aws.ParseARN(name); !ok || a.AlarmName() == "" {
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
func neverOK(in input) bool {
	raw := in.f.Get("OKActions")
	if !strings.HasPrefix(raw, "[") {
		return false
	}
	if in.part.Relayed && in.part.Via == "" { // nobody knows over which topic it came first
		return len(aws.Elements(raw)) == 0
	}
	for _, action := range aws.Elements(raw) {
		arn, _ := scan.Unquote(action)
		if arn == in.TopicARN || arn == in.part.Via {
			return false
		}
		if _, ours := in.ours.Match(arn); ours {
			return false
		}
	}
	return true
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

// arnsIn reads a list of ARNs, or of objects that have one.
func arnsIn(list []string) []string {
	var arns []string
	for _, raw := range list {
		arn, ok := scan.Unquote(raw)
		if !ok {
			f := aws.Members(raw)
			arn = aws.FirstOf(f.Text("Arn"), f.Text("arn"))
		}
		if a, ok := aws.ParseARN(arn); ok && a.AlarmName() != "" {
			arns = append(arns, arn)
		}
	}
	return arns
}

// readAlarmEvent reads EventBridge's form. The alarm is that of the message to SNS.
func readAlarmEvent(in input) Signal {
	detail := in.f.Object("detail")
	w := detailWord(detail)
	w.account = in.f.Text("account")
	if list := in.f.List("resources"); len(list) > 0 {
		w.arn, _ = scan.Unquote(list[0])
	}
	contributor := detail.Object("alarmContributor")
	w.contributor, w.attributes = contributor.ID("id"), contributor.Object("attributes")
	s := eventSignal(in, w, detail, in.f.Text("time"))
	s.Event = aws.Line(in.f.Text("id"), aws.MaxName)
	return s
}

// readAction reads what an alarm hands to its Lambda action.
func readAction(in input) Signal {
	data := in.f.Object("alarmData")
	w := detailWord(data)
	w.account, w.arn = in.f.Text("accountId"), in.f.Text("alarmArn")
	return eventSignal(in, w, data, in.f.Text("time"))
}

// detailWord reads the part that the event and the action have in common.
func detailWord(d aws.Fields) word {
	state, config := d.Object("state"), d.Object("configuration")
	w := word{
		name: d.Text("alarmName"), state: state.Text("value"), previous: d.Object("previousState").Text("value"),
		reason: state.Text("reason"), changed: state.Text("timestamp"),
		description: config.Text("description"), rule: config.Text("alarmRule"),
		metric: metricOf(config),
	}
	if data := aws.Members(strings.TrimSpace(state.Text("reasonData"))); data != nil {
		w.children = arnsIn(data.List("triggeringAlarms"))
		if n, ok := data.Number("threshold"); ok && w.metric != nil && w.metric.Threshold == nil {
			w.metric.Threshold = new(n)
		}
	}
	return w
}

func eventSignal(in input, w word, d aws.Fields, eventTime string) Signal {
	if _, ok := timeOf(w.changed, in.Received); !ok {
		w.changed = eventTime
	}
	s := w.signal(in)
	switch {
	case w.contributor != "":
		s.Kind = KindContributor
	case w.rule != "":
		s.Kind = KindComposite
	default:
		s.Kind = KindMetric
	}
	facts(&s.Alarm, d, d.Object("state"), d.Object("configuration"), in.f)
	if by := d.Object("state").Text("actionsSuppressedBy"); by != "" {
		s.mute(by)
	}
	return s
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
