// Package groups keeps which incident takes the alarms of a service that fire together.
//
// A [Group] is what a service has of alarms that belong together: all of them, or those of one team or account, as it is configured. Its
// first alarm opens an incident, which leads the group: it takes those that fire within some time after it was triggered, and later ones
// as long as nobody has acknowledged it. Then the next alarm opens another incident, and that leads. Alarms of which nobody is paged are
// groups apart, the quiet ones and those of each silence, so that none of them keeps an incident open that pages somebody, and none that
// pages is found under the title of one that can wait. Nobody acknowledges these: what is quiet takes alarms for the time alone, and what
// is silenced as long as it is.
//
// How an alarm finds its incident otherwise, as a part of a composite alarm or since it has one, is in package alarms; it comes before.
//
//	alarmgroup/<service>/<fingerprint>    the incident that leads the group, and since when
package groups

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/record"
)

// Most is how many alarms an incident takes. More than that nobody reads; and an incident is rewritten with each of its alarms, so
// that a storm of ten thousand in one would take the time of all others.
const Most = 500

// Group names the alarms of a service that belong together.
type Group struct {
	Service string
	By      []string // what sets it apart within the service, in the order of the configuration
	Quiet   bool     // nobody is paged for its alarms
	Silence string   // the id of what silences them; empty if nothing does
	// For is how long its incident takes alarms; 0 is for alarms that are by themselves.
	For time.Duration
}

// lead is which incident leads a group.
type lead struct {
	Incident string    `json:"incident"`
	Since    time.Time `json:"since"` // when it was triggered
}

func (l *lead) fields(o *record.Object) {
	o.Text("incident", &l.Incident)
	o.Time("since", &l.Since)
}

const part = "alarmgroup"

func (g Group) key() string {
	of := []string{"pages", g.Silence}
	if g.Quiet {
		of[0] = "quiet"
	}
	return store.Key(part, g.Service, known.Fingerprint(append(of, g.By...)...))
}

// Open is the incident that takes an alarm of the group which fired at that time; nil if there is none.
func (g Group) Open(tx store.Tx, fired time.Time) *incidents.Incident {
	if g.For <= 0 {
		return nil
	}
	val := tx.Get(g.key())
	if val == nil {
		return nil
	}
	l, err := record.Unmarshal(val, (*lead).fields)
	if err != nil {
		return nil // better an incident more than an alarm of which nobody learns
	}
	i, err := incidents.Head(tx, l.Incident)
	if err != nil || !i.Open() || !g.pagesAs(i) || i.Alarms() >= Most {
		return nil
	}
	if fired.Sub(l.Since) <= g.For || i.Silence != nil || i.Status == incidents.StatusTriggered && !i.Quiet {
		return i
	}
	return nil
}

// Hushed reports whether nobody is paged for alarms of the group.
func (g Group) Hushed() bool { return g.Quiet || g.Silence != "" }

// pagesAs reports whether an incident pages as the group does: it may have been escalated, or silenced, since it was opened.
func (g Group) pagesAs(i *incidents.Incident) bool {
	if i.Silence != nil {
		return i.Silence.ID == g.Silence && (i.Silence.Quiet != "") == g.Quiet
	}
	return g.Silence == "" && i.Quiet == g.Quiet
}

// Lead has an incident, triggered now, take the alarms of the group.
func (g Group) Lead(tx store.Tx, now time.Time, id string) {
	if g.For > 0 {
		write(tx, g.key(), lead{id, now.UTC()})
	}
}

func write(tx store.Tx, key string, l lead) {
	val, err := record.Marshal(64, &l, (*lead).fields)
	if err != nil {
		panic(err) // a text and a time can always be written
	}
	tx.Put(key, val)
}

// Merged has the incident that took in another lead what that led.
func Merged(tx store.Tx, service, from, into string) {
	led := map[string]lead{}
	for key, val := range tx.Range(store.Under(part, service)) {
		if l, err := record.Unmarshal(val, (*lead).fields); err == nil && l.Incident == from {
			led[key] = lead{into, l.Since}
		}
	}
	for key, l := range led {
		write(tx, key, l)
	}
}

// Keys are all keys of groups, with their checks.
func Keys() []store.Check { return []store.Check{{Prefix: part + "/", Look: look}} }

// look finds leads that cannot be read. Their incidents may be kept no more.
func look(in *store.Inspection) {
	from, to := store.Under(part)
	for key, val := range in.Tx.Range(from, to) {
		if _, err := record.Unmarshal(val, (*lead).fields); err != nil {
			in.Surplus(key, "which incident leads the group cannot be read")
		}
	}
}

// Sweep forgets which incidents led groups that have not met for long. Run it once a day.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	const kept = 30 * 24 * time.Hour
	from, to := store.Under(part)
	return store.Sweep(ctx, s, from, to, 500, func(tx store.Tx, _ string, val []byte) bool {
		l, err := record.Unmarshal(val, (*lead).fields)
		if err != nil {
			return true
		}
		i, err := incidents.Head(tx, l.Incident)
		return now.Sub(l.Since) > kept && (err != nil || !i.Open())
	})
}
