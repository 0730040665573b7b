package rotations

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rotations/civil/civiltest"
	"github.com/oncalm/oncalm/text"
)

var update = flag.Bool("update", false, "write the golden files")

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

// layer reads the name before the rest of a layer, as readLayer does.
func layer(t *testing.T, name, rest string) Layer {
	t.Helper()
	l := readLayer(t, 0, strings.Fields(rest))
	l.Name = name
	return l
}

// TestClockChanges writes down the shifts around clock changes of all sorts. The order of the lines, the local times and the
// lengths are what a reader checks.
func TestClockChanges(t *testing.T) {
	tests := []struct{ what, zone, layer, from, to string }{
		{"a week is 167 hours long, then 169", "Europe/Berlin", "ana,bo 2026-01-05T09:00 1w", "2026-03-16T09:00", "2026-04-06T09:00"},
		{"a handoff at a time that the night skips", "Europe/Berlin", "ana,bo 2026-03-01T02:30 1d", "2026-03-28T00:00", "2026-03-31T00:00"},
		{"a handoff at a time that the night has twice", "Europe/Prague", "ana,bo 2026-10-01T02:30 1d", "2026-10-24T00:00", "2026-10-27T00:00"},
		{"hours: the skipped one has no shift", "America/New_York", "ana,bo,cy 2026-03-08T00:00 1h", "2026-03-08T00:00", "2026-03-08T05:00"},
		{"hours: the repeated one belongs to its first", "America/New_York", "ana,bo,cy 2026-11-01T00:00 1h", "2026-11-01T00:00", "2026-11-01T04:00"},
		{"midnight skipped: one handoff, an hour late", "America/Santiago", "ana,bo 2026-09-01T00:00 1d", "2026-09-04T00:00", "2026-09-09T00:00"},
		{"midnight comes after the repeated hour", "America/Santiago", "ana,bo 2026-04-01T00:00 1d", "2026-04-03T00:00", "2026-04-07T00:00"},
		{"midnight skipped", "America/Havana", "ana,bo 2026-03-01T00:00 1d", "2026-03-07T00:00", "2026-03-10T00:00"},
		{"midnight twice: the first counts", "America/Havana", "ana,bo 2026-10-01T00:00 1d", "2026-10-31T00:00", "2026-11-03T00:00"},
		{"midnight skipped: the first existing instant", "Africa/Cairo", "ana,bo 2026-04-01T00:00 1d", "2026-04-23T00:00", "2026-04-26T00:00"},
		{"midnight skipped", "Asia/Beirut", "ana,bo 2026-03-01T00:00 1d", "2026-03-28T00:00", "2026-03-31T00:00"},
		{"half an hour skipped", "Australia/Lord_Howe", "ana,bo 2026-10-01T02:15 1d", "2026-10-03T00:00", "2026-10-06T00:00"},
		{"half an hour twice", "Australia/Lord_Howe", "ana,bo 2026-04-01T01:45 1d", "2026-04-04T00:00", "2026-04-07T00:00"},
		{"a day skipped: its handoff comes right after", "Pacific/Apia", "ana,bo,cy 2011-12-26T09:00 1d", "2011-12-28T00:00", "2012-01-02T00:00"},
		{"a day skipped: two midnights together", "Pacific/Apia", "ana,bo,cy 2011-12-26T00:00 1d", "2011-12-28T00:00", "2012-01-02T00:00"},
		{"back and forth around Ramadan", "Africa/Casablanca", "ana,bo 2026-02-01T02:30 1w", "2026-02-08T02:30", "2026-03-29T02:30"},
		{"nights by windows", "Europe/Berlin", "ana,bo 2026-01-05T09:00 1w mon-sun/22:00/06:00", "2026-10-23T12:00", "2026-10-27T12:00"},
		{"a window inside the skipped hour never opens", "Europe/Berlin", "ana 2026-01-05T09:00 1w mon-sun/02:00/03:00", "2026-03-28T00:00", "2026-03-31T00:00"},
		{"the last day of months", "Europe/Berlin", "ana,bo 2026-01-31T09:00 1mo", "2026-01-31T09:00", "2026-06-30T09:00"},
	}
	var b strings.Builder
	for _, tt := range tests {
		z := civiltest.Zone(tt.zone)
		s := Schedule{Zone: z, Layers: []Layer{layer(t, "primary", tt.layer)}}
		fmt.Fprintf(&b, "%s: %s (%s)\n%s\n", tt.zone, tt.what, tt.layer, render(s.Shifts(moment(tt.from).In(z), moment(tt.to).In(z), nil)))
	}
	golden(t, "clock-changes.golden", b.String())
}

// TestAnswers writes down what people are told.
func TestAnswers(t *testing.T) {
	z := civiltest.Zone("Europe/Berlin")
	s := Schedule{Name: "payments", Zone: z, Layers: []Layer{
		layer(t, "weekdays", "ana,bo+cy 2026-01-05T09:00 1w mon-fri/00:00/24:00"),
		layer(t, "nights", "di,eve 2026-02-01T12:00 2d mon-thu/22:00/06:00"),
	}}
	at := func(s string) time.Time { return moment(s).In(z) }
	o := []Override{
		{ID: "1", Person: "zoe", For: "ana", From: at("2026-01-20T10:00"), To: at("2026-01-22T10:00")},
		{ID: "2", Person: "yan", From: at("2026-02-06T20:00"), To: at("2026-02-09T12:00")},
		{ID: "3", Person: "zoe", For: "cy", From: at("2026-02-12T12:00"), To: at("2026-02-12T18:00")},
		{ID: "4", Schedule: "others", Person: "zoe", From: at("2026-01-01T00:00"), To: at("2027-01-01T00:00")},
		{ID: "5", Person: "bo", For: "cy", From: at("2026-02-13T12:00"), To: at("2026-02-13T18:00")},
	}
	var b strings.Builder
	for _, t := range []string{
		"2026-01-01T12:00", "2026-01-05T09:00", "2026-01-13T12:00", "2026-01-17T12:00", "2026-01-21T12:00", "2026-02-03T03:00",
		"2026-02-07T12:00", "2026-02-09T11:00", "2026-02-12T13:00", "2026-02-13T13:00", "2026-03-29T12:00",
	} {
		a := s.At(at(t), o)
		fmt.Fprintf(&b, "%s\n  now   %s  next  %s  why   %s\n\n", t, tell(a.Shift), tell(a.Next), a.Why)
	}
	s.Layers = nil
	none := s.At(at("2026-01-01T12:00"), nil)
	fmt.Fprintf(&b, "without layers\n  now   %s  next  %s  why   %s\n", tell(none.Shift), tell(none.Next), none.Why)
	s.Layers = []Layer{layer(t, "sundays", "ana 2026-01-05T09:00 12h sun/10:00/12:00")}
	first := s.At(at("2026-01-06T12:00"), nil)
	fmt.Fprintf(&b, "\nbefore the first window\n  now   %s  next  %s  why   %s\n", tell(first.Shift), tell(first.Next), first.Why)
	golden(t, "answers.golden", b.String())
}

// tell writes one shift, or gap, whose bounds may be open.
func tell(s Shift) string {
	bound := func(t time.Time) string {
		if t.IsZero() {
			return "..."
		}
		return t.Format("Mon 2006-01-02T15:04-07:00")
	}
	people := text.List(s.People, "and")
	if people == "" {
		people = "nobody"
	}
	return fmt.Sprintf("%s, %s to %s, %s %d\n", people, bound(s.From), bound(s.To), s.Layer, s.Number)
}
