// Package cures proposes changes of an alarm that fires too often: what of it would have kept quiet what was over by itself, with a
// command of the AWS CLI and the properties for CloudFormation, ready to be read and pasted.
//
// Names of alarms are written by others, and a command is run by whoever pastes it. So each text from outside is quoted by a rule for
// the whole of it: JSON within single quotes for the shell, and YAML by a library. Nothing is cut out of a name, since an alarm with
// another name is another alarm. Nothing is proposed that would have been silent about what somebody acted on, as far as that is known.
package cures

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"go.yaml.in/yaml/v3"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/text"
)

// The kinds of cures.
const (
	Datapoints = "datapoints" // more of them must breach
	Threshold  = "threshold"  // another one
	Hold       = "hold"       // Oncalm waits before it pages
	Composite  = "composite"  // only together with another alarm
)

// A Cure is a change that is proposed.
type Cure struct {
	Kind string `json:"kind"`
	Says string `json:"says"` // what it does, and what it costs
	// CLI is a command for a POSIX shell, CloudFormation a part of a template, and Config a part of Oncalm's configuration.
	CLI            string `json:"cli,omitempty"`
	CloudFormation string `json:"cloudformation,omitempty"`
	Config         string `json:"config,omitempty"`
}

// Noise is what is known of an alarm that fires too often.
type Noise struct {
	Alarm   *incidents.Alarm // what it said last
	Service string
	// Lasted is how long most of what was over by itself had lasted, in seconds.
	Lasted float64
	// Passing and Acted are what it had measured when it fired, of incidents that were over by themselves and of those on which
	// somebody acted.
	Passing, Acted []float64
	// Companion is the alarm that fired, too, in each incident on which somebody acted, of which there were Together; its name is
	// empty if there is none.
	Companion string
	Together  int
}

// least is how often something must have been so that a change is proposed for it.
const least = 3

// For are the changes that are proposed, the gentlest first.
func For(n Noise) (all []Cure) {
	if n.Alarm == nil || n.Alarm.Name == "" {
		return nil
	}
	for _, propose := range []func(Noise) (Cure, bool){datapoints, threshold, hold, composite} {
		if c, ok := propose(n); ok {
			all = append(all, c)
		}
	}
	return all
}

// metric is the metric of an alarm that its own properties say in full; nil of expressions, and of what is no alarm of CloudWatch.
func metric(a *incidents.Alarm) *incidents.Metric {
	m := a.Metric
	if m == nil || m.Name == "" || m.Namespace == "" || m.Expression != "" || m.Period <= 0 || m.Periods <= 0 ||
		a.Region == "" {
		return nil
	}
	return m
}

// datapoints lets one more period breach for each that most of what passed had lasted.
func datapoints(n Noise) (c Cure, ok bool) {
	m := metric(n.Alarm)
	if m == nil || n.Lasted <= 0 {
		return c, false
	}
	more := max(1, int(math.Ceil(n.Lasted/float64(m.Period))))
	was := m.Datapoints
	if was <= 0 {
		was = m.Periods
	}
	of, all := was+more, m.Periods+more
	// the longest that CloudWatch evaluates: a day, or a week of periods of an hour
	longest := 24 * 60 * 60
	if m.Period >= 60*60 {
		longest = 7 * 24 * 60 * 60
	}
	if all*m.Period > longest {
		return c, false
	}
	c = Cure{Kind: Datapoints,
		Says: fmt.Sprintf("Let %d of %d datapoints of %d s breach instead of %d of %d: nine of ten that were over by "+
			"themselves had lasted %s at most. What is real fires %s later.", of, all, m.Period, was, m.Periods,
			spell(n.Lasted), spell(float64(more*m.Period))),
	}
	c.CLI = edited(n.Alarm, fmt.Sprintf(".EvaluationPeriods = %d | .DatapointsToAlarm = %d", all, of))
	p := properties(n.Alarm, m)
	p.EvaluationPeriods, p.DatapointsToAlarm = all, of
	c.CloudFormation = template(n.Alarm.Name, "AWS::CloudWatch::Alarm", p)
	return c, true
}

