package when

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations/civil"
)

// Span is what was understood. Both times are in the zone that was given.
type Span struct {
	From, To time.Time // half-open
	// Length says that nothing but a length was given, from now on: there is nothing to misread.
	Length bool
	// Notes say what somebody may not expect, each in a sentence without its full stop.
	Notes []string
}

// ErrUnclear says that it is not clear which time is meant.
var ErrUnclear = errors.New("unclear time")

// Unclear is why something was not understood, for whoever wrote it. It wraps [ErrUnclear].
type Unclear struct{ Why string }

func (e *Unclear) Error() string { return e.Why }

// Unwrap returns [ErrUnclear].
func (e *Unclear) Unwrap() error { return ErrUnclear }

func unclear(format string, args ...any) error { return &Unclear{fmt.Sprintf(format, args...)} }

// Forms are examples of what is understood, to be shown with an error.
func Forms() []string {
	return []string{"2h", "until 18:00", "fri 9-17", "fri 18:00..sat 09:00", "tomorrow", "next mon",
		"2026-12-24 09:00..2026-12-27 09:00"}
}

// longest is the longest text that is looked at, in bytes. Nobody writes a longer time.
const longest = 200

// Parse reads a span that is not over. The error is an [Unclear]. What has begun already is cut at now: nobody can be put
// on call for the past.
func Parse(text string, now time.Time, zone *time.Location) (Span, error) {
	r, all, err := newReader(text, now, zone)
	if err != nil {
		return Span{}, err
	}
	s, err := r.span(all)
	switch {
	case err != nil:
		return Span{}, err
	case !s.From.Before(s.To):
		return Span{}, unclear("that would end before it begins: %s .. %s", r.spoken(s.From), r.spoken(s.To))
	case !now.Before(s.To):
		return Span{}, unclear("that is over: it ended %s", r.spoken(s.To))
	case s.From.Before(now):
		s.From = now.In(zone)
		s.Notes = append(s.Notes, "it has already begun, so it counts from now on")
	}
	s.Notes = append(r.notes, s.Notes...)
	return s, nil
}

// Moment reads a point in time, which may be past, or a whole day. Of a point, From and To are the same. The error is an
// [Unclear].
func Moment(text string, now time.Time, zone *time.Location) (Span, error) {
	r, all, err := newReader(text, now, zone)
	if err != nil {
		return Span{}, err
	}
	p, rest, err := r.point(all)
	if err == nil && len(rest) > 0 {
		err = unclear("I do not understand “%s” there", rest[0].text)
	}
	if err != nil {
		return Span{}, err
	}
	if p.given(p.clock) || p.exact() {
		at := r.resolve(p, func(t time.Time) bool { return t.After(now) }, r.today, false)
		return Span{From: at, To: at, Notes: r.notes}, nil
	}
	var to time.Time
	from := r.resolve(p, func(t time.Time) bool { to = r.dayEnd(t); return to.After(now) }, r.today, false)
	return Span{From: from, To: to, Notes: r.notes}, nil
}

// reader turns terms into times. It belongs to one text.
type reader struct {
	now   time.Time
	zone  *time.Location
	today civilDate
	notes []string
}

// newReader cuts a text into terms. A zone that is not known is UTC.
func newReader(text string, now time.Time, zone *time.Location) (*reader, []term, error) {
	if zone == nil {
		zone = time.UTC
	}
	r := &reader{now: now, zone: zone}
	y, m, d := now.In(zone).Date()
	r.today = civilDate{y, m, d}
	if len(text) > longest {
		return nil, nil, unclear("that is too long for a time")
	}
	all := lex(text)
	if len(all) == 0 {
		return nil, nil, unclear("no time was given")
	}
	return r, all, nil
}

// spoken is an instant on the writer's clock, for errors.
func (r *reader) spoken(t time.Time) string { return t.In(r.zone).Format("Mon 2 Jan 2006 15:04") }

