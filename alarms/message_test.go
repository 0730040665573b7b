package alarms

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/incidents"
)

// received wraps a message as if it had come a minute after the beginning.
func received(message, subject string) *sns.Verified {
	return &sns.Verified{
		Envelope: sns.Envelope{Type: sns.Notification, MessageID: "m-1", TopicARN: testARN, Message: message, Subject: subject,
			Sent: testTime},
		Topic: testTopicARN(), Received: minute(1),
	}
}

func ownMessages(t testing.TB) map[string]string {
	t.Helper()
	names, err := filepath.Glob("testdata/messages/*")
	if err != nil || len(names) < 20 {
		t.Fatalf("%d messages (%v)", len(names), err)
	}
	found := map[string]string{}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		found[filepath.Base(name)] = string(text)
	}
	return found
}

// TestSignals shows what is understood of each of our own messages.
func TestSignals(t *testing.T) {
	messages := ownMessages(t)
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(messages)) {
		sig := first(received(messages[name], ""), topicsOf(t, testARN))
		checkSignal(t, name, sig)
		text, err := json.MarshalIndent(sig, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "== %s\n%s\n", name, text)
	}
	if strings.Contains(b.String(), "SECRET") {
		t.Error("the token of an approval is shown")
	}
	golden(t, "signals.golden", b.String())
}

// messageIn finds the message in a recorded file: it is one, or it is in an envelope,
// or in a Lambda event.
func messageIn(text []byte) (subject, message string) {
	f := aws.Members(string(text))
	if records := f.List("Records"); len(records) > 0 {
		f = aws.Members(records[0]).Object("Sns")
	}
	if f.Has("Message") && f.Has("TopicArn") {
		return f.Text("Subject"), f.Text("Message")
	}
	return "", string(text)
}

// checkSignal holds what is true of every signal, whatever was sent.
func checkSignal(t testing.TB, name string, s Signal) {
	t.Helper()
	bad := func(format string, args ...any) { t.Errorf("%s: %s", name, fmt.Sprintf(format, args...)) }
	if s.Kind == "" || s.Title == "" || s.Name == "" || s.Fingerprint == "" || s.Series == "" || s.MessageID == "" ||
		s.Topic == "" || s.Account == "" || s.Region == "" {
		bad("something is empty: %+v", s)
	}
	if s.Changed.IsZero() || s.Changed.After(s.Received.Add(sns.MaxAhead)) {
		bad("changed at %s", s.Changed)
	}
	if s.Effect != EffectChange && s.State == "" ||
		!slices.Contains([]incidents.AlarmState{"", alarmOK, alarmUnknown, alarmFiring}, s.State) {
		bad("effect %s with state %q", s.Effect, s.State)
	}
	if known.FingerprintOf(s.Series) != s.Fingerprint {
		bad("series %s of %s", s.Series, s.Fingerprint)
	}
	limits := map[string]int{
		s.Title: aws.MaxName, s.Name: aws.MaxName, s.ARN: aws.MaxARN, s.Reason: aws.MaxReason, s.Description: aws.MaxText,
		s.Raw:     aws.MaxRaw + 3,
		s.Account: 20, s.Region: 40, s.Link: 4000, s.Event: aws.MaxName,
	}
	for _, list := range [][]string{s.Flags, s.Resources} {
		for _, text := range list {
			limits[text] = aws.MaxARN
		}
	}
	for key, value := range s.Contributor {
		limits[key], limits[value] = aws.MaxName, aws.MaxValue
	}
	if m := s.Metric; m != nil {
		limits[m.Namespace], limits[m.Name], limits[m.Statistic], limits[m.Expression] = aws.MaxName, aws.MaxName,
			aws.MaxName, aws.MaxExpression
		for _, d := range m.Dimensions {
			limits[d.Name], limits[d.Value] = aws.MaxName, aws.MaxValue
		}
	}
	for text, limit := range limits {
		if n := utf8.RuneCountInString(text); n > limit+1 || !utf8.ValidString(text) {
			bad("a text of %d characters: %.50q", n, text)
		}
		if r := strings.IndexFunc(text, func(r rune) bool {
			return r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 ||
				r == 0x200b || r == 0xfeff
		}); r >= 0 {
			bad("a control character in %.50q", text)
		}
	}
	if strings.ContainsAny(s.Title+s.Name, "\n\t\u2028") {
		bad("a line end in %q", s.Title)
	}
	if strings.ContainsAny(s.Link, " |<>\"'()\n") || s.Link != "" && !strings.HasPrefix(s.Link, "https://") {
		bad("link %q", s.Link)
	}
}