// threshold moves the threshold beyond nine of ten values that passed, if no value on which somebody acted is lost by that.
func threshold(n Noise) (c Cure, ok bool) {
	m := metric(n.Alarm)
	if m == nil || m.Threshold == nil || len(n.Passing) < least {
		return c, false
	}
	values := slices.Sorted(slices.Values(n.Passing))
	below := strings.HasPrefix(m.Comparison, "Less")
	if !below && !strings.HasPrefix(m.Comparison, "Greater") {
		return c, false // a band moves by itself
	}
	at := int(math.Ceil(0.9*float64(len(values)))) - 1
	if below {
		at = len(values) - 1 - at
	}
	to := rounded(values[at], !below)
	lost := func(v float64) bool { return !below && v <= to || below && v >= to }
	nearer := below && to >= *m.Threshold || !below && to <= *m.Threshold
	if nearer || slices.ContainsFunc(n.Acted, lost) {
		return c, false
	}
	kept := "No value is known of one on which somebody acted"
	if len(n.Acted) > 0 {
		kept = each(len(n.Acted)) + " on which somebody acted would still have fired"
	}
	c = Cure{Kind: Threshold, Says: fmt.Sprintf("Move the threshold from %s to %s: nine of ten that were over by "+
		"themselves had not gone beyond that. %s.", number(*m.Threshold), number(to), kept)}
	c.CLI = edited(n.Alarm, ".Threshold = "+number(to))
	p := properties(n.Alarm, m)
	p.Threshold = &to
	c.CloudFormation = template(n.Alarm.Name, "AWS::CloudWatch::Alarm", p)
	return c, true
}

// rounded has two digits that count, on that side of a value which is beyond it.
func rounded(v float64, up bool) float64 {
	if v == 0 {
		return 0
	}
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(v)))-1)
	if up {
		return round(math.Ceil(v/unit)*unit, unit)
	}
	return round(math.Floor(v/unit)*unit, unit)
}

// round takes away what arithmetic of binary fractions has added.
func round(v, unit float64) float64 {
	if unit >= 1 {
		return math.Round(v)
	}
	places := math.Pow(10, -math.Floor(math.Log10(unit)))
	return math.Round(v*places) / places
}

// longestHold is the longest hold that a configuration may have.
const longestHold = time.Hour

// hold has Oncalm wait as long as most of what passed had lasted. A name with the marks of patterns cannot be named by itself.
func hold(n Noise) (c Cure, ok bool) {
	d := (time.Duration(n.Lasted * float64(time.Second))).Truncate(time.Minute) + time.Minute
	if n.Lasted <= 0 || d > longestHold || strings.ContainsAny(n.Alarm.Name, "*?[]\\") || n.Service == "" {
		return c, false
	}
	type match struct {
		Name string `yaml:"name" json:"name"`
		Hold string `yaml:"hold" json:"hold"`
	}
	type service struct {
		Alarms []match `yaml:"alarms" json:"alarms"`
	}
	part := map[string]service{n.Service: {[]match{{n.Alarm.Name, fmt.Sprintf("%dm", int(d.Minutes()))}}}}
	c = Cure{Kind: Hold, Config: written(map[string]any{"services": part}),
		Says: fmt.Sprintf("Let Oncalm wait %s before it pages: what is over by then pages nobody, and is counted all the "+
			"same. Put it before the other alarms of the service.", spell(d.Seconds()))}
	return c, true
}

