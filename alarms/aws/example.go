package aws

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/incidents"
)

// An Example is an alarm for tests and the demo: what CloudWatch would write into its message to SNS. Fields that are empty get a
// sensible value.
type Example struct {
	Name        string
	State       incidents.AlarmState // ALARM if empty
	Previous    incidents.AlarmState // OK if empty, or ALARM if State is OK
	At          time.Time            // StateChangeTime
	Reason      string
	Description string
	Namespace   string
	Metric      string
	Dimensions  map[string]string
	Threshold   float64
	Period      int // in seconds; 60 if 0
	// NeverRecovers leaves the topic out of the actions for OK.
	NeverRecovers bool
	// Contributor and Attributes make it one series of many.
	Contributor string
	Attributes  map[string]string
	// Rule makes it a composite alarm, Children the ARNs of those that triggered it.
	Rule     string
	Children []string
}

type exampleDimension struct {
	Value string `json:"value"`
	Name  string `json:"name"`
}

type exampleTrigger struct {
	MetricName         string
	Namespace          string
	StatisticType      string
	Statistic          string
	Unit               *string
	Dimensions         []exampleDimension
	Period             int
	EvaluationPeriods  int
	DatapointsToAlarm  int
	ComparisonOperator string
	Threshold          float64
	TreatMissingData   string
	LowSample          string `json:"EvaluateLowSampleCountPercentile"`
}

type exampleChild struct {
	Arn   string
	State struct {
		Value     incidents.AlarmState
		Timestamp string
	}
}

// exampleMessage has the members in the order in which CloudWatch writes them.
type exampleMessage struct {
	AlarmName                          string
	AlarmDescription                   *string
	AWSAccountID                       string `json:"AWSAccountId"`
	AlarmConfigurationUpdatedTimestamp string `json:",omitempty"`
	NewStateValue                      incidents.AlarmState
	NewStateReason                     string
	StateChangeTime                    string
	Region                             string
	AlarmArn                           string
	OldStateValue                      incidents.AlarmState
	ActionExecutedAfterMuteWindow      bool
	AlarmContributorID                 string            `json:"AlarmContributorId,omitempty"`
	AlarmContributorAttributes         map[string]string `json:",omitempty"`
	OKActions                          []string
	AlarmActions                       []string
	InsufficientDataActions            []string
	AlarmRule                          string          `json:",omitempty"`
	TriggeringChildren                 []exampleChild  `json:",omitempty"`
	Trigger                            *exampleTrigger `json:",omitempty"`
}

// StateChangeTime is how CloudWatch writes times.
const StateChangeTime = "2006-01-02T15:04:05.000-0700"

// Message is what CloudWatch would send to a topic in whose account and region the alarm is.
func (x Example) Message(topic ARN) (subject, message string, err error) {
	x = x.complete()
	text, err := json.Marshal(x.message(topic))
	subject = fmt.Sprintf("%s: %q in %s", x.State, x.Name, regionTitle(topic.Region))
	return Line(subject, 99), string(text), err
}

func (x Example) complete() Example {
	set := func(to *string, value string) { *to = FirstOf(*to, value) }
	set(&x.Name, "checkout-5xx")
	set(&x.Namespace, "AWS/ApplicationELB")
	set(&x.Metric, "HTTPCode_Target_5XX_Count")
	if x.State == "" {
		x.State = incidents.AlarmFiring
	}
	if x.Previous == "" {
		x.Previous = incidents.AlarmOK
		if x.State == incidents.AlarmOK {
			x.Previous = incidents.AlarmFiring
		}
	}
	if x.Dimensions == nil && x.Contributor == "" {
		x.Dimensions = map[string]string{"LoadBalancer": "app/checkout/50dc6c495c0c9188"}
	}
	if x.Threshold == 0 {
		x.Threshold = 10
	}
	verb, value := "was", x.Threshold+27
	if x.State == incidents.AlarmOK {
		verb, value = "was not", x.Threshold/5
	}
	set(&x.Reason, fmt.Sprintf("Threshold Crossed: 1 out of the last 1 datapoints [%.1f (%s)] %s greater than the "+
		"threshold (%.1f) "+
		"(minimum 1 datapoint for %s -> %s transition).", value, x.At.UTC().Add(-time.Minute).Format("02/01/06 15:04:00"),
		verb, x.Threshold, x.Previous, x.State))
	return x
}

func (x Example) message(topic ARN) exampleMessage {
	m := exampleMessage{
		AlarmName: x.Name, AWSAccountID: topic.Account, NewStateValue: x.State, NewStateReason: x.Reason,
		StateChangeTime: x.At.UTC().Format(StateChangeTime), Region: regionTitle(topic.Region),
		AlarmArn:      AlarmARN(topic, x.Name).String(),
		OldStateValue: x.Previous, AlarmContributorID: x.Contributor, AlarmContributorAttributes: x.Attributes,
		OKActions: []string{topic.String()}, AlarmActions: []string{topic.String()}, InsufficientDataActions: []string{},
	}
	if x.Description != "" {
		m.AlarmDescription = &x.Description
	}
	if x.NeverRecovers {
		m.OKActions = []string{}
	}
	if x.Rule != "" {
		m.AlarmRule = x.Rule
		for _, arn := range x.Children {
			child := exampleChild{Arn: arn}
			child.State.Value, child.State.Timestamp = x.State, m.StateChangeTime
			m.TriggeringChildren = append(m.TriggeringChildren, child)
		}
		return m
	}
	m.AlarmConfigurationUpdatedTimestamp = x.At.UTC().Add(-30 * 24 * time.Hour).Format(StateChangeTime)
	m.Trigger = &exampleTrigger{
		MetricName: x.Metric, Namespace: x.Namespace, StatisticType: "Statistic", Statistic: "SUM",
		Dimensions: []exampleDimension{}, Period: cmp.Or(x.Period, 60), EvaluationPeriods: 1, DatapointsToAlarm: 1,
		ComparisonOperator: "GreaterThanThreshold", Threshold: x.Threshold, TreatMissingData: "notBreaching",
	}
	for name, value := range x.Dimensions {
		m.Trigger.Dimensions = append(m.Trigger.Dimensions, exampleDimension{value, name})
	}
	return m
}

// regionTitle is the name that CloudWatch gives a region in its messages, for some.
func regionTitle(region string) string {
	switch region {
	case "eu-central-1":
		return "EU (Frankfurt)"
	case "eu-west-1":
		return "EU (Ireland)"
	case "us-east-1":
		return "US East (N. Virginia)"
	case "us-west-2":
		return "US West (Oregon)"
	}
	return region
}
