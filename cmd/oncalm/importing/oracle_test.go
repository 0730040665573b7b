package importing

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/rotations"
)

// python finds an interpreter that has the module: the system's own, or the first in the path.
func python(t *testing.T) string {
	t.Helper()
	for _, exe := range []string{"/usr/bin/python3", "python3"} {
		if exec.CommandContext(t.Context(), exe, "-c", "import recurring_ical_events").Run() == nil {
			return exe
		}
	}
	t.Skip("no python3 with recurring_ical_events: scripts/setup calendars installs it")
	return ""
}

// TestAnotherReader draws calendars, and compares hour by hour who is on call by what another program reads in them, for
// four months with a clock change. Where it is another, a note names the day and the people.
func TestAnotherReader(t *testing.T) {
	exe := python(t)
	dir := t.TempDir()
	from, to := now, now.AddDate(0, 4, 0)
	args := []string{filepath.Join("testdata", "read.py"), strconv.FormatInt(from.Unix(), 10), strconv.FormatInt(to.Unix(), 10)}
	const calendars = 150
	for n := range calendars {
		path := filepath.Join(dir, fmt.Sprintf("%d.ics", n))
		if err := os.WriteFile(path, []byte(drawCalendar(rand.New(rand.NewPCG(7, uint64(n))))), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	out, err := exec.CommandContext(t.Context(), exe, args...).Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("%v: %s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var read [][][]any
	if err := json.Unmarshal(out, &read); err != nil {
		t.Fatal(err)
	}
	same := 0
	for n, path := range args[3:] {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Read([]File{{"x", data}}, now)
		if errors.Is(err, ErrOver) {
			continue
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		if compared(t, p, read[n], data, from, to) {
			same++
		}
	}
	if same < calendars*3/4 {
		t.Errorf("only %d of %d calendars are carried over as they are", same, calendars)
	}
}

var aDate = regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)

// compared reports whether a plan has the same people on call as another program read.
func compared(t *testing.T, p *Plan, rows [][]any, data []byte, from, to time.Time) bool {
	t.Helper()
	s := p.schedules[0]
	for _, r := range rows {
		// The other program takes the length for exact, so that a shift ends an hour early or late when the clocks change.
		// Whoever sees the calendar takes it for days.
		begin, end := int64(r[0].(float64)), int64(r[1].(float64))
		if days := (end - begin) / day; (end-begin)%day == 0 {
			r[1] = float64((rotations.CivilOf(time.Unix(begin, 0).In(s.Zone)) + rotations.Civil(days*day)).In(s.Zone).Unix())
		}
	}
	for at := from; at.Before(to); at = at.Add(time.Hour) {
		var want []string
		for _, r := range rows {
			begin, end := int64(r[0].(float64)), int64(r[1].(float64))
			who := strings.ToLower(r[2].(string))
			if begin <= at.Unix() && at.Unix() < end && !slices.Contains(want, who) {
				want = append(want, who)
			}
		}
		have := s.OnCall(at, s.overrides)
		if alike(want, have) {
			continue
		}
		noted := slices.ContainsFunc(p.Notes, func(note string) bool {
			named := slices.ContainsFunc(append(want, have...), func(who string) bool { return strings.Contains(note, who) })
			return named && aDate.MatchString(note)
		})
		if !noted {
			t.Fatalf("at %s: %s, want %s, and no note says so: %q\n%s\n%s", at, list(have), list(want), p.Notes, data, p.YAML())
		}
		return false
	}
	return true
}

// drawCalendar draws a rotation of some people, with occurrences that were cancelled, moved or given to somebody else, ends and
// pauses.
func drawCalendar(r *rand.Rand) string {
	zone := []string{"Europe/Berlin", "America/New_York", "UTC", "Australia/Lord_Howe"}[r.IntN(4)]
	days := []int{1, 7, 7, 14}[r.IntN(4)]
	n := 1 + r.IntN(3)
	var b strings.Builder
	fmt.Fprintf(&b, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nX-WR-CALNAME:s\r\n")
	if shown := []string{zone, "Europe/Paris"}[r.IntN(2)]; zone != "UTC" { // the other program moves what is in UTC there
		fmt.Fprintf(&b, "X-WR-TIMEZONE:%s\r\n", shown)
	}
	start := time.Date(2026, 1, 5+r.IntN(7), 9, 0, 0, 0, time.UTC)
	stamp := func(name string, at time.Time) string {
		if zone == "UTC" {
			return name + ":" + at.Format("20060102T150405Z") + "\r\n"
		}
		return name + ";TZID=" + zone + ":" + at.Format("20060102T150405") + "\r\n"
	}
	entry := func(uid int, who, more string, at, end time.Time) {
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:%d\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:%s\r\n%s%s%sEND:VEVENT\r\n", uid, who, stamp("DTSTART", at), stamp("DTEND", end), more)
	}
	names := []string{"Ana", "Bo", "Cy"}
	for i := range n {
		begin := start.AddDate(0, 0, i*days)
		freq, every := "DAILY", n*days
		if days%7 == 0 {
			freq, every = "WEEKLY", n*days/7
		}
		rule := fmt.Sprintf("RRULE:FREQ=%s;INTERVAL=%d", freq, every)
		switch r.IntN(5) {
		case 0:
			rule += fmt.Sprintf(";COUNT=%d", 1+r.IntN(20))
		case 1:
			rule += ";UNTIL=" + begin.AddDate(0, 0, r.IntN(170)).Format("20060102T150405Z")
		}
		occurrence := func() time.Time {
			return begin.AddDate(0, 0, every*r.IntN(30)*map[string]int{"DAILY": 1, "WEEKLY": 7}[freq])
		}
		more := rule + "\r\n"
		for range r.IntN(3) {
			more += stamp("EXDATE", occurrence())
		}
		entry(i, names[i], more, begin, begin.AddDate(0, 0, days))
		for range r.IntN(3) {
			at := occurrence()
			if strings.Contains(more, stamp("EXDATE", at)) || strings.Contains(more, "COUNT") || strings.Contains(more, "UNTIL") {
				continue
			}
			moved := at.Add(time.Duration([]int{0, 0, 3, -5}[r.IntN(4)]) * time.Hour)
			more += stamp("EXDATE", at) // so that it is not drawn again
			status := []string{"", "", "STATUS:CANCELLED\r\n"}[r.IntN(3)]
			entry(i, []string{"Di", names[i]}[r.IntN(2)], stamp("RECURRENCE-ID", at)+status, moved, moved.AddDate(0, 0, days))
		}
	}
	return b.String() + "END:VCALENDAR\r\n"
}
