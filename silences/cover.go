package silences

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/match"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/text"
)

// A Subject is what may be covered: an alarm, the service that it is about, and the topic that told of it, if that is known.
type Subject struct {
	Alarm   *incidents.Alarm
	Service string
	Topic   string
}

// A Cover is what a silence is about: the alarms of a service, those that match, or those of both.
type Cover struct {
	Service string `json:"service,omitempty"`
	match.Match
}

// LongestPattern is how long a pattern may be, in bytes. People write it in chat, and each alarm is held against it.
const LongestPattern = 255

// Fits reports whether a subject is covered.
func (c Cover) Fits(s Subject) bool {
	if c.Service != "" && c.Service != s.Service {
		return false
	}
	if c.Match == (match.Match{}) {
		return c.Service != ""
	}
	_, fits := c.Match.Fits(s.Alarm, s.Topic)
	return fits
}

// Everything is the cover of all alarms.
func Everything() Cover { return Cover{Match: match.Match{Alarm: "*"}} }

// Check says why a cover cannot be meant: it is about nothing, too long, or about everything in other words than [Everything]'s.
func (c Cover) Check() error {
	if c == Everything() {
		return nil
	}
	if c == (Cover{}) {
		return ErrNothing
	}
	for _, p := range c.patterns() {
		if len(p) > LongestPattern {
			return ErrTooLongPattern
		}
		if c.Service == "" && strings.Trim(p, "*?=.") == "" && len(c.patterns()) == 1 {
			return ErrEverything
		}
	}
	return nil
}

// patterns are the conditions that there are.
func (c Cover) patterns() []string {
	all := []string{c.Alarm, c.Account, c.Region, c.Dimension, c.Tag, c.Topic}
	return slices.DeleteFunc(all, func(p string) bool { return p == "" })
}

// byName reports whether the name of an alarm and its service are all that counts.
func (c Cover) byName() bool {
	return c.Match == (match.Match{Alarm: c.Alarm})
}

// String is a cover for people.
func (c Cover) String() string {
	if c == Everything() {
		return "everything"
	}
	var parts []string
	for _, p := range []struct{ name, value string }{
		{"service ", c.Service}, {"", c.Alarm}, {"account ", c.Account}, {"region ", c.Region}, {"dimension ", c.Dimension},
		{"tag ", c.Tag}, {"topic ", c.Topic},
	} {
		if p.value != "" {
			parts = append(parts, p.name+text.Line(p.value))
		}
	}
	return strings.Join(parts, ", ")
}

// fits reports whether one of the covers fits.
func fits(all []Cover, s Subject) bool {
	return slices.ContainsFunc(all, func(c Cover) bool { return c.Fits(s) })
}
