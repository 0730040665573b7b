package aws

import (
	"github.com/oncalm/oncalm/store/record/scan"
)

// Limits of what is kept of them.
const (
	MaxTags     = 50 // as many as a resource at AWS has
	MaxLogLines = 50 // as many as CloudWatch sends
	maxLogLine  = 300
	MaxLogText  = 8 << 10 // bytes of all lines together
)

// Facts are what newer messages say besides: tags, what is amiss with the evaluation, and lines of a log.
type Facts struct {
	Tags       map[string]string
	TagsStatus string // of AWS: whether all tags are there
	Evaluation string
	Lines      []string
}

// factsIn reads them. CloudWatch writes the same names large in messages to SNS, and small elsewhere; they may stand in
// any of these objects.
func factsIn(in ...Fields) (a Facts) {
	for _, f := range in {
		if a.Tags == nil {
			a.Tags = tagsOf(FirstOf(f.Get("AlarmTags"), f.Get("alarmTags")))
		}
		a.TagsStatus = FirstOf(a.TagsStatus, Line(either(f, "AlarmTagsStatus", "alarmTagsStatus"), 100))
		a.Evaluation = FirstOf(a.Evaluation, Line(either(f, "EvaluationState", "evaluationState"), 100))
		for _, name := range [...]string{"LogLines", "logLines", "ActionLogLines", "actionLogLines"} {
			if len(a.Lines) == 0 {
				a.Lines = logLines(f.List(name))
			}
		}
	}
	return a
}

// tagsOf reads tags in both forms that AWS has: a list of {Key, Value}, or an object.
func tagsOf(raw string) map[string]string {
	tags := map[string]string{}
	add := func(name, value string) {
		if name = Line(name, MaxName); name != "" && len(tags) < MaxTags {
			tags[name] = Line(value, MaxName)
		}
	}
	for _, element := range Elements(raw) {
		f := Members(element)
		add(either(f, "Key", "key"), either(f, "Value", "value"))
	}
	for _, m := range Members(raw).Distinct() {
		value, _ := scan.Unquote(m.Value)
		add(m.Name, value)
	}
	if len(tags) == 0 {
		return nil
	}
	return tags
}

// logLines reads lines of a log: texts, or objects that have one.
func logLines(list []string) []string {
	var lines []string
	size := 0
	for _, raw := range list[:min(len(list), MaxLogLines)] {
		text, ok := scan.Unquote(raw)
		if !ok {
			f := Members(raw)
			text = FirstOf(f.Text("@message"), f.Text("message"), f.Text("Message"))
		}
		if text = Line(text, maxLogLine); text == "" {
			continue
		}
		if size += len(text); size > MaxLogText {
			break
		}
		lines = append(lines, text)
	}
	return lines
}
