package places

import (
	"regexp"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
)

// Ids that stand in examples, ours and those of Slack's and AWS's documents: nobody has them.
var (
	slackPlaceholder = regexp.MustCompile(`^[A-Z]0?123456|^[A-Z]0?X{3,}|^[A-Z]0{5,}|^(U012AB3CD|U0?123ABC456|W012A3CDE|U2147483697|` +
		`C012AB3CD|C0?123ABC456|C2147483705|CHANNEL_?ID|USER_?ID)$`)
	topicPlaceholder = regexp.MustCompile(`:(111122223333|444455556666|777788889999|000000000000):`)
)

// Genuine sees that an id in Slack, or the ARN of a topic, is not one of an example. Where another server stands in for Slack, it may be.
func Genuine(v reading.Value, id, remedy string) {
	if !slackPlaceholder.MatchString(id) && !topicPlaceholder.MatchString(id) {
		return
	}
	v.File.Later(func() {
		if _, another := v.File.Look("slack.api_url"); !another {
			reading.Placeholder(v, remedy, "%s is a placeholder: %s is the id of an example", v.Key, reading.Quote(v.Text()))
		}
	})
}
