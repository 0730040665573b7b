package config

import (
	"time"

	"github.com/oncalm/oncalm/rotations"
)

// turn reads who takes a turn of a layer: a member, or a list of members who take it
// together.
func (r *reader) turn(c *Config, l *rotations.Layer, v value) {
	var people []string
	var terms []rotations.Term
	add := func(v value) {
		person, term := r.member(c, v)
		people, terms = append(people, person), append(terms, term)
	}
	if v.kind == sequence {
		r.list(v, "people", add)
	} else {
		add(v)
	}
	l.People, l.Terms = append(l.People, people), append(l.Terms, terms)
}

// shadow reads somebody who only gets the notices of a layer.
func (r *reader) shadow(c *Config, l *rotations.Layer, v value) {
	person, term := r.member(c, v)
	l.Shadows = append(l.Shadows, rotations.Shadow{Person: person, Term: term})
}

// member reads a person, or one with the dates from which and until which they take
// part.
func (r *reader) member(c *Config, v value) (person string, term rotations.Term) {
	if v.kind != mapping {
		return r.somebody(c, v), term
	}
	named := false
	r.mapping(v,
		entry{"person", func(v value) { person, named = r.somebody(c, v), true }},
		entry{"from", func(v value) { term.From = r.day(v) }},
		entry{"until", func(v value) { term.Until = r.day(v) }},
	)
	if !named {
		r.unlessFaulty(v.key, "it says from when until when, but not who", "add person:")
	}
	return person, term
}

// somebody reads the name of a person, or nobody.
func (r *reader) somebody(c *Config, v value) string {
	if v.kind == scalar && v.text == rotations.Nobody {
		return rotations.Nobody
	}
	return r.person(c, v)
}

// day reads a date, which means its midnight, or a local date and time.
func (r *reader) day(v value) rotations.Civil {
	const wanted = "a date such as 2026-03-01, or a local time such as 2026-03-01T09:00"
	s, ok := r.filled(v, wanted)
	if !ok {
		return 0
	}
	if date, err := time.Parse(time.DateOnly, s); err == nil && date.Year() > 0 {
		return rotations.CivilOf(date)
	}
	t, err := rotations.ParseCivil(s)
	if err != nil {
		r.errorf(v, "expected "+wanted, "%s is not a date", quote(v.text))
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
