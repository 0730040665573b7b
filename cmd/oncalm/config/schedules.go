package config

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations"
)

func (r *reader) schedules(c *Config, v value) {
	r.named(v, "schedule", func(name string, key, v value) {
		s := rotations.Schedule{Name: name}
		overrides := value{&node{}, ""}
		r.mapping(v, append(r.ruled(c, name),
			entry{"zone", func(v value) { s.Zone = r.zone(v) }},
			entry{"layers", func(v value) {
				r.list(v, "layers", func(v value) { s.Layers = append(s.Layers, r.layer(c, v)) })
			}},
			entry{"holidays", func(v value) { s.Holidays = r.holidays(v) }},
			entry{"overrides", func(v value) { overrides = v }},
		)...)
		if _, given := r.places[key.key+".zone"]; !given {
			r.errorf(key, "add zone: with one of the tz database, such as Europe/Berlin", "schedule %s has no time zone", name)
			s.Zone = time.UTC
		}
		for _, p := range s.Validate() {
			r.unlessFaulty(key.key+"."+p.Path, p.What, p.Remedy)
		}
		if s.Zone == nil {
			s.Zone = time.UTC
		}
		c.Schedules[name] = s
		r.overrides(c, s, overrides)
		if !r.faulty(key.key) {
			r.covered(s, c.Planned[name], key)
		}
	})
}

// unlessFaulty reports an error at a key, if nothing was said about it before.
func (r *reader) unlessFaulty(key, text, remedy string) {
	if !r.faulty(key) {
		r.report(Error, r.place(key), text, remedy)
	}
}

func (r *reader) layer(c *Config, v value) rotations.Layer {
	var l rotations.Layer
	r.mapping(v,
		entry{"name", r.setText(&l.Name, "the layer's name")},
		entry{"people", func(v value) {
			r.list(v, "people", func(v value) { r.turn(c, &l, v) })
		}},
		entry{"start", func(v value) { l.Start, _ = r.civil(v) }},
		entry{"shift", func(v value) { l.Shift = r.length(v) }},
		entry{"only", func(v value) {
			r.list(v, "windows such as {days: mon-fri, from: \"09:00\", to: \"17:00\"}", func(v value) {
				if w, ok := r.window(v); ok {
					l.Only = append(l.Only, w)
				}
			})
		}},
		entry{"holidays", func(v value) {
			rule, _ := r.oneOf(v, string(rotations.HolidaysOnly), string(rotations.HolidaysExcept))
			l.Holidays = rotations.DayRule(rule)
		}},
		entry{"shadow", func(v value) {
			r.list(v, "people", func(v value) { r.shadow(c, &l, v) })
		}},
	)
	if always(l.Terms) {
		l.Terms = nil
	}
	r.repeats(c, v, l.People)
	return l
}

// person reads the name of a person.
func (r *reader) person(c *Config, v value) string {
	name, ok := r.filled(v, "the name of a person")
	if ok {
		r.refer(v, "person", name, func() []string { return keys(c.People) })
	}
	return name
}

func (r *reader) civil(v value) (rotations.Civil, bool) {
	return parsed(r, v, rotations.ParseCivil, "not a local date and time", "a local date and time such as 2026-01-05T09:00")
}

func (r *reader) length(v value) rotations.Length {
	l, _ := parsed(r, v, rotations.ParseLength, "not a shift length", "a length such as 12h, 1d, 1w or 1mo")
	return l
}

func (r *reader) window(v value) (rotations.Window, bool) {
	var days, from, to string
	r.mapping(v,
		entry{"days", func(v value) { days = r.days(v) }},
		entry{"from", func(v value) { from = r.clock(v) }},
		entry{"to", func(v value) { to = r.clock(v) }},
	)
	if v.kind != mapping || r.faulty(v.key) {
		return rotations.Window{}, false
	}
	w, err := rotations.ParseWindow(days, from, to)
	if err != nil {
		r.unparsed(v, err, "not a window of the week", `one such as {days: mon-fri, from: "09:00", to: "17:00"}`)
	}
	return w, err == nil
}

