package paging

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// Before are the incidents that wait to be acknowledged, of which the person of a joint message was told before it by the same channel,
// worst first. There are none while it is not known when the message was delivered.
func Before(tx store.Tx, joint string) (all []*incidents.Incident, err error) {
	in := map[string]bool{}
	var of incidents.PageState
	for _, m := range Members(tx, joint) {
		in[m.Incident] = true
		if !of.Delivered.IsZero() || !m.Told {
			continue
		}
		i, err := incidents.Head(tx, m.Incident)
		if err != nil {
			return nil, err
		}
		of = i.Pages[m.Key]
	}
	if of.Delivered.IsZero() {
		return nil, nil
	}
	all, err = waiting(tx, of.Person, of.Via, of.Delivered)
	return slices.DeleteFunc(all, func(i *incidents.Incident) bool { return in[i.ID] }), err
}

// waiting are the incidents that wait to be acknowledged, of which a person was told by a channel until then, worst first.
func waiting(tx store.Tx, person, via string, until time.Time) (all []*incidents.Incident, err error) {
	for _, id := range incidents.OpenIDs(tx, 0) {
		i, err := incidents.Head(tx, id)
		if err != nil {
			return nil, err
		}
		if i.Status == incidents.StatusTriggered && !i.Response.Acks.Has(person) && heard(i, person, via, until) {
			all = append(all, i)
		}
	}
	slices.SortStableFunc(all, WorstFirst)
	return all, nil
}

// heard reports whether a person has got a page of this run of an incident by a channel until then.
func heard(i *incidents.Incident, person, via string, until time.Time) bool {
	for _, p := range i.Pages {
		if p.Person == person && p.Via == via && !p.Delivered.IsZero() && !p.Delivered.After(until) {
			return true
		}
	}
	return false
}
