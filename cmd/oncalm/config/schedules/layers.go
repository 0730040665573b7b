package schedules

import (
	"slices"
	"strconv"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// layer reads who takes turns, and when. Whether its parts go together, [rotations.Schedule.Validate] says.
func layer(v reading.Value) rotations.Layer {
	var l rotations.Layer
	v.Mapping(
		reading.Key("name", reading.SetText(&l.Name, "the layer's name")),
		reading.Key("people", func(v reading.Value) {
			v.List("people", func(v reading.Value) { turn(v, &l) })
		}),
		reading.Key("start", func(v reading.Value) { l.Start, _ = localTime(v) }),
		reading.Key("shift", func(v reading.Value) {
			l.Shift, _ = parsed(v, rotations.ParseLength, "not a shift length", "a length such as 12h, 1d, 1w or 1mo")
		}),
		reading.Key("only", func(v reading.Value) { l.Only = windows(v) }),
		reading.Key("holidays", func(v reading.Value) {
			rule, _ := v.OneOf(string(rotations.HolidaysOnly), string(rotations.HolidaysExcept))
			l.Holidays = rotations.DayRule(rule)
		}),
		reading.Key("shadow", func(v reading.Value) {
			v.List("people", func(v reading.Value) {
				person, term := member(v)
				l.Shadows = append(l.Shadows, rotations.Shadow{Person: person, Term: term})
			})
		}),
	)
	// no terms is what package rotations has for most layers, and is quicker to look at
	if always(l.Terms) {
		l.Terms = nil
	}
	v.File.Later(func() { repeats(v, l.People) })
	return l
}

// maxWindows bounds the windows of a layer: each is looked at wherever somebody asks who is on call.
const maxWindows = 200

// windows reads when in the week a layer counts.
func windows(v reading.Value) []civil.Window {
	if len(v.Items()) > maxWindows {
		v.Errorf("join those that follow each other",
			"%s has %d windows; %d are the most", v.Key, len(v.Items()), maxWindows)
		return nil
	}
	var all []civil.Window
	v.List(`windows such as {days: mon-fri, from: "09:00", to: "17:00"}`, func(v reading.Value) {
		if w, ok := window(v); ok {
			all = append(all, w)
		}
	})
	return all
}

// window reads days and two times of day.
func window(v reading.Value) (civil.Window, bool) {
	var on, from, to string
	v.Mapping(
		reading.Key("days", func(v reading.Value) { on = days(v) }),
		reading.Key("from", func(v reading.Value) { from = clock(v) }),
		reading.Key("to", func(v reading.Value) { to = clock(v) }),
	)
	if v.Kind() != reading.Mapping || v.Faulty() {
		return civil.Window{}, false
	}
	w, err := rotations.ParseWindow(on, from, to)
	if err != nil {
		unparsed(v, err, "not a window of the week", `one such as {days: mon-fri, from: "09:00", to: "17:00"}`)
	}
	return w, err == nil
}

// turn reads who takes a turn of a layer: a member, or a list of members who take it together. Terms stand beside the
// people, at the same places.
func turn(v reading.Value, l *rotations.Layer) {
	var people []string
	var terms []rotations.Term
	add := func(v reading.Value) {
		person, term := member(v)
		people, terms = append(people, person), append(terms, term)
	}
	if v.Kind() == reading.Sequence {
		v.List("people", add)
	} else {
		add(v)
	}
	l.People, l.Terms = append(l.People, people), append(l.Terms, terms)
}

// member reads a person, or one with the dates from which and until which they take part. A turn stays when somebody leaves
// (docs/decisions/0012): the date says who takes it, and not how many turns there are.
func member(v reading.Value) (who string, term rotations.Term) {
	if v.Kind() != reading.Mapping {
		return somebody(v), term
	}
	v.Mapping(
		reading.Key("person", func(v reading.Value) { who = somebody(v) }),
		reading.Key("from", func(v reading.Value) { term.From = day(v) }),
		reading.Key("until", func(v reading.Value) { term.Until = day(v) }),
	)
	if !v.Has("person") {
		v.Lacks("add person:", "it says from when until when, but not who")
	}
	return who, term
}

// somebody reads the name of a person, or nobody.
func somebody(v reading.Value) string {
	if v.Text() == rotations.Nobody {
		return rotations.Nobody
	}
	return person(v)
}

// person reads the name of a person.
func person(v reading.Value) string {
	name, ok := v.Filled("the name of a person")
	if ok {
		v.Refer("person", name)
	}
	return name
}

// always reports whether everybody takes part in a layer all the time.
func always(terms [][]rotations.Term) bool {
	for _, turn := range terms {
		for _, t := range turn {
			if t != (rotations.Term{}) {
				return false
			}
		}
	}
	return true
}

// repeats warns of people who take several turns of a layer. It may be meant, so that
// somebody is on call more often than others; more often a name was not replaced where
// it should have been. Turns with dates are left out: somebody may go and come back.
func repeats(layer reading.Value, turns [][]string) {
	first := map[string]int{}
	for n, turn := range turns {
		at, read := layer.File.Look(layer.Key + ".people[" + strconv.Itoa(n) + "]")
		if !read || hasDates(at) {
			continue
		}
		for _, person := range turn {
			before, again := first[person]
			switch {
			case !at.File.Knows("person", person):
			case !again:
				first[person] = n
			case before != n:
				at.Warnf("name somebody else, unless that is intended",
					"%s takes turn %d of the layer already", person, before+1)
			}
		}
	}
}

// hasDates reports whether somebody takes a turn for some time only.
func hasDates(turn reading.Value) bool {
	return turn.Kind() == reading.Mapping || slices.ContainsFunc(turn.Items(), func(v reading.Value) bool {
		return v.Kind() == reading.Mapping
	})
}
