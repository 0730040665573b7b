package config

import (
	"fmt"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/holidays"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

func (r *reader) schedules(c *Config, v reading.Value) {
	r.Named(v, "schedule", func(name string, key, v reading.Value) {
		s := rotations.Schedule{Name: name}
		overrides := reading.At(&reading.Node{}, "")
		r.Mapping(v, append(r.ruled(c, name),
			reading.Key("zone", func(v reading.Value) { s.Zone = r.zone(v) }),
			reading.Key("layers", func(v reading.Value) {
				r.List(v, "layers", func(v reading.Value) { s.Layers = append(s.Layers, r.layer(c, v)) })
			}),
			reading.Key("holidays", func(v reading.Value) { s.Holidays = holidays.Read(r.Reader, v) }),
			reading.Key("overrides", func(v reading.Value) { overrides = v }),
		)...)
		if _, given := r.Places[key.Key+".zone"]; !given {
			r.Errorf(key, "add zone: with one of the tz database, such as Europe/Berlin", "schedule %s has no time zone", name)
			s.Zone = time.UTC
		}
		for _, p := range s.Validate() {
			r.unlessFaulty(key.Key+"."+p.Path, p.What, p.Remedy)
		}
		if s.Zone == nil {
			s.Zone = time.UTC
		}
		c.Schedules[name] = s
		r.overrides(c, s, overrides)
		if !r.Faulty(key.Key) {
			r.covered(s, c.Planned[name], key)
		}
	})
}

// unlessFaulty reports an error at a key, if nothing was said about it before.
func (r *reader) unlessFaulty(key, text, remedy string) {
	if !r.Faulty(key) {
		r.Report(reading.Error, r.Place(key), text, remedy)
	}
}

func (r *reader) layer(c *Config, v reading.Value) rotations.Layer {
	var l rotations.Layer
	r.Mapping(v,
		reading.Key("name", r.SetText(&l.Name, "the layer's name")),
		reading.Key("people", func(v reading.Value) {
			r.List(v, "people", func(v reading.Value) { r.turn(c, &l, v) })
		}),
		reading.Key("start", func(v reading.Value) { l.Start, _ = r.civil(v) }),
		reading.Key("shift", func(v reading.Value) { l.Shift = r.length(v) }),
		reading.Key("only", func(v reading.Value) { r.windows(&l, v) }),
		reading.Key("holidays", func(v reading.Value) {
			rule, _ := r.oneOf(v, string(rotations.HolidaysOnly), string(rotations.HolidaysExcept))
			l.Holidays = rotations.DayRule(rule)
		}),
		reading.Key("shadow", func(v reading.Value) {
			r.List(v, "people", func(v reading.Value) { r.shadow(c, &l, v) })
		}),
	)
	if always(l.Terms) {
		l.Terms = nil
	}
	r.repeats(c, v, l.People)
	return l
}

// maxWindows bounds the windows of a layer: each is looked at wherever somebody asks who is on call.
const maxWindows = 200

func (r *reader) windows(l *rotations.Layer, v reading.Value) {
	if len(v.Items) > maxWindows {
		r.Errorf(v, "join those that follow each other", "%s has %d windows; %d are the most", v.Key, len(v.Items), maxWindows)
		return
	}
	r.List(v, "windows such as {days: mon-fri, from: \"09:00\", to: \"17:00\"}", func(v reading.Value) {
		if w, ok := r.window(v); ok {
			l.Only = append(l.Only, w)
		}
	})
}

// person reads the name of a person.
func (r *reader) person(c *Config, v reading.Value) string {
	name, ok := r.Filled(v, "the name of a person")
	if ok {
		r.refer(v, "person", name, func() []string { return keys(c.People) })
	}
	return name
}

func (r *reader) civil(v reading.Value) (civil.Time, bool) {
	return parsed(r, v, civil.Parse, "not a local date and time", "a local date and time such as 2026-01-05T09:00")
}

func (r *reader) length(v reading.Value) rotations.Length {
	l, _ := parsed(r, v, rotations.ParseLength, "not a shift length", "a length such as 12h, 1d, 1w or 1mo")
	return l
}

func (r *reader) window(v reading.Value) (civil.Window, bool) {
	var days, from, to string
	r.Mapping(v,
		reading.Key("days", func(v reading.Value) { days = r.days(v) }),
		reading.Key("from", func(v reading.Value) { from = r.clock(v) }),
		reading.Key("to", func(v reading.Value) { to = r.clock(v) }),
	)
	if v.Kind != reading.Mapping || r.Faulty(v.Key) {
		return civil.Window{}, false
	}
	w, err := rotations.ParseWindow(days, from, to)
	if err != nil {
		r.unparsed(v, err, "not a window of the week", `one such as {days: mon-fri, from: "09:00", to: "17:00"}`)
	}
	return w, err == nil
}

// days reads days of the week: mon-fri, or a list of such.
func (r *reader) days(v reading.Value) string {
	const wanted = "days such as mon-fri or sat,sun"
	if v.Kind == reading.Sequence {
		var all []string
		r.List(v, wanted, func(v reading.Value) { all = append(all, r.days(v)) })
		return strings.Join(all, ",")
	}
	if days, ok := parsed(r, v, civil.ParseDays, "not days of the week", wanted); ok {
		return days.String()
	}
	return ""
}

func (r *reader) clock(v reading.Value) string {
	if clock, ok := parsed(r, v, civil.ParseClock, "not a time of day", `a time of day in quotes, such as "09:00"`); ok {
		return clock.String()
	}
	return ""
}

// parsed reads a text that is not empty, as parse does. It reports what is not what was wanted.
func parsed[T any](r *reader, v reading.Value, parse func(string) (T, error), what, wanted string) (t T, ok bool) {
	s, ok := r.Filled(v, wanted)
	if !ok {
		return t, false
	}
	t, err := parse(s)
	if err != nil {
		r.unparsed(v, err, what, wanted)
	}
	return t, err == nil
}

// unparsed reports what could not be parsed, in the words of err unless these could
// show the value behind a reading.Reference.
func (r *reader) unparsed(v reading.Value, err error, what, wanted string) {
	subject := ""
	if v.Kind == reading.Scalar {
		subject = reading.Quote(v.Text)
	}
	rest, named := strings.CutPrefix(err.Error(), subject)
	text, remedy, ok := strings.Cut(rest, ": ")
	if v.Refers() || !ok {
		r.Errorf(v, "expected "+wanted, "%s is %s", shown(v), what)
		return
	}
	if named {
		text = subject + text
	}
	r.Report(reading.Error, v, text, remedy)
}

// shown is a value as a problem names it.
func shown(v reading.Value) string {
	if v.Kind == reading.Scalar {
		return reading.Quote(v.Text)
	}
	return v.Key
}

func (r *reader) overrides(c *Config, s rotations.Schedule, list reading.Value) {
	var all []placed
	r.List(list, "overrides such as {person: bo, for: ana, from: 2026-02-01T09:00, to: 2026-02-02T09:00}", func(v reading.Value) {
		o := rotations.Override{Schedule: s.Name}
		var from, to civil.Time
		r.Mapping(v,
			reading.Key("person", func(v reading.Value) { o.Person = r.somebody(c, v) }),
			reading.Key("for", func(v reading.Value) { o.For = r.person(c, v) }),
			reading.Key("from", func(v reading.Value) { from, o.From = r.moment(s, v) }),
			reading.Key("to", func(v reading.Value) { to, o.To = r.moment(s, v) }),
		)
		if v.Kind != reading.Mapping {
			return
		}
		if from < to && o.From.Equal(o.To) && !o.From.IsZero() {
			r.Errorf(r.Place(v.Key+".to"), "give times that are there: the clocks show "+civil.Of(o.To).String()+" next",
				"the clocks of %s skip the time from %s to %s", s.Zone, from, to)
		}
		for _, p := range o.Validate() {
			r.unlessFaulty(v.Key+"."+p.Path, p.What, p.Remedy)
		}
		if r.Faulty(v.Key) {
			return
		}
		if !r.Now.Before(o.To) {
			r.Warnf(v, "remove it", "this override ended %s and changes nothing any more", spoken(o.To))
		}
		all = append(all, placed{o, v})
		c.Planned[s.Name] = append(c.Planned[s.Name], o)
	})
	r.overlaps(all)
}

// moment reads a local time of the schedule's zone, and when that is.
func (r *reader) moment(s rotations.Schedule, v reading.Value) (civil.Time, time.Time) {
	t, ok := r.civil(v)
	if !ok {
		return t, time.Time{}
	}
	return t, t.In(s.Zone)
}

func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// spoken gives an instant as the local clock shows it, and in UTC.
func spoken(t time.Time) string {
	return fmt.Sprintf("%s (%s)", t.Format("Mon 2006-01-02 15:04 MST"), t.UTC().Format("2006-01-02T15:04Z"))
}
