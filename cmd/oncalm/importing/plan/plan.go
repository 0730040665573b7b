// Package plan is what becomes of an export: people and schedules as the configuration has them, and notes.
//
// A [Plan] is neutral: it knows no program that exports are of. Whoever reads an export begins a [Schedule] for each
// there is, adds layers and overrides to it, and notes what cannot be carried over, or means something else here.
// People go by what they are called in the export ([Plan.Person]), schedules and layers by names that the configuration
// can have.
//
// Layers have levels: of those there, the highest is on call. What does not recur becomes overrides, which here are
// above all layers; [Schedule.StandIn] cuts them to where nobody of a higher level is on call. At last, [Plan.Finish]
// compares each schedule with what its export says of who is on call when, and [Plan.YAML] writes the plan.
package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/oncalm/oncalm/rotations"
)

var (
	// ErrForm says that a file is none of those that can be read.
	ErrForm = errors.New("not an export that can be read")
	// ErrNothing says that the files have no schedules in them.
	ErrNothing = errors.New("there are no schedules in it")
	// ErrOver says that nothing of the schedules can be carried over.
	ErrOver = errors.New("there is nothing to import")
)

// Plan is what becomes of an export.
type Plan struct {
	// Notes are what could not be carried over, or means something else here, a sentence each.
	Notes []string
	// Now decides what is over.
	Now time.Time
	// Schedules are in the order in which they were begun.
	Schedules []*Schedule

	people []person
	byID   map[string]string // names of people by what they are in the export
	cut    int               // what was looked at for shifts of lower levels
}

// person is somebody of the export.
type person struct {
	name  string
	about string // who they are there
	slack string // their id in Slack, if the export has it
	zone  string // the name of their time zone, if the export has one that is known
}

// New begins a plan.
func New(now time.Time) *Plan { return &Plan{Now: now, byID: map[string]string{}} }

// mostNotes is how many notes are taken. Nobody reads more.
const mostNotes = 1000

// Note takes a note, once. The same sentence may come from each of many shifts.
func (p *Plan) Note(format string, args ...any) {
	text := strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")
	switch {
	case len(p.Notes) > mostNotes || slices.Contains(p.Notes, text):
	case len(p.Notes) == mostNotes:
		p.Notes = append(p.Notes, "and more like these")
	default:
		p.Notes = append(p.Notes, text)
	}
}

// Person returns the name of somebody whom the export knows by id, and who is called there as the first of the names
// that is not empty.
//
// The same id is the same person in all files of one import. Two who are called alike have names with numbers. Beside the
// name, as a comment, stands all that the export calls them, so that somebody can put their Slack id there.
func (p *Plan) Person(id string, names ...string) string {
	called := id
	for _, n := range names {
		if strings.TrimSpace(n) != "" {
			called = n
			break
		}
	}
	if id == "" {
		id = called
	}
	if name, ok := p.byID[id]; ok {
		return name
	}
	short, _, _ := strings.Cut(called, "@")
	name := free(short, "person", func(name string) bool {
		return name == Nobody || slices.ContainsFunc(p.people, func(o person) bool { return o.name == name })
	})
	about := []string{called}
	for _, n := range append(names, id) {
		if n != "" && !slices.ContainsFunc(about, func(o string) bool { return strings.EqualFold(o, n) }) {
			about = append(about, n)
		}
	}
	p.byID[id] = name
	p.people = append(p.people, person{name: name, about: strings.Join(about, ", ")})
	return name
}

// Known adds to a person what is known besides names: their id in Slack, and their time zone. What is empty, or a zone
// that is unknown, adds nothing.
func (p *Plan) Known(name, slack, zone string) {
	i := slices.IndexFunc(p.people, func(o person) bool { return o.name == name })
	if i < 0 {
		return
	}
	if p.people[i].slack == "" {
		p.people[i].slack = slack
	}
	if _, err := time.LoadLocation(zone); err == nil && zone != "" && zone != "Local" {
		p.people[i].zone = zone
	}
}

// Begin begins a schedule. An unknown zone becomes UTC, with a note.
func (p *Plan) Begin(called, zone string) *Schedule {
	name := free(called, "schedule", func(name string) bool {
		return slices.ContainsFunc(p.Schedules, func(o *Schedule) bool { return o.Name == name })
	})
	s := &Schedule{Schedule: rotations.Schedule{Name: name, Zone: time.UTC}, Plan: p}
	if z, err := time.LoadLocation(zone); err == nil && zone != "" && zone != "Local" {
		s.Zone = z
	} else {
		s.Unzoned(zone)
	}
	p.Schedules = append(p.Schedules, s)
	return s
}

// free makes a name of a text that the configuration can have, and that is not taken. Letters of all scripts are letters
// here; all else becomes a hyphen.
func free(text, fallback string, taken func(string) bool) string {
	base := strings.Trim(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return '-'
	}, text), "-")
	for strings.Contains(base, "--") {
		base = strings.ReplaceAll(base, "--", "-")
	}
	if r := []rune(base); len(r) > 60 {
		base = strings.Trim(string(r[:60]), "-")
	}
	if base == "" {
		base = fallback
	}
	name := base
	for n := 2; taken(name); n++ {
		name = fmt.Sprintf("%s-%d", base, n)
	}
	return name
}

// Finish compares the schedules with what their exports say of them, and leaves out those of which nothing is left. The
// error is [ErrNothing] or [ErrOver], with notes, if none is.
func (p *Plan) Finish() error {
	for _, s := range p.Schedules {
		s.compare()
	}
	for _, s := range p.Schedules {
		s.hidden()
	}
	begun := len(p.Schedules)
	p.Schedules = slices.DeleteFunc(p.Schedules, func(s *Schedule) bool {
		return len(s.Layers) == 0 && len(s.Overrides) == 0
	})
	switch {
	case len(p.Schedules) > 0:
		return nil
	case begun > 0:
		return fmt.Errorf("%w%s", ErrOver, more(p.Notes))
	}
	return fmt.Errorf("%w%s", ErrNothing, more(p.Notes))
}

// more puts notes behind an error, as far as one line has space for them.
func more(notes []string) string {
	const most = 10
	text := strings.Join(notes[:min(len(notes), most)], "; ")
	switch {
	case len(notes) == 0:
		return ""
	case len(notes) > most:
		text += fmt.Sprintf("; and %d more", len(notes)-most)
	}
	return ": " + text
}
