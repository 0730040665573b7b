package lookup

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/lookups"
	"github.com/oncalm/oncalm/lookups/logs"
	"github.com/oncalm/oncalm/lookups/traces"
)

var noon = time.Date(2026, 3, 11, 12, 0, 0, 0, time.UTC)

// many is a list of one thing, as long as there can be.
func many[T any](n int, one T) (all []T) {
	for range n {
		all = append(all, one)
	}
	return all
}

// TestNasty: whatever is written in logs and traces, or in the configuration, Slack takes the messages and nothing in them is alive.
func TestNasty(t *testing.T) {
	bottest.JudgeNasty(t, func(s string) []blocks.Message {
		w := work{Incident: "1", Service: s, Logs: &logs.Search{Region: "eu-central-1", Groups: many(10, s), Words: many(maxWords, s),
			From: noon, To: noon}}
		tw := work{Incident: "1", Service: s, Traces: &traces.Search{Services: many(10, s), From: noon, To: noon}}
		i := bottest.Incident(s)
		return []blocks.Message{
			logsMessage(w, logs.Answer{Matched: 1 << 40, Lines: 1 << 50, Bytes: 1e18,
				Patterns: many(6, logs.Pattern{Text: s, Lines: 1 << 40})}),
			logsMessage(w, logs.Answer{}),
			tracesMessage(tw, traces.Answer{Known: true, More: 9, Partly: true,
				Failing: many(6, traces.Service{Name: s, Type: s, Faults: 1, Errors: 2, Throttles: 3, Calls: 6, P90: time.Second}),
				Traces:  many(3, traces.Trace{ID: s, Link: "https://x.example/" + s, At: noon})}),
			tracesMessage(tw, traces.Answer{}),
			refused(w, &lookups.Refusal{Why: s, Do: s}), refused(tw, &lookups.Refusal{Why: s, Do: s}),
			begun(&i, "logs", noon, noon), unknown(&i, "where the logs of ", s, " are"),
		}
	})
}

// TestFigures holds how sizes, sums, counts and times read.
func TestFigures(t *testing.T) {
	got := strings.Join([]string{size(0), size(999), size(1.2e9), size(34e6), size(2.5e13),
		dollars(0), dollars(0.006), dollars(1.234), number(7), number(1234567), number(-1),
		took(40 * time.Millisecond), took(3100 * time.Millisecond), counted(1, "line", "lines")}, ", ")
	const want = "0 bytes, 999 bytes, 1.2 GB, 34.0 MB, 25.0 TB, less than $0.001, about $0.006, about $1.23, " +
		"7, 1,234,567, 0, 40 ms, 3.1 s, 1 line"
	if got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// TestKeys holds that no step of a question has the key of another.
func TestKeys(t *testing.T) {
	seen := map[string]bool{}
	for _, request := range []string{"a", "b/c", "b"} {
		for step := range 3 {
			w := work{Incident: "1", Step: step, Service: "x"}
			w.To.Request = request
			key := w.entry(noon).Key
			if seen[key] || !strings.HasPrefix(key, "1/lookup/") {
				t.Errorf("%s is there twice, or is not of its incident", key)
			}
			seen[key] = true
		}
	}
}
