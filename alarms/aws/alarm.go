package aws

import (
	"strings"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store/record/scan"
)

// Kinds of alarms, after the shape of the message, whichever way they come.
const (
	KindMetric      = "metric"      // alarm on a metric, a formula, a query or a band
	KindComposite   = "composite"   // alarm on other alarms
	KindContributor = "contributor" // one series of an alarm that has many
	KindLog         = "log"         // alarm on a query of logs
)

// An Alarm is what CloudWatch says about one of its alarms: what its forms have in common, which are the message to SNS, the event to
// EventBridge or its detail alone, and the action for Lambda. The texts are as they stand there; those that are missing are empty.
type Alarm struct {
	Kind               string
	Name, ARN, Account string
	State, Previous    string
	Reason             string
	Changed            string // when the state changed
	EventTime          string // when the event was sent, where there is one
	Event              string // its id at EventBridge
	Description        string
	Contributor        string // the id; empty for the alarm as a whole
	Attributes         Fields // of the contributor
	// Rule is that of a composite alarm. Triggering are the ARNs of those that triggered it.
	Rule         string
	Triggering   []string
	Metric       *incidents.Metric // nil if it does not say
	SuppressedBy string            // what suppresses its actions; empty: nothing
	AfterMute    bool              // held back by a mute rule until now
	// OKActions are what it does when it is OK; nil if it does not say.
	OKActions []string
	Facts     Facts
}

// A form is one in which CloudWatch tells of an alarm.
type form struct {
	fits func(Fields) bool
	read func(Fields) Alarm
}

// forms are tried in this order.
var forms = []form{
	{hasAny("AlarmName", "NewStateValue"), readNotification}, // all kinds of alarms, to SNS
	{isStateChange, readEvent},                               // to EventBridge
	{hasAll("source", "alarmArn", "alarmData"), readAction},  // the alarm's action for Lambda, relayed
	{isDetail, readBare},                                     // the detail of an event, alone
}

// ReadAlarm reads an alarm of CloudWatch in any of its forms; false if a message is none, or is cut to pieces.
func ReadAlarm(f Fields) (Alarm, bool) {
	for _, one := range forms {
		if one.fits(f) {
			return one.read(f), true
		}
	}
	return Alarm{}, false
}

func hasAll(names ...string) func(Fields) bool {
	return func(f Fields) bool {
		for _, n := range names {
			if !f.Has(n) {
				return false
			}
		}
		return true
	}
}

// hasAny also takes members that are null: what names itself an alarm is one.
func hasAny(names ...string) func(Fields) bool {
	return func(f Fields) bool {
		for _, n := range names {
			if f.Get(n) != "" {
				return true
			}
		}
		return false
	}
}

// isStateChange finds events about the state of an alarm. A rule may have cut away where they are from, and who sends them on must put
// another source.
func isStateChange(f Fields) bool {
	source := f.Text("source")
	return (source == "aws.cloudwatch" || source == "") && isStateEvent(f) || isRelayed(f)
}

// isRelayed reports whether an event of anybody has the detail of one about the state of an alarm.
func isRelayed(f Fields) bool { return f.Has("detail-type") && isDetail(f.Object("detail")) }

// isDetail knows the detail of an event about the state of an alarm. That the alarm was changed is told with its state, too.
func isDetail(f Fields) bool {
	if f.Text("alarmName") == "" || f.Has("operation") {
		return false
	}
	switch f.Object("state").Text("value") {
	case "OK", "ALARM", "INSUFFICIENT_DATA":
		return true
	}
	return false
}

// isStateEvent reports whether an event is about the state of an alarm, by its type.
func isStateEvent(f Fields) bool {
	detailType := f.Text("detail-type")
	return f.Has("detail") && strings.HasPrefix(detailType, "CloudWatch Alarm ") && strings.HasSuffix(detailType, "State Change")
}

// IsAlarm reports whether members are all there that an alarm of CloudWatch has, in any of its forms.
func IsAlarm(f Fields) bool {
	return f.Has("AlarmName") && f.Has("NewStateValue") || f.Has("alarmArn") && f.Has("alarmData") || isStateEvent(f) || isRelayed(f) || isDetail(f)
}

