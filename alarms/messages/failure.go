package messages

import (
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/facts"
	"github.com/oncalm/oncalm/alarms/judge"
)

// reasons are where services say why, in words.
var reasons = []string{"message", "errormessage", "failurereason", "failuremessage", "statusmessage",
	"statemessage", "statusreason", "changedescription", "description", "alerttype"}

// judgeFailure shows an event of AWS that says that something failed.
func judgeFailure(m *aws.Message) judge.Verdict {
	if facts.Failure(m) != "" || judge.Says(m.At("detail.severity"), "critical", "high", "error") {
		return judge.Shows
	}
	return judge.Marks
}

// judgeUnknown does so for events of which nothing else is known, and says what failed. The key has the type of the event
// in it, so that two kinds of trouble of one thing are two incidents.
func judgeUnknown(m *aws.Message) judge.Verdict {
	v := judgeFailure(m)
	if v.Treat == judge.Marker {
		return v
	}
	thing, what := aws.FirstOf(aws.Called(m.At("resources.0")), thingOf(m)), judge.Words(facts.Failure(m))
	if what == "set" || what == "failed" && facts.SaysFailure(m.DetailType()) { // it says nothing new
		what = ""
	}
	why := judge.Sentence(facts.Find(facts.Of(m.Fields.Object("detail")), reasons, []string{""}))
	title := judge.Tidy(m.DetailType() + ": " + thing + " " + what + ": " + why)
	return v.Titled(title).Keyed(m.DetailType() + "/" + aws.FirstOf(m.At("resources.0"), thing))
}

// thingOf is what an event calls the thing that it is about, if it names no resource. Names come before ids, and ids before
// ARNs: a title is read by people. Ids of accounts and requests are those of the sender, not of the thing.
func thingOf(m *aws.Message) string {
	for _, end := range [...]string{"name", "id", "arn"} {
		for _, one := range m.Fields.Object("detail") {
			name := aws.BareName(one.Name)
			if strings.HasSuffix(name, end) && name != "eventname" && !judge.Says(name, "account", "request") {
				return aws.Called(aws.PlainText(one.Value))
			}
		}
	}
	return ""
}
