package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/text"
)

// Entry is a shift in a calendar.
type Entry struct {
	UID         string
	Summary     string // one line
	Description string // lines
	From, To    time.Time
}

// Span says which shifts are wanted: those that have a part between From and To.
type Span struct {
	From, To time.Time
	// Cut leaves of the first and the last shift only what lies in the span. Their UIDs are those of the whole shifts.
	Cut bool
}

// OfSchedule returns the shifts of a schedule, all people of a shift in one entry. The overrides count as in
// [rotations.Schedule.OnCall].
func OfSchedule(s rotations.Schedule, overrides []rotations.Override, span Span) []Entry {
	var all []Entry
	for _, w := range whole(s, overrides, span) {
		e := w.entry(s, w.People)
		e.UID = uid("schedule", s.Name, w.Layer, w.begin())
		e.Summary = strings.Join(clean(w.People), ", ") + " on call: " + line(s.Name)
		all = append(all, e)
	}
	return all
}

// OfPerson returns the shifts of one person in a schedule.
func OfPerson(person string, s rotations.Schedule, overrides []rotations.Override, span Span) []Entry {
	if !takesPart(person, s, overrides) {
		return nil
	}
	var all []Entry
	for _, w := range whole(s, overrides, span) {
		if !slices.Contains(w.People, person) {
			continue
		}
		e := w.entry(s, slices.DeleteFunc(slices.Clone(w.People), func(p string) bool { return p == person }))
		e.UID = uid("person", s.Name, w.Layer, w.begin(), person)
		e.Summary = "On call: " + line(s.Name)
		all = append(all, e)
	}
	return all
}

// takesPart reports whether a person can be on call in a schedule at all, which is cheaper to know than when.
func takesPart(person string, s rotations.Schedule, overrides []rotations.Override) bool {
	for _, l := range s.Layers {
		if slices.ContainsFunc(l.People, func(turn []string) bool { return slices.Contains(turn, person) }) {
			return true
		}
	}
	return slices.ContainsFunc(overrides, func(o rotations.Override) bool { return o.Person == person })
}

// A shift with its bounds before it was cut.
type wholeShift struct {
	rotations.Shift
	from time.Time            // the zero time if it has no begin
	void []rotations.Override // that would have a part in it, and do not count
}

func (w wholeShift) begin() string { return strconv.FormatInt(w.from.Unix(), 10) }

// whole lists the shifts of a span.
func whole(s rotations.Schedule, overrides []rotations.Override, span Span) []wholeShift {
	shifts := s.Shifts(span.From, span.To, overrides)
	all := make([]wholeShift, len(shifts))
	for i, sh := range shifts {
		all[i] = wholeShift{sh, sh.From, s.Voided(sh.From, sh.To, overrides)}
		first, last := sh.From.Equal(span.From), sh.To.Equal(span.To)
		if !first && !last {
			continue
		}
		a := s.At(sh.From, overrides)
		all[i].from = a.From
		if first && !span.Cut && !a.From.IsZero() {
			all[i].From = a.From
		}
		if last && !span.Cut && !a.To.IsZero() {
			all[i].To = a.To
		}
	}
	return all
}

// entry returns what both kinds of calendars say of a shift. others are the people whom the summary does not name, if any.
func (w wholeShift) entry(s rotations.Schedule, others []string) Entry {
	lines := []string{
		fmt.Sprintf("%s to %s (%s)", spoken(w.From), spoken(w.To), zone(s)),
		"Schedule " + line(s.Name) + w.turn(),
	}
	if len(others) > 0 && len(others) < len(w.People) {
		lines = append(lines, "Together with "+strings.Join(clean(others), ", "))
	}
	if o := w.Override; o != nil {
		whom := "everybody"
		if o.For != "" {
			whom = line(o.For)
		}
		lines = append(lines, fmt.Sprintf("Override: %s stands in for %s", line(o.Person), whom))
	}
	for _, o := range w.void {
		lines = append(lines, line(fmt.Sprintf("An override for %s until %s is ignored: %s", o.Person,
			spoken(o.To.In(w.From.Location())), o.Void)))
	}
	return Entry{Description: strings.Join(lines, "\n"), From: w.From, To: w.To}
}

func (w wholeShift) turn() string {
	if w.Number == 0 {
		return ""
	}
	return fmt.Sprintf(", layer %s, shift %d", line(w.Layer), w.Number)
}

func spoken(t time.Time) string { return t.Format("Mon 2006-01-02 15:04 MST") }

func zone(s rotations.Schedule) string {
	if s.Zone == nil {
		return "UTC"
	}
	return s.Zone.String()
}

// uid makes an identity of parts, and says nothing of them.
func uid(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		_, _ = fmt.Fprintf(h, "%d:%s,", len(p), p) // a hash takes everything
	}
	return hex.EncodeToString(h.Sum(nil)[:16]) + "@oncalm"
}

// longest is how many characters of a name are shown.
const longest = 200

func line(name string) string { return text.Clip(text.Line(name), longest) }

func clean(names []string) []string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = line(n)
	}
	return all
}
