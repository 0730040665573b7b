package incidents

import "time"

// AlarmState is what an alarm says.
type AlarmState string

// The states, as CloudWatch names them.
const (
	AlarmFiring  AlarmState = "ALARM"
	AlarmOK      AlarmState = "OK"
	AlarmUnknown AlarmState = "INSUFFICIENT_DATA"
)

// FlagReceived marks an alarm whose own time made no sense: the time is that of its message.
const FlagReceived = "received time used"

// Alarm is one report of an alarm, as far as people need it. Its texts come from
// outside: clean of control characters and cut to size, but never to be trusted.
type Alarm struct {
	Name    string `json:"name"`
	ARN     string `json:"arn,omitempty"`
	Account string `json:"account,omitempty"`
	Region  string `json:"region,omitempty"` // a code such as eu-central-1
	// Series names what has a state of its own: the alarm, or one contributor of it, which then stands behind a #.
	Series string `json:"series"`

	State    AlarmState `json:"state"`
	Previous AlarmState `json:"previous,omitempty"`
	Reason   string     `json:"reason,omitempty"`
	// Changed is the alarm's own time of the change of state.
	Changed time.Time `json:"changed"`
	// Received is when the message stood at our door.
	Received time.Time `json:"received"`

	Kind        string            `json:"kind,omitempty"` // metric, composite, contributor, log, event, text, …
	Description string            `json:"description,omitempty"`
	Contributor map[string]string `json:"contributor,omitempty"` // attributes of the contributor
	Metric      *Metric           `json:"metric,omitempty"`
	Link        string            `json:"link,omitempty"` // to the alarm in the AWS console
	MessageID   string            `json:"message_id,omitempty"`
	// NeverRecovers says that the alarm has no action for OK on our topic: no
	// recovery will be reported.
	NeverRecovers bool `json:"never_recovers,omitempty"`
	// Tags are those of the alarm, if its messages have them; TagsStatus is what CloudWatch says about them.
	Tags       map[string]string `json:"tags,omitempty"`
	TagsStatus string            `json:"tags_status,omitempty"`
	// Evaluation says what is amiss with the evaluation of the alarm, such as PARTIAL_DATA.
	Evaluation string `json:"evaluation,omitempty"`
	// Lines are lines of the log that an alarm on logs watches.
	Lines []string `json:"lines,omitempty"`
	// Flags tells what is doubtful about this word, such as [FlagReceived].
	Flags []string `json:"flags,omitempty"`
	// Raw is the message as it came, kept when it was not understood in full.
	Raw string `json:"raw,omitempty"`
}

// Metric is what an alarm measures.
type Metric struct {
	Namespace  string      `json:"namespace,omitempty"`
	Name       string      `json:"name,omitempty"`
	Expression string      `json:"expression,omitempty"`
	Statistic  string      `json:"statistic,omitempty"`
	Dimensions []Dimension `json:"dimensions,omitempty"`
	Comparison string      `json:"comparison,omitempty"`
	Threshold  *float64    `json:"threshold,omitempty"` // nil if the alarm has none; 0 is one
	Unit       string      `json:"unit,omitempty"`
	Period     int         `json:"period,omitempty"` // seconds
	Periods    int         `json:"periods,omitempty"`
	Datapoints int         `json:"datapoints,omitempty"` // of Periods that must breach
}

// Dimension is a name and value of a metric.
type Dimension struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}
