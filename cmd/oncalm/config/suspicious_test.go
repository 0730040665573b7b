package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/cmd/oncalm/config"
)

// sound is a configuration without any problem. Cases change a part of it.
const sound = `listen: ":8080"
web: {listen: "127.0.0.1:9090"}
slack: {bot_token: xoxb-1-2-abc, signing_secret: 8f742231b10e8888abcd99yyyzzz85a5, channel: C0INCIDENTS}
sns: {topics: ["arn:aws:sns:eu-central-1:123456789012:alarms"]}
people: {ana: {slack: U0ANA}, bo: {slack: U0BO}, cy: {slack: U0CY}, di: {slack: U0DI}, eve: {slack: U0EVE}, fay: {slack: U0FAY}, gil: {slack: U0GIL}}
schedules: {day: {zone: Europe/Berlin, layers: [{name: all, people: [ana, bo], start: 2026-01-05T09:00, shift: 1w}]}}
policies: {p: {steps: [{page: ["schedule:day"], wait: 5m}], fallback: ["schedule:day"]}}
services: {s: {policy: p, alarms: ["checkout-*"]}}
`

type suspicion struct {
	name, old, new string
	// want is a part of the one problem; "" wants none. A warning begins with "warning: ".
	want string
}

var suspicions = []suspicion{
	{"as it is", "x", "x", ""},
	{"a user's token", "xoxb-1-2-abc", "xoxp-1-2-abc", "slack.bot_token is a user's token; give it a bot's token, which begins with xoxb-"},
	{"an app-level token", "xoxb-1-2-abc", "xapp-1-A0-2-abc", "slack.bot_token is an app-level token"},
	{"a signing secret as the token", "xoxb-1-2-abc", "0123456789abcdef0123456789abcdef", "slack.bot_token is a signing secret"},
	{"a token as the signing secret", "8f742231b10e8888abcd99yyyzzz85a5", "xoxb-1-2-abc", "slack.signing_secret is a bot's token; give it a signing secret"},
	{"a bot's token as the app's", "channel:", "app_token: xoxb-1-2-abc, channel:", "slack.app_token is a bot's token"},
	{"quotes inside", "xoxb-1-2-abc", `'"xoxb-1-2-abc"'`, "slack.bot_token has quotes in it"},
	{"quotes from outside", "xoxb-1-2-abc", `"${QUOTED}"`, "slack.bot_token, from ${QUOTED}, has quotes in it"},
	{"padded from outside", "xoxb-1-2-abc", `"${PADDED}"`, "warning: slack.bot_token, from ${PADDED}, has white space around it"},
	{"two lines from outside", "8f742231b10e8888abcd99yyyzzz85a5", `"${LINES}"`, "slack.signing_secret, from ${LINES}, has white space in it"},
	{"padded in a file", "xoxb-1-2-abc", `"${file:padded}"`, "has white space around it"},
	{"a newline at the end of a file is usual", "xoxb-1-2-abc", `"${file:usual}"`, ""},
	{"two lines in a file", "xoxb-1-2-abc", `"${file:lines}"`, "has white space in it"},
	{"a placeholder", "xoxb-1-2-abc", "xoxb-your-token", "slack.bot_token is a placeholder"},
	{"renamed commands", "channel:", "commands: {incident: /inc, oncall: /oc}, channel:", ""},
	{"a command without its slash", "channel:", "commands: {incident: inc}, channel:", `slack.commands.incident cannot be "inc"; expected a slash command`},
	{"commands of one name", "channel:", "commands: {oncall: /incident}, channel:", "both slash commands are called /incident"},
	{"a placeholder of zeros", "xoxb-1-2-abc", "xoxb-xxxxxxxxxxxx", "slack.bot_token is a placeholder"},
	{"a placeholder of the documents", "xoxb-1-2-abc", "xoxb-…", "slack.bot_token is a placeholder"},
	{"changeme", "8f742231b10e8888abcd99yyyzzz85a5", "changeme", "slack.signing_secret is a placeholder"},
	{"your-signing-secret", "8f742231b10e8888abcd99yyyzzz85a5", "your-signing-secret", "slack.signing_secret is a placeholder"},
	{"a secret that has the word token in it", "8f742231b10e8888abcd99yyyzzz85a5", "8f742231tokenb10e8888abcd99yyy85", ""},
	{"no token's form", "xoxb-1-2-abc", "0123456789", "warning: slack.bot_token does not look like a bot's token"},
	{"EST", "zone: Europe/Berlin", "zone: EST", "warning: the clocks of the zone EST never change to summer time; name the place, such as America/New_York"},
	{"MST", "zone: Europe/Berlin", "zone: MST", "America/Denver"},
	{"HST", "zone: Europe/Berlin", "zone: HST", "Pacific/Honolulu"},
	{"GMT", "zone: Europe/Berlin", "zone: GMT", "Europe/London"},
	{"Etc/GMT-3", "zone: Europe/Berlin", "zone: Etc/GMT-3", "warning: Etc/GMT-3 is ahead of UTC by 3 h (UTC+03), the opposite of what it looks like, and has no summer time; name the place, such as Europe/Istanbul, or America/Sao_Paulo if UTC-03 is meant"},
	{"Etc/GMT+5", "zone: Europe/Berlin", "zone: Etc/GMT+5", "Etc/GMT+5 is behind UTC by 5 h (UTC-05)"},
	{"a person's zone", "slack: U0BO", "slack: U0BO, zone: MST", "America/Denver"},
	{"UTC", "zone: Europe/Berlin", "zone: UTC", ""},
	{"US/Eastern", "zone: Europe/Berlin", "zone: US/Eastern", ""},
	{"Asia/Kolkata", "zone: Europe/Berlin", "zone: Asia/Kolkata", ""},
	{"CET", "zone: Europe/Berlin", "zone: CET", ""},
	{"FIFO", ":alarms\"", ":alarms.fifo\"", "is a FIFO topic, which cannot deliver over HTTP; make a standard topic, and use that"},
	{"hours of a step on days that are none", "wait: 5m", "wait: 5m, when: {hours: {zone: UTC, days: mon-fry}}", `"mon-fry" does not fit; expected days such as mon-fri or sat,sun`},
	{"severities of postmortems", "listen:", "postmortem: sometimes\nlisten:", `"sometimes" does not say which incidents get a postmortem; expected severities`},
	{"China", "eu-central-1", "cn-north-1", "the region cn-north-1 is in the partition aws-cn, not in aws"},
	{"not China", "arn:aws:", "arn:aws-cn:", "the region eu-central-1 is in the partition aws, not in aws-cn"},
	{"China as it is right", "arn:aws:sns:eu-central-1", "arn:aws-cn:sns:cn-north-1", ""},
	{"government", "eu-central-1", "us-gov-west-1", "is in the partition aws-us-gov"},
	{"no region", "eu-central-1", "eu-central", `"eu-central" is not an AWS region`},
	{"subscription", ":alarms\"", ":alarms:6b0e71bd-7e97-4d97-80ce-4a0994e55286\"", "is the ARN of a subscription; leave out its last part"},
	{"queue", ":sns:", ":sqs:", "is not the ARN of a topic"},
	{"one address", "127.0.0.1:9090", ":8080", "listen and web.listen are both :8080"},
	{"one port", "127.0.0.1:9090", "127.0.0.1:8080", "listen (:8080) and web.listen (127.0.0.1:8080) are on one port"},
	{"one port by name", "listen: \":8080\"\nweb: {listen: \"127.0.0.1:9090\"}", "listen: localhost:9090\nweb: {listen: \"127.0.0.1:9090\"}", "are on one port"},
	{"two addresses of one port", "listen: \":8080\"\nweb: {listen: \"127.0.0.1:9090\"}", "listen: 192.0.2.1:9090\nweb: {listen: \"127.0.0.1:9090\"}", ""},
	{"no time", "wait: 5m", "wait: 0s", "warning: policies.p.steps[0].wait is 0"},
	{".*", "checkout-*", "checkout-.*", `warning: "checkout-.*" looks like a regular expression`},
	{"^", "checkout-*", "^checkout", "looks like a regular expression"},
	{"$", "checkout-*", "checkout$", "looks like a regular expression"},
	{"|", "checkout-*", "(a|b)-*", "looks like a regular expression"},
	{"class", "checkout-*", "db-[0-9]+", "looks like a regular expression"},
	{"brackets of a name", "checkout-*", "*[prod] 5xx (EU)*", ""},
	{"dots of a name", "checkout-*", "api.example.com?", ""},
	{"store is a folder", "listen: \":8080\"", "store: folder", "is a folder; name a file in it"},
	{"no folder", "listen: \":8080\"", "store: nowhere/oncalm.db", "warning: the folder DIR/nowhere, for the store, does not exist"},
	{"a file as a folder", "listen: \":8080\"", "store: usual/oncalm.db", "for the store, is not a folder"},
	{"a folder that nobody can write", "listen: \":8080\"", "store: closed/oncalm.db", "warning: the folder DIR/closed, for the store, cannot be written"},
	{"a store that others can read", "listen: \":8080\"", "store: open.db", "warning: the store DIR/open.db can be read by others (its mode is 0644)"},
	{"a store of one's own", "listen: \":8080\"", "store: own.db", ""},
	{"a policy that nobody uses", "policies: {", `policies: {q: {steps: [{page: ["person:bo"]}], fallback: ["person:bo"]}, `, "warning: no service has the policy q"},
	{"a schedule that nobody uses", "schedules: {", `schedules: {other: {zone: UTC, layers: [{name: all, people: [bo], start: 2026-01-05T09:00, shift: 1w}]}, `, "warning: no policy pages the schedule other"},
	{"people without a shift", "layers: [", "layers: [{name: low, people: [ana], start: 2026-01-05T00:00, shift: 1w}, ", "warning: layer low never applies: later layers cover all of its time"},
	{
		"seven people and five days", "layers: [{name: all, people: [ana, bo], start: 2026-01-05T09:00, shift: 1w}]",
		`layers: [{name: low, people: [ana, bo], start: 2026-01-05T09:00, shift: 1w}, {name: office, people: [ana, bo, cy, di, eve, fay, gil], start: 2026-01-05T00:00, shift: 1d, only: [{days: mon-fri}]}]`,
		"warning: in layer office these people never have a shift: fay, gil;",
	},
	{"a token that ends", "xoxb-1-2-abc", "xoxe.xoxb-1-abc", "slack.bot_token is a rotating token, which expires after 12 hours; give it the token of an app without token rotation, which begins with xoxb-"},
	{"a signed-in person's token", "xoxb-1-2-abc", "xoxc-1-2-abc", "slack.bot_token is a token of a signed-in person"},
	{"zeros as the signing secret", "8f742231b10e8888abcd99yyyzzz85a5", strings.Repeat("0", 32), "slack.signing_secret is a placeholder"},
	{"a signing secret of Slack's form", "8f742231b10e8888abcd99yyyzzz85a5", "0123456789abcdef0123456789abcdef", ""},
	{"a signing secret without its last digit", "8f742231b10e8888abcd99yyyzzz85a5", "8f742231b10e8888abcd99ddeeff85a", "slack.signing_secret has 31 characters; a signing secret has 32; give it a signing secret, which is under Basic Information of the Slack app, as a whole"},
	{"a Verification Token", "8f742231b10e8888abcd99yyyzzz85a5", "gIkuvaNzQIHg97ATvDxqgjtO", "slack.signing_secret is a Verification Token; give it a signing secret, which is under Basic Information of the Slack app beside it"},
	{"another signing secret", "8f742231b10e8888abcd99yyyzzz85a5", "some-other-secret", "warning: slack.signing_secret does not look like a signing secret"},
	{"the signing secret of an emulator", "slack: {", `slack: {api_url: "http://127.0.0.1:1/", `, ""},
	{"any signing secret of an emulator", `slack: {bot_token: xoxb-1-2-abc, signing_secret: 8f742231b10e8888abcd99yyyzzz85a5`, `slack: {api_url: "http://127.0.0.1:1/", bot_token: xoxb-1-2-abc, signing_secret: some-other-secret`, ""},
	{"quotes of a word processor", `"checkout-*"`, `“checkout-*”`, `warning: the quotes around "“checkout-*”" are a part of it; take them out, or write straight ones, once`},
	{"a list in quotes of a word processor", `["checkout-*"]`, `[plain, „checkout-*“]`, "are a part of it"},
	{"single quotes of a word processor", `"checkout-*"`, `‘checkout-*’`, "are a part of it"},
	{"quotes in quotes", `"checkout-*"`, `'"checkout-*"'`, "are a part of it"},
	{"an apostrophe of a name", `"checkout-*"`, `"Ana’s alarm is not Bo's"`, ""},
	{"a dimension in quotes", `"checkout-*"`, `{dimension: “ClusterName=prod”}`, "are a part of it"},
	{"a padded dimension", `"checkout-*"`, `{dimension: "ClusterName=prod "}`, "warning: the white space around"},
	{"a tag in quotes", `"checkout-*"`, `{tag: “team=checkout”}`, "are a part of it"},
	{"padded before", `"checkout-*"`, `" checkout-*"`, `warning: the white space around " checkout-*" is a part of it; take it out`},
	{"padded after", `"checkout-*"`, `{name: "checkout-* "}`, "warning: the white space around"},
	{"patterns in one text", "checkout-*", "checkout-*, search-*", `warning: "checkout-*, search-*" looks like several patterns, but is one; write each for itself`},
	{"a comma of a name", "checkout-*", "Errors, slow*", ""},
	{"SQL", "checkout-*", "checkout-%", `warning: the % of "checkout-%" is taken literally; * is any text, as in checkout-*`},
	{"a percentage", "checkout-*", "CPU above 80%", ""},
	{"an alarm's ARN", `"checkout-*"`, `"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:checkout"`, `is an ARN, and is compared with the names of alarms: it matches none; write the alarm's name alone: {name: "checkout", account: "123456789012", region: eu-central-1}`},
	{"a pattern of ARNs", `"checkout-*"`, `{name: "arn:aws:cloudwatch:*:*:alarm:checkout-*"}`, `write the alarm's name alone: "checkout-*"`},
	{"a topic's ARN as a name", `"checkout-*"`, `"arn:aws:sns:eu-central-1:123456789012:alarms"`, "write {topic: \"arn:aws:sns:eu-central-1:123456789012:alarms\"}"},
	{"a colon in a name", `"checkout-*"`, `"team: checkout"`, ""},
	{"a mistyped region of a topic", "eu-central-1", "eu-centrall-1", `warning: "eu-centrall-1" is not a known AWS region; did you mean "eu-central-1"? If it is a new region, leave it`},
	{"a region that may come", "eu-central-1", "eu-central-9", "warning: "},
	{"Europe's own", "arn:aws:sns:eu-central-1", "arn:aws-eusc:sns:eusc-de-east-1", ""},
	{"a mistyped region", `"checkout-*"`, `{region: eu-centrall-1}`, `did you mean "eu-central-1"?`},
	{"no region in a match", `"checkout-*"`, `{region: eu-central1}`, `"eu-central1" is not an AWS region; did you mean "eu-central-1"?`},
	{"regions", `"checkout-*"`, `{region: eu-*}`, ""},
	{"a region's number", `"checkout-*"`, `{region: "eu-west-?"}`, ""},
	{"mistyped regions", `"checkout-*"`, `{region: eu-centrall-*}`, `warning: no known AWS region matches "eu-centrall-*"; did you mean "eu-central-1"?`},
	{"an account of 11 digits", `"checkout-*"`, `{account: "12345678901"}`, `services.s.alarms[0].account cannot be "12345678901"; expected an AWS account of 12 digits in quotes`},
	{"accounts", `"checkout-*"`, `{account: "1234*"}`, ""},
	{"accounts that differ in a digit", `"checkout-*"`, `{account: "12345678901?"}`, ""},
	{"a topic that is not heard", `"checkout-*"`, `{topic: other}`, `warning: no topic in sns.topics is "other": no alarm arrives over it; add its ARN to sns.topics, or correct it`},
	{"a topic by its name", `"checkout-*"`, `{topic: alarms}`, ""},
	{"a topic by its ARN", `"checkout-*"`, `{topic: "arn:aws:sns:*:123456789012:alarms"}`, ""},
	{"a topic in quotes of a word processor", `"arn:aws:sns:eu-central-1:123456789012:alarms"`, `“arn:aws:sns:eu-central-1:123456789012:alarms”`, "is not the ARN of a topic; take out the quotes and the white space in it"},
	{"one topic twice", `"arn:aws:sns:eu-central-1:123456789012:alarms"`, `"arn:aws:sns:eu-central-1:123456789012:alarms", "arn:aws:sns:eu-central-1:123456789012:alarms"`, "warning: the topic \"arn:aws:sns:eu-central-1:123456789012:alarms\" is listed twice; remove one of them"},
	{"one pattern twice", `"checkout-*"`, `"checkout-*", "checkout-*"`, "warning: line 8 already has the same; remove one of them"},
	{"one pattern of two services", "services: {", "default_service: s\nservices: {a: {policy: p, alarms: [\"checkout-*\"]}, ", "warning: service a has the same in line 9, and comes first: no alarm reaches s through it"},
	{"a service without alarms", "services: {", "default_service: s\nservices: {a: {policy: p}, ", "warning: no alarm reaches service a: it has no alarms, and is not the default service; give it alarms, or remove it"},
	{"a default service without alarms", "services: {", "default_service: a\nservices: {a: {policy: p}, ", ""},
	{"all that there is is quiet", "services: {", "quiet: [sev2]\nservices: {", "warning: no alarm pages anybody: sev2 is quiet, and no service has another severity; take it out of quiet"},
	{"the only service is quiet", "s: {policy: p", "s: {severity: sev4, policy: p", "warning: no alarm pages anybody: sev4 is quiet"},
	{"one of two services is quiet", "services: {", "default_service: s\nservices: {a: {policy: p, severity: sev4, alarms: [a]}, ", ""},
	{"one person twice in a step", `"schedule:day"], wait`, `"person:ana", "schedule:day", "person:ana"], wait`, `warning: "person:ana" is listed twice, and is paged once; remove one of them`},
	{"one schedule twice in the fallback", `fallback: ["schedule:day"]`, `fallback: ["schedule:day", "schedule:day"]`, "is listed twice"},
	{"kept for a while", "people: {", "retention: 60d\npeople: {", ""},
	{"kept too short", "people: {", "retention: 59d\npeople: {", `retention is "59d": what is kept beside an incident would still be in use; give it 60d or more`},
	{"kept for hours", "people: {", "retention: 9600h\npeople: {", `"9600h" is not a number of days; expected a number of days such as 400d`},
	{"CloudWatch is asked", "people: {", "cloudwatch: {reconcile: 5m}\npeople: {", ""},
	{"CloudWatch is not asked", "people: {", "cloudwatch: {reconcile: 0}\npeople: {", ""},
	{"CloudWatch is asked too often", "people: {", "cloudwatch: {reconcile: 10s}\npeople: {", `cloudwatch.reconcile is "10s"; give it a duration from 1m to 1h, such as 5m`},
	{"CloudWatch is asked too seldom", "people: {", "cloudwatch: {reconcile: 2h}\npeople: {", `cloudwatch.reconcile is "2h"; give it a duration from 1m to 1h, such as 5m`},
	{"no time to deliver", "sns: {", "sns: {max_age: 1m, ", `warning: sns.max_age is "1m": SNS tries to deliver an alarm for up to an hour, and late ones would be refused; give it more than an hour, such as 75m`},
	{"time enough to deliver", "sns: {", "sns: {max_age: 2h, ", ""},
	{"messages of last month", "sns: {", "sns: {max_age: 1000h, ", "received messages are remembered for a week"},
	{"hardly any time", "wait: 5m", "wait: 1s", `warning: policies.p.steps[0].wait is "1s", which is too short for people; give it more, such as 5m`},
	{"half a minute", "wait: 5m", "wait: 30s", ""},
	{"days", "wait: 5m", "wait: 100h", "warning: policies.p.steps[0].wait is \"100h\", which is too long to be of use"},
	{"a reminder each second", "fallback:", "reminder: 1s, fallback:", `warning: policies.p.reminder is "1s", which is too short for people; give it more, such as 30m, or 0 for never`},
	{"no reminder", "fallback:", "reminder: 0, fallback:", ""},
	{"a reminder a second before", "zone: Europe/Berlin", "zone: Europe/Berlin, remind: [24h, 1s]", "too short for people"},
	{"the store is the configuration", "listen: \":8080\"", "store: oncalm.yaml", "is this configuration; name a file of its own"},
	{"a home folder", "listen: \":8080\"", "store: ~/oncalm.db", "warning: the ~ of"},
	{"a store in memory", "listen: \":8080\"", "store: /dev/shm/oncalm.db", "warning: the store /dev/shm/oncalm.db is in memory"},
	{"all messages are markers", "services: {", rules(`{match: {text: "*"}, treat: marker}`), "warning: the rule matches all messages except CloudWatch's own alarms: none of them pages anybody; narrow it down to the messages that are meant"},
	{"all subjects", "services: {", rules(`{match: {subject: "**"}, treat: quiet}`), "the rule matches all messages"},
	{"all else is a marker", "services: {", rules(`{match: {subject: "*fail*"}, treat: page}`, `{match: {text: "*"}, treat: marker}`), ""},
	{"what is JSON", "services: {", rules(`{match: {json: {"$.state": "*"}}, treat: marker}`), ""},
	{"behind all", "services: {", rules(`{match: {subject: "*"}, treat: page}`, `{match: {text: "*done*"}, treat: marker}`), "warning: the rule never applies: messages[0], which comes first, matches everything that it matches; put it before that one, or remove it"},
	{"behind more", "services: {", rules(`{match: {subject: "*Prod*"}, treat: page}`, `{match: {subject: "x*prod-db?"}, treat: marker}`), "the rule never applies"},
	{"behind fewer conditions", "services: {", rules(`{match: {json: {"$.a": "*"}}, treat: page}`, `{match: {json: {"$.b": x, "$.a": y}}, treat: marker}`), "the rule never applies"},
	{"behind others", "services: {", rules(`{match: {subject: "?prod*"}, treat: page}`, `{match: {subject: "*prod*"}, treat: marker}`, `{match: {json: {"$.a": x}}, treat: marker}`, `{match: {json: {"$.a": y}}, treat: marker}`), ""},
	{"resolves what nobody opens", "services: {", rules(`{match: {json: {"$.state": DONE}}, treat: resolve, key: "$.job"}`), `warning: no rule opens incidents under the key "$.job": there is nothing to resolve; give the rule that opens it, with treat: page or quiet, the same key`},
	{"resolves what is nearly opened", "services: {", rules(`{match: {json: {"$.state": FAILED}}, treat: page, key: "$.job"}`, `{match: {json: {"$.state": DONE}}, treat: resolve, key: "$.jbo"}`), `did you mean "$.job"?`},
	{"resolves what is opened", "services: {", rules(`{match: {json: {"$.state": FAILED}}, treat: quiet, key: "{$.job}"}`, `{match: {json: {"$.state": DONE}}, treat: resolve, key: "$.job"}`), ""},
	{"resolves by another path", "services: {", rules(`{match: {json: {"$.state": FAILED}}, treat: page, key: "$.job"}`, `{match: {json: {"$.state": DONE}}, treat: resolve, key: "$.finished.name"}`), ""},
	{"a padded subject", "services: {", rules(`{match: {subject: " *done*"}, treat: marker}`), `" *done*" has white space around it, which no message has: it matches none; take it out`},
	{"a subject in quotes", "services: {", rules(`{match: {subject: “*done*”}, treat: marker}`), "are a part of it"},
	{"a key in quotes", "services: {", rules(`{match: {subject: "*done*"}, treat: page, key: “$.job”}`), `warning: the quotes around "“$.job”" are a part of it`},
	{"a path in a text", "services: {", rules(`{match: {subject: "*done*"}, treat: page, key: "job/$.job"}`), `warning: $. in "job/$.job" is text, not a path; put a path within a text in braces, as in "Job {$.job}"`},
	{"a path in a title", "services: {", rules(`{match: {subject: "*done*"}, treat: page, title: "Job {$.job} of $['a b']"}`), `warning: $[ in "Job {$.job} of $['a b']" is text, not a path`},
	{"dollars in a title", "services: {", rules(`{match: {subject: "*done*"}, treat: page, title: "Costs of 5$. {$.sum|subject} $"}`), ""},
	{"a padded store", "listen: \":8080\"", `store: "oncalm.db "`, "warning: the white space around"},
	{"a store in quotes", "listen: \":8080\"", `store: “oncalm.db”`, "are a part of it"},
	{"the rules of the documents", "services: {", rules(`{match: {subject: "*backup*completed*"}, treat: marker}`, `{match: {json: {"$.state": "FAILED"}}, treat: page, key: "$.job", title: "$.message", severity: sev3}`, `{match: {json: {"$.state": "DONE"}}, treat: resolve, key: "$.job"}`), ""},
	{"the channel of an example", "C0INCIDENTS", "C0123456789", `slack.channel is a placeholder: "C0123456789" is the id of an example; give the id of your channel`},
	{"a person of Slack's documents", "U0BO", "U012AB3CD", "people.bo.slack is a placeholder"},
	{"a person of an example", "U0BO", "UXXXXXXXXXX", "people.bo.slack is a placeholder"},
	{"the account of an example", "123456789012", "111122223333", "sns.topics[0] is a placeholder"},
	{"placeholders where another server is Slack", "channel: C0INCIDENTS", "channel: C0123456789, api_url: \"http://127.0.0.1:1/\"", ""},
	{"an id that only begins like one", "U0BO", "U01234ABCDE", ""},
	{"no windows too many", "shift: 1w}", "shift: 1w, only: [{days: mon-sun}]}", ""},
}

