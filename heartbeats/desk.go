package heartbeats

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// KindDeadline is the kind of the outbox entry that looks whether a heartbeat is missing.
const KindDeadline = "heartbeat"

const (
	// late is how late a deadline can be looked at by a program that is up and awake, or nearly.
	late = 5 * time.Second
	// often is how soon after a beat that was kept the next one is kept, too: who beats without end must not fill the disk.
	often = 200 * time.Millisecond
)

// A Desk keeps heartbeats. Its fields are set before it is used, and not changed afterwards.
type Desk struct {
	Heartbeats []Heartbeat
	Store      store.Store
	// Heed acts on what a heartbeat amounts to: see [alarms.Heeding].
	Heed func(tx store.Tx, now time.Time, sig alarms.Signal, service string) (incident string, err error)
	// Started is when the program was: nobody could beat before.
	Started clocks.Moment
	Clock   *clocks.Clock // nil is for tests
	Log     *slog.Logger

	mu   sync.Mutex
	kept map[string]clocks.Moment // the beats over HTTP that were kept last
}

func (d *Desk) named(name string) (Heartbeat, bool) {
	for _, h := range d.Heartbeats {
		if h.Name == name {
			return h, true
		}
	}
	return Heartbeat{}, false
}

// Plan brings what is kept to where the configuration is by now: for each heartbeat there is a record and a deadline, and for none
// that was removed. It writes nothing if all is so.
func (d *Desk) Plan(ctx context.Context) error {
	now, planned := d.Clock.Moment(), true
	err := d.Store.View(ctx, func(tx store.Tx) error {
		planned = len(removed(tx, d.Heartbeats)) == 0
		for _, h := range d.Heartbeats {
			r, ok := read(tx, h.Name)
			planned = planned && ok && r.Every == h.Every && r.Grace == h.Grace &&
				(!r.Missed.IsZero() || outbox.In(tx, now.Wall).Pending(prefix+h.Name))
		}
		return nil
	})
	if err != nil || planned {
		return err
	}
	return d.Store.Update(ctx, func(tx store.Tx) error {
		now := d.Clock.Moment()
		for _, name := range removed(tx, d.Heartbeats) {
			if err := d.remove(tx, now, name); err != nil {
				return err
			}
		}
		for _, h := range d.Heartbeats {
			r, ok := read(tx, h.Name)
			if !ok || r.Every != h.Every || r.Grace != h.Grace {
				r.Since = now.Wall
				r.count(h, now)
				r.save(tx, h.Name)
			}
			if r.Missed.IsZero() {
				d.await(tx, now, h.Name, &r)
			}
		}
		return nil
	})
}

// removed are the heartbeats of which something is kept and that are none any more.
func removed(tx store.Tx, there []Heartbeat) (names []string) {
	known := map[string]bool{}
	for _, h := range there {
		known[h.Name] = true
	}
	for key := range tx.Range(prefix, store.After(prefix)) {
		if name := nameOf(key); !known[name] {
			names = append(names, name)
		}
	}
	return names
}

// remove forgets a heartbeat. Nobody would resolve an incident of it any more.
func (d *Desk) remove(tx store.Tx, now clocks.Moment, name string) error {
	r, _ := read(tx, name)
	tx.Delete(keyOf(name))
	if r.Missed.IsZero() {
		return nil
	}
	_, err := d.Heed(tx, now.Wall, alarms.Heartbeat(name, incidents.AlarmOK, r.tell(now.Wall), name,
		"the heartbeat "+name+" is not in the configuration any more"), "")
	return err
}

// await enqueues the deadline, unless it waits already: then it finds out itself that it has to wait longer.
func (d *Desk) await(tx store.Tx, now clocks.Moment, name string, r *record) {
	o := outbox.In(tx, now.Wall)
	due := now.Wall.Add(max(r.left(now), 0))
	if e, ok := o.Get(prefix + name); ok && o.Pending(prefix+name) && !e.Due.After(due) {
		return
	}
	o.Soon(deadline(name, due))
}

func deadline(name string, due time.Time) outbox.Entry {
	return outbox.Entry{Key: prefix + name, Kind: KindDeadline, Lane: outbox.Decisions, Due: due, Body: outbox.Body(name)}
}

// Beat keeps a beat, and reports whether there is such a heartbeat. If it was missing, its incident is resolved.
func (d *Desk) Beat(tx store.Tx, name string) (is bool, err error) {
	h, ok := d.named(name)
	if !ok {
		return false, nil
	}
	now := d.Clock.Moment()
	r, ok := read(tx, name)
	if !ok {
		r.Since = now.Wall
	}
	if !r.Missed.IsZero() {
		sig := alarms.Heartbeat(name, incidents.AlarmOK, r.tell(now.Wall), name, "a beat of "+name+" came")
		_, err = d.Heed(tx, now.Wall, sig, h.Service)
	}
	r.count(h, now)
	r.Beat, r.Missed, r.Incident = now.Wall, time.Time{}, ""
	r.save(tx, name)
	d.await(tx, now, name, &r)
	return true, err
}