// days reads days of the week: mon-fri, or a list of such.
func (r *reader) days(v value) string {
	const wanted = "days such as mon-fri or sat,sun"
	if v.kind == sequence {
		var all []string
		r.list(v, wanted, func(v value) { all = append(all, r.days(v)) })
		return strings.Join(all, ",")
	}
	if days, ok := parsed(r, v, rotations.ParseDays, "not days of the week", wanted); ok {
		return days.String()
	}
	return ""
}

func (r *reader) clock(v value) string {
	if clock, ok := parsed(r, v, rotations.ParseClock, "not a time of day", `a time of day in quotes, such as "09:00"`); ok {
		return clock.String()
	}
	return ""
}

// parsed reads a text that is not empty, as parse does. It reports what is not what was wanted.
func parsed[T any](r *reader, v value, parse func(string) (T, error), what, wanted string) (t T, ok bool) {
	s, ok := r.filled(v, wanted)
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
// show the value behind a reference.
func (r *reader) unparsed(v value, err error, what, wanted string) {
	subject := ""
	if v.kind == scalar {
		subject = quote(v.text)
	}
	rest, named := strings.CutPrefix(err.Error(), subject)
	text, remedy, ok := strings.Cut(rest, ": ")
	if v.refers() || !ok {
		r.errorf(v, "expected "+wanted, "%s is %s", shown(v), what)
		return
	}
	if named {
		text = subject + text
	}
	r.report(Error, v, text, remedy)
}

// refers reports whether there is a reference in the value.
func (v value) refers() bool {
	if reference.MatchString(v.text) {
		return true
	}
	return slices.ContainsFunc(v.fields, func(f field) bool { return value{f.value, ""}.refers() })
}

// shown is a value as a problem names it.
func shown(v value) string {
	if v.kind == scalar {
		return quote(v.text)
	}
	return v.key
}

func (r *reader) overrides(c *Config, s rotations.Schedule, list value) {
	r.list(list, "overrides such as {person: bo, for: ana, from: 2026-02-01T09:00, to: 2026-02-02T09:00}", func(v value) {
		o := rotations.Override{Schedule: s.Name}
		var from, to rotations.Civil
		r.mapping(v,
			entry{"person", func(v value) { o.Person = r.somebody(c, v) }},
			entry{"for", func(v value) { o.For = r.person(c, v) }},
			entry{"from", func(v value) { from, o.From = r.moment(s, v) }},
			entry{"to", func(v value) { to, o.To = r.moment(s, v) }},
		)
		if v.kind != mapping {
			return
		}
		if from < to && o.From.Equal(o.To) && !o.From.IsZero() {
			r.errorf(r.place(v.key+".to"), "give times that are there: the clocks show "+rotations.CivilOf(o.To).String()+" next",
				"the clocks of %s skip the time from %s to %s", s.Zone, from, to)
		}
		for _, p := range o.Validate() {
			r.unlessFaulty(v.key+"."+p.Path, p.What, p.Remedy)
		}
		if r.faulty(v.key) {
			return
		}
		if !r.now.Before(o.To) {
			r.warnf(v, "remove it", "this override ended %s and changes nothing any more", spoken(o.To))
		}
		for n, other := range c.Planned[s.Name] {
			if o.From.Before(other.To) && other.From.Before(o.To) && (o.For == "" || other.For == "" || o.For == other.For) {
				r.warnf(v, "where both are in force the later one in the file counts",
					"this override overlaps overrides[%d] from %s to %s", n, spoken(latest(o.From, other.From)), spoken(earliest(o.To, other.To)))
			}
		}
		c.Planned[s.Name] = append(c.Planned[s.Name], o)
	})
}

// moment reads a local time of the schedule's zone, and when that is.
func (r *reader) moment(s rotations.Schedule, v value) (rotations.Civil, time.Time) {
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
