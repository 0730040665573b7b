package rotations

import (
	"fmt"

	"github.com/oncalm/oncalm/rotations/civil"
)

// Problem is something wrong with a schedule or an override.
type Problem struct {
	Path   string // of the field, from what was validated, in the words of the configuration: layers[0].only[1].to
	What   string // is wrong
	Remedy string // what to do
}

// String returns the problem as one line.
func (p Problem) String() string {
	if p.Path == "" {
		return p.What + "; " + p.Remedy
	}
	return p.Path + ": " + p.What + "; " + p.Remedy
}

type problems []Problem

func (all *problems) add(path, what, remedy string) {
	*all = append(*all, Problem{Path: path, What: what, Remedy: remedy})
}

// under adds the problems of a part.
func (all *problems) under(path string, part []Problem) {
	for _, p := range part {
		all.add(path+"."+p.Path, p.What, p.Remedy)
	}
}

// Validate returns everything that is wrong with the schedule itself, in the order of its fields. Whether its people exist is
// for the caller to say. A layer whose people, shift or windows are wrong covers nothing.
func (s Schedule) Validate() []Problem {
	var all problems
	if s.Zone == nil {
		all.add("zone", "no time zone", "use one of the tz database, such as Europe/Berlin")
	}
	if len(s.Layers) == 0 {
		all.add("layers", "the schedule has no layers", "add one with name, people, start and shift")
	}
	names := map[string]int{}
	for i := range s.Layers {
		l, path := &s.Layers[i], fmt.Sprintf("layers[%d]", i)
		if first, taken := names[l.Name]; taken && l.Name != "" {
			all.add(path+".name", fmt.Sprintf("layers[%d] is called %q too", first, l.Name), "give each layer a name of its own")
		} else {
			names[l.Name] = i
		}
		all.under(path, l.problems())
		if l.Holidays != AnyDay && l.Holidays.valid() && len(s.Holidays) == 0 {
			all.add(path+".holidays", "the schedule has no holidays", "list them in the schedule's holidays")
		}
	}
	for i, h := range s.Holidays {
		if h.Date != h.Date.Midnight() || i > 0 && h.Date <= s.Holidays[i-1].Date {
			all.add(fmt.Sprintf("holidays[%d]", i), "the holidays are not in the order of their dates", "sort them, each date once")
		}
	}
	return all
}

func (l *Layer) problems() []Problem {
	var all problems
	switch l.Name {
	case "":
		all.add("name", "the layer has no name", "give it one, such as primary")
	case OverrideLayer:
		all.add("name", fmt.Sprintf("no layer may be called %q", l.Name), "choose another name: this one stands for overrides")
	}
	if len(l.People) == 0 {
		all.add("people", "the layer has no people", "list who takes turns")
	}
	for i := range l.People {
		if what, remedy := l.turnProblem(i); what != "" {
			all.add(fmt.Sprintf("people[%d]", i), what, remedy)
		}
	}
	if l.Start <= 0 {
		all.add("start", "the layer has no start", "give the first handoff as "+civil.Form)
	}
	switch {
	case l.Shift == Length{}:
		all.add("shift", "the layer has no shift", "give the length of a shift, such as 1w")
	case l.Shift.Unit != Month && (Length{1, l.Shift.Unit}).seconds() == 0:
		all.add("shift", fmt.Sprintf("%q is not a unit of shift lengths", l.Shift.Unit), "write "+lengthWanted)
	case !l.Shift.valid():
		all.add("shift", fmt.Sprintf("a shift of %s is not possible", l.Shift), "write "+lengthWanted)
	}
	for i, w := range l.Only {
		all.under(fmt.Sprintf("only[%d]", i), windowProblems(w))
	}
	if !l.Holidays.valid() {
		all.add("holidays", fmt.Sprintf("%q says nothing about holidays", l.Holidays), "write only or except")
	}
	for i, s := range l.Shadows {
		if what, remedy := s.problem(); what != "" {
			all.add(fmt.Sprintf("shadow[%d]", i), what, remedy)
		}
	}
	return all
}

// turnProblem says what is wrong with the people of one turn.
func (l *Layer) turnProblem(place int) (what, remedy string) {
	turn := l.People[place]
	if len(turn) == 0 {
		return "a turn without people", "name who takes it, or leave it out"
	}
	for i, person := range turn {
		term := l.term(place, i)
		switch {
		case person == "":
			return "a person without a name", "name who takes the turn"
		case person == Nobody && l.shared(place, i):
			return "nobody is in a turn with others", "leave nobody out, or give it a turn of its own"
		case term.ends():
			return fmt.Sprintf("%s is there until %s only, and from %s", person, term.Until, term.From),
				"give an until that is after from"
		}
		for j := range i {
			if turn[j] == person && term.overlaps(l.term(place, j)) {
				return fmt.Sprintf("%s is in the turn twice", person), "name everybody once in a turn"
			}
		}
	}
	return "", ""
}

// shared reports whether the i-th of a turn is there while another of them is.
func (l *Layer) shared(place, i int) bool {
	for j := range l.People[place] {
		if j != i && l.term(place, i).overlaps(l.term(place, j)) {
			return true
		}
	}
	return false
}

func (s Shadow) problem() (what, remedy string) {
	switch {
	case s.Person == "" || s.Person == Nobody:
		return "a shadow without a name", "name who gets the notices, or leave it out"
	case s.Term.ends():
		return fmt.Sprintf("%s is there until %s only, and from %s", s.Person, s.Term.Until, s.Term.From),
			"give an until that is after from"
	}
	return "", ""
}

// ends reports whether the term ends before it begins.
func (t Term) ends() bool { return t.Until != 0 && t.Until <= t.From }

func (t Term) overlaps(u Term) bool {
	return (u.Until == 0 || t.From < u.Until) && (t.Until == 0 || u.From < t.Until)
}

// Validate returns everything that is wrong with the override itself.
func (o Override) Validate() []Problem {
	var all problems
	switch {
	case o.Person == "":
		all.add("person", "nobody stands in", "name who is on call instead")
	case o.For == Nobody:
		all.add("for", "nobody can stand in for nobody", "leave out for: the override counts in a gap too")
	case o.Person == o.For:
		all.add("for", fmt.Sprintf("%s stands in for %s", o.Person, o.For), "name somebody else, or leave out for")
	}
	switch {
	case o.From.IsZero():
		all.add("from", "the override has no begin", "give from and to")
	case o.To.IsZero():
		all.add("to", "the override has no end", "give from and to")
	case !o.From.Before(o.To):
		all.add("to", "the override ends before it begins", "give a to that is after from")
	}
	return all
}
