package feed

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/rotations/rotationstest"
)

var update = flag.Bool("update", false, "write the golden files")

// payments is a schedule with two layers, and overrides of it: one inside a shift, one over several, one in a gap.
func payments(zone string) (rotations.Schedule, []rotations.Override) {
	z := rotationstest.Zone(zone)
	s := rotations.Schedule{Name: "payments", Zone: z, Layers: []rotations.Layer{
		rotationstest.Layer("week", "2026-01-05T09:00", "1w", "ana", "bo+cy"), rotationstest.Layer("nights", "2026-01-05T22:00", "1d", "di", "eve"),
	}}
	s.Layers[0].Only = []civil.Window{rotationstest.Window("mon-sat", "00:00", "24:00")}
	s.Layers[1].Only = []civil.Window{rotationstest.Window("fri-sat", "22:00", "06:00")}
	at := func(s string) time.Time { return rotationstest.Civil(s).In(z) }
	return s, []rotations.Override{
		{Person: "zoe", For: "cy", From: at("2026-03-25T12:00"), To: at("2026-03-26T12:00")},
		{Person: "yan", From: at("2026-03-29T01:00"), To: at("2026-03-29T12:00")},
		{Person: "zoe", For: "ana", From: at("2026-10-20T12:00"), To: at("2026-10-26T12:00")},
	}
}

