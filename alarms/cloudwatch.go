package alarms

import (
	"slices"
	"strings"
	"time"

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
	attributes         fields
	rule               string
	children           []string
	metric             *incidents.Metric
}

// readAlarm reads what CloudWatch sends to SNS.
func readAlarm(in input) Signal {
	f := in.f
	w := word{
		name: f.text("AlarmName"), arn: f.text("AlarmArn"), account: f.text("AWSAccountId"),
		state: f.text("NewStateValue"), previous: f.text("OldStateValue"),
		reason: f.text("NewStateReason"), changed: f.text("StateChangeTime"),
		description: f.text("AlarmDescription"),
		contributor: f.id("AlarmContributorId"), attributes: f.object("AlarmContributorAttributes"),
		rule: f.text("AlarmRule"), children: arnsIn(f.list("TriggeringChildren")),
		metric: metricOf(f.object("Trigger")),
	}
	s := w.signal(in)
	switch {
	case w.contributor != "":
		s.Kind = KindContributor
	case f.has("AlarmRule"):
		s.Kind = KindComposite
	case f.has("Trigger"):
		s.Kind = KindMetric
	default:
		s.Kind = KindLog
		if data := f.object("NewStateReasonData"); data != nil {
			s.Metric = logMetric(data)
		}
	}
	s.NeverRecovers = neverOK(in)
	if f.is("ActionExecutedAfterMuteWindow") {
		s.flag(FlagAfterMute)
	}
	return s
}

// signal makes a signal of a word.
func (w word) signal(in input) Signal {
	s := Signal{Effect: EffectAlarm}
	arn, name := w.identity(in.Topic)
	s.Name, s.ARN, s.Account, s.Region = name, arn.String(), arn.Account, arn.Region
	s.Title = line(name, maxName)
	s.Fingerprint = alarmFingerprint(s.ARN)
	s.Series = seriesOf(s.Fingerprint, w.contributor)
	s.Link = consoleLink(arn.Region, name)
	s.Contributor = attributesOf(w.attributes)
	s.Reason, s.Description, s.Metric = w.reason, clip(w.description, maxDescription), w.metric
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
func (w word) identity(topic ARN) (ARN, string) {
	if a, ok := ParseARN(w.arn); ok && a.alarmName() != "" {
		if _, ok := partitionOf(a.Region); ok {
			return a, firstOf(w.name, a.alarmName())
		}
	}
	account := w.account
	if !isAccount(account) {
		account = topic.Account
	}
	return ARN{topic.Partition, "cloudwatch", topic.Region, account, "alarm:" + w.name}, w.name
}

// maxChildren bounds how many alarms a composite alarm is linked with; CloudWatch
// itself allows 100.
const maxChildren = 100

// dependencies are the ARNs of the alarms on which a composite alarm depends.
func (w word) dependencies(own ARN) []string {
	all := slices.Clone(w.children)
	for _, name := range alarmsIn(w.rule) {
		if a, ok := ParseARN(name); !ok || a.alarmName() == "" {
			name = ARN{own.Partition, "cloudwatch", own.Region, own.Account, "alarm:" + name}.String()
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
	raw := in.f.get("OKActions")
	if !strings.HasPrefix(raw, "[") {
		return false
	}
	for _, action := range elements(raw) {
		arn, _ := scan.Unquote(action)
		if arn == in.TopicARN {
			return false
		}
		if _, ours := in.ours.Match(arn); ours {
			return false
		}
	}
	return true
}

// attributesOf reads the attributes of a contributor.
func attributesOf(f fields) map[string]string {
	if len(f) == 0 {
		return nil
	}
	found := map[string]string{}
	for _, m := range f.distinct() {
		if len(found) == maxPairs {
			break
		}
		value, _ := scan.Unquote(m.Value)
		found[line(m.Name, maxName)] = line(value, maxValue)
	}
	return found
}

// arnsIn reads a list of ARNs, or of objects that have one.
func arnsIn(list []string) []string {
	var arns []string
	for _, raw := range list {
		arn, ok := scan.Unquote(raw)
		if !ok {
			f := members(raw)
			arn = firstOf(f.text("Arn"), f.text("arn"))
		}
		if a, ok := ParseARN(arn); ok && a.alarmName() != "" {
			arns = append(arns, arn)
		}
	}
	return arns
}

// readAlarmEvent reads EventBridge's form. The alarm is that of the message to SNS.
func readAlarmEvent(in input, e event) Signal {
	w := detailWord(e.detail)
	w.account = e.account
	if len(e.resources) > 0 {
		w.arn = e.resources[0]
	}
	contributor := e.detail.object("alarmContributor")
	w.contributor, w.attributes = contributor.id("id"), contributor.object("attributes")
	return eventSignal(in, w, e.detail, e.time)
}

// readAction reads what an alarm hands to its Lambda action.
func readAction(in input) Signal {
	data := in.f.object("alarmData")
	w := detailWord(data)
	w.account, w.arn = in.f.text("accountId"), in.f.text("alarmArn")
	return eventSignal(in, w, data, in.f.text("time"))
}

// detailWord reads the part that the event and the action have in common.
func detailWord(d fields) word {
	state, config := d.object("state"), d.object("configuration")
	w := word{
		name: d.text("alarmName"), state: state.text("value"), previous: d.object("previousState").text("value"),
		reason: state.text("reason"), changed: state.text("timestamp"),
		description: config.text("description"), rule: config.text("alarmRule"),
		metric: metricOf(config),
	}
	if data := objectIn(state.text("reasonData")); data != nil {
		w.children = arnsIn(data.list("triggeringAlarms"))
		if n, ok := data.number("threshold"); ok && w.metric != nil && w.metric.Threshold == nil {
			w.metric.Threshold = new(n)
		}
	}
	return w
}

func eventSignal(in input, w word, d fields, eventTime string) Signal {
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
	if by := d.object("state").text("actionsSuppressedBy"); by != "" {
		s.flag(flagSuppressed + line(by, 50))
	}
	return s
}

// tookPlace reads a time that may have no date that makes sense, for displays.
func tookPlace(text string, in input) time.Time {
	if t, ok := timeOf(text, in.Received); ok {
		return t
	}
	return in.Sent
}

// shortName is the last part of an ARN or path: what people call the thing.
func shortName(arn string) string {
	if a, ok := ParseARN(arn); ok {
		arn = a.Resource
	}
	if i := strings.LastIndexAny(arn, "/:"); i >= 0 && i+1 < len(arn) {
		return arn[i+1:]
	}
	return arn
}
