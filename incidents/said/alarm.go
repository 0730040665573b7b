// Package said has what an alarm said, as far as people need it. It is part of the events of incidents (package incidents), which
// knows these types by names of its own.
package said

import (
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents/wording"
	"github.com/oncalm/oncalm/store/record"
)

// A State is what an alarm says.
type State string

// The states, as CloudWatch names them.
const (
	Firing  State = "ALARM"
	OK      State = "OK"
	Unknown State = "INSUFFICIENT_DATA"
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

	State    State  `json:"state"`
	Previous State  `json:"previous,omitempty"`
	Reason   string `json:"reason,omitempty"`
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

// Measured reports whether the alarm itself told when it changed.
func (a *Alarm) Measured() bool {
	return !a.Changed.IsZero() && !slices.Contains(a.Flags, FlagReceived)
}

// Fields are those of a report, for package record.
func (a *Alarm) Fields(o *record.Object) {
	o.Text("name", &a.Name)
	o.OptText("arn", &a.ARN)
	o.OptText("account", &a.Account)
	o.OptText("region", &a.Region)
	o.Text("series", &a.Series)
	record.Word(o, "state", &a.State)
	record.OptWord(o, "previous", &a.Previous)
	o.OptText("reason", &a.Reason)
	o.Time("changed", &a.Changed)
	o.Time("received", &a.Received)
	o.OptText("kind", &a.Kind)
	o.OptText("description", &a.Description)
	o.OptTextMap("contributor", &a.Contributor)
	record.OptRef(o, "metric", &a.Metric, (*Metric).fields)
	o.OptText("link", &a.Link)
	o.OptText("message_id", &a.MessageID)
	o.OptTrue("never_recovers", &a.NeverRecovers)
	o.OptTextMap("tags", &a.Tags)
	o.OptText("tags_status", &a.TagsStatus)
	o.OptText("evaluation", &a.Evaluation)
	o.OptTexts("lines", &a.Lines)
	o.OptTexts("flags", &a.Flags)
	o.OptText("raw", &a.Raw)
}

func (m *Metric) fields(o *record.Object) {
	o.OptText("namespace", &m.Namespace)
	o.OptText("name", &m.Name)
	o.OptText("expression", &m.Expression)
	o.OptText("statistic", &m.Statistic)
	record.OptList(o, "dimensions", &m.Dimensions, (*Dimension).fields)
	o.OptText("comparison", &m.Comparison)
	o.OptFloat("threshold", &m.Threshold)
	o.OptText("unit", &m.Unit)
	o.OptInt("period", &m.Period)
	o.OptInt("periods", &m.Periods)
	o.OptInt("datapoints", &m.Datapoints)
}

func (d *Dimension) fields(o *record.Object) {
	o.Text("name", &d.Name)
	o.Text("value", &d.Value)
}

// Says is what an alarm said: its state, the contributor, the time if that is another than when it was recorded, the reason.
func (a *Alarm) Says(at time.Time) wording.Sentence {
	var s wording.Sentence
	if a.Previous != "" && a.Previous != a.State {
		s = append(s, wording.Name(string(a.Previous)), wording.Say(" → "))
	}
	if a.State == "" {
		s = append(s, wording.Say("a state that could not be read"))
	} else {
		s = append(s, wording.Name(string(a.State)))
	}
	for n, k := range slices.Sorted(maps.Keys(a.Contributor)) {
		s = append(s, wording.Say([]string{" (", ", "}[min(n, 1)]), wording.Name(k+"="+a.Contributor[k]))
	}
	if len(a.Contributor) > 0 {
		s = append(s, wording.Say(")"))
	}
	if a.Measured() && !a.Changed.Truncate(time.Second).Equal(at.Truncate(time.Second)) {
		s = append(s, wording.Say(" at "), wording.Part{Form: wording.Moment, At: a.Changed})
	}
	return append(s, wording.Because(a.Reason)...)
}