// rules are messages, before the services of a configuration.
func rules(all ...string) string {
	return "messages: [" + strings.Join(all, ", ") + "]\nservices: {"
}

// TestSuspicious: what can never work is an error, what is surely meant otherwise a warning, and there is nothing else to say.
func TestSuspicious(t *testing.T) {
	dir := t.TempDir()
	for name, file := range map[string]struct {
		text string
		mode os.FileMode
	}{
		"padded": {" xoxb-1-2-abc\n", 0o600}, "usual": {"xoxb-1-2-abc\n", 0o600}, "lines": {"xoxb-1-2-abc\nxoxb-1-2-abc\n", 0o600},
		"open.db": {"x", 0o644}, "own.db": {"x", 0o600},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(file.text), file.mode); err != nil {
			t.Fatal(err)
		}
	}
	for name, mode := range map[string]os.FileMode{"folder": 0o755, "closed": 0o555} {
		if err := os.Mkdir(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "oncalm.yaml"), []byte(sound), 0o600); err != nil {
		t.Fatal(err)
	}
	env := environment("QUOTED=\"xoxb-1-2-abc\"\nPADDED=xoxb-1-2-abc \n")
	for _, c := range suspicions {
		t.Run(c.name, func(t *testing.T) {
			text := sound
			if c.old != c.new {
				if text = strings.Replace(sound, c.old, c.new, 1); text == sound {
					t.Fatal("nothing changed")
				}
			}
			_, problems := config.Parse(filepath.Join(dir, "oncalm.yaml"), []byte(text), func(name string) (string, bool) {
				if name == "LINES" {
					return "8f742231b10e8888\nabcd99yyyzzz85a5", true
				}
				return env(name)
			}, now)
			got := strings.ReplaceAll(problems.String(), dir, "DIR")
			switch {
			case c.want == "" && got != "":
				t.Errorf("there is nothing to say about it:\n%s", got)
			case !strings.Contains(got, c.want), len(problems) > 1 && c.want != "":
				t.Errorf("want one problem with %q:\n%s", c.want, got)
			case c.want != "" && problems[0].Line == 0:
				t.Errorf("it has no place: %s", got)
			}
			if strings.HasPrefix(c.want, "warning") != (len(problems.Warnings()) > 0) && strings.Contains(c.want, "; ") {
				t.Errorf("of the wrong level: %s", got)
			}
		})
	}
}

