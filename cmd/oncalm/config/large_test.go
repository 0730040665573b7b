package config_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config"
)

// many joins n texts of a list.
func many(n int, of func(i int) string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = of(i)
	}
	return strings.Join(all, ", ")
}

// hour is a local time so many hours after the begin of 2026-02.
func hour(n int) string {
	return time.Date(2026, 2, 1, n, 0, 0, 0, time.UTC).Format("2006-01-02T15:04")
}

// TestLargeFiles: whatever fits into a file is read in seconds. The time that is allowed is many times of what it takes, and a
// fraction of what it takes to compare everything with everything.
func TestLargeFiles(t *testing.T) {
	const layers = "layers: [{name: all, people: [ana, bo], start: 2026-01-05T09:00, shift: 1w}]"
	nested := func(who string) string {
		return layers + ", overrides: [" + many(10_000, func(i int) string {
			return fmt.Sprintf("{person: bo, %sfrom: %s, to: %s}", who, hour(i%300), hour(600-i%200))
		}) + "]"
	}
	windows := many(24, func(h int) string { return fmt.Sprintf(`{from: "%02d:00", to: "%02d:59"}`, h, h) })
	for name, schedule := range map[string]string{
		"overrides in each other":               nested(""),
		"overrides of one person in each other": nested("for: ana, "),
		"windows in layers": "layers: [" + many(400, func(i int) string {
			return fmt.Sprintf("{name: l%d, people: [ana, bo], start: 2026-01-05T09:00, shift: 1h, only: [%s]}", i, windows)
		}) + "]",
		"more windows in a layer than anybody has": "layers: [{name: l, people: [ana], start: 2026-01-05T09:00, shift: 1h, only: [" + many(20_000, func(int) string { return "{days: mon}" }) + "]}]",
	} {
		t.Run(name, func(t *testing.T) {
			begun := time.Now()
			_, problems := config.Parse("f", []byte(strings.Replace(sound, layers, schedule, 1)), environment(""), now)
			if took := time.Since(begun); took > 30*time.Second {
				t.Errorf("it took %s", took)
			}
			if len(problems) == 0 {
				t.Error("nothing is said")
			}
		})
	}
}

// TestManySchedules: of a policy that pages more schedules than anybody has it is said that they are not compared.
func TestManySchedules(t *testing.T) {
	of := func(form string) string {
		return many(3000, func(i int) string { return strings.ReplaceAll(form, "N", strconv.Itoa(i)) })
	}
	text := strings.Replace(sound, "schedules: {", "schedules: {"+of("sN: {zone: UTC, layers: [{name: l, people: [ana], start: 2026-01-05T09:00, shift: 1h}]}")+", ", 1)
	text = strings.Replace(text, `page: ["schedule:day"`, `page: ["schedule:day", `+of("schedule:sN"), 1)
	begun := time.Now()
	_, problems := config.Parse("f", []byte(text), environment(""), now)
	if took := time.Since(begun); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
	if want := "policy p pages 3001 schedules: whether somebody is on call in two of them at once is not checked"; len(problems) != 1 || problems[0].Text != want {
		t.Errorf("%s\nwant %s", problems, want)
	}
}

// TestOverlaps: each override that begins while others are in force is named once, with the one that lasts longest.
func TestOverlaps(t *testing.T) {
	list := func(overrides ...string) string {
		_, problems := config.Parse("f", []byte(strings.Replace(sound, "zone: Europe/Berlin", "zone: Europe/Berlin, overrides: ["+strings.Join(overrides, ", ")+"]", 1)),
			environment(""), now)
		var said []string
		for _, p := range problems {
			text := strings.ReplaceAll(p.Key+" "+p.Text, "schedules.day.", "")
			text, _, _ = strings.Cut(strings.ReplaceAll(text, "this override ", ""), " CET")
			if _, more, ok := strings.Cut(p.Text, "Z), "); ok {
				text += ", " + more
			}
			said = append(said, text)
		}
		return strings.Join(said, "\n")
	}
	of := func(who, from, to string) string {
		return fmt.Sprintf("{person: bo, %sfrom: 2026-02-%sT09:00, to: 2026-02-%sT09:00}", who, from, to)
	}
	for name, c := range map[string]struct {
		overrides []string
		want      string
	}{
		"apart":                     {[]string{of("", "01", "02"), of("", "02", "03"), of("", "03", "04")}, ""},
		"the later in the file":     {[]string{of("", "01", "03"), of("", "02", "04")}, "overrides[1] overlaps overrides[0] from Mon 2026-02-02 09:00"},
		"the earlier in the file":   {[]string{of("", "02", "04"), of("", "01", "03")}, "overrides[0] overlaps overrides[1] from Mon 2026-02-02 09:00"},
		"for other people":          {[]string{of("for: ana, ", "01", "03"), of("for: cy, ", "02", "04")}, ""},
		"for one person, for all":   {[]string{of("for: ana, ", "01", "03"), of("", "02", "04")}, "overrides[1] overlaps overrides[0] from Mon 2026-02-02 09:00"},
		"for all, for one person":   {[]string{of("", "01", "03"), of("for: ana, ", "02", "04")}, "overrides[1] overlaps overrides[0] from Mon 2026-02-02 09:00"},
		"one that is faulty before": {[]string{of("", "01", "09"), "{person: x}", of("", "02", "03")}, "overrides[1].from the override has no begin\noverrides[1].person there is no person \"x\"\noverrides[2] overlaps overrides[0] from Mon 2026-02-02 09:00"},
		"many": {[]string{of("", "01", "09"), of("", "02", "03"), of("", "04", "08"), of("", "05", "06")}, "overrides[1] overlaps overrides[0] from Mon 2026-02-02 09:00\n" +
			"overrides[2] overlaps overrides[0] from Wed 2026-02-04 09:00\noverrides[3] overlaps overrides[0] from Thu 2026-02-05 09:00, and 1 more then"},
	} {
		if got := list(c.overrides...); got != c.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
}
