package actions

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// KindRemind is the kind of outbox entries that remind the owner of an item, and KindDigest of those that tell the channel what is
// open.
const (
	KindRemind = "action-remind"
	KindDigest = "action-digest"
)

// Reminders tell people of items that are theirs.
type Reminders struct{ o Options }

// Reminders are those of a room.
func (r *Room) Reminders() Reminders { return Reminders{r.o} }

// Handlers returns the handlers of outbox entries by kind.
func (r Reminders) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{KindRemind: r.remind, KindDigest: r.digest}
}

// reminder is the body of an entry. An item that is due at another time by now has another entry.
type reminder struct {
	Incident string    `json:"incident"`
	Event    int       `json:"event"`
	Due      time.Time `json:"due"`
}

// zone is where the owner of an item lives, or else the team.
func (r Reminders) zone(owner string) *time.Location {
	if z := r.o.People[owner].Zone; z != nil {
		return z
	}
	return r.team()
}

// team is the zone of the first schedule by its name, or else UTC.
func (r Reminders) team() *time.Location {
	if r.o.Overrides != nil {
		for _, name := range slices.Sorted(maps.Keys(r.o.Overrides.Schedules)) {
			if z := r.o.Overrides.Schedules[name].Zone; z != nil {
				return z
			}
		}
	}
	return time.UTC
}

// enqueue enqueues the next reminder of an item that is open and has a day.
func (r Reminders) enqueue(tx store.Tx, now time.Time, i actions.Item) {
	r.enqueueAfter(tx, now, now, i)
}

func (r Reminders) enqueueAfter(tx store.Tx, now, after time.Time, i actions.Item) {
	if !i.Open() || i.Due.IsZero() {
		return
	}
	due := Next(i.Due, after, r.zone(i.Owner))
	outbox.In(tx, now).Once(outbox.Entry{
		Key: store.Key(i.Incident, Name, strconv.Itoa(i.Event), strconv.FormatInt(i.Due.Unix(), 10),
			due.Format(time.DateOnly)),
		Kind: KindRemind, Lane: outbox.Chores, Due: due,
		Body: outbox.Body(reminder{i.Incident, i.Event, i.Due}),
	})
}

// Follow is the part of action items in an event: the next reminder, and a word to whoever gets one from somebody else.
func (r Reminders) Follow(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event) {
	was, is, ok := actions.Changed(tx, i.ID, e)
	if !ok {
		return
	}
	r.enqueue(tx, now, is)
	_, known := r.o.People[is.Owner]
	if !known || !is.Open() || is.Owner == was.Owner || e.By == incidents.Person(is.Owner) {
		return
	}
	m := blocks.Message{Title: "An action item for you", Body: []blocks.Paragraph{
		blocks.Para(blocks.Say(blocks.Strong(e.By.Name), " gave it to you, after incident ", blocks.Strong(i.ID), " (",
			text.Line(i.Title), "):")),
		blocks.Bullets(Line(is, now))}, Rows: [][]blocks.Button{Buttons(is)}}
	r.o.Owe(tx, now, store.Key("told", Name, i.ID, strconv.Itoa(e.Seq), is.Owner), is.Owner, m)
}

// remind tells the owner of an item that it is due, if it still is open, and enqueues the next reminder: both in the transaction that
// marks this one as done, so that each is told once. Nobody is told at night, whenever this runs.
func (r Reminders) remind(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b reminder
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	now := r.o.Clock.Now()
	var i actions.Item
	var open bool
	err := r.o.Book.Store.View(ctx, func(tx store.Tx) error {
		i, open = actions.Planned(tx, b.Incident, b.Event)
		return nil
	})
	if err != nil || !open || !i.Due.Equal(b.Due) {
		return nil, err
	}
	if wait := Awake(now, r.zone(i.Owner)); wait > 0 {
		return nil, &outbox.Later{After: wait, Err: errNight}
	}
	to, m := r.reminding(i, now)
	return func(tx store.Tx) error {
		r.o.Owe(tx, now, store.Key("told", e.Key, to), to, m)
		// of another day, also where nine is still to come in the zone of whoever has it now
		r.enqueueAfter(tx, now, later(now, at(now, r.zone(i.Owner), 0)), i)
		return nil
	}, nil
}

var errNight = errors.New("nobody is told of it at night")

// reminding is who is reminded of an item, and how. What has no owner who can be told is the team's: its channel is told.
func (r Reminders) reminding(i actions.Item, now time.Time) (to string, m blocks.Message) {
	says := "is due soon"
	switch zone := r.zone(i.Owner); {
	case i.Overdue(now):
		says = "is overdue"
	case dayOf(i.Due, zone).Format(time.DateOnly) == now.In(zone).Format(time.DateOnly):
		says = "is due today"
	}
	m = blocks.Message{Title: "Action item " + i.ID() + " " + says,
		Body: []blocks.Paragraph{blocks.Bullets(Line(i, now))}, Rows: [][]blocks.Button{Buttons(i)}}
	if i.Stale(now) {
		const old = "It is open for more than 90 days. If it will not be done, close it and say why."
		m.Body = append(m.Body, blocks.Para(blocks.Say(old)))
	}
	if missing := r.missing(i); missing != "" {
		m.Body = append(m.Body, blocks.Para(blocks.Say(missing, " To give it to somebody: ",
			blocks.Code(r.o.Root+" "+Word+" "+i.ID()+" @somebody"), ".")))
		return "", m
	}
	return i.Owner, m
}

// missing says why the owner of an item cannot be told of it; empty if they can.
func (r Reminders) missing(i actions.Item) string {
	switch p, known := r.o.People[i.Owner]; {
	case i.Owner == "":
		return "It is nobody’s."
	case !known:
		return text.Line(i.Owner) + " is not among the people of Oncalm any more."
	case p.Slack == "":
		return text.Line(i.Owner) + " cannot be reached in Slack."
	}
	return ""
}

// Plan enqueues what is to be enqueued at each start: the next digest, and the next reminder of each item that is open, also of those of a
// version that had none.
func (r Reminders) Plan(ctx context.Context) {
	_, err := actions.Complete(ctx, r.o.Book.Store)
	if err == nil {
		err = r.o.Book.Store.Update(ctx, func(tx store.Tx) error {
			now := r.o.Clock.Now()
			for _, i := range actions.Open(tx) {
				r.enqueue(tx, now, i)
			}
			return outbox.In(tx, now).Plan(r.job())
		})
	}
	if err != nil && ctx.Err() == nil {
		r.o.Log.Warn("reminders of action items could not be planned; some may be missing until the next start", "err", err)
	}
}
