package ical

import (
	"errors"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	cal, err := Parse([]byte("\uFEFFBEGIN:VCALENDAR\r\nX-WR-CALNAME:Pay\r\n ments\r\nBEGIN:VEVENT\r\nsummary;LANGUAGE=en;X=\"a;b:c\":One\\, two\\; three\\\\ four\r\n\tfive\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n" +
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Six\nEND:VEVENT\nEND:VCALENDAR"))
	if err != nil {
		t.Fatal(err)
	}
	want := &Component{Name: "VCALENDAR", Properties: []Property{{Name: "X-WR-CALNAME", Value: "Payments"}}, Inner: []*Component{
		{Name: "VEVENT", Properties: []Property{{"SUMMARY", map[string]string{"LANGUAGE": "en", "X": "a;b:c"}, `One\, two\; three\\ fourfive`}}},
		{Name: "VEVENT", Properties: []Property{{Name: "SUMMARY", Value: "Six"}}},
	}}
	if diff := cmp.Diff(want, cal); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := cal.Components("VEVENT")[0].Get("SUMMARY").Text(); got != `One, two; three\ fourfive` {
		t.Errorf("%q", got)
	}
}

func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "it has no VCALENDAR",
		"hello":                             `line 1 has no colon: "hello"`,
		"BEGIN:VCALENDAR\nBEGIN:VEVENT\n":   `"VEVENT" has no end`,
		"BEGIN:VCALENDAR\nEND:VEVENT\n":     `line 2 ends what has not begun: "VEVENT"`,
		strings.Repeat("BEGIN:X\n", 10):     "line 6 is nested more than 5 deep",
		"X:" + strings.Repeat("x", 300_000): "line 1 is longer than 256 KiB",
	} {
		if _, err := Parse([]byte(text)); !errors.Is(err, ErrForm) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v instead of %q", text, err, want)
		}
	}
}

// TestZonesOfWindows: every zone of the table is there.
func TestZonesOfWindows(t *testing.T) {
	n := 0
	for line := range strings.Lines(windowsZones) {
		name, zone, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if load(zone) == nil {
			t.Errorf("%s: there is no zone %q", name, zone)
		}
		n++
	}
	if n < 130 {
		t.Errorf("%d zones", n)
	}
}

// TestZones: zones are found by their names and by their rules, whoever named them.
func TestZones(t *testing.T) {
	text := func(id, standard, daylight string) string {
		return "BEGIN:VTIMEZONE\nTZID:" + id + "\n" + standard + daylight + "END:VTIMEZONE\n"
	}
	part := func(kind, from, to, rule string) string {
		return "BEGIN:" + kind + "\nDTSTART:19701025T030000\nTZOFFSETFROM:" + from + "\nTZOFFSETTO:" + to + "\n" + rule + "END:" + kind + "\n"
	}
	cal, err := Parse([]byte("BEGIN:VCALENDAR\n" +
		text("Central", part("STANDARD", "+0200", "+0100", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\n"), strings.Replace(part("DAYLIGHT", "+0100", "+0200", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\n"), "19701025T03", "19700329T02", 1)) +
		text("Always", part("STANDARD", "+0530", "+0530", ""), "") +
		text("Nowhere", part("STANDARD", "+0137", "+0137", ""), "") +
		"END:VCALENDAR\n"))
	if err != nil {
		t.Fatal(err)
	}
	z := NewZones(cal, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	for id, want := range map[string]string{
		"Europe/Berlin": "Europe/Berlin", `"Europe/Berlin"`: "Europe/Berlin", "/mozilla.org/20050126_1/Europe/Berlin": "Europe/Berlin",
		"Eastern Standard Time": "America/New_York", "eastern standard time": "America/New_York", "Central": "Europe/Berlin",
		"Always": "Asia/Kolkata", "Nowhere": "", "Unknown": "", "Local": "", "": "",
	} {
		got := ""
		if zone := z.Find(id); zone != nil {
			got = zone.String()
		}
		if got != want {
			t.Errorf("%q is %q, want %q", id, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\nEND:STANDARD\nEND:VTIMEZONE\nEND:VCALENDAR\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if cal, err := Parse(data); err == nil {
			NewZones(cal, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)).Find("X")
		}
	})
}
