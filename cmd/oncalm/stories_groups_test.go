package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/members"
)

// fires lets an alarm fire; two of them are composite, over any others.
func (s *story) fires(name string) {
	x := aws.Example{Name: name}
	if strings.HasSuffix(name, "-any") && s.rand.IntN(2) == 0 {
		for range 2 {
			child := storyAlarms[s.rand.IntN(len(storyAlarms))]
			x.Rule += fmt.Sprintf("ALARM(%q) OR ", child)
			x.Children = append(x.Children, s.topic.AlarmARN(child))
		}
		x.Rule = strings.TrimSuffix(x.Rule, " OR ")
	}
	s.tell("%s fires (%s)", name, x.Rule)
	s.released(name)
	if status := s.Post(x); status != http.StatusOK {
		s.t.Fatalf("alarm %s: %d", name, status)
	}
	s.fire[name], s.loud[name] = true, s.severityOf(name) != incidents.Sev4
}

// severityOf is how bad an alarm is, as worldConfig has it, or what it has become since.
func (s *story) severityOf(name string) string {
	switch {
	case strings.HasPrefix(name, "nights-") && s.config.nights:
		return incidents.Sev4
	case strings.HasPrefix(name, "disk") && s.config.disks:
		return incidents.Sev1
	case strings.HasPrefix(name, "checkout-"):
		return incidents.Sev1
	case strings.HasPrefix(name, "search-"):
		return incidents.Sev3
	}
	return incidents.Sev2
}

// released forgets who takes care of what an alarm may page for anew: it may trigger what is resolved again, make worse what is not as
// bad, and have what is silenced page if nothing silences it.
func (s *story) released(name string) {
	severity, covered := s.severityOf(name), s.covered(name, s.serviceOf(name))
	for id, i := range s.incidents() {
		if !i.Open() || members.Worse(severity, i.Severity) || i.Quiet && !covered {
			delete(s.taken, id)
		}
	}
}

// mends has somebody resolve an incident, merge it into another, or split an alarm off it.
func (s *story) mends(person, id string) {
	all := s.incidents()
	i, ok := all[id]
	switch n := s.rand.IntN(4); {
	case !ok || n < 2:
		s.does(person, "resolve", id+" anyway")
	case n == 2:
		into := fmt.Sprint(1 + s.rand.IntN(len(all)))
		if other := all[into]; members.Worse(i.Severity, other.Severity) || other.Quiet && !i.Quiet {
			delete(s.taken, into)
		}
		s.does(person, "merge", id+" into "+into)
	default:
		names := []string{"nothing"}
		for _, m := range members.Of(&i) {
			names = append(names, m.Name)
		}
		s.does(person, "split", id+" "+names[s.rand.IntN(len(names))])
		for made, now := range s.incidents() {
			if _, before := all[made]; !before && now.Status == incidents.StatusAcknowledged {
				s.taken[made] = 0 // whoever acknowledged the one has acknowledged the other
			}
		}
	}
}

// placed holds that each alarm which fires is in one open incident, unless somebody resolved that, and that none else is in any.
func (s *story) placed(say func(string, ...any)) {
	s.t.Helper()
	in := map[string][]string{}
	over := map[string]bool{}
	for id, i := range s.incidents() {
		for _, name := range i.Firing {
			switch {
			case i.Open():
				in[name] = append(in[name], id)
			case i.MergedInto == "":
				over[name] = true
			}
		}
	}
	for _, name := range storyAlarms {
		slices.Sort(in[name])
		switch n := len(in[name]); {
		case s.fire[name] && (n > 1 || n == 0 && !over[name]):
			say("the alarm %s fires, and is in the incidents %q", name, in[name])
		case !s.fire[name] && n > 0:
			say("the alarm %s is OK, and fires in the incidents %q", name, in[name])
		}
	}
}