// public returns a folder that everybody can enter.
func public(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.Chmod(filepath.Dir(folder), 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestPrivateFolder: what lies in a folder that others cannot enter, others cannot read.
func TestPrivateFolder(t *testing.T) {
	folder := filepath.Join(public(t), "private")
	path := filepath.Join(folder, "oncalm.yaml")
	for mode, want := range map[os.FileMode]int{0o700: 0, 0o755: 2} {
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(folder, mode); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(sound), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, problems := config.Load(path, environment(""), now); len(problems) != want {
			t.Errorf("%o: %s", mode, problems)
		}
	}
}

// TestLiteralSecrets: secrets in a file that others can read are named, whoever the others are.
func TestLiteralSecrets(t *testing.T) {
	path := filepath.Join(public(t), "oncalm.yaml")
	if err := os.WriteFile(path, []byte(sound), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[os.FileMode]int{0o600: 0, 0o640: 2, 0o604: 2, 0o644: 2, 0o400: 0} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, problems := config.Load(path, environment(""), now)
		if len(problems.Errors()) > 0 || len(problems) != want {
			t.Errorf("%o: %s", mode, problems)
		}
		for _, p := range problems {
			if !strings.Contains(p.Text, "is written here, and others on this machine can read the file") || !strings.Contains(p.Remedy, "chmod 600") {
				t.Errorf("%o: %s", mode, p)
			}
		}
	}
}
