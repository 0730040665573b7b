package storm

import (
	"errors"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/incidents/numbering"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// Kind is the kind of outbox entries that draw the card of a storm.
const Kind = "storm"

const (
	// handful is how many cards may wait in a channel, and how many incidents may open within calm, without a storm.
	handful = 5
	// calm is how long it takes until a storm is over.
	calm = 2 * time.Minute
	// kept is how long a storm is remembered of which all is resolved: what is triggered again is counted on the same card.
	kept = time.Hour
	// settling is how long the first card of a storm waits for more to happen, and pause the later ones.
	settling = 300 * time.Millisecond
	pause    = 2 * time.Second
)

// Options is what Storms need.
type Options struct {
	Root    string // the slash command of incidents
	Channel string // of the incidents, as an id
	Out     *slack.Sender
	Pace    *slack.Pace
	Book    *incidents.Book // its store
	Clock   *clocks.Clock
	Log     *slog.Logger

	Posting func(severity string) slack.Tempo // of the cards of incidents
	Editing slack.Tempo                       // of all cards
	// Has reports whether an incident has a card of its own, and Card is the entry of that card.
	Has  func(tx store.Tx, id string) bool
	Card func(id string, due time.Time) outbox.Entry
	// Took is called in the transaction that records that the channel has taken a card, or an edit of it.
	Took func(tx store.Tx, now time.Time, edit bool)
	// Undrawn is what comes of a card that could not be drawn.
	Undrawn func(e outbox.Entry, edit bool, err error) (func(store.Tx) error, error)
	// Info is what is shown of an incident to whoever opens it.
	Info func(tx store.Tx, id string) (blocks.Message, error)
}

// Storms are those of one channel.
type Storms struct {
	o Options

	mu      sync.Mutex
	waiting map[string]time.Time // when those incidents opened whose cards wait to be posted
	gave    struct {             // the last acknowledgement that brought a card
		at time.Time
		id string
	}
}

// New makes Storms.
func New(o Options) *Storms { return &Storms{o: o, waiting: map[string]time.Time{}} }

// Own reports whether an incident has a card of its own after an event, and sees to it that the card of its storm tells of the
// event. posted says that it has one already. It runs in the transaction of the event.
func (s *Storms) Own(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event, posted bool) bool {
	if _, first := e.Body.(incidents.Opened); first {
		if n, r := newest(tx); r.lasts() && r.From > 0 {
			return s.opened(tx, now, n, *r, i, e)
		}
	}
	n, member := stormOf(tx, i.ID)
	if member {
		s.changed(tx, now, n, e)
	}
	if posted {
		return true
	}
	if member {
		return i.Severity == incidents.Sev1 || s.asked(now, i, e)
	}
	if !opens(e.Body) || e.By.Kind == incidents.KindPerson {
		return true // it has had its chance to join, or somebody wants to see it
	}
	if _, r := newest(tx); r.lasts() || i.Severity != incidents.Sev1 && s.crowded(now, i.ID) {
		s.join(tx, now, i.ID)
		return i.Severity == incidents.Sev1
	}
	s.Waits(i)
	return true
}

// opened is Own for an incident that opens while a storm lasts: it belongs to it by its number, unless somebody wants to see it.
func (s *Storms) opened(tx store.Tx, now time.Time, n int, r state, i *incidents.Incident, e incidents.Event) bool {
	if e.By.Kind == incidents.KindPerson {
		tx.Put(memberKey(i.ID), []byte(strconv.Itoa(none)))
		return true
	}
	s.lookAgain(tx, now, n, r)
	return i.Severity == incidents.Sev1
}

// opens reports whether an event is one with which a run of an incident begins.
func opens(b incidents.Body) bool {
	switch b.(type) {
	case incidents.Opened, incidents.Reopened:
		return true
	}
	return false
}

// asked reports whether an event says that somebody cares for just this incident. Whoever acknowledges many at once does so
// in one transaction, with one time: by that they are told from one after another.
func (s *Storms) asked(now time.Time, i *incidents.Incident, e incidents.Event) bool {
	if e.By.Kind != incidents.KindPerson {
		return false
	}
	switch e.Body.(type) {
	case incidents.Noted, incidents.Escalated:
		return true
	case incidents.Acknowledged:
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.gave.at.Equal(now) && s.gave.id != i.ID {
			return false // one of many
		}
		s.gave.at, s.gave.id = now, i.ID
		return true
	}
	return false
}

// Takes reports whether an incident whose card is about to be posted belongs into a storm instead; then [Storms.Join] puts it
// there.
func (s *Storms) Takes(tx store.Tx, now time.Time, i *incidents.Incident) bool {
	_, member := stormOf(tx, i.ID)
	if member || i.Severity == incidents.Sev1 || i.Status != incidents.StatusTriggered ||
		i.OpenedBy.Kind == incidents.KindPerson || now.Sub(i.Opened) > calm {
		return false
	}
	_, r := newest(tx)
	return r.lasts() || s.crowded(now, i.ID)
}

// Join puts an incident into the storm that lasts, or begins one.
func (s *Storms) Join(tx store.Tx, now time.Time, id string) {
	s.join(tx, now, id)
	s.Posted(id)
}

// join writes the storm of an incident, and sees to it that the card is drawn.
func (s *Storms) join(tx store.Tx, now time.Time, id string) {
	n, r := newest(tx)
	if !r.lasts() {
		n++
		s.begin(tx, now, n)
	}
	tx.Put(memberKey(id), []byte(strconv.Itoa(n)))
	if !r.lasts() {
		s.redraw(tx, now, n, now.Add(settling))
		return
	}
	s.lookAgain(tx, now, n, *r)
}

// lookAgain enqueues the card of a storm that lasts, unless it is drawn soon anyway. If it is drawn just now, it is looked at
// again after that.
func (s *Storms) lookAgain(tx store.Tx, now time.Time, n int, r state) {
	due := now.Add(r.rest())
	e, ok := outbox.In(tx, now).Get(entryKey(n))
	switch {
	case !ok || !e.Done.IsZero() || e.Due.After(due):
		s.redraw(tx, now, n, due)
	case !e.Due.After(now) && !r.More:
		r.More = true
		if err := saveCard(tx, n, r); err != nil {
			s.redraw(tx, now, n, due)
		}
	}
}

// begin begins a storm. What opened a short time ago is counted as well, though it has a card of its own or will have one; what
// waits for its card joins when it would be posted.
func (s *Storms) begin(tx store.Tx, now time.Time, n int) {
	const most = 100
	since := now
	_, number := numbering.Kept(tx)
	last, err := history.Newest(tx, most)
	for _, i := range last {
		_, member := stormOf(tx, i.ID)
		if now.Sub(i.Opened) > calm || member || !i.Open() {
			continue
		}
		if i.Opened.Before(since) {
			since = i.Opened
		}
		if i.Severity == incidents.Sev1 || s.o.Has(tx, i.ID) {
			tx.Put(memberKey(i.ID), []byte(strconv.Itoa(n)))
		}
	}
	tx.Put(nowKey, []byte(strconv.Itoa(n)))
	began := state{Began: now.UTC(), Since: since.UTC(), From: int(number) + 1}
	if err = errors.Join(err, saveCard(tx, n, began)); err != nil {
		s.o.Log.Warn("a storm does not count what opened before it", "err", err)
	}
}

// changed enqueues the card of a storm after an event of one of its incidents, unless the card does not tell of such events.
func (s *Storms) changed(tx store.Tx, now time.Time, n int, e incidents.Event) {
	switch e.Body.(type) {
	case incidents.Paged, incidents.Delivered, incidents.Undelivered, incidents.Noted:
	default:
		s.redraw(tx, now, n, now.Add(pause))
	}
}

// body is the body of an entry.
type body struct {
	Storm int `json:"storm"`
}

// entryKey is the key of the outbox entry: one for each storm, so that its card is never drawn twice at a time.
func entryKey(n int) string { return prefix + strconv.Itoa(n) + "/card" }

// redraw enqueues the card at a time. An earlier one that waits stays, since Soon never puts off.
func (s *Storms) redraw(tx store.Tx, now time.Time, n int, due time.Time) {
	outbox.In(tx, now).Soon(outbox.Entry{
		Key: entryKey(n), Kind: Kind, Lane: outbox.Chores, Due: due, Body: outbox.Body(body{n}),
	})
}

// Waits notes that the card of an incident waits to be posted.
func (s *Storms) Waits(i *incidents.Incident) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting[i.ID] = i.Opened
}

