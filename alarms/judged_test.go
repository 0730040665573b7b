package alarms

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/alarms/judge"
	"github.com/oncalm/oncalm/alarms/sns"
)

// treatment is what a signal amounts to, with the severities of which nobody is paged left as they are by default.
func treatment(s Signal) judge.Treatment {
	if got := s.Treatment(); got != judge.Page || s.Severity != judge.QuietSeverity {
		return got
	}
	return judge.Quiet
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
	wants := map[string][]judge.Treatment{
		"incident": {judge.Page}, "incident titled by InsightName": {judge.Page}, "incident titled with the function": {judge.Page}, "marker": {judge.Marker},
		"low incident": {judge.Quiet}, "low incident, no page at night": {judge.Quiet}, "same incident": {judge.Quiet}, "low incident or marker": {judge.Quiet},
		"low incident (a person has to act by a date)": {judge.Quiet}, "incident or low (their choice: marker)": {judge.Quiet}, "low incident, title with the message": {judge.Quiet},
		"resolves": {judge.Resolve}, "resolves, no page": {judge.Resolve}, "not sev2 page": {judge.Quiet},
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
