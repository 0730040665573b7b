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
	{"a placeholder of zeros", "xoxb-1-2-abc", "xoxb-xxxxxxxxxxxx", "slack.bot_token is a placeholder"},
	{"a placeholder of the documents", "xoxb-1-2-abc", "xoxb-…", "slack.bot_token is a placeholder"},
	{"changeme", "8f742231b10e8888abcd99yyyzzz85a5", "changeme", "slack.signing_secret is a placeholder"},
	{"your-signing-secret", "8f742231b10e8888abcd99yyyzzz85a5", "your-signing-secret", "slack.signing_secret is a placeholder"},
	{"a secret that has the word token in it", "8f742231b10e8888abcd99yyyzzz85a5", "8f742231tokenb10e8888abcd", ""},
	{"no token's form", "xoxb-1-2-abc", "0123456789", "warning: slack.bot_token does not look like a bot's token"},
	{"EST", "zone: Europe/Berlin", "zone: EST", "warning: the clocks of the zone EST never change to summer time; name the place, such as America/New_York"},
	{"MST", "zone: Europe/Berlin", "zone: MST", "America/Denver"},
	{"HST", "zone: Europe/Berlin", "zone: HST", "Pacific/Honolulu"},
	{"GMT", "zone: Europe/Berlin", "zone: GMT", "Europe/London"},
	{"Etc/GMT-3", "zone: Europe/Berlin", "zone: Etc/GMT-3", "warning: Etc/GMT-3 is ahead of UTC by 3 h (UTC+03), the other way round than it reads, and has no summer time; name the place, such as Europe/Istanbul, or America/Sao_Paulo if UTC-03 is meant"},
	{"Etc/GMT+5", "zone: Europe/Berlin", "zone: Etc/GMT+5", "Etc/GMT+5 is behind UTC by 5 h (UTC-05)"},
	{"a person's zone", "slack: U0BO", "slack: U0BO, zone: MST", "America/Denver"},
	{"UTC", "zone: Europe/Berlin", "zone: UTC", ""},
	{"US/Eastern", "zone: Europe/Berlin", "zone: US/Eastern", ""},
	{"Asia/Kolkata", "zone: Europe/Berlin", "zone: Asia/Kolkata", ""},
	{"CET", "zone: Europe/Berlin", "zone: CET", ""},
	{"FIFO", ":alarms\"", ":alarms.fifo\"", "is a FIFO topic, which cannot deliver over HTTP; make a standard topic"},
	{"China", "eu-central-1", "cn-north-1", "the region cn-north-1 is in the partition aws-cn, not in aws"},
	{"not China", "arn:aws:", "arn:aws-cn:", "the region eu-central-1 is in the partition aws, not in aws-cn"},
	{"China as it is right", "arn:aws:sns:eu-central-1", "arn:aws-cn:sns:cn-north-1", ""},
	{"government", "eu-central-1", "us-gov-west-1", "is in the partition aws-us-gov"},
	{"no region", "eu-central-1", "eu-central", `"eu-central" is not a region of AWS`},
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
	{"no folder", "listen: \":8080\"", "store: nowhere/oncalm.db", "warning: the folder DIR/nowhere, for the store, is not there"},
	{"a file as a folder", "listen: \":8080\"", "store: usual/oncalm.db", "for the store, is not a folder"},
	{"a folder that nobody can write", "listen: \":8080\"", "store: closed/oncalm.db", "warning: the folder DIR/closed, for the store, cannot be written"},
	{"a store that others can read", "listen: \":8080\"", "store: open.db", "warning: the store DIR/open.db can be read by others (its mode is 0644)"},
	{"a store of one's own", "listen: \":8080\"", "store: own.db", ""},
	{"a policy that nobody uses", "policies: {", `policies: {q: {steps: [{page: ["person:bo"]}], fallback: ["person:bo"]}, `, "warning: no service has the policy q"},
	{"a schedule that nobody uses", "schedules: {", `schedules: {other: {zone: UTC, layers: [{name: all, people: [bo], start: 2026-01-05T09:00, shift: 1w}]}, `, "warning: no policy pages the schedule other"},
	{"people without a shift", "layers: [", "layers: [{name: low, people: [ana], start: 2026-01-05T00:00, shift: 1w}, ", "warning: layer low never counts: later layers cover all of its time"},
	{
		"seven people and five days", "layers: [{name: all, people: [ana, bo], start: 2026-01-05T09:00, shift: 1w}]",
		`layers: [{name: low, people: [ana, bo], start: 2026-01-05T09:00, shift: 1w}, {name: office, people: [ana, bo, cy, di, eve, fay, gil], start: 2026-01-05T00:00, shift: 1d, only: [{days: mon-fri}]}]`,
		"warning: in layer office these people never have a shift: fay, gil;",
	},
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
			if !strings.Contains(p.Text, "stands here, and others on this machine can read the file") || !strings.Contains(p.Remedy, "chmod 600") {
				t.Errorf("%o: %s", mode, p)
			}
		}
	}
}