// Posted notes that the card of an incident does not wait any more.
func (s *Storms) Posted(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, id)
}

// crowded reports whether more than a handful of incidents wait for their cards that opened a short time ago, with this one.
func (s *Storms) crowded(now time.Time, id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 1
	for other, opened := range s.waiting {
		switch {
		case now.Sub(opened) > calm:
			delete(s.waiting, other)
		case other != id:
			n++
		}
	}
	return n > handful
}

// Member reports whether an incident is part of a storm.
func (s *Storms) Member(tx store.Tx, id string) bool {
	_, member := stormOf(tx, id)
	return member
}

// Lacks reports whether an incident has only the card of its storm.
func (s *Storms) Lacks(tx store.Tx, id string) bool {
	_, member := stormOf(tx, id)
	return member && !s.o.Has(tx, id)
}

// Draw enqueues the own card of an incident that has only that of its storm: somebody wants to see it.
func (s *Storms) Draw(tx store.Tx, now time.Time, i *incidents.Incident) {
	if s.o.Channel == "" || !s.Lacks(tx, i.ID) {
		return
	}
	e := s.o.Card(i.ID, now)
	e.Due = s.o.Pace.Reserve(e.Key, s.o.Posting(i.Severity), now)
	outbox.In(tx, now).Soon(e)
}
