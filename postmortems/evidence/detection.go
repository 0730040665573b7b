package evidence

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
	"github.com/oncalm/oncalm/text"
)

// Detection is how the incident was opened.
func (r *Reading) Detection() document.Detection {
	for _, e := range r.Events {
		b, ok := e.Body.(incidents.Opened)
		switch {
		case !ok:
		case b.Alarm == nil:
			return document.Detection{Person: wording.Who(e.By), At: e.At.UTC(), Events: []int{e.Seq}}
		default:
			a := describe(e, *b.Alarm)
			return document.Detection{Alarm: a, At: a.Accepted, Events: []int{e.Seq}}
		}
	}
	return document.Detection{Events: []int{}} // not a timeline that we wrote
}

// describe puts an alarm into words. The lag is between two clocks, CloudWatch's and ours, and only there if the message
// told its own time.
func describe(e incidents.Event, a incidents.Alarm) *document.Alarm {
	w := newWord(e, a)
	words := &document.Alarm{
		Name: wording.Clean(a.Name), ARN: wording.Clean(a.ARN),
		Account: wording.Clean(a.Account), Region: wording.Clean(a.Region),
		Contributor: contributor(a), Reason: wording.Clean(a.Reason), Description: wording.Clean(a.Description),
		Link: a.Link, MessageID: wording.Clean(a.MessageID), Accepted: accepted(e, a),
	}
	if a.Metric != nil {
		words.Metric, words.Condition = metric(*a.Metric), condition(*a.Metric)
	}
	var tags []string
	for _, name := range slices.Sorted(maps.Keys(a.Tags)) {
		tags = append(tags, wording.Clean(name)+"="+wording.Clean(a.Tags[name]))
	}
	words.Tags, words.Evaluation = strings.Join(tags, ", "), wording.Clean(a.Evaluation)
	for _, l := range a.Lines {
		words.Lines = append(words.Lines, wording.Clean(l))
	}
	for _, flag := range a.Flags {
		words.Doubts = append(words.Doubts, wording.Clean(flag))
	}
	if a.NeverRecovers {
		words.Doubts = append(words.Doubts, "it never reports recovery")
	}
	if w.measured {
		words.Changed = w.at
		words.Lag = document.Seconds(words.Accepted.Sub(w.at))
	}
	return words
}

// metric names what is measured: "Sum of AWS/SQS NumberOfMessagesSent (QueueName=q)".
func metric(m incidents.Metric) string {
	name := wording.Said(strings.TrimSpace(m.Namespace + " " + m.Name))
	if m.Expression != "" {
		name = wording.Said(m.Expression)
	}
	if m.Statistic != "" && name != "" {
		name = wording.Said(m.Statistic) + " of " + name
	}
	var dims []string
	for _, d := range m.Dimensions {
		dims = append(dims, wording.Said(d.Name)+"="+wording.Said(d.Value))
	}
	if len(dims) > 0 {
		name += " (" + strings.Join(dims, ", ") + ")"
	}
	return strings.TrimSpace(name)
}

// condition says when an alarm fires: "> 50 Count in 3 of 5 periods of 60 s". "in 3 of 5 periods" is how CloudWatch counts
// datapoints to alarm.
func condition(m incidents.Metric) string {
	s := comparison(m.Comparison)
	if m.Threshold != nil {
		s += " " + strconv.FormatFloat(*m.Threshold, 'f', -1, 64)
	}
	if m.Unit != "" && m.Threshold != nil {
		s += " " + wording.Said(m.Unit)
	}
	switch {
	case m.Periods <= 0:
	case m.Datapoints > 0 && m.Datapoints != m.Periods:
		s += fmt.Sprintf(" in %d of %d periods", m.Datapoints, m.Periods)
	default:
		s += " in " + text.Count(m.Periods, "period", "periods")
	}
	if m.Period > 0 && m.Periods > 0 {
		s += fmt.Sprintf(" of %d s", m.Period)
	}
	return strings.TrimSpace(s)
}

// comparison writes CloudWatch's operators as people do. An operator that we do not know is shown as it is.
func comparison(operator string) string {
	if sign := response.Sign(operator); sign != "" {
		return sign
	}
	switch operator {
	case "GreaterThanUpperThreshold":
		return "above the expected band"
	case "LessThanLowerThreshold":
		return "below the expected band"
	case "LessThanLowerOrGreaterThanUpperThreshold":
		return "outside the expected band"
	}
	return wording.Said(operator)
}
