package calendar

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

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/rotations/civil"
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
	const calendars = 200
	exact := map[string]bool{}
	for n := range calendars {
		path := filepath.Join(dir, fmt.Sprintf("%d.ics", n))
		d := newDrawing(rand.New(rand.NewPCG(7, uint64(n))))
		exact[path] = d.exact
		if err := os.WriteFile(path, []byte(d.text()), 0o600); err != nil {
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
		p, err := carried(string(data))
		if errors.Is(err, plan.ErrOver) {
			continue
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, data)
		}
		for _, s := range p.Schedules {
			if problems := s.Validate(); len(problems) > 0 {
				t.Fatalf("%v\n%s\n%s", problems, data, p.YAML())
			}
		}
		if compared(t, p, read[n], data, exact[path], from, to) {
			same++
		}
	}
	if same < calendars*2/3 {
		t.Errorf("only %d of %d calendars are carried over as they are", same, calendars)
	}
}

// compared reports whether a plan has the same people on call as another program read. Of several who are on call there at once
// some must be here, if the calendar can be carried over exactly.
func compared(t *testing.T, p *plan.Plan, rows [][]any, data []byte, exact bool, from, to time.Time) bool {
	t.Helper()
	s := p.Schedules[0]
	exact = exact && !slices.ContainsFunc(p.Notes, func(note string) bool { return strings.Contains(note, "is a guess") })
	for _, r := range rows {
		// The other program takes the length of a series for exact, so that a shift ends an hour early or late when the clocks
		// change. Whoever sees the calendar takes it for days.
		begin, end := int64(r[0].(float64)), int64(r[1].(float64))
		if r[4].(bool) {
			r[1] = float64((civil.Of(time.Unix(begin, 0).In(s.Zone)) + civil.Time(end-begin)).In(s.Zone).Unix())
		}
	}
	for at := from; at.Before(to); at = at.Add(time.Hour) {
		want := onCallBy(rows, at)
		have := s.OnCall(at, s.Overrides)
		if alike(want, have) {
			continue
		}
		about := slices.DeleteFunc(slices.Clone(want), func(who string) bool { return slices.Contains(have, who) })
		if len(about) == 0 {
			about = slices.DeleteFunc(slices.Clone(have), func(who string) bool { return slices.Contains(want, who) })
		}
		noted := !exact || some(have, want)
		for _, who := range about {
			noted = noted && slices.ContainsFunc(p.Notes,
				func(note string) bool { return strings.Contains(note, who) && dated.MatchString(note) })
		}
		if !noted {
			t.Fatalf("at %s: %s, want %s, and no note says so: %q\n%s\n%s", at, plan.List(have), plan.List(want), p.Notes, data, p.YAML())
		}
		return false
	}
	return true
}

// dated finds notes that say when something is.
var dated = regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)

// alike reports whether the same people are in two lists; nobody is no person.
func alike(a, b []string) bool {
	people := func(list []string) []string {
		return slices.DeleteFunc(slices.Sorted(slices.Values(list)), func(who string) bool { return who == plan.Nobody })
	}
	return slices.Equal(people(a), people(b))
}

// some reports whether only some are here of several who are on call there.
func some(have, want []string) bool {
	others := slices.ContainsFunc(have, func(who string) bool { return !slices.Contains(want, who) })
	return len(want) > 1 && len(have) > 0 && !others
}

// onCallBy returns who is on call by what another program read: those of the highest level, of whom one that does not recur
// stands in for those that do.
func onCallBy(rows [][]any, at time.Time) []string {
	var want []string
	best := -1
	for _, r := range rows {
		begin, end := int64(r[0].(float64)), int64(r[1].(float64))
		if at.Unix() < begin || at.Unix() >= end {
			continue
		}
		who, rank := strings.ToLower(r[2].(string)), 0
		if m := level.FindStringSubmatch(who); m != nil {
			rank = 2 * int(m[1][0]-'0')
			who = level.ReplaceAllString(who, "")
		}
		if strings.HasPrefix(r[3].(string), "once") {
			rank++
		}
		if rank > best {
			want, best = nil, rank
		}
		if rank == best && !slices.Contains(want, who) {
			want = append(want, who)
		}
	}
	return want
}

// A drawing is a calendar that is drawn.
type drawing struct {
	*rand.Rand
	strings.Builder
	zone  string
	ends  bool // one of those who take turns
	exact bool // layers and overrides can say the same
}

// newDrawing draws a rotation of some people, who have all of their turns or a part of each, with occurrences that were cancelled,
// moved or given to somebody else, ends and pauses; and what else is in calendars.
func newDrawing(r *rand.Rand) *drawing {
	d := &drawing{Rand: r, zone: []string{"Europe/Berlin", "America/New_York", "UTC", "Australia/Lord_Howe"}[r.IntN(4)], exact: true}
	days := []int{1, 7, 7, 14}[r.IntN(4)]
	lasts := time.Duration(days) * 24 * time.Hour
	if r.IntN(3) == 0 {
		lasts -= time.Duration([]int{16, 2, 24 * (days / 3), 63 * (days / 7)}[r.IntN(4)]) * time.Hour
	}
	n := 1 + r.IntN(3)
	d.line("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nX-WR-CALNAME:s")
	if shown := []string{d.zone, "Europe/Paris"}[r.IntN(2)]; d.zone != "UTC" { // the other program moves what is in UTC there
		d.line("X-WR-TIMEZONE:" + shown)
	}
	start := time.Date(2026, 1, 5+r.IntN(7), 9, 0, 0, 0, time.UTC)
	prefix := []string{"", "", "[L1] "}[r.IntN(3)]
	for i := range n {
		d.turn(fmt.Sprint(i), prefix, i, n, days, lasts, start.AddDate(0, 0, i*days))
	}
	d.besides(prefix, start)
	return d
}

