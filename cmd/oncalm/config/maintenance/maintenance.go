// Package maintenance reads when nobody is to be paged for what: once, or at times of the week on the clock of a zone.
//
// What it makes are rules of package silences, which works out the windows. A maintenance needs a name, since people end
// one by it in chat, and since the silence of a window is found again by it after a restart or a reload. The zone is asked
// for and never guessed: a server is often in another one than its people.
package maintenance

import (
	"errors"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/config/patterns"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/services"
	"github.com/oncalm/oncalm/cmd/oncalm/config/zones"
	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/text"
)

const (
	// mostRules bounds what each alarm may be held against.
	mostRules  = 50
	mostCovers = 50
	longestWhy = 200
)

// such is a maintenance as an example, for whoever wrote something else. Times of day are in quotes: YAML 1.1 reads 22:00
// as the number 1320.
const such = `{name: nightly, match: [{name: "batch-*"}], zone: Europe/Berlin, days: mon-sun, from: "02:00", to: "04:00"}`

// Section returns the reader of the section maintenance.
func Section(to *[]silences.Rule) func(reading.Value) {
	return func(v reading.Value) {
		names := map[string]int{}
		v.List("maintenance such as "+such, func(v reading.Value) {
			r, ok := rule(v)
			if first, taken := names[r.Name]; taken && r.Name != "" {
				v.In("name").Errorf("give it another name", "line %d already has a maintenance %s", first, reading.Quote(r.Name))
				return
			}
			if names[r.Name] = v.Line(); ok {
				*to = append(*to, r)
			}
		})
		if n := len(*to); n > mostRules {
			v.Errorf("join those with the same times", "there are %d maintenances; %d are the most", n, mostRules)
		}
	}
}

// times are when a maintenance takes place, as they stand in the file. They are counted as they are read, and judged
// together at the end, since keys come in any order.
type times struct {
	days       civil.Days
	from, to   civil.Time
	opens      civil.Clock
	closes     civil.Clock
	clocks     int // how many of from and to are times of day
	dates      int // and how many are dates
	daysAreSet bool
}

// rule reads one maintenance. All that it lacks is said at once; its times are judged only if all else is sound, so that
// one mistake is not reported twice.
func rule(v reading.Value) (silences.Rule, bool) {
	r := silences.Rule{End: silences.EndPage}
	t := times{days: civil.EveryDay}
	v.Mapping(
		reading.Key("name", name(&r.Name)),
		reading.Key("match", func(v reading.Value) { r.Covers = covers(v) }),
		reading.Key("reason", func(v reading.Value) {
			if s, ok := v.Filled("why, for the cards"); ok {
				r.Why = text.Clip(text.Line(s), longestWhy)
			}
		}),
		reading.Key("zone", func(v reading.Value) { r.Zone = zones.Read(v) }),
		reading.Key("days", func(v reading.Value) {
			t.daysAreSet = true
			t.days = days(v)
		}),
		reading.Key("from", t.border(&t.from, &t.opens)),
		reading.Key("to", t.border(&t.to, &t.closes)),
		reading.Key("end", func(v reading.Value) {
			s, _ := v.OneOf(string(silences.EndPage), string(silences.EndResolve))
			r.End = silences.End(s)
		}),
	)
	if v.Kind() != reading.Mapping {
		return r, false
	}
	for _, needed := range []struct{ key, remedy string }{
		{"name", "add name: by which people know it"}, {"match", `add match: with what it covers, such as [{name: "batch-*"}]`},
		{"zone", "add zone: on whose clock it is, such as Europe/Berlin"}, {"from", "add from:"}, {"to", "add to:"},
	} {
		if !v.Has(needed.key) {
			v.Errorf(needed.remedy, "the maintenance has no %s", needed.key)
		}
	}
	if !v.Faulty() {
		t.into(&r, v)
	}
	return r, !v.Faulty()
}

// name reads by what a maintenance is known, in chat, too. It is part of a key of the store, so it has few kinds of
// characters.
func name(to *string) func(reading.Value) {
	return func(v reading.Value) {
		s, ok := v.Filled("a name such as nightly")
		switch {
		case !ok:
		case len(s) > 64 || strings.ContainsFunc(s, odd):
			v.Errorf("use letters, digits, '.', '_' and '-', at most 64", "%s cannot be the name of a maintenance",
				reading.Quote(v.Text()))
		default:
			*to = s
		}
	}
}

func odd(r rune) bool {
	return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", r)
}

