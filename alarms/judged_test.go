package alarms

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/alarms/messages"
	"github.com/oncalm/oncalm/alarms/sns"
)

// treatment is what a signal amounts to, with the severities of which nobody is paged left as they are by default.
func treatment(s Signal) messages.Treatment {
	if got := s.Treatment(); got != messages.Page || s.Severity != messages.QuietSeverity {
		return got
	}
	return messages.Quiet
}

// TestJudged goes through messages with the treatment that a user expects of each.
func TestJudged(t *testing.T) {
	var all []struct{ Name, Subject, Message, Want string }
	if err := json.Unmarshal(shared(t, "judged")["judged/messages.json"], &all); err != nil {
		t.Fatal(err)
	}
	if len(all) < 30 {
		t.Fatalf("%d messages", len(all))
	}
	wants := map[string][]messages.Treatment{
		"incident": {messages.Page}, "incident titled by InsightName": {messages.Page}, "incident titled with the function": {messages.Page}, "marker": {messages.Marker},
		"low incident": {messages.Quiet}, "low incident, no page at night": {messages.Quiet}, "same incident": {messages.Quiet}, "low incident or marker": {messages.Quiet},
		"low incident (a person has to act by a date)": {messages.Quiet}, "incident or low (their choice: marker)": {messages.Quiet}, "low incident, title with the message": {messages.Quiet},
		"resolves": {messages.Resolve}, "resolves, no page": {messages.Resolve}, "not sev2 page": {messages.Quiet},
	}
	for _, m := range all {
		s := first(received(m.Message, m.Subject), sns.Topics{})
		checkSignal(t, m.Name, s)
		want, known := wants[m.Want]
		if !known {
			t.Errorf("%s wants %q, which is not known here", m.Name, m.Want)
		}
		if got := treatment(s); !slices.Contains(want, got) {
			t.Errorf("%s: %s, want %s", m.Name, got, m.Want)
		}
		t.Logf("%-28s %-8s %-5s %-16s %q key %q", m.Name, treatment(s), s.Severity, s.Kind, s.Title, s.Key)
	}
}

// TestRecordedTitles shows what becomes of each recorded message, in one line.
func TestRecordedTitles(t *testing.T) {
	files := shared(t, "alarms", "other", "eventbridge", "lambda-go", "notify-slack", "sns-signed")
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for _, s := range Classify(received(string(files[name]), ""), sns.Topics{}, nil) {
			checkSignal(t, name, s)
			fmt.Fprintf(&b, "%-100s %-8s %-5s %-14s %q\n", name, treatment(s), s.Severity, s.Kind, s.Title)
			if s.Effect != EffectAlarm && strings.ContainsAny(s.Title, "{}") {
				t.Errorf("%s: a brace in %q", name, s.Title)
			}
		}
	}
	golden(t, "titles.golden", b.String())
}
