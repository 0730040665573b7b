package alarms

import (
	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store/record/scan"
)

const (
	maxTags     = 50 // as many as a resource at AWS has
	maxLogLines = 50 // as many as CloudWatch sends
	maxLogLine  = 300
	maxLogText  = 8 << 10 // bytes of all lines together
)

// facts reads what newer messages say besides: tags, what is amiss with the evaluation, and lines of a
// log. CloudWatch writes the same names large in messages to SNS, and small elsewhere; they may stand in
// any of these objects.
func facts(a *incidents.Alarm, in ...aws.Fields) {
	for _, f := range in {
		if a.Tags == nil {
			a.Tags = tagsOf(aws.FirstOf(f.Get("AlarmTags"), f.Get("alarmTags")))
		}
		a.TagsStatus = aws.FirstOf(a.TagsStatus, aws.Line(either(f, "AlarmTagsStatus", "alarmTagsStatus"), 100))
		a.Evaluation = aws.FirstOf(a.Evaluation, aws.Line(either(f, "EvaluationState", "evaluationState"), 100))
		for _, name := range [...]string{"LogLines", "logLines", "ActionLogLines", "actionLogLines"} {
			if len(a.Lines) == 0 {
				a.Lines = linesOf(f.List(name))
			}
		}
	}
}

// tagsOf reads tags in both forms that AWS has: a list of {Key, Value}, or an object.
func tagsOf(raw string) map[string]string {
	tags := map[string]string{}
	add := func(name, value string) {
		if name = aws.Line(name, aws.MaxName); name != "" && len(tags) < maxTags {
			tags[name] = aws.Line(value, aws.MaxName)
		}
	}
	for _, element := range aws.Elements(raw) {
		f := aws.Members(element)
		add(either(f, "Key", "key"), either(f, "Value", "value"))
	}
	for _, m := range aws.Members(raw).Distinct() {
		value, _ := scan.Unquote(m.Value)
		add(m.Name, value)
	}
	if len(tags) == 0 {
		return nil
	}
	return tags
}

// linesOf reads lines of a log: texts, or objects that have one.
func linesOf(list []string) []string {
	var lines []string
	size := 0
	for _, raw := range list[:min(len(list), maxLogLines)] {
		text, ok := scan.Unquote(raw)
		if !ok {
			f := aws.Members(raw)
			text = aws.FirstOf(f.Text("@message"), f.Text("message"), f.Text("Message"))
		}
		if text = aws.Line(text, maxLogLine); text == "" {
			continue
		}
		if size += len(text); size > maxLogText {
			break
		}
		lines = append(lines, text)
	}
	return lines
}