// keep is Beat in a transaction of its own, for who may beat without end: what comes right after a beat that was kept is one with it.
func (d *Desk) keep(ctx context.Context, name string) error {
	now := d.Clock.Moment()
	d.mu.Lock()
	last, ok := d.kept[name]
	d.mu.Unlock()
	if since := now.Since(last); ok && since >= 0 && since < often {
		return nil
	}
	err := d.Store.Update(ctx, func(tx store.Tx) error {
		_, err := d.Beat(tx, name)
		return err
	})
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.kept == nil {
		d.kept = map[string]clocks.Moment{}
	}
	d.kept[name] = now
	return nil
}

// Handlers returns the handler by kind, for the outbox.
func (d *Desk) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{KindDeadline: d.look}
}

// look opens an incident if a heartbeat is missing, and otherwise waits on. All of it is in the commit: a beat that comes at the same
// time is before it or after it.
func (d *Desk) look(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var name string
	if err := e.Decode(&name); err != nil {
		return nil, err
	}
	h, ok := d.named(name)
	if !ok {
		return nil, nil
	}
	return func(tx store.Tx) error {
		now := d.Clock.Moment()
		r, ok := read(tx, name)
		if !ok || !r.Missed.IsZero() {
			return nil
		}
		if now.Since(r.From) < 0 { // the wall was set back while the machine was down: nobody knows how long that was
			r.count(h, now)
			r.save(tx, name)
		}
		left := r.left(now)
		if left <= 0 && d.spare(&r, now, left) {
			left = r.left(now)
			r.save(tx, name)
		}
		if left > 0 {
			outbox.In(tx, now.Wall).Postpone(deadline(name, now.Wall.Add(left)))
			return nil
		}
		return d.miss(tx, now, h, &r)
	}, nil
}

// spare puts a deadline off, once until the next beat, if Oncalm was away when the beat was expected, or asleep until now: whoever
// beats may have found nobody.
func (d *Desk) spare(r *record, now clocks.Moment, left time.Duration) bool {
	if !r.Spared.Wall.IsZero() {
		return false
	}
	var more time.Duration
	if d.Started.Since(r.From) > r.Every {
		more = r.Grace - now.Since(d.Started)
	}
	if -left > late {
		more = r.Grace
	}
	if more <= 0 {
		return false
	}
	r.Spared, r.For = now, more
	return true
}

// miss opens the incident.
func (d *Desk) miss(tx store.Tx, now clocks.Moment, h Heartbeat, r *record) error {
	title, reason := r.say(h.Name, now.Wall)
	sig := alarms.Heartbeat(h.Name, incidents.AlarmFiring, r.tell(now.Wall), title, reason)
	sig.Severity = h.Severity
	incident, err := d.Heed(tx, now.Wall, sig, h.Service)
	if err != nil {
		return err
	}
	r.Missed, r.Incident = now.Wall, incident
	r.save(tx, h.Name)
	return nil
}

// say says since when there is no beat, and by when it should have come.
func (r *record) say(name string, now time.Time) (title, reason string) {
	since, by := "since "+clock(r.Beat, now), r.From.Wall.Add(r.Every+r.Grace)
	if r.Beat.IsZero() {
		since = "since it was configured at " + clock(r.Since, now)
	}
	since = "beat of " + name + " " + since + ", expected by " + clock(by, now)
	reason = "no " + since + " (every " + text.Written(r.Every) + ", and " + text.Written(r.Grace) + " of grace)"
	if !r.Spared.Wall.IsZero() {
		reason += "; Oncalm itself was away when it was expected, and has waited until now"
	}
	return "No " + since, reason
}

// clock is a time as it is read on the day of now, with the date if it is of another day.
func clock(t, now time.Time) string {
	t, now = t.UTC(), now.UTC()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04 MST")
	}
	return t.Format("2006-01-02 15:04 MST")
}

// A Standing is how a heartbeat stands, for people.
type Standing struct {
	Name     string        `json:"name"`
	Every    time.Duration `json:"-"`
	Beat     time.Time     `json:"beat,omitzero"`    // the last; zero if there was none
	Due      time.Time     `json:"due,omitzero"`     // when the next is missing
	Missing  time.Time     `json:"missing,omitzero"` // since when it is found to be
	Incident string        `json:"incident,omitempty"`
}

// Standings are how heartbeats stand, in their order.
func Standings(tx store.Tx, all []Heartbeat) (found []Standing) {
	for _, h := range all {
		r, ok := read(tx, h.Name)
		s := Standing{Name: h.Name, Every: h.Every, Beat: r.Beat, Missing: r.Missed, Incident: r.Incident}
		if ok {
			s.Due = r.From.Wall.Add(r.Every + r.Grace)
		}
		found = append(found, s)
	}
	return found
}