func written(t testing.TB, c Calendar) string {
	t.Helper()
	var b bytes.Buffer
	n, err := c.WriteTo(&b)
	if err != nil || n != int64(b.Len()) {
		t.Fatalf("wrote %d of %d bytes: %v", n, b.Len(), err)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

func TestCalendar(t *testing.T) {
	s, overrides := payments("Europe/Berlin")
	span := Span{From: rotationstest.Civil("2026-03-16T00:00").In(s.Zone), To: rotationstest.Civil("2026-03-31T00:00").In(s.Zone)}
	stamp := rotationstest.Civil("2026-03-17T00:00").In(time.UTC)
	// A golden file is kept with the line ends that every checkout has.
	show := func(c Calendar) string { return strings.ReplaceAll(written(t, c), "\r\n", "\n") }
	golden(t, "schedule.ics.golden", show(Calendar{Name: "payments", Zone: s.Zone, Stamp: stamp, Entries: OfSchedule(s, overrides, span)}))
	golden(t, "person.ics.golden", show(Calendar{Name: "bo", Stamp: stamp, Entries: OfPerson("bo", s, overrides, span)}))
}

// TestIdentity holds that an entry stays the same while time passes and while others change.
func TestIdentity(t *testing.T) {
	s, overrides := payments("Europe/Berlin")
	at := func(c string) time.Time { return rotationstest.Civil(c).In(s.Zone) }
	ids := func(span Span, o []rotations.Override) map[string]string {
		all := map[string]string{}
		for _, e := range OfSchedule(s, o, span) {
			if other, twice := all[e.UID]; twice {
				t.Errorf("%s and %s have the same UID", other, e.Summary)
			}
			all[e.UID] = e.From.UTC().Format(time.RFC3339) + " " + e.To.UTC().Format(time.RFC3339)
		}
		return all
	}
	long := ids(Span{From: at("2026-03-01T00:00"), To: at("2026-05-01T00:00")}, overrides)
	for day := range 20 {
		span := Span{From: at("2026-03-10T15:00").AddDate(0, 0, day), To: at("2026-03-12T15:00").AddDate(0, 0, day)}
		for id, bounds := range ids(span, overrides) {
			if long[id] != bounds {
				t.Errorf("from %s: entry %s is %s, in a longer span %s", span.From, id, bounds, long[id])
			}
		}
		span.Cut = true
		for id := range ids(span, overrides) {
			if long[id] == "" {
				t.Errorf("from %s: entry %s is not in a longer span", span.From, id)
			}
		}
	}
	without := ids(Span{From: at("2026-03-01T00:00"), To: at("2026-05-01T00:00")}, overrides[1:])
	gone := 0
	for id := range without {
		if long[id] == "" {
			gone++
		}
	}
	if gone != 0 || len(long) != len(without)+2 {
		t.Errorf("an override inside a shift: %d entries became others, %d were added, want 0 and 2", gone, len(long)-len(without))
	}
}

func TestCut(t *testing.T) {
	s, overrides := payments("Europe/Berlin")
	span := Span{From: rotationstest.Civil("2026-03-16T15:00").In(s.Zone), To: rotationstest.Civil("2026-03-17T15:00").In(s.Zone), Cut: true}
	all := OfSchedule(s, overrides, span)
	if len(all) != 1 || !all[0].From.Equal(span.From) || !all[0].To.Equal(span.To) {
		t.Errorf("cut: %+v", all)
	}
	span.Cut = false
	all = OfSchedule(s, overrides, span)
	if len(all) != 1 || !all[0].From.Equal(rotationstest.Civil("2026-03-16T09:00").In(s.Zone)) ||
		!all[0].To.Equal(rotationstest.Civil("2026-03-20T22:00").In(s.Zone)) {
		t.Errorf("whole: %+v", all)
	}
	if got := OfPerson("nobody of that name", s, overrides, span); got != nil {
		t.Errorf("a stranger is on call: %+v", got)
	}
	forever := rotations.Override{Person: "yan", From: rotationstest.Civil("2026-01-01T00:00").In(time.UTC),
		To: rotationstest.Civil("2027-01-01T00:00").In(time.UTC)}
	if got := OfPerson("yan", rotations.Schedule{Name: "empty"}, []rotations.Override{forever}, span); len(got) != 1 ||
		got[0].Description != "Thu 2026-01-01 00:00 UTC to Fri 2027-01-01 00:00 UTC (UTC)\nSchedule empty\nOverride: yan stands in for everybody" {
		t.Errorf("without layers: %+v", got)
	}
}

// hostile are names that would break a calendar, or deceive its reader, if they came through as they are. None has a backslash
// before an n: escaped as the standard wants it, some readers take it for the end of a line.
var hostile = []string{
	"ana\r\nEND:VEVENT\r\nBEGIN:VEVENT", "bo;X=1,y:z\\ \"quoted\"", "c\u202ey\u2066 \u200b", "di\x00\x07\x1b[31m", "e\xffve",
	strings.Repeat("ä€😀", 120), "", " \t\u2028 ", "BEGIN:VALARM",
}

func TestHostileNames(t *testing.T) {
	start := rotationstest.Civil("2026-03-16T00:00")
	s := rotations.Schedule{Name: hostile[0], Zone: rotationstest.Zone("Europe/Berlin"), Layers: []rotations.Layer{
		{Name: hostile[1], People: rotations.Turns(hostile...), Start: start,
			Shift: rotations.Length{N: 1, Unit: rotations.Day}},
	}}
	o := []rotations.Override{{Person: hostile[2], For: hostile[3], From: start.In(s.Zone),
		To: start.In(s.Zone).AddDate(0, 1, 0)}}
	got := written(t, Calendar{Name: hostile[0],
		Entries: OfSchedule(s, o, Span{From: start.In(s.Zone), To: start.In(s.Zone).AddDate(0, 0, 9)})})
	if !utf8.ValidString(got) {
		t.Error("not UTF-8")
	}
	begins := 0
	for n, line := range strings.Split(strings.TrimSuffix(got, "\r\n"), "\r\n") {
		if strings.ContainsAny(line, "\r\n\x00\x07\x1b\u202e\u2066\u200b\u2028") || len(line) > 75 {
			t.Errorf("line %d: %q of %d bytes", n+1, line, len(line))
		}
		if line == "BEGIN:VEVENT" {
			begins++
		} else if strings.HasPrefix(line, "BEGIN:") && line != "BEGIN:VCALENDAR" {
			t.Errorf("line %d: %s", n+1, line)
		}
	}
	if begins != 9 {
		t.Errorf("%d entries, want 9", begins)
	}
}

// BenchmarkCalendar is a feed as it is subscribed to: 210 days of two layers.
func BenchmarkCalendar(b *testing.B) {
	s, overrides := payments("Europe/Berlin")
	span := Span{From: rotationstest.Civil("2026-03-16T00:00").In(s.Zone), To: rotationstest.Civil("2026-03-16T00:00").In(s.Zone).AddDate(0, 0, 210)}
	for b.Loop() {
		written(b, Calendar{Name: "payments", Stamp: span.From, Entries: OfSchedule(s, overrides, span)})
	}
}
