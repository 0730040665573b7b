package evidence

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
)

var noon = time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)

// minute is a time after noon; 0 is no time.
func minute(m int) time.Time {
	if m == 0 {
		return time.Time{}
	}
	return noon.Add(time.Duration(m) * time.Minute)
}

// timelineOf reads words such as "a ALARM 1", "a OK 5 was INSUFFICIENT_DATA", "a OK 5
// never-recovers", "a ALARM 1 unreadable", or "bo resolved 9".
func timelineOf(t *testing.T, words []string) []incidents.Event {
	t.Helper()
	var events []incidents.Event
	for n, w := range words {
		var series, state, rest string
		var at int
		fields := strings.SplitN(w, " ", 4)
		series, state = fields[0], fields[1]
		if _, err := fmt.Sscan(fields[2], &at); err != nil {
			t.Fatal(err)
		}
		if len(fields) == 4 {
			rest = fields[3]
		}
		e := incidents.Event{Seq: n + 1, At: minute(at), Recorded: minute(at + 1), By: incidents.Person(series)}
		if state == "resolved" {
			e.Body = incidents.Resolved{}
			events = append(events, e)
			continue
		}
		a := incidents.Alarm{Name: series, Series: series, State: incidents.AlarmState(state), Changed: minute(at),
			NeverRecovers: rest == "never-recovers"}
		if was, ok := strings.CutPrefix(rest, "was "); ok {
			a.Previous = incidents.AlarmState(was)
		}
		if rest == "unreadable" {
			a.Changed, a.Received, a.Flags = minute(at), minute(at), []string{incidents.FlagReceived}
		}
		e.Body = incidents.Reported{Alarm: a}
		events = append(events, e)
	}
	return events
}

// show writes windows as "1–5 a measured [e1, e2]".
func show(windows []document.Window) []string {
	var all []string
	for _, w := range windows {
		end := func(t time.Time) string {
			if t.IsZero() {
				return "?"
			}
			return fmt.Sprint(int(t.Sub(noon).Minutes()))
		}
		s := fmt.Sprintf("%s–%s %s %s %s", end(w.From), end(w.To), strings.Join(w.Source, "+"), w.Confidence, wording.Marks(w.Events))
		if w.NoData {
			s += " no data"
		}
		if w.EndLost {
			s += " end lost"
		}
		all = append(all, s)
	}
	return all
}

func TestWindows(t *testing.T) {
	tests := []struct {
		name  string
		words []string
		want  []string
	}{
		{"one", []string{"a ALARM 1", "a OK 5"}, []string{"1–5 a measured [e1, e2]"}},
		{"not over", []string{"a ALARM 1"}, []string{"1–? a measured [e1]"}},
		{"twice the same", []string{"a ALARM 1", "a ALARM 3", "a OK 5", "a OK 6"}, []string{"1–5 a measured [e1–e3]"}},
		{"never fired here", []string{"a OK 5 was INSUFFICIENT_DATA"}, nil},
		{"fired before", []string{"a OK 5 was ALARM"}, []string{"?–5 a measured [e1]"}},
		{"missing data does not end it", []string{"a ALARM 1", "a INSUFFICIENT_DATA 3", "a OK 5"}, []string{"1–5 a measured [e1–e3] no data"}},
		{"late OK belongs to its time", []string{"a ALARM 1", "a ALARM 7 was OK", "a OK 5"}, []string{"1–5 a measured [e1, e3]", "7–? a measured [e2]"}},
		{"lost OK", []string{"a ALARM 1", "a ALARM 7 was OK", "a OK 9"}, []string{"1–? a measured [e1] end lost", "7–9 a measured [e2, e3]"}},
		{"the same word in another message", []string{"a ALARM 1 was OK", "a OK 5 was ALARM", "a ALARM 1 was OK", "a OK 5 was ALARM"}, []string{"1–5 a measured [e1–e3]"}},
		{"ALARM and OK of one time", []string{"a ALARM 1", "a OK 1", "a OK 5"}, []string{"1–5 a measured [e1, e3]"}},
		{"lost ALARM", []string{"a ALARM 1", "a OK 5", "a OK 9 was ALARM"}, []string{"1–5 a measured [e1, e2]", "?–9 a measured [e3]"}},
		{"overlap", []string{"a ALARM 1", "b ALARM 3", "a OK 5", "b OK 8"}, []string{"1–8 a+b measured [e1–e4]"}},
		{"within", []string{"a ALARM 1", "b ALARM 3", "b OK 4", "a OK 8"}, []string{"1–8 a+b measured [e1–e4]"}},
		{"touch", []string{"a ALARM 1", "a OK 5", "b ALARM 5", "b OK 8"}, []string{"1–8 a+b measured [e1–e4]"}},
		{"apart", []string{"a ALARM 1", "a OK 5", "b ALARM 6", "b OK 8"}, []string{"1–5 a measured [e1, e2]", "6–8 b measured [e3, e4]"}},
		{"open end takes in what follows", []string{"a ALARM 1", "b ALARM 3", "b OK 4"}, []string{"1–? a+b measured [e1–e3]"}},
		{"takes over an open end", []string{"a ALARM 1", "b ALARM 3", "a OK 5"}, []string{"1–? a+b measured [e1–e3]"}},
		{"no start stays alone", []string{"b ALARM 3", "a OK 5 was ALARM", "b OK 8"}, []string{"3–8 b measured [e1, e3]", "?–5 a measured [e2]"}},
		{"time of receipt", []string{"a ALARM 1 unreadable", "a OK 5"}, []string{"1–5 a reported [e1, e2]"}},
		{"a person's word for an alarm that never recovers", []string{"a ALARM 1 never-recovers", "bo resolved 9"}, []string{"1–9 a+bo reported [e1, e2]"}},
		{"and again", []string{"a ALARM 1 never-recovers", "bo resolved 9", "a ALARM 12 never-recovers"}, []string{"1–9 a+bo reported [e1, e2]", "12–? a measured [e3]"}},
		{"a person's word against an alarm", []string{"a ALARM 1", "bo resolved 9"}, []string{"1–? a measured [e1]"}},
		{"no state", []string{"a - 1"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := Read(incidents.Incident{}, timelineOf(t, tt.words))
			if diff := cmp.Diff(tt.want, show(r.Impact().Windows)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