// TestOddAlarms are the traps of real alarms.
func TestOddAlarms(t *testing.T) {
	alarm := func(members string) string {
		return `{"AlarmName":"a","NewStateValue":"ALARM","AWSAccountId":"123456789012","StateChangeTime":"2026-11-02T14:01:31.120+0000",` +
			`"AlarmArn":"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:a","Trigger":{}` + members + "}"
	}
	wide := strings.Repeat("\U0001F525", 255) // four bytes each
	tests := []struct {
		name, message string
		check         func(Signal) bool
	}{
		{"time with +0000", alarm(""), func(s Signal) bool { return s.Changed.Equal(minute(0).Add(-28*1e9-880*1e6)) && len(s.Flags) == 0 }},
		{"unparsable time", alarm(`,"StateChangeTime":"date"`), func(s Signal) bool {
			return s.Changed.Equal(minute(1)) && slices.Contains(s.Flags, incidents.FlagReceived)
		}},
		{"time of the future", alarm(`,"StateChangeTime":"2036-11-02T14:01:31.120+0000"`), func(s Signal) bool {
			return s.Changed.Equal(minute(1)) && slices.Contains(s.Flags, incidents.FlagReceived)
		}},
		{"no ARN is the same alarm", strings.Replace(alarm(""), `"AlarmArn"`, `"NoArn"`, 1), func(s Signal) bool {
			return s.Fingerprint == first(received(alarm(""), ""), sns.Topics{}).Fingerprint
		}},
		{"ARN of nowhere", alarm(`,"AlarmArn":"arn:aws:cloudwatch:nowhere:123456789012:alarm:a"`), func(s Signal) bool {
			return s.Region == "eu-central-1" && s.ARN == "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:a"
		}},
		{"name with colons", alarm(`,"AlarmName":"x:y","AlarmArn":"arn:aws:cloudwatch:us-east-1:111122223333:alarm:x:y"`), func(s Signal) bool {
			return s.Name == "x:y" && s.Region == "us-east-1" && s.Account == "111122223333" && strings.HasSuffix(s.Link, "#alarmsV2:alarm/x:y")
		}},
		{"markup in the name", alarm(`,"AlarmName":"<!channel> \"x\" | *b*"`), func(s Signal) bool {
			return s.Name == `<!channel> "x" | *b*` && strings.HasSuffix(s.Link, "/%3C%21channel%3E%20%22x%22%20%7C%20%2Ab%2A")
		}},
		{"line ends in the name", alarm(`,"AlarmName":"a\u2028b\u0085c\nd\u0000e\u202ef"`), func(s Signal) bool { return s.Name == "a b c def" }},
		{"255 wide characters", alarm(`,"AlarmName":"` + wide + `"`), func(s Signal) bool { return s.Name == wide }},
		{"256 wide characters", alarm(`,"AlarmName":"` + wide + `x"`), func(s Signal) bool { return s.Name == wide[4:]+"…" }},
		{"10 kB of name", alarm(`,"AlarmName":"` + strings.Repeat("n", 10000) + `"`), func(s Signal) bool {
			return s.Name == strings.Repeat("n", 254)+"…" && s.Title == s.Name
		}},
		{"no name, but an ARN", alarm(`,"AlarmName":""`), func(s Signal) bool { return s.Name == "a" && len(s.Flags) == 0 }},
		{"no name at all", `{"AlarmName":"","NewStateValue":"ALARM","Trigger":{}}`, func(s Signal) bool {
			return s.Name == "(no name)" && slices.Contains(s.Flags, FlagUnparsed) && s.State == incidents.AlarmFiring
		}},
		{"no state", alarm(`,"NewStateValue":null`), func(s Signal) bool {
			return s.Effect == EffectAlarm && s.State == incidents.AlarmFiring && slices.Contains(s.Flags, FlagUnparsed) &&
				strings.Contains(s.Raw, "AlarmArn")
		}},
		{"unknown state", alarm(`,"NewStateValue":"alarm"`), func(s Signal) bool { return slices.Contains(s.Flags, FlagUnparsed) }},
		{"no threshold", alarm(`,"Trigger":{"MetricName":"m"}`), func(s Signal) bool { return s.Metric.Threshold == nil }},
		{"threshold zero", alarm(`,"Trigger":{"MetricName":"m","Threshold":0}`), func(s Signal) bool { return s.Metric.Threshold != nil && *s.Metric.Threshold == 0 }},
		{"invalid UTF-8", strings.ToValidUTF8(alarm(`,"AlarmName":"a`+"\xff"+`b"`), "\uFFFD"), func(s Signal) bool { return s.Name == "a\uFFFDb" }},
		{"half a surrogate", alarm(`,"AlarmName":"a\ud800b"`), func(s Signal) bool { return s.Name == "a\uFFFDb" }},
		{"OK to nobody", alarm(`,"OKActions":[]`), func(s Signal) bool { return s.NeverRecovers }},
		{"OK to somebody else", alarm(`,"OKActions":["arn:aws:sns:eu-central-1:123456789012:other"]`), func(s Signal) bool { return s.NeverRecovers }},
		{"OK to us", alarm(`,"OKActions":["x","` + testARN + `"]`), func(s Signal) bool { return !s.NeverRecovers }},
		{"OK to another topic of ours", alarm(`,"OKActions":["arn:aws:sns:eu-central-1:111122223333:x"]`), func(s Signal) bool { return !s.NeverRecovers }},
		{"OK not said", alarm(""), func(s Signal) bool { return !s.NeverRecovers }},
		{"extended statistic", alarm(`,"Trigger":{"MetricName":"m","ExtendedStatistic":"p99","Statistic":"SUM"}`), func(s Signal) bool { return s.Metric.Statistic == "p99" }},
		{"another spelling of a member", alarm(`,"alarmname":"evil","newstatevalue":"OK"`), func(s Signal) bool { return s.Name == "a" && s.State == incidents.AlarmFiring }},
		{"deep", alarm(`,"Trigger":` + strings.Repeat(`{"a":`, 200) + "1" + strings.Repeat("}", 200)), func(s Signal) bool {
			return slices.Contains(s.Flags, FlagUnparsed) && s.Effect == EffectIncident
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := first(received(tt.message, ""), topicsOf(t, testARN, "arn:aws:sns:*:111122223333:*"))
			checkSignal(t, tt.name, s)
			if !tt.check(s) {
				t.Errorf("understood as %+v with metric %+v", s, s.Metric)
			}
		})
	}
}

