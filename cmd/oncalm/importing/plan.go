package importing

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// Plan is what becomes of an export.
type Plan struct {
	// Notes are what could not be carried over, or means something else here, a sentence each.
	Notes []string

	now       time.Time
	people    []person
	byID      map[string]string // names of people by what they are in the export
	schedules []*schedule
	pages     pages
	cut       int // shifts that were looked at for those of lower levels
}

// person is somebody of the export.
type person struct {
	name  string
	about string // who they are there
	slack string // their id in Slack, if the export has it
	zone  string // the name of their time zone, if the export has one that is known
}

// schedule is one of the plan.
type schedule struct {
	rotations.Schedule
	level     int   // of the layers that are added; the higher wins
	levels    []int // of each layer
	overrides []rotations.Override
	lost      string  // what its time zone is called, if that is unknown
	said      []entry // who is on call when, as the export itself says
}

// entry is a span of an export.
type entry struct {
	person   string
	from, to time.Time
}

// nobody is who takes a turn that is a gap.
const nobody = "nobody"

func newPlan(now time.Time) *Plan { return &Plan{now: now, byID: map[string]string{}} }

// mostNotes is how many notes are taken. Nobody reads more.
const mostNotes = 1000

func (p *Plan) note(format string, args ...any) {
	text := strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " ")
	switch {
	case len(p.Notes) > mostNotes || slices.Contains(p.Notes, text):
	case len(p.Notes) == mostNotes:
		p.Notes = append(p.Notes, "and more like these")
	default:
		p.Notes = append(p.Notes, text)
	}
}

// person returns the name of somebody whom the export knows by id, and who is called there as the first of the names that is
// not empty.
func (p *Plan) person(id string, names ...string) string {
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
	name := p.free(short, "person", func(name string) bool {
		return name == nobody || slices.ContainsFunc(p.people, func(o person) bool { return o.name == name })
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

// schedule begins a schedule. An unknown zone becomes UTC, with a note.
func (p *Plan) schedule(called, zone string) *schedule {
	name := p.free(called, "schedule", func(name string) bool {
		return slices.ContainsFunc(p.schedules, func(o *schedule) bool { return o.Name == name })
	})
	s := &schedule{Schedule: rotations.Schedule{Name: name, Zone: time.UTC}}
	if z, err := time.LoadLocation(zone); err == nil && zone != "" && zone != "Local" {
		s.Zone = z
	} else {
		s.lost = zone
		p.note("%s: its time zone %q is unknown; it is in UTC now", name, zone)
	}
	p.schedules = append(p.schedules, s)
	return s
}

// free makes a name of a text that the configuration can have, and that is not taken.
func (p *Plan) free(text, fallback string, taken func(string) bool) string {
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

// layer adds a layer, the later the stronger. Without people it is none. If it ends, all of its people leave at once: then
// layers below count as if it was not there.
func (p *Plan) layer(s *schedule, called string, l rotations.Layer, ends civil.Time) {
	if len(l.People) == 0 {
		p.note("%s: %s has no people and is left out", s.Name, called)
		return
	}
	l.Name = p.free(called, "layer", func(name string) bool {
		return name == rotations.OverrideLayer || slices.ContainsFunc(s.Layers, func(o rotations.Layer) bool { return o.Name == name })
	})
	if ends != 0 {
		for _, turn := range l.People {
			l.Terms = append(l.Terms, slices.Repeat([]rotations.Term{{Until: ends}}, len(turn)))
		}
	}
	s.Layers, s.levels = append(s.Layers, l), append(s.levels, s.level)
}

// override adds an override that is not over.
func (p *Plan) override(s *schedule, o rotations.Override) {
	if !o.To.After(p.now) {
		return
	}
	if !o.From.Before(o.To) {
		p.note("%s: the override of %s at %s has no length and is left out", s.Name, o.Person, o.From.In(s.Zone).Format(spoken))
		return
	}
	if !local(o.From, s.Zone).In(s.Zone).Equal(o.From) || !local(o.To, s.Zone).In(s.Zone).Equal(o.To) {
		p.note("%s: the override of %s from %s begins or ends in an hour that the clocks repeat; here it is the first of the two", s.Name, o.Person, o.From.In(s.Zone).Format(spoken))
	}
	s.overrides = append(s.overrides, o)
}

// overBy notes that somebody's override is over.
func (p *Plan) overBy(s *schedule, who string, from, to time.Time) {
	if !to.After(p.now) && from.Before(to) {
		p.note("%s: the override of %s from %s is over, and left out", s.Name, who, from.In(s.Zone).Format(spoken))
	}
}

const spoken = "2006-01-02 15:04"

// overlap returns when two layers first cover the same time, as far as a year from now shows; false if they do not.
func (p *Plan) overlap(s *schedule, a, b rotations.Layer) (time.Time, bool) {
	from, to := p.now, p.now.AddDate(1, 0, 0)
	for _, l := range []rotations.Layer{a, b} {
		if start := l.Start.In(s.Zone); start.After(from) {
			from, to = start, start.AddDate(1, 0, 0)
		}
	}
	other := rotations.Schedule{Zone: s.Zone, Layers: []rotations.Layer{b}}
	for _, sh := range (rotations.Schedule{Zone: s.Zone, Layers: []rotations.Layer{a}}).Shifts(from, to, nil) {
		if both := other.Shifts(sh.From, sh.To, nil); len(both) > 0 {
			return both[0].From, true
		}
	}
	return to, false
}

// overlaps notes layers that cover the same time, and of which only the later counts there.
func (p *Plan) overlaps(s *schedule, lower, upper rotations.Layer) {
	if at, ok := p.overlap(s, lower, upper); ok {
		who := func(l rotations.Layer) string { return strings.ReplaceAll(listed(l.People), " and ", ", ") }
		p.note("%s: %s (%s) and %s (%s) overlap, first at %s: there all of them are on call then, here only %s", s.Name,
			lower.Name, who(lower), upper.Name, who(upper), at.Format(spoken), upper.Name)
	}
}

// compare compares each schedule with what its export says of who is on call when.
func (p *Plan) compare() {
	for _, s := range p.schedules {
		wrong := 0
		for _, e := range s.said {
			for _, at := range []time.Time{e.from, e.from.Add(e.to.Sub(e.from) / 2), e.to.Add(-time.Second)} {
				on := s.OnCall(at, s.overrides)
				if slices.Contains(on, e.person) || !at.After(p.now) {
					continue
				}
				if wrong++; wrong == 1 {
					p.note("%s: at %s the export has %s on call, and this has %s: compare them", s.Name, at.In(s.Zone).Format(spoken), e.person, list(on))
				}
				break
			}
		}
		if wrong > 1 {
			p.note("%s: so it is in %d of the %d shifts that the export lists", s.Name, wrong, len(s.said))
		}
	}
}

// listed is all who have turns.
func listed(turns [][]string) string {
	var all []string
	for _, turn := range turns {
		for _, who := range turn {
			if !slices.Contains(all, who) {
				all = append(all, who)
			}
		}
	}
	return list(all)
}

func list(people []string) string {
	if len(people) == 0 {
		return nobody
	}
	return strings.Join(people, " and ")
}