func (d *drawing) line(text string) { d.WriteString(text + "\r\n") }

func (d *drawing) text() string { return d.String() + "END:VCALENDAR\r\n" }

func (d *drawing) stamp(name string, at time.Time) string {
	if d.zone == "UTC" {
		return name + ":" + at.Format("20060102T150405Z") + "\r\n"
	}
	return name + ";TZID=" + d.zone + ":" + at.Format("20060102T150405") + "\r\n"
}

func (d *drawing) entry(uid, who, more string, at time.Time, lasts time.Duration) {
	d.line("BEGIN:VEVENT\r\nUID:" + uid + "\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:" + who)
	d.line(d.stamp("DTSTART", at) + d.stamp("DTEND", at.Add(lasts)) + more + "END:VEVENT")
}

// turn draws the series of the i-th of n who take turns of some days, and its exceptions.
func (d *drawing) turn(uid, prefix string, i, n, days int, lasts time.Duration, begin time.Time) {
	who := prefix + []string{"Ana", "Bo", "Cy"}[i]
	freq, every := "DAILY", n*days
	if days%7 == 0 {
		freq, every = "WEEKLY", n*days/7
	}
	rule := fmt.Sprintf("RRULE:FREQ=%s;INTERVAL=%d", freq, every)
	switch d.IntN(5) {
	case 0:
		rule += fmt.Sprintf(";COUNT=%d", 1+d.IntN(20))
		d.ends = true
	case 1:
		rule += ";UNTIL=" + begin.AddDate(0, 0, d.IntN(170)).Format("20060102T150405Z")
		d.ends = true
	}
	occurrence := func() time.Time {
		return begin.AddDate(0, 0, every*d.IntN(30)*map[string]int{"DAILY": 1, "WEEKLY": 7}[freq])
	}
	more := rule + "\r\n"
	switch d.IntN(10) {
	case 0: // an older version of it
		d.entry(uid, prefix+"Old", "SEQUENCE:1\r\n"+rule+"\r\n", begin.Add(-time.Hour), lasts)
		more += "SEQUENCE:2\r\n"
	case 1:
		more += "RRULE:FREQ=WEEKLY;INTERVAL=3\r\n"
		d.exact = false
	}
	for range d.IntN(3) {
		more += d.stamp("EXDATE", occurrence())
	}
	d.entry(uid, who, more, begin, lasts)
	for range d.IntN(3) {
		at := occurrence()
		if strings.Contains(more, d.stamp("EXDATE", at)) || strings.Contains(more, "COUNT") || strings.Contains(more, "UNTIL") {
			continue
		}
		moved := at.Add(time.Duration([]int{0, 0, 3, -5}[d.IntN(4)]) * time.Hour)
		more += d.stamp("EXDATE", at) // so that it is not drawn again
		status := []string{"", "", "STATUS:CANCELLED\r\n"}[d.IntN(3)]
		d.entry(uid, []string{prefix + "Di", who}[d.IntN(2)], d.stamp("RECURRENCE-ID", at)+status+"SEQUENCE:2\r\n", moved, lasts)
	}
}

// besides draws entries that do not recur, of any level, and a series that meets the turns.
func (d *drawing) besides(prefix string, start time.Time) {
	for i := range d.IntN(3) {
		who := []string{"Eve", "Fay"}[i]
		if prefix != "" {
			who = fmt.Sprintf("[L%d] %s", d.IntN(3), who)
		}
		d.entry(fmt.Sprint("once", i), who, "", start.AddDate(0, 2, d.IntN(100)).Add(time.Duration(d.IntN(24))*time.Hour),
			11*time.Hour)
	}
	for i := range max(d.IntN(5)-2, 0) { // some hours of some weeks
		at := prefix
		if prefix != "" {
			at = fmt.Sprintf("[L%d] ", d.IntN(3))
			d.exact = d.exact && !d.ends // what is beneath a pause cannot take over from one who leaves
		}
		begin := start.AddDate(0, 0, d.IntN(14)).Add(time.Duration(d.IntN(16)) * time.Hour) // not in an hour that the clocks skip
		rule := fmt.Sprintf("RRULE:FREQ=WEEKLY;INTERVAL=%d\r\n", 1+d.IntN(3))
		if d.IntN(5) == 0 { // later, and not for long
			begin, rule, d.exact = begin.AddDate(0, 0, 84), strings.Replace(rule, "\r\n", ";COUNT=3\r\n", 1), false
		}
		d.entry(fmt.Sprint("more", i), at+[]string{"Gus", "Hal"}[i], rule, begin, time.Duration([]int{4, 30}[d.IntN(2)])*time.Hour)
	}
	if prefix != "" && d.IntN(3) == 0 { // all the time, below
		d.exact = d.exact && !d.ends
		d.entry("all", "[L0] Ian", "RRULE:FREQ=WEEKLY\r\n", start.AddDate(0, 0, 1), 7*24*time.Hour)
	}
}
