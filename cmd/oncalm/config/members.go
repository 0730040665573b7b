package config

import (
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// turn reads who takes a turn of a layer: a member, or a list of members who take it
// together.
func (r *reader) turn(c *Config, l *rotations.Layer, v reading.Value) {
	var people []string
	var terms []rotations.Term
	add := func(v reading.Value) {
		person, term := r.member(c, v)
		people, terms = append(people, person), append(terms, term)
	}
	if v.Kind == reading.Sequence {
		r.List(v, "people", add)
	} else {
		add(v)
	}
	l.People, l.Terms = append(l.People, people), append(l.Terms, terms)
}

// shadow reads somebody who only gets the notices of a layer.
func (r *reader) shadow(c *Config, l *rotations.Layer, v reading.Value) {
	person, term := r.member(c, v)
	l.Shadows = append(l.Shadows, rotations.Shadow{Person: person, Term: term})
}

// member reads a person, or one with the dates from which and until which they take
// part.
func (r *reader) member(c *Config, v reading.Value) (person string, term rotations.Term) {
	if v.Kind != reading.Mapping {
		return r.somebody(c, v), term
	}
	named := false
	r.Mapping(v,
		reading.Key("person", func(v reading.Value) { person, named = r.somebody(c, v), true }),
		reading.Key("from", func(v reading.Value) { term.From = r.day(v) }),
		reading.Key("until", func(v reading.Value) { term.Until = r.day(v) }),
	)
	if !named {
		r.unlessFaulty(v.Key, "it says from when until when, but not who", "add person:")
	}
	return person, term
}

// somebody reads the name of a person, or nobody.
func (r *reader) somebody(c *Config, v reading.Value) string {
	if v.Kind == reading.Scalar && v.Text == rotations.Nobody {
		return rotations.Nobody
	}
	return r.person(c, v)
}

// day reads a date, which means its midnight, or a local date and time.
func (r *reader) day(v reading.Value) civil.Time {
	const wanted = "a date such as 2026-03-01, or a local time such as 2026-03-01T09:00"
	s, ok := r.Filled(v, wanted)
	if !ok {
		return 0
	}
	if date, err := time.Parse(time.DateOnly, s); err == nil && date.Year() > 0 {
		return civil.Of(date)
	}
	t, err := civil.Parse(s)
	if err != nil {
		r.Errorf(v, "expected "+wanted, "%s is not a date", reading.Quote(v.Text))
	}
	return t
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