// TestSameAlarm: all ways to tell of an alarm mean the same one.
func TestSameAlarm(t *testing.T) {
	messages := ownMessages(t)
	for _, pair := range [][2]string{{"metric.json", "eventbridge-alarm.json"}, {"contributor.json", "eventbridge-contributor.json"}, {"metric.json", "unparsed-no-state.json"}} {
		a := first(received(messages[pair[0]], ""), sns.Topics{})
		b := first(received(messages[pair[1]], ""), sns.Topics{})
		if a.Fingerprint != b.Fingerprint || a.Series != b.Series || a.Kind != b.Kind || a.Link != b.Link {
			t.Errorf("%s is %s (%s), %s is %s (%s)", pair[0], a.Series, a.Kind, pair[1], b.Series, b.Kind)
		}
	}
}

// TestRelayedAnywhere: an alarm is one wherever it stands, whoever relays it.
func TestRelayedAnywhere(t *testing.T) {
	messages := ownMessages(t)
	alarm, event := messages["metric.json"], messages["eventbridge-alarm.json"]
	detail := aws.Members(event).Get("detail")
	want := first(received(alarm, ""), topicsOf(t, testARN))
	relayed := func(detailType, detail string) string {
		return `{"id":"1","source":"com.relay","detail-type":"` + detailType + `","account":"123456789012","region":"eu-central-1","resources":[],"detail":` + detail + `}`
	}
	asText := must[string](t)(quoted(alarm))
	for name, text := range map[string]string{
		"a detail": relayed("alarm", alarm), "in a detail": relayed("alarm", `{"alarm":`+alarm+`}`), "an event in a detail": relayed("alarm", event),
		"the detail of another event": relayed("CloudWatch Alarm State Change", detail), "under another type": relayed("alarm", detail), "a detail alone": detail,
		"an envelope in a detail": relayed("sns", `{"Type":"Notification","TopicArn":"`+testARN+`","Message":`+asText+`}`),
		"further down":            `{"source":"relay","data":{"alarm":` + alarm + `}}`, "a list of texts": `[` + asText + `]`,
		"records further down": `{"event":{"Records":[{"Sns":{"Message":` + asText + `}}]}}`, "records with objects": `{"Records":[{"Sns":{"Message":` + alarm + `}}]}`,
		"in a text": "Forwarded alarm:\n" + alarm,
	} {
		all := Classify(received(text, ""), topicsOf(t, testARN), nil)
		if s := all[0]; len(all) != 1 || s.Effect != EffectAlarm || s.State != want.State ||
			s.Fingerprint != want.Fingerprint {
			t.Errorf("%s: %d signals, %s %s %s %q", name, len(all), s.Effect, s.State, s.Fingerprint, s.Title)
		}
	}
	changed := relayed("any", `{"alarmName":"a","operation":"update","state":{"value":"ALARM"}}`)
	if s := first(received(changed, ""), topicsOf(t, testARN)); s.Effect == EffectAlarm {
		t.Error("what was changed about an alarm is taken for its state")
	}
}