// days reads days of the week; none if they cannot be read, which is reported.
func days(v reading.Value) civil.Days {
	const wanted = "days such as mon-fri or sat,sun"
	s, ok := v.Filled(wanted)
	if !ok {
		return 0
	}
	all, err := civil.ParseDays(s)
	if err != nil {
		v.Errorf("expected "+wanted, "%s is not days of the week", reading.Quote(v.Text()))
	}
	return all
}

// border reads a time of day, or a local date and time. A mapping may have one of each, which only [times.into] can tell.
func (t *times) border(date *civil.Time, clock *civil.Clock) func(reading.Value) {
	const wanted = `a time of day in quotes, such as "02:00", or once a local time such as 2026-12-01T02:00`
	return func(v reading.Value) {
		s, ok := v.Filled(wanted)
		if !ok {
			return
		}
		if c, err := civil.ParseClock(s); err == nil {
			*clock = c
			t.clocks++
			return
		}
		c, err := civil.Parse(s)
		if err != nil {
			v.Errorf("expected "+wanted, "%s is not a time", reading.Quote(v.Text()))
			return
		}
		*date = c
		t.dates++
	}
}

// into puts the times into a rule, if they go together.
//
// Times of day make a window on each of the days, which may go over midnight. Dates make one span, on which the clock may
// change in between.
func (t *times) into(r *silences.Rule, v reading.Value) {
	switch {
	case t.clocks == 1:
		v.Errorf(`give both a time of day, as in from: "02:00" and to: "04:00", or both a date`,
			"one of from and to is a time of day, and the other is a date")
	case t.clocks == 2:
		r.Window = civil.Window{Days: t.days, From: t.opens, To: t.closes}
		if !r.Window.Valid() {
			v.Errorf(`let it end at another time; a whole day is from: "00:00" to: "24:00"`, "the maintenance is never open")
		}
	case t.daysAreSet:
		v.In("days").Errorf("remove days, or give times of day", "from and to are dates: it takes place only once")
	default:
		t.once(r, v)
	}
}

// once is a maintenance with dates.
func (t *times) once(r *silences.Rule, v reading.Value) {
	// a time that the clocks skip is the next one that there is
	r.From, r.To = t.from.In(r.Zone), t.to.In(r.Zone)
	switch {
	case !r.From.Before(r.To):
		v.In("to").Errorf("let it end after it begins", "the maintenance ends before it begins")
	case r.To.Sub(r.From) > silences.Longest:
		v.In("to").Errorf("make several of it, or take the alarms out of their services",
			"the maintenance is longer than 7 days")
	// a warning, since time alone must not make a file wrong that was right
	case !v.File.Now.Before(r.To):
		v.Warnf("remove it", "this maintenance is over and has no effect any more")
	}
}

// covers reads what a maintenance is about. An empty list is an error and not everything: who meant that has to write "*".
func covers(v reading.Value) []silences.Cover {
	var all []silences.Cover
	v.List(`what it covers, such as [{name: "batch-*"}, {service: search}]`, func(v reading.Value) {
		c, ok := cover(v)
		switch {
		case !ok:
		case slices.Contains(all, c):
			v.Warnf("remove one of them", "the same stands there twice")
		default:
			all = append(all, c)
		}
	})
	switch n := len(all); {
	case n > mostCovers:
		v.Errorf("use patterns", "it covers %d things; %d are the most", n, mostCovers)
	case n == 0:
		v.Lacks(`write what it covers, such as [{name: "batch-*"}]; everything is ["*"]`, "the maintenance covers nothing")
	}
	return all
}

// cover reads one thing that is covered: the name of an alarm or a pattern, or a mapping with the conditions that services
// have. The rules for both are those of chat ([silences.Cover.Check]).
func cover(v reading.Value) (c silences.Cover, ok bool) {
	if v.Kind() == reading.Scalar {
		patterns.Name(&c.Alarm)(v)
	} else {
		v.Mapping(append([]reading.Entry{reading.Key("service", func(v reading.Value) {
			if s, ok := v.Filled("the name of a service"); ok {
				c.Service = s
				v.Refer("service", s)
			}
		})}, services.Conditions(&c.Match)...)...)
	}
	if c == (silences.Cover{}) {
		v.Lacks("give at least one of service, name, account, region, dimension, tag, topic",
			"the condition has nothing that an alarm could match")
		return c, false
	}
	switch err := c.Check(); {
	case v.Faulty():
	case errors.Is(err, silences.ErrEverything):
		v.Errorf(`if everything is meant, write "*" alone`, "it fits every alarm")
	case err != nil:
		v.Errorf("shorten it", "the pattern is longer than %d bytes", silences.LongestPattern)
	}
	return c, !v.Faulty()
}
