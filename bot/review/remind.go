package review

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/actions"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// KindRemind is the kind of outbox entries that remind those who live in a zone.
const KindRemind = "postmortem-remind"

// Handlers returns the handlers of outbox entries by kind.
func (r *Room) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{KindRemind: reminders{r}.remind, KindPost: posts{r}.send, KindFile: posts{r}.attach}
}

// reminders is what of a Room reminds people.
type reminders struct{ *Room }

// team is the zone of the channel: that of the first schedule by its name, or else UTC.
func (r *Room) team() *time.Location {
	if r.o.Overrides != nil {
		for _, name := range slices.Sorted(maps.Keys(r.o.Overrides.Schedules)) {
			if z := r.o.Overrides.Schedules[name].Zone; z != nil {
				return z
			}
		}
	}
	return time.UTC
}

// zone is where somebody lives.
func (r *Room) zone(person string) *time.Location {
	if z := r.o.People[person].Zone; z != nil {
		return z
	}
	return r.team()
}

// zones are all in which somebody is reminded, by name.
func (r *Room) zones() map[string]*time.Location {
	all := map[string]*time.Location{r.team().String(): r.team()}
	for person := range r.o.People {
		all[r.zone(person).String()] = r.zone(person)
	}
	return all
}

// job reminds at nine on the days of the week on which people work; which of them are holidays is looked at then.
func job(zone *time.Location) outbox.Job {
	return outbox.Job{Name: store.Key(KindRemind, zone.String()), Kind: KindRemind, Lane: outbox.Chores, Zone: zone,
		Times: "0 9 * * 1-5"}
}

// plan enqueues the next reminder in each zone. As long as nothing waits there are none.
func (r *Room) plan(tx store.Tx, now time.Time) {
	for _, zone := range r.zones() {
		_ = outbox.In(tx, now).Plan(job(zone)) // the times are good
	}
}

// waits reports whether any postmortem waits.
func waits(tx store.Tx) bool {
	for range tx.Range(store.Under(part)) {
		return true
	}
	return false
}

// Plan enqueues what is to be enqueued at each start, since people may live elsewhere by now.
func (r *Room) Plan(ctx context.Context) {
	err := r.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		if waits(tx) {
			r.plan(tx, r.o.Clock.Now())
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		r.o.Log.Warn("reminders of postmortems could not be planned; some may be missing until the next start", "err", err)
	}
}

var errNight = errors.New("nobody is told of it at night")

// A waiting is a postmortem that somebody has to do something about.
type waiting struct {
	i *incidents.Incident
	s State
}

