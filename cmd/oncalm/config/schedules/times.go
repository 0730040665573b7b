package schedules

import (
	"fmt"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/rotations/civil"
)

// localTime reads a local date and time.
func localTime(v reading.Value) (civil.Time, bool) {
	const wanted = "a local date and time such as 2026-01-05T09:00"
	return parsed(v, civil.Parse, "not a local date and time", wanted)
}

// moment reads a local time of a zone, and when that is. A time that the clocks skip is the next one that there is; of one
// that they repeat it is the first (see [civil.Time.In]).
func moment(v reading.Value, zone *time.Location) (civil.Time, time.Time) {
	t, ok := localTime(v)
	if !ok {
		return t, time.Time{}
	}
	return t, t.In(zone)
}

// day reads a date, which means its midnight, or a local date and time.
func day(v reading.Value) civil.Time {
	const wanted = "a date such as 2026-03-01, or a local time such as 2026-03-01T09:00"
	s, ok := v.Filled(wanted)
	if !ok {
		return 0
	}
	if date, err := time.Parse(time.DateOnly, s); err == nil && date.Year() > 0 {
		return civil.Of(date)
	}
	t, err := civil.Parse(s)
	if err != nil {
		v.Errorf("expected "+wanted, "%s is not a date", reading.Quote(v.Text()))
	}
	return t
}

// days reads days of the week: mon-fri, or a list of such. It goes back to text, since [rotations.ParseWindow] reads all
// three parts together.
func days(v reading.Value) string {
	const wanted = "days such as mon-fri or sat,sun"
	if v.Kind() == reading.Sequence {
		var all []string
		v.List(wanted, func(v reading.Value) { all = append(all, days(v)) })
		return strings.Join(all, ",")
	}
	if days, ok := parsed(v, civil.ParseDays, "not days of the week", wanted); ok {
		return days.String()
	}
	return ""
}

// clock reads a time of day.
func clock(v reading.Value) string {
	const wanted = `a time of day in quotes, such as "09:00"`
	if clock, ok := parsed(v, civil.ParseClock, "not a time of day", wanted); ok {
		return clock.String()
	}
	return ""
}

// parsed reads a text that is not empty, as parse does. It reports what is not what was wanted.
func parsed[T any](v reading.Value, parse func(string) (T, error), what, wanted string) (t T, ok bool) {
	s, ok := v.Filled(wanted)
	if !ok {
		return t, false
	}
	t, err := parse(s)
	if err != nil {
		unparsed(v, err, what, wanted)
	}
	return t, err == nil
}

// unparsed reports what could not be parsed, in the words of err unless these could show the value behind a
// [reading.Reference]. Such a value may be a secret.
func unparsed(v reading.Value, err error, what, wanted string) {
	subject, shown := "", v.Key
	if v.Kind() == reading.Scalar {
		subject = reading.Quote(v.Text())
		shown = subject
	}
	rest, named := strings.CutPrefix(err.Error(), subject)
	text, remedy, ok := strings.Cut(rest, ": ")
	if v.Refers() || !ok {
		v.Errorf("expected "+wanted, "%s is %s", shown, what)
		return
	}
	if named {
		text = subject + text
	}
	v.Errorf(remedy, "%s", text)
}

// latest is the later of two times.
func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// earliest is the earlier of two times.
func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// spoken gives an instant as the local clock shows it, and in UTC. People compare the one with their calendar and the other
// with logs.
func spoken(t time.Time) string {
	return fmt.Sprintf("%s (%s)", t.Format("Mon 2006-01-02 15:04 MST"), t.UTC().Format("2006-01-02T15:04Z"))
}

// more says how many others there are besides the one that is named.
func more(n int, until time.Time) string {
	switch n {
	case 0:
		return ""
	case 1:
		return ", and once more until " + until.Format(time.DateOnly)
	}
	return fmt.Sprintf(", and %d more times until %s", n, until.Format(time.DateOnly))
}
