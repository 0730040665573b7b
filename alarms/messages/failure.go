package messages

import (
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/facts"
)

// reasons are where services say why, in words.
var reasons = []string{"message", "errormessage", "failurereason", "failuremessage", "statusmessage", "statemessage", "statusreason", "changedescription", "description", "alerttype"}

// judgeFailure shows an event of AWS that says that something failed.
func judgeFailure(m *aws.Message) verdict {
	if facts.Failure(m) != "" || says(m.At("detail.severity"), "critical", "high", "error") {
		return shows
	}
	return marks
}

// judgeUnknown does so for events of which nothing else is known, and says what failed.
func judgeUnknown(m *aws.Message) verdict {
	v := judgeFailure(m)
	if v.treat == Marker {
		return v
	}
	thing, what := aws.FirstOf(aws.Called(m.At("resources.0")), thingOf(m)), wordsOf(facts.Failure(m))
	if what == "set" || what == "failed" && facts.SaysFailure(m.DetailType()) { // it says nothing new
		what = ""
	}
	why := sentence(facts.Find(facts.Of(m.Fields.Object("detail")), reasons, []string{""}))
	return v.titled(tidyTitle(m.DetailType() + ": " + thing + " " + what + ": " + why)).keyed(m.DetailType() + "/" + aws.FirstOf(m.At("resources.0"), thing))
}

// thingOf is what an event calls the thing that it is about, if it names no resource.
func thingOf(m *aws.Message) string {
	for _, end := range [...]string{"name", "id", "arn"} {
		for _, one := range m.Fields.Object("detail") {
			if name := aws.BareName(one.Name); strings.HasSuffix(name, end) && name != "eventname" && !says(name, "account", "request") {
				return aws.Called(aws.PlainText(one.Value))
			}
		}
	}
	return ""
}