// remind tells each person who lives in a zone of all that waits for them, if one of it is due about now, and enqueues the next
// reminder: both in the transaction that marks this one as done. Nobody is told at night, whenever this runs.
func (r reminders) remind(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b outbox.Run
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	zone := r.zones()[b.Zone]
	if zone == nil || b.Times != job(zone).Times {
		return nil, nil // it is planned otherwise now
	}
	now := r.o.Clock.Now()
	if wait := actions.Awake(now, zone); wait > 0 {
		return nil, &outbox.Later{After: wait, Err: errNight}
	}
	var all []waiting
	var gone []string
	err := r.o.Book.Store.View(ctx, func(tx store.Tx) (err error) {
		all, gone, err = r.waiting(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	told := r.sorted(all, zone, now)
	return func(tx store.Tx) error {
		for _, key := range gone {
			tx.Delete(key)
		}
		for _, person := range slices.Sorted(maps.Keys(told)) {
			r.o.Owe(tx, now, store.Key("told", e.Key, person), person, r.reminding(told[person], person, now))
		}
		if waits(tx) {
			return outbox.In(tx, now).Plan(job(zone))
		}
		return nil
	}, nil
}

// waiting are all postmortems that wait, what is due first in front, and the keys of those whose incidents are in the archive.
func (r reminders) waiting(tx store.Tx) (all []waiting, gone []string, err error) {
	for key := range tx.Range(store.Under(part)) {
		i, err := incidents.Head(tx, store.Parts(key)[1])
		if errors.Is(err, incidents.ErrNotFound) {
			gone = append(gone, key)
			continue
		}
		if err != nil {
			continue // fsck names it; the others are reminded of
		}
		s, err := read(tx, i)
		if err != nil || i.Open() || i.MergedInto != "" {
			continue
		}
		all = append(all, waiting{i, s})
	}
	slices.SortStableFunc(all, func(a, b waiting) int { return a.s.Due.Compare(b.s.Due) })
	return all, gone, nil
}

// whose are those who have to do something: the reviewers; else who asked for the review, who can name some; of a draft who leads the
// incident. The empty name is the channel, which is told where nobody else can be.
func (r reminders) whose(w waiting) (all []string) {
	named := []string{w.i.Response.Lead}
	if w.s.Stage == response.InReview {
		if named = w.s.Reviewers; len(named) == 0 {
			named = []string{w.s.Asked}
		}
	}
	for _, person := range named {
		if r.o.People[person].Slack != "" {
			all = append(all, person)
		}
	}
	if len(all) == 0 {
		return []string{""}
	}
	return all
}

// sorted is what each person who lives in a zone is reminded of. Whoever is not reminded of anything today is told of nothing.
func (r reminders) sorted(all []waiting, zone *time.Location, now time.Time) map[string][]waiting {
	told, today := map[string][]waiting{}, map[string]bool{}
	for _, w := range all {
		for _, person := range r.whose(w) {
			if r.zone(person).String() == zone.String() {
				told[person] = append(told[person], w)
				today[person] = today[person] || r.calendar(w.i).Reminds(w.s.Due.In(zone), now.In(zone))
			}
		}
	}
	maps.DeleteFunc(told, func(person string, _ []waiting) bool { return !today[person] })
	return told
}

// most is how many postmortems a message lists.
const most = 20

// reminding is what somebody is told.
func (r reminders) reminding(all []waiting, person string, now time.Time) blocks.Message {
	m := blocks.Message{Title: text.Count(len(all), "postmortem waits", "postmortems wait") + " for you"}
	if person == "" {
		m.Title = text.Count(len(all), "postmortem waits", "postmortems wait") + " for somebody"
	}
	var lines []blocks.Line
	for _, w := range all[:min(len(all), most)] {
		lines = append(lines, r.line(w, now))
	}
	if more := len(all) - len(lines); more > 0 {
		lines = append(lines, blocks.Say("and ", more, " more"))
	}
	m.Body = append(m.Body, blocks.Bullets(lines...))
	if len(all) == 1 {
		return withButtons(m, all[0].s, all[0].i)
	}
	return m
}

// line is one of them: how it stands, by when it is due, and what is to be said.
func (r reminders) line(w waiting, now time.Time) blocks.Line {
	l := blocks.Say(blocks.Strong(w.i.ID), " ", text.Clip(text.Line(w.i.Title), 200), " (", w.i.Severity, "): ")
	switch {
	case w.s.Stage == response.Draft:
		l = blocks.Say(l, "a draft")
	case len(w.s.Reviewers) == 0:
		l = blocks.Say(l, "in review, by nobody yet")
	default:
		l = blocks.Say(l, "in review by ", people(w.s.Reviewers))
	}
	if w.s.Due.Before(now) {
		l = blocks.Say(l, ", ", blocks.Strong("overdue"), " since ", w.s.Due)
	} else {
		l = blocks.Say(l, ", to be reviewed by ", w.s.Due)
	}
	say := r.o.Root + " postmortem " + w.i.ID + " reviewed"
	if w.s.Stage == response.Draft || len(w.s.Reviewers) == 0 {
		say = r.o.Root + " " + Word + " " + w.i.ID + " @somebody"
	}
	return blocks.Say(l, ". ", blocks.Code(say))
}
