package tickets

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/outbox/forge"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Kinds of outbox entries that this package handles. KindLook is bound to the calendar.
const (
	KindMake = "ticket"
	KindLook = "ticket-look"
)

const (
	// settling is how long after it was planned an item gets its ticket: what is put right at once is in it.
	settling = time.Minute
	// unsure is how long after an attempt of which nobody knows the tracker is looked through: until then that attempt may go on there,
	// and what was made may not be found yet.
	unsure = time.Minute
	// slack is how much the clock of the tracker may be behind ours.
	slack = 10 * time.Minute
)

// A Desk has tickets made for action items. Its fields are set before it is used.
type Desk struct {
	Tracker Tracker // nil: there are none
	Where   string  // names the tracker and its project, in records
	Book    *incidents.Book
	Clock   *clocks.Clock
	Log     *slog.Logger

	mu    sync.Mutex
	doubt map[string]bool // entries for which was waited, see unsure
}

// work is the body of an entry.
type work struct {
	Incident string `json:"incident"`
	Event    int    `json:"event"`
}

// Follow has tickets made (see [incidents.Follower]).
func (d *Desk) Follow(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event) []incidents.Body {
	b, ok := e.Body.(incidents.Responded)
	if !ok || d.Tracker == nil {
		return nil
	}
	if f, planned := b.Fact.(response.Planned); planned && f.Link == "" {
		outbox.In(tx, now).Once(entry(i.ID, e.Seq, now.Add(settling)))
	}
	return nil
}

func entry(incident string, event int, due time.Time) outbox.Entry {
	key := store.Key(incident, prefix, strconv.Itoa(event))
	body := outbox.Body(work{incident, event})
	return outbox.Entry{Key: key, Kind: KindMake, Lane: outbox.Documents, Due: due, Body: body}
}

// Handlers returns the handlers of outbox entries by kind.
func (d *Desk) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{KindMake: d.make, KindLook: d.look}
}

// wanting is an item that is to have a ticket, with its incident; false if it is to have none: it is done, has a link, or was struck
// with its incident from the store.
func wanting(tx store.Tx, incident string, event int) (item actions.Item, i *incidents.Incident, ok bool) {
	item, open := actions.Planned(tx, incident, event)
	if !open || item.Link != "" || has(tx, incident, event) {
		return item, nil, false
	}
	i, err := incidents.Head(tx, incident)
	return item, i, err == nil
}

// make makes the ticket of an item, unless there is one.
func (d *Desk) make(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b work
	if err := e.Decode(&b); err != nil || d.Tracker == nil {
		return nil, err
	}
	var item actions.Item
	var i *incidents.Incident
	var ok bool
	err := d.Book.Store.View(ctx, func(tx store.Tx) error {
		item, i, ok = wanting(tx, b.Incident, b.Event)
		return nil
	})
	if err != nil || !ok {
		return nil, err
	}
	if e.PerhapsDone && d.doubtful(e.Key) {
		return nil, &outbox.Later{After: unsure, Err: forge.ErrUnsure}
	}
	draft := draftOf(item, i)
	ticket, found, err := d.Tracker.Find(ctx, draft)
	if err == nil && !found {
		ticket, err = d.Tracker.Make(ctx, draft)
	}
	switch {
	case errors.Is(err, forge.ErrUnsure):
		_ = d.doubtful(e.Key) // the next attempt comes late enough
		return nil, &outbox.Later{After: unsure, Err: err}
	case isLater(err):
		return nil, err
	case errors.Is(err, forge.ErrRefused):
		d.Log.Warn("an action item has no ticket: the tracker refuses it; it is asked again in the next hour", "item", item.ID(),
			"tracker", d.Where, "err", err)
		return nil, nil //nolint:nilnil // look enqueues it again
	case err != nil:
		return nil, fmt.Errorf("ticket of action item %s: %w", item.ID(), err)
	}
	return func(tx store.Tx) error { return d.record(tx, b, ticket) }, nil
}

func isLater(err error) bool {
	_, later := errors.AsType[*outbox.Later](err)
	return later
}

// doubtful reports, once for each entry, that an earlier attempt may not be over, which a process of before may have begun. There are few
// such entries.
func (d *Desk) doubtful(key string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.doubt == nil {
		d.doubt = map[string]bool{}
	}
	was := d.doubt[key]
	d.doubt[key] = true
	return !was
}

// record puts the ticket onto the timeline, unless somebody gave the item another link meanwhile.
func (d *Desk) record(tx store.Tx, b work, t Ticket) error {
	if has(tx, b.Incident, b.Event) {
		return nil
	}
	now := d.Clock.Now()
	looked := now.Round(0).UTC()
	r := record{Ticket: t, Where: d.Where, Incident: b.Incident, Event: b.Event, Looked: looked}
	if err := r.save(tx); err != nil {
		return err
	}
	fact := response.ActionTicketed{Item: b.Event, Ticket: t.Name, Link: t.Link}
	e := incidents.Event{By: incidents.Oncalm(), Body: incidents.Responded{Fact: fact}}
	_, err := d.Book.Append(tx, now, b.Incident, e)
	return err
}

// draftOf is the ticket of an item.
func draftOf(item actions.Item, i *incidents.Incident) Draft {
	of := "Action item " + item.ID() + " of incident " + i.ID + ": " + text.Line(i.Title)
	lines := []string{text.Line(item.What), "", of}
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, name+": "+text.Line(value))
		}
	}
	add("Service", i.Service)
	add("Severity", i.Severity)
	add("Owner", item.Owner)
	if !item.Due.IsZero() {
		add("Due", item.Due.UTC().Format(time.DateOnly))
	}
	add("Type", item.Type)
	add("Priority", item.Priority)
	add("Done when", item.VerifyBy)
	lines = append(lines, "", "Oncalm made this ticket. When it is closed, the action item is done.")
	// Another store may have an item of the same name; none was planned at the same nanosecond with the same words.
	name := item.ID() + "\n" + item.Planned.UTC().Format(time.RFC3339Nano) + "\n" + strconv.Itoa(item.Event)
	sum := sha256.Sum256([]byte(name))
	return Draft{Title: item.What, Body: strings.Join(lines, "\n"), Mark: "oncalm" + hex.EncodeToString(sum[:10]),
		Since: item.Planned.Add(-slack)}
}
