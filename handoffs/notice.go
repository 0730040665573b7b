package handoffs

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// A Message is what somebody is told.
type Message struct {
	To          string    // a person's name; empty: the channel
	Since       time.Time // when it was decided: it was not told before
	PerhapsTold bool
	What        What
}

// What is what a [Message] is about: a [Handoff], several [Together], a [Reminder], a [Warning], an [Offer], a [GroupTrouble] or an [Ahead].
type What interface{ what() }

// Handoff says that others are on call now.
type Handoff struct {
	Schedule string
	Side     Side
	Before   []string  // who was on call; nobody in a gap
	Now      []string  // who is; nobody in a gap
	At       time.Time // since when
	Until    time.Time // zero: for good
	Next     rotations.Shift
	// Unaccepted are those who are on call though they have not accepted in time.
	Unaccepted []string
	Open       []Open // incidents whose pages go by the schedule, the worst first
	More       int    // that are open besides these
	TakeOver   []Open // that whoever is told is asked to take over
}

// Side says from where somebody sees a handoff.
type Side string

// The sides there are.
const (
	Incoming Side = "incoming"
	Outgoing Side = "outgoing"
	Shadow   Side = "shadow" // who learns by watching
	Beside   Side = "beside" // the channel
)

// Open is an open incident in a few words. Service and title come from outside.
type Open struct {
	ID, Severity, Service, Title string
	AcknowledgedBy               string // empty: nobody has acknowledged
	Quiet                        bool   // nobody is paged for it
	Run                          int
}

func (Handoff) what() {}

// noticeBody is the body of a notice's entry.
type noticeBody struct {
	Record
	Side Side   `json:"side"`
	To   string `json:"person,omitempty"`
}

func (b *noticeBody) owe(owed outbox.Tx, now time.Time) {
	owed.Once(outbox.Entry{
		Key: store.Key("handoff", b.Schedule, strconv.Itoa(b.Number), b.To), Kind: KindNotice, Lane: outbox.Chores,
		Due: now, Body: outbox.Body(b),
	})
}

// enqueueNotices enqueues the notices of a handoff. Of one that people have been told of, only that to those who come.
func enqueueNotices(owed outbox.Tx, now time.Time, r Record) {
	for _, p := range without(r.To, r.From) {
		(&noticeBody{r, Incoming, p}).owe(owed, now)
	}
	if r.Told {
		return
	}
	for _, p := range without(r.From, r.To) {
		(&noticeBody{r, Outgoing, p}).owe(owed, now)
	}
	for _, p := range r.Shadows {
		(&noticeBody{r, Shadow, p}).owe(owed, now)
	}
	enqueueChannel(owed, now, r)
}

// enqueueAlone enqueues that the channel is told of one handoff.
func enqueueAlone(owed outbox.Tx, now time.Time, r Record) {
	(&noticeBody{r, Beside, ""}).owe(owed, now)
}

// notices tell people of handoffs, of shifts that are coming, and of those that wait for them. They say how things stand when they
// are told, which may be later than when they were enqueued.
type notices struct {
	store     store.Store
	overrides *overrides.Book
	pager     *paging.Pager
	rules     map[string]Rule
	messenger Messenger
	phones    map[string]bool
	unproven  func(tx store.Tx, now time.Time, person string) []string
	clock     *clocks.Clock
}

// notice tells somebody of a handoff, as things stand when it is told.
func (n *notices) notice(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b noticeBody
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	now := n.clock.Now()
	var h Handoff
	var pointless bool
	err := n.store.View(ctx, func(tx store.Tx) (err error) {
		s, _ := readStanding(tx, b.Schedule)
		h, err = n.handoff(tx, now, b)
		pointless = b.pointless(now, s, h)
		return err
	})
	if err != nil || pointless {
		return nil, err
	}
	return nil, n.messenger.Tell(ctx, e.Key, Message{To: b.To, Since: e.Created, PerhapsTold: e.PerhapsDone, What: h})
}

// handoff is what there is to say about a handoff now.
func (n *notices) handoff(tx store.Tx, now time.Time, b noticeBody) (h Handoff, err error) {
	a := n.overrides.Schedules[b.Schedule].At(now, n.overrides.Of(tx, b.Schedule))
	h = Handoff{
		Schedule: b.Schedule, Side: b.Side, Before: b.From, Now: a.People, At: b.At, Until: a.To, Next: a.Next,
		Unaccepted: b.Unaccepted,
	}
	all, err := n.open(tx, b.Schedule)
	if b.Side == Incoming {
		h.TakeOver = askedOf(all, b.To)
	}
	shown := min(len(all), shownOpen)
	for _, i := range all[:shown] {
		h.Open = append(h.Open, openOf(i))
	}
	h.More = len(all) - shown
	return h, err
}

// tooOld is when nobody needs to be told any more that their shift is over.
const tooOld = 24 * time.Hour

// pointless reports whether a notice that had to wait need not be told any more.
func (b *noticeBody) pointless(now time.Time, s standing, h Handoff) bool {
	switch b.Side {
	case Incoming:
		return !slices.Contains(h.Now, b.To) || b.Told && len(h.Open) == 0
	case Outgoing:
		return slices.Contains(h.Now, b.To) || now.Sub(b.Recorded) > tooOld
	}
	return s.Number != b.Number
}

const (
	shownOpen = 5   // incidents that a notice names
	readOpen  = 500 // incidents that are looked at for it
)

// open lists the open incidents of services whose policies page a schedule, the worst first.
func (n *notices) open(tx store.Tx, schedule string) (all []*incidents.Incident, err error) {
	concerned := map[string]bool{}
	for _, id := range incidents.OpenIDs(tx, readOpen) {
		i, err := incidents.Head(tx, id)
		if errors.Is(err, incidents.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		pages, known := concerned[i.Service]
		if !known {
			pages = pagesSchedule(n.pager.Policy(i.Service), schedule)
			concerned[i.Service] = pages
		}
		if pages {
			all = append(all, i)
		}
	}
	slices.SortStableFunc(all, func(a, b *incidents.Incident) int { return cmp.Compare(a.Severity, b.Severity) })
	return all, nil
}

func openOf(i *incidents.Incident) Open {
	return Open{i.ID, i.Severity, i.Service, i.Title, i.AcknowledgedBy.Name, i.Quiet, i.Run}
}

// pagesSchedule reports whether a policy ever pages a schedule.
func pagesSchedule(p paging.Policy, schedule string) bool {
	targets := slices.Clone(p.Fallback)
	for _, s := range p.Steps {
		targets = append(targets, s.Page...)
	}
	return slices.ContainsFunc(targets, func(t paging.Target) bool {
		name, ok := t.Schedule()
		return ok && name == schedule
	})
}
