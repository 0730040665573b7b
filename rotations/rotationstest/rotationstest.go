// Package rotationstest writes schedules down in tests: parts of them, from the texts that the configuration has. What cannot
// be read makes a test panic, since the test is wrong then.
package rotationstest

import (
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Civil is a time on a wall clock, such as 2026-01-05T09:00.
func Civil(s string) civil.Time { return must(civil.Parse(s)) }

// Zone is a zone of the machine's table, such as Europe/Berlin. Tests that must not depend on the machine import time/tzdata.
func Zone(name string) *time.Location { return must(time.LoadLocation(name)) }

// Window is a window of the week, as [rotations.ParseWindow] reads it.
func Window(days, from, to string) civil.Window {
	return must(rotations.ParseWindow(days, from, to))
}

// Layer is turns from a first handoff on, each as long as shift says, such as 1w. People of one turn are joined with a +.
func Layer(name, start, shift string, turns ...string) rotations.Layer {
	l := rotations.Layer{Name: name, Start: Civil(start), Shift: must(rotations.ParseLength(shift))}
	for _, turn := range turns {
		l.People = append(l.People, strings.Split(turn, "+"))
	}
	return l
}
