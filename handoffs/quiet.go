package handoffs

import (
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// quiet lists the open quiet incidents of which the look ahead of a zone tells, the oldest first, and counts those beyond a
// few. One that cannot be read is left to fsck: it must not keep back what else is to be told.
func (w *weekAhead) quiet(tx store.Tx, zone string) (all []Open, more int) {
	tells := map[string]bool{} // by service
	for _, id := range incidents.OpenIDs(tx, readOpen) {
		i, err := incidents.Head(tx, id)
		if err != nil || !i.Quiet {
			continue
		}
		here, known := tells[i.Service]
		if !known {
			here = w.zoneOfService(i.Service) == zone
			tells[i.Service] = here
		}
		if here {
			all = append(all, openOf(i))
		}
	}
	shown := min(len(all), mostAhead)
	return all[:shown], len(all) - shown
}

// silenced is what nobody is paged for in the week ahead. It is told in one zone, that of the default service.
func (w *weekAhead) silenced(tx store.Tx, zone string, from, to time.Time) (all []Silenced) {
	if w.silences == nil || w.zoneOfService("") != zone {
		return nil
	}
	for _, s := range w.silences.Foreseen(tx, from, to) {
		all = append(all, Silenced{s, w.silences.Times(s)})
	}
	return all[:min(len(all), mostAhead)]
}

// zoneOfService is the zone in whose look ahead the quiet incidents of a service are told, so that each is told of once: that of the
// first schedule that its policy pages, or else the first of all.
func (w *weekAhead) zoneOfService(service string) string {
	policy := w.pager.Policy(service)
	first := ""
	for _, name := range names(w.overrides) {
		zone := zoneOf(w.overrides.Schedules[name]).String()
		if pagesSchedule(policy, name) {
			return zone
		}
		if first == "" || zone < first {
			first = zone
		}
	}
	if first == "" {
		return noSchedules
	}
	return first
}

// noSchedules is the zone of the look ahead where there are no schedules.
const noSchedules = "UTC"
