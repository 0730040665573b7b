package alarms

import (
	"cmp"
	"slices"

	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
)

// A Reach is how much a silence covers, as far as that can be told from the names of the alarms that have been heard of.
type Reach struct {
	Alarms, Known int      // how many are covered, and of how many
	Services      []string // whose these are
	Worst         string   // the worst severity of these services; empty if there are none
}

// ReachOf looks how much a silence would cover. What it covers by more than names and services is not counted: tags and
// dimensions are known only when an alarm fires.
func (s Services) ReachOf(tx store.Tx, silence silences.Silence) Reach {
	var r Reach
	for name := range known.Names(tx) {
		a := &incidents.Alarm{Name: name}
		svc := s.For(&Signal{Alarm: *a})
		r.Known++
		if !silence.Covering(silences.Subject{Alarm: a, Service: svc.Name}) {
			continue
		}
		r.Alarms++
		r.see(svc)
	}
	for _, c := range silence.Covers {
		for _, svc := range s.All {
			if svc.Name == c.Service || c == silences.Everything() {
				r.see(svc)
			}
		}
	}
	slices.Sort(r.Services)
	return r
}

// see counts a service in.
func (r *Reach) see(svc Service) {
	if slices.Contains(r.Services, svc.Name) {
		return
	}
	r.Services = append(r.Services, svc.Name)
	if severity := cmp.Or(svc.Severity, incidents.Sev2); r.Worst == "" || severity < r.Worst {
		r.Worst = severity
	}
}
