package cloudwatch

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	ours "github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/reconcile"
	"github.com/oncalm/oncalm/incidents"
)

// common is what alarms of all kinds have. The types of the SDK have no field in common, since each is made from a model of
// its own.
type common struct {
	arn, name, description, reason *string
	state                          types.StateValue
	transitioned, updated          *time.Time
	enabled                        *bool
	alarm, ok, insufficient        []string
}

// read makes what CloudWatch answers into alarms, with the text that it sends to SNS of each; see
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html.
func read(out *cloudwatch.DescribeAlarmsOutput) (all []reconcile.Alarm) {
	for _, m := range out.MetricAlarms {
		a := common{m.AlarmArn, m.AlarmName, m.AlarmDescription, m.StateReason, m.StateValue, m.StateTransitionedTimestamp,
			m.StateUpdatedTimestamp, m.ActionsEnabled, m.AlarmActions, m.OKActions, m.InsufficientDataActions}.alarmOf()
		a.Text["Trigger"] = trigger(&m)
		all = append(all, a)
	}
	for _, c := range out.CompositeAlarms {
		a := common{c.AlarmArn, c.AlarmName, c.AlarmDescription, c.StateReason, c.StateValue, c.StateTransitionedTimestamp,
			c.StateUpdatedTimestamp, c.ActionsEnabled, c.AlarmActions, c.OKActions, c.InsufficientDataActions}.alarmOf()
		a.Text["AlarmRule"] = aws.ToString(c.AlarmRule)
		a.Suppressed = c.ActionsSuppressedBy != ""
		all = append(all, a)
	}
	for _, l := range out.LogAlarms {
		all = append(all, common{l.AlarmArn, l.AlarmName, l.AlarmDescription, l.StateReason, l.StateValue,
			l.StateTransitionedTimestamp,
			l.StateUpdatedTimestamp, l.ActionsEnabled, l.AlarmActions, l.OKActions, l.InsufficientDataActions}.alarmOf())
	}
	return all
}

// alarmOf is an alarm with what all kinds have. The time of the transition is when the state became what it is; that of the
// update also moves when only the reason changes.
func (c common) alarmOf() reconcile.Alarm {
	changed := aws.ToTime(c.transitioned)
	if changed.IsZero() {
		changed = aws.ToTime(c.updated)
	}
	a := reconcile.Alarm{ARN: aws.ToString(c.arn), Name: aws.ToString(c.name), State: incidents.AlarmState(c.state),
		Changed: changed.UTC()}
	// with its actions off, an alarm tells nobody, whatever topics it names
	if a.Off, a.Listed = !aws.ToBool(c.enabled), c.alarm; !a.Off {
		a.Acts, a.Recovers = c.alarm, c.ok
	}
	arn, _ := ours.ParseARN(a.ARN)
	a.Text = map[string]any{
		"AlarmName": a.Name, "AlarmArn": a.ARN, "AWSAccountId": arn.Account, "AlarmDescription": aws.ToString(c.description),
		"NewStateValue": string(c.state), "NewStateReason": aws.ToString(c.reason),
		"StateChangeTime": a.Changed.Format("2006-01-02T15:04:05.000-0700"), "Region": arn.Region,
		"AlarmActions": list(c.alarm), "OKActions": list(c.ok), "InsufficientDataActions": list(c.insufficient),
	}
	return a
}

// list is a list of JSON, which has one also where there is nothing.
func list(arns []string) []string {
	if arns == nil {
		return []string{}
	}
	return arns
}

// trigger is what a metric alarm measures, as a message tells it.
func trigger(m *types.MetricAlarm) map[string]any {
	var dimensions []map[string]string
	for _, d := range m.Dimensions {
		dimensions = append(dimensions, map[string]string{"name": aws.ToString(d.Name), "value": aws.ToString(d.Value)})
	}
	t := map[string]any{"MetricName": aws.ToString(m.MetricName), "Namespace": aws.ToString(m.Namespace), "Dimensions": dimensions,
		"Statistic": string(m.Statistic), "Unit": string(m.Unit), "ComparisonOperator": string(m.ComparisonOperator)}
	if m.ExtendedStatistic != nil {
		t["Statistic"] = *m.ExtendedStatistic
	}
	for name, n := range map[string]*int32{"Period": m.Period, "EvaluationPeriods": m.EvaluationPeriods,
		"DatapointsToAlarm": m.DatapointsToAlarm} {
		if n != nil {
			t[name] = *n
		}
	}
	if m.Threshold != nil {
		t["Threshold"] = *m.Threshold
	}
	return t
}