// readNotification reads what CloudWatch sends to SNS.
func readNotification(f Fields) Alarm {
	data := f.Object("NewStateReasonData")
	a := Alarm{
		Kind: KindLog,
		Name: f.Text("AlarmName"), ARN: f.Text("AlarmArn"), Account: f.Text("AWSAccountId"),
		State: f.Text("NewStateValue"), Previous: f.Text("OldStateValue"),
		Reason: f.Text("NewStateReason"), Changed: f.Text("StateChangeTime"),
		Description: f.Text("AlarmDescription"),
		Contributor: f.ID("AlarmContributorId"), Attributes: f.Object("AlarmContributorAttributes"),
		Rule: f.Text("AlarmRule"), Triggering: alarmARNs(f.List("TriggeringChildren")),
		Metric:       metricOf(f.Object("Trigger")),
		SuppressedBy: f.Text("ActionsSuppressedBy"), AfterMute: f.Is("ActionExecutedAfterMuteWindow"),
		OKActions: actions(f.Get("OKActions")), Facts: factsIn(f, data),
	}
	switch {
	case a.Contributor != "":
		a.Kind = KindContributor
	case f.Has("AlarmRule"):
		a.Kind = KindComposite
	case f.Has("Trigger"):
		a.Kind = KindMetric
	case data != nil:
		a.Metric = logMetric(data)
	}
	return a
}

// actions reads the list of what an alarm does; nil if it is none.
func actions(raw string) []string {
	if !strings.HasPrefix(raw, "[") {
		return nil
	}
	list := []string{}
	for _, action := range Elements(raw) {
		arn, _ := scan.Unquote(action)
		list = append(list, arn)
	}
	return list
}

// alarmARNs reads a list of ARNs, or of objects that have one.
func alarmARNs(list []string) []string {
	var arns []string
	for _, raw := range list {
		arn, ok := scan.Unquote(raw)
		if !ok {
			f := Members(raw)
			arn = FirstOf(f.Text("Arn"), f.Text("arn"))
		}
		if a, ok := ParseARN(arn); ok && a.AlarmName() != "" {
			arns = append(arns, arn)
		}
	}
	return arns
}

// readEvent reads EventBridge's form. The alarm is that of the message to SNS.
func readEvent(f Fields) Alarm {
	detail := f.Object("detail")
	a := readDetail(detail, f)
	a.Account, a.Event = f.Text("account"), Line(f.Text("id"), MaxName)
	if list := f.List("resources"); len(list) > 0 {
		a.ARN, _ = scan.Unquote(list[0])
	}
	return a
}

// readBare reads the detail of such an event alone, as a rule may send it.
func readBare(f Fields) Alarm { return readDetail(f, f) }

// readAction reads what an alarm hands to its Lambda action.
func readAction(f Fields) Alarm {
	a := readDetail(f.Object("alarmData"), f)
	a.Account, a.ARN = f.Text("accountId"), f.Text("alarmArn")
	return a
}

// readDetail reads the part that the event and the action have in common, of the message f.
func readDetail(d, f Fields) Alarm {
	state, config := d.Object("state"), d.Object("configuration")
	a := Alarm{
		Kind: KindMetric,
		Name: d.Text("alarmName"), State: state.Text("value"), Previous: d.Object("previousState").Text("value"),
		Reason: state.Text("reason"), Changed: state.Text("timestamp"), EventTime: f.Text("time"),
		Description: config.Text("description"), Rule: config.Text("alarmRule"),
		Metric: metricOf(config), SuppressedBy: state.Text("actionsSuppressedBy"), Facts: factsIn(d, state, config, f),
	}
	if a.Rule != "" {
		a.Kind = KindComposite
	}
	contributor := d.Object("alarmContributor")
	if a.Contributor, a.Attributes = contributor.ID("id"), contributor.Object("attributes"); a.Contributor != "" {
		a.Kind = KindContributor
	}
	if data := Members(strings.TrimSpace(state.Text("reasonData"))); data != nil {
		a.Triggering = alarmARNs(data.List("triggeringAlarms"))
		if n, ok := data.Number("threshold"); ok && a.Metric != nil && a.Metric.Threshold == nil {
			a.Metric.Threshold = new(n)
		}
	}
	return a
}