// TestEventWithoutState: an event about the state of an alarm that does not say which
// pages, like such a message to SNS.
func TestEventWithoutState(t *testing.T) {
	for _, kind := range []string{"State Change", "Contributor State Change"} {
		for _, detail := range []string{`{"alarmName":"a"}`, `{"alarmName":"a","state":null}`, `{"state":"ALARM"}`, `{"state":{"value":5}}`, `"a"`, `{}`} {
			s := first(received(`{"detail-type":"CloudWatch Alarm `+kind+`","source":"aws.cloudwatch","account":"123456789012","region":"eu-central-1",`+
				`"resources":["arn:aws:cloudwatch:eu-central-1:123456789012:alarm:a"],"detail":`+detail+`}`, ""), sns.Topics{})
			checkSignal(t, detail, s)
			if s.Effect != EffectAlarm || s.State != incidents.AlarmFiring || s.Name != "a" ||
				!slices.Contains(s.Flags, FlagUnparsed) || s.Raw == "" {
				t.Errorf("%s with %s is understood as %+v", kind, detail, s)
			}
		}
	}
}

// TestSameAlarmByAnyName: characters of a name that are not shown still tell alarms
// apart, and EventBridge means the same alarm by them as SNS does.
func TestSameAlarmByAnyName(t *testing.T) {
	seen := map[string]string{}
	for _, name := range []string{"ab", "a\u200bb", "\u200fab", "a\u202eb", "a\u00adb", "ab ", "ab\u00a0", "a\u2028b", "a b", strings.Repeat("n", 3000)} {
		arn := must[string](t)(quoted("arn:aws:cloudwatch:eu-central-1:123456789012:alarm:" + name))
		bySNS := first(received(`{"AlarmName":`+must[string](t)(quoted(name))+`,"AlarmArn":`+arn+`,"NewStateValue":"ALARM"}`, ""), sns.Topics{})
		event := func(kind, detail string) Signal {
			return first(received(`{"detail-type":"CloudWatch Alarm `+kind+` Change","source":"aws.cloudwatch","account":"123456789012",`+
				`"region":"eu-central-1","resources":[`+arn+`],"detail":`+detail+`}`, ""), sns.Topics{})
		}
		changed, gone := event("State", `{"state":{"value":"OK"}}`), event("Configuration", `{"operation":"delete"}`)
		if changed.Series != bySNS.Series || !gone.Deleted || gone.Fingerprint != bySNS.Fingerprint {
			t.Errorf("%q is %s for SNS, %s and %s for EventBridge", name, bySNS.Series, changed.Series, gone.Fingerprint)
		}
		if other, known := seen[changed.Fingerprint]; known {
			t.Errorf("%q and %q are the same alarm", name, other)
		}
		seen[changed.Fingerprint] = name
		checkSignal(t, name, changed)
		checkSignal(t, name, gone)
	}
}

func quoted(s string) (string, error) {
	text, err := json.Marshal(s)
	return string(text), err
}

func TestFingerprintsDiffer(t *testing.T) {
	seen := map[string]string{}
	for _, arn := range []string{
		"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:a", "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a",
		"arn:aws:cloudwatch:eu-central-1:111122223333:alarm:a", "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:A",
		"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:a ", "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:a:b",
	} {
		fp := known.AlarmFingerprint(arn)
		if other := seen[fp]; other != "" || len(fp) > 57 || strings.ContainsAny(fp, "/#% ") {
			t.Errorf("%q and %q have the fingerprint %s", arn, other, fp)
		}
		seen[fp] = arn
	}
	if known.Fingerprint("a", "bc") == known.Fingerprint("ab", "c") {
		t.Error("parts run into each other")
	}
	if known.SeriesOf("f", "x/y") == known.SeriesOf("f", "x y") || known.FingerprintOf(known.SeriesOf("f", "a#b")) != "f" {
		t.Error("contributors run into each other")
	}
}

func FuzzClassify(f *testing.F) {
	for _, message := range ownMessages(f) {
		f.Add(message, "subject")
	}
	for _, folder := range []string{"alarms", "other", "eventbridge", "lambda-go", "notify-slack"} {
		names, _ := filepath.Glob("../../shared/fixtures/" + folder + "/*.*") // more seeds, where they are
		for _, name := range names {
			if text, err := os.ReadFile(name); err == nil {
				subject, message := messageIn(text)
				f.Add(message, subject)
			}
		}
	}
	f.Fuzz(func(t *testing.T, message, subject string) {
		s := first(received(strings.ToValidUTF8(message, "\uFFFD"), strings.ToValidUTF8(subject, "\uFFFD")), sns.Topics{})
		checkSignal(t, "fuzz", s)
		if _, err := json.Marshal(s); err != nil {
			t.Error(err)
		}
	})
}