// composite pages only if the alarm fires together with the one that always did when somebody acted. AWS reads the rule as a language
// of its own: a name that could end a quotation is not put into it.
func composite(n Noise) (c Cure, ok bool) {
	if n.Companion == "" || n.Together < least || metric(n.Alarm) == nil ||
		strings.ContainsAny(n.Alarm.Name+n.Companion, `"\`) {
		return c, false
	}
	rule := `ALARM("` + n.Alarm.Name + `") AND ALARM("` + n.Companion + `")`
	const longestName = 255
	name := text.ClipRunes(n.Alarm.Name+" and "+n.Companion, longestName)
	type input struct {
		AlarmName, AlarmRule    string
		AlarmActions, OKActions []string
	}
	topic := []string{"TOPIC-ARN"}
	c = Cure{Kind: Composite, Says: "Page only when it fires together with “" + text.Line(n.Companion) + "”, as in " +
		strings.ToLower(each(n.Together)) + " on which somebody acted. Put your topic in the place of TOPIC-ARN, then " +
		"take the actions off the alarm alone."}
	c.CLI = "aws cloudwatch put-composite-alarm --region " + shell(n.Alarm.Region) + " --cli-input-json " +
		shell(jsonOf(input{name, rule, topic, topic})) + "\n" +
		"aws cloudwatch disable-alarm-actions --region " + shell(n.Alarm.Region) + " --cli-input-json " +
		shell(jsonOf(map[string][]string{"AlarmNames": {n.Alarm.Name}}))
	c.CloudFormation = template(name, "AWS::CloudWatch::CompositeAlarm", compositeAlarm{name, rule, topic, topic})
	return c, true
}

// each begins a sentence about so many.
func each(n int) string {
	if n == 1 {
		return "The one"
	}
	return fmt.Sprintf("Each of the %d", n)
}

// members are what put-metric-alarm takes of what describe-alarms says; the rest is about the state of an alarm.
const members = `"AlarmName","AlarmDescription","ActionsEnabled","OKActions","AlarmActions","InsufficientDataActions","MetricName",` +
	`"Namespace","Statistic","ExtendedStatistic","Dimensions","Period","Unit","EvaluationPeriods","DatapointsToAlarm","Threshold",` +
	`"ComparisonOperator","TreatMissingData","EvaluateLowSampleCountPercentile","Metrics","ThresholdMetricId"`

// edited is a command that changes an alarm as it is now. put-metric-alarm sets all of an alarm: what is not said would be lost, its
// actions above all. So the alarm is read, changed and written back.
func edited(a *incidents.Alarm, change string) string {
	region := " --region " + shell(a.Region)
	named := shell(jsonOf(map[string][]string{"AlarmNames": {a.Name}}))
	return "aws cloudwatch describe-alarms" + region + " --cli-input-json " + named + " --output json |\n" +
		"  jq -e " + shell(".MetricAlarms[0] | with_entries(select(.key | IN("+members+"))) | "+change) + " |\n" +
		"  aws cloudwatch put-metric-alarm" + region + " --cli-input-json file:///dev/stdin"
}

// shell quotes a text for a POSIX shell.
func shell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// jsonOf is JSON in ASCII alone, so that what turns text around or is not seen cannot hide what a command does.
func jsonOf(v any) string {
	val, err := json.Marshal(v)
	if err != nil {
		return "{}" // impossible: texts and lists of texts
	}
	var b strings.Builder
	for _, r := range string(val) {
		switch {
		case r < unicode.MaxASCII:
			b.WriteRune(r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	return b.String()
}

// number is a number as JSON, jq and YAML read it.
func number(v float64) string { return jsonOf(v) }

func spell(seconds float64) string {
	return text.Lasting(time.Duration(seconds * float64(time.Second)))
}

// metricAlarm are the properties of an alarm for CloudFormation, as far as they are known.
type metricAlarm struct {
	AlarmName          string      `yaml:"AlarmName"`
	Namespace          string      `yaml:"Namespace"`
	MetricName         string      `yaml:"MetricName"`
	Dimensions         []dimension `yaml:"Dimensions,omitempty"`
	Statistic          string      `yaml:"Statistic,omitempty"`
	ExtendedStatistic  string      `yaml:"ExtendedStatistic,omitempty"`
	Unit               string      `yaml:"Unit,omitempty"`
	Period             int         `yaml:"Period"`
	EvaluationPeriods  int         `yaml:"EvaluationPeriods"`
	DatapointsToAlarm  int         `yaml:"DatapointsToAlarm,omitempty"`
	Threshold          *float64    `yaml:"Threshold,omitempty"`
	ComparisonOperator string      `yaml:"ComparisonOperator,omitempty"`
}

type dimension struct {
	Name  string `yaml:"Name"`
	Value string `yaml:"Value"`
}

type compositeAlarm struct {
	AlarmName    string   `yaml:"AlarmName"`
	AlarmRule    string   `yaml:"AlarmRule"`
	AlarmActions []string `yaml:"AlarmActions"`
	OKActions    []string `yaml:"OKActions"`
}

func properties(a *incidents.Alarm, m *incidents.Metric) metricAlarm {
	p := metricAlarm{AlarmName: a.Name, Namespace: m.Namespace, MetricName: m.Name, Unit: m.Unit, Period: m.Period,
		EvaluationPeriods: m.Periods, DatapointsToAlarm: m.Datapoints, Threshold: m.Threshold,
		ComparisonOperator: m.Comparison}
	for _, d := range m.Dimensions {
		p.Dimensions = append(p.Dimensions, dimension{d.Name, d.Value})
	}
	if slices.Contains([]string{"Average", "Sum", "Minimum", "Maximum", "SampleCount"}, m.Statistic) {
		p.Statistic = m.Statistic
	} else {
		p.ExtendedStatistic = m.Statistic
	}
	return p
}

// template is one resource of a template. Its actions stay those of the template that it goes into.
func template(name, kind string, properties any) string {
	type resource struct {
		Type       string `yaml:"Type"`
		Properties any    `yaml:"Properties"`
	}
	return written(map[string]any{"Resources": map[string]resource{logical(name): {kind, properties}}})
}

// logical is a name for a resource: letters and digits only.
func logical(name string) string {
	var b strings.Builder
	up := true
	for _, r := range name {
		if r >= 'a' && r <= 'z' && up {
			r -= 'a' - 'A'
		}
		if up = !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'); !up && b.Len() < 64 {
			b.WriteRune(r)
		}
	}
	return b.String() + "Alarm"
}

// written is YAML. With what turns text around or is not seen it is JSON, which is YAML, too, and shows it.
func written(v any) string {
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if enc.Encode(v) != nil || enc.Close() != nil {
		return "" // impossible: texts and numbers
	}
	if strings.ContainsFunc(b.String(), func(r rune) bool { return r != '\n' && text.Hidden(r) }) {
		return jsonOf(v) + "\n"
	}
	return b.String()
}
