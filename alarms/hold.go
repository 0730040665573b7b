package alarms

import (
	"cmp"
	"time"

	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// restless is how long a page waits about an alarm that has changed as often as one may that does not flap: if it
// changes once more within that time, it flaps, and nobody is paged again.
const restless = time.Minute

// held says how long nobody is paged about an alarm that fires now; nil if somebody is at once. An alarm that flaps is
// one page, as soon as it can be told, and then none until it was calm.
func held(now time.Time, u *known.Unrest, svc Service) *incidents.Held {
	since, changes := u.Began()
	if u.Flaps() {
		if !u.Known() {
			return nil
		}
		return &incidents.Held{
			Until: later(now, svc.Flap.Within), Why: incidents.HeldFlapping, Changes: changes, Since: since,
		}
	}
	if u.Known() && svc.Flap.Changes > 1 && changes == svc.Flap.Changes && svc.Hold < restless {
		return &incidents.Held{Until: later(now, restless), Why: incidents.HeldRestless, Changes: changes, Since: since}
	}
	if svc.Hold > 0 {
		return &incidents.Held{Until: later(now, svc.Hold), Why: incidents.HeldToLast}
	}
	return nil
}

// later is a time as it is recorded.
func later(now time.Time, d time.Duration) time.Time { return now.Add(d).Round(0).UTC() }

// toldOf is when somebody learnt last of an incident, in the run that it is in: a page was delivered, or somebody acknowledged.
func toldOf(i *incidents.Incident) time.Time {
	if i == nil {
		return time.Time{}
	}
	last := i.Acknowledged
	for _, page := range i.Pages {
		if page.Delivered.After(last) {
			last = page.Delivered
		}
	}
	return last
}

// turn counts a change of an alarm as a whole, if this was one: fired is whether anything of it did before.
func turn(tx store.Tx, rec *known.Record, fired bool, sig *Signal, f known.Flap) {
	if rec.Fires() == fired {
		return
	}
	rec.Unrest.Learnt(toldOf(head(tx, rec.Incident)))
	rec.Unrest = rec.Unrest.With(sig.Changed, f)
}

// sooner is the hold of a run that an alarm joins: nil if it stays as it is, and one that is over if nobody would wait to page
// about the alarm alone. own is how long nobody would be paged about that.
func sooner(now time.Time, is, own *incidents.Held) *incidents.Held {
	switch {
	case own == nil:
		over := *is
		over.Until = now.Round(0).UTC()
		return &over
	case own.Until.Before(is.Until):
		return own
	}
	return nil
}

// why says why nobody is paged at once, if that is a silence or a hold.
func why(s *incidents.Silence, h *incidents.Held) string { return cmp.Or(s.Hushes(), h.Hushes()) }

// sparing says that an incident is over before anybody was paged in its last run, if that is so.
func sparing(h *incidents.Held) string {
	switch {
	case h == nil:
		return ""
	case h.Why == incidents.HeldToLast:
		return "; the page was held, and nobody was paged"
	}
	return "; nobody was paged again"
}