// span reads all forms of a span.
func (r *reader) span(all []term) (Span, error) {
	if all[0].kind == forTerm {
		all = all[1:]
	}
	if len(all) > 0 && all[0].kind == lengthTerm {
		if len(all) > 1 {
			return Span{}, unclear("I do not understand “%s” after a length", all[1].text)
		}
		to, err := r.after(r.now, all[0].part)
		return Span{From: r.now.In(r.zone), To: to, Length: true}, err
	}
	if len(all) > 0 && all[0].kind == untilTerm || len(all) > 0 && all[0].kind == sepTerm {
		return r.until(all[1:])
	}
	start, rest, err := r.point(all)
	if err != nil {
		return Span{}, err
	}
	switch {
	case len(rest) == 0:
		return r.alone(start)
	case rest[0].kind == forTerm && len(rest) == 2 && rest[1].kind == lengthTerm:
		return r.lasting(start, rest[1].part)
	case rest[0].kind == sepTerm, rest[0].kind == untilTerm:
		end, over, err := r.point(rest[1:])
		if err == nil && len(over) > 0 {
			err = unclear("I do not understand “%s” there", over[0].text)
		}
		if err != nil {
			return Span{}, err
		}
		return r.between(start, end), nil
	}
	return Span{}, unclear("I do not understand “%s” there", rest[0].text)
}

// until is from now on.
func (r *reader) until(terms []term) (Span, error) {
	end, rest, err := r.point(terms)
	if err == nil && len(rest) > 0 {
		err = unclear("I do not understand “%s” there", rest[0].text)
	}
	if err != nil {
		return Span{}, err
	}
	return Span{From: r.now.In(r.zone), To: r.end(end, r.now, r.today)}, nil
}

// alone is a day as a whole.
func (r *reader) alone(p point) (Span, error) {
	if p.given(p.clock) || p.exact() {
		return Span{}, unclear("“%s” is a moment: write “until %s”, or “%s for 2h”", p.text, p.text, p.text)
	}
	var to time.Time
	from := r.resolve(p, func(t time.Time) bool { to = r.dayEnd(t); return to.After(r.now) }, r.today, false)
	return Span{From: from, To: to}, nil
}

// lasting is a span that begins at a point and has a length.
func (r *reader) lasting(start point, length part) (Span, error) {
	var to time.Time
	var err error
	from := r.resolve(start, func(t time.Time) bool {
		to, err = r.after(t, length)
		return err != nil || to.After(r.now)
	}, r.today, false)
	return Span{From: from, To: to}, err
}

// between takes the first begin whose end is not over. In 9-17 fri the day is that of both.
func (r *reader) between(start, end point) Span {
	if !start.given(start.day) && !start.exact() && end.late {
		start.day, end.day = end.day, term{}
	}
	var to time.Time
	from := r.resolve(start, func(t time.Time) bool {
		y, m, d := t.In(r.zone).Date()
		to = r.end(end, t, civilDate{y, m, d})
		return to.After(r.now)
	}, r.today, false)
	return Span{From: from, To: to}
}

// end is the first end after a begin, which is on that day. An end that says today or next fri is counted from today, and
// not from the begin.
func (r *reader) end(p point, from time.Time, day civilDate) time.Time {
	if p.day.kind == relTerm || p.day.kind == nextTerm {
		day = r.today
	}
	return r.resolve(p, func(t time.Time) bool { return t.After(from) }, day, !p.given(p.clock) && !p.exact())
}

// after adds a length: days on the calendar, then exact time. 1d said before the night in which the clocks change is not 24
// hours.
func (r *reader) after(t time.Time, p part) (time.Time, error) {
	if p.days > 3660 || p.exact > 10*366*24*time.Hour || p.zero() {
		return time.Time{}, unclear("that is too long")
	}
	if p.days > 0 {
		local := t.In(r.zone)
		y, m, d := local.Date()
		c := civil.Of(time.Date(y, m, d+p.days, local.Hour(), local.Minute(), local.Second(), 0, time.UTC))
		t = r.instant(c)
	}
	return t.Add(p.exact).In(r.zone), nil
}

// instant is when a clock in the zone first shows c. It notes what is unusual about it.
func (r *reader) instant(c civil.Time) time.Time {
	at := c.In(r.zone)
	shown := strings.Replace(c.String(), "T", " ", 1)
	_, before := at.Zone()
	// no zone sets its clocks back by more
	later := at.Add(3 * time.Hour)
	_, after := later.Zone()
	switch repeated := at.Add(time.Duration(before-after) * time.Second); {
	case civil.Of(at) != c:
		r.note(fmt.Sprintf("%s is skipped there by a clock change; %s counts", shown, at.Format("15:04")))
	case before > after && civil.Of(repeated) == c:
		r.note(fmt.Sprintf("%s comes twice there because of a clock change; the first counts", shown))
	}
	return at
}

// note keeps a note, once.
func (r *reader) note(text string) {
	if !slices.Contains(r.notes, text) {
		r.notes = append(r.notes, text)
	}
}
