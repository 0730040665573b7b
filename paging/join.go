package paging

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/changes/around"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging/turns"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/record"
)

// A Joiner is a [Channel] that can tell one person of several incidents in one message.
type Joiner interface {
	turns.Channel
	// Sent looks whether an earlier attempt of a page that was decided at a time has got through, as far as that can be
	// found out now.
	Sent(ctx context.Context, person, key string, decided time.Time) (r Receipt, sent bool)
	// PageAll is Page for several at once.
	PageAll(ctx context.Context, key string, j Joint) (Receipt, error)
}

// Singly is a channel that tells each incident in a message of its own, though it may be able to join them.
type Singly struct{ Channel }

// A Joint is what one person is told of several incidents, worst first.
type Joint struct {
	Person      string
	Pages       []Page
	Before      int // of how many others, which still wait, the person was told before
	PerhapsSent bool
}

// KindJoint is the kind of entries that tell a person of several incidents at once. Pages that wait stay entries of their own
// until they were told, and come due by themselves should the joint entry be lost.
const KindJoint = "joint"

// joints are what of a Pager tells one person of several incidents at once.
type joints struct{ p *Pager }

// waitsAtMost is when a page that waits for a joint message looks after itself.
const waitsAtMost = 90 * time.Second

// jointBody is the body of a joint entry. Its pages stand in the store beside it, since they gather one by one.
type jointBody struct {
	Person string `json:"person"`
	Via    string `json:"via"`
}

// gatheringKey holds the key of the joint entry in which pages to a person by a channel gather.
func gatheringKey(person, via string) string { return store.Key("gathering", person, via) }

// memberKey says that a page belongs to a joint entry.
func memberKey(joint, page string) string { return store.Key("joined", joint, page) }

func membersPrefix(joint string) string { return store.Key("joined", joint) + "/" }

// urgencyOf is the place of a severity among the four lanes of a channel.
func urgencyOf(severity string) int {
	return rank(incidents.ViaSlack, laneOf(incidents.ViaSlack, severity))
}

// rank is the place of a lane among those of a channel, the most urgent first.
func rank(via string, lane outbox.Lane) int {
	lanes := Lanes(via)
	return slices.Index(lanes[:], lane)
}

// wait decides whether a page waits to be told together with others, and if so returns what is to be committed. It does if it is not the
// person's turn, unless it is worse than all that they were told.
func (js joints) wait(ctx context.Context, e outbox.Entry, b pageBody, i *incidents.Incident, ch Joiner) (
	commit func(store.Tx) error, waits bool, err error) {
	now := js.p.Clock.Now()
	told, err := js.toldSoon(ctx, b)
	if err != nil {
		return nil, false, err
	}
	if told { // it has waited for so long that it looks after itself, and need not
		return js.postponing(e, now.Add(waitsAtMost)), true, nil
	}
	next, ok := js.p.turns.Take(ch, turns.Message{Person: b.Person, Via: b.Via, Urgency: urgencyOf(i.Severity)}, now)
	if ok {
		return nil, false, nil
	}
	if e.PerhapsDone && b.Joint == "" {
		if r, sent := ch.Sent(ctx, b.Person, e.Key, i.Pages[e.Key].At); sent {
			return js.p.recording(i.ID, delivered(e.Key, b, r)), true, nil
		}
	}
	return js.joining(e, b, next), true, nil
}

// toldSoon reports whether a joint message is to tell a page.
func (js joints) toldSoon(ctx context.Context, b pageBody) (is bool, err error) {
	if b.Joint == "" {
		return false, nil
	}
	err = js.p.Book.Store.View(ctx, func(tx store.Tx) error {
		is = outbox.In(tx, js.p.Clock.Now()).Pending(b.Joint)
		return nil
	})
	return is, err
}

// postponing leaves an entry for later. That is no failed attempt.
func (js joints) postponing(e outbox.Entry, due time.Time) func(store.Tx) error {
	now := js.p.Clock.Now()
	return func(tx store.Tx) error {
		e.Due = due
		outbox.In(tx, now).Postpone(e)
		return nil
	}
}

// joining lets a page wait for the joint message to its person that is due then, or sooner.
func (js joints) joining(e outbox.Entry, b pageBody, due time.Time) func(store.Tx) error {
	now := js.p.Clock.Now()
	return func(tx store.Tx) error {
		queue := outbox.In(tx, now)
		joint := js.gather(tx, queue, now, e, b, due)
		tx.Put(memberKey(joint, e.Key), []byte(e.Key))
		b.Joint = joint
		e.Body, e.Due = outbox.Body(b), now.Add(waitsAtMost)
		queue.Postpone(e)
		return nil
	}
}

// gather is the key of the joint entry in which a page is told; it is enqueued in the most urgent lane of its pages.
func (js joints) gather(tx store.Tx, queue outbox.Tx, now time.Time, e outbox.Entry, b pageBody, due time.Time) string {
	at := gatheringKey(b.Person, b.Via)
	key, lane := string(tx.Get(at)), e.Lane
	if open, ok := queue.Get(key); key != "" && ok && open.Done.IsZero() {
		if rank(b.Via, open.Lane) < rank(b.Via, lane) {
			lane = open.Lane
		}
	} else {
		key = fmt.Sprintf("%s/joint/%d", e.Key, now.UnixNano())
		tx.Put(at, []byte(key))
	}
	queue.Soon(outbox.Entry{Key: key, Kind: KindJoint, Lane: lane, Due: due,
		Body: outbox.Body(jointBody{b.Person, b.Via})})
	return key
}

// joint tells a person of all pages that have gathered.
func (js joints) joint(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b jointBody
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	if next, ok, err := js.close(ctx, e, b); err != nil {
		return nil, err
	} else if !ok {
		return js.postponing(e, next), nil
	}
	all, err := js.gathered(ctx, e, b)
	if err != nil {
		return nil, err
	}
	fact := func(t told) incidents.Body { // of what went out
		return incidents.Undelivered{Key: t.Key, Person: b.Person, Via: b.Via, Error: "there is no channel " + b.Via}
	}
	pages := all.pages()
	if ch, ok := js.p.Channels[b.Via].(Joiner); ok && len(pages) > 0 {
		r, err := ch.PageAll(ctx, e.Key, Joint{b.Person, pages, all.before, e.PerhapsDone})
		switch {
		case err != nil && givenUp(e, b.Via, err):
			fact = func(t told) incidents.Body {
				return incidents.Undelivered{Key: t.Key, Person: b.Person, Via: b.Via, Error: err.Error()}
			}
		case err != nil:
			return nil, err
		default:
			fact = func(t told) incidents.Body { return deliveredIn(e.Key, t, r, len(pages)+all.recorded-1) }
		}
	}
	return js.settling(ctx, all.told, fact)
}

// close ends the gathering of a joint entry if it is the person's turn; else next is when it may be. Once closed it stays so: what it
// tells must not change while it is not known whether it came through.
func (js joints) close(ctx context.Context, e outbox.Entry, b jointBody) (next time.Time, ok bool, err error) {
	at, open := gatheringKey(b.Person, b.Via), false
	err = js.p.Book.Store.View(ctx, func(tx store.Tx) error {
		open = string(tx.Get(at)) == e.Key
		return nil
	})
	if err != nil || !open {
		return next, true, err
	}
	now := js.p.Clock.Now()
	if ch, joins := js.p.Channels[b.Via].(Joiner); joins {
		m := turns.Message{Person: b.Person, Via: b.Via, Urgency: max(rank(b.Via, e.Lane), 0), Joint: true}
		if next, ok = js.p.turns.Take(ch, m, now); !ok {
			return next, false, nil
		}
	}
	return next, true, js.p.Book.Store.Update(ctx, func(tx store.Tx) error {
		if string(tx.Get(at)) == e.Key {
			tx.Delete(at)
		}
		return nil
	})
}

// told is a page that a joint entry is to tell.
type told struct {
	Member
	page  Page
	stale string // why it is withheld; "" if it is not
}

// A round is what a joint entry is to tell.
type round struct {
	told     []told // worst first
	recorded int    // so many others it has told, before it was interrupted
	before   int    // of so many others, which wait, the person was told before
}

// pages are those that go out.
func (r round) pages() (all []Page) {
	for _, t := range r.told {
		if t.stale == "" {
			all = append(all, t.page)
		}
	}
	return all
}

// without counts the incidents of which the round has none.
func (r round) without(others []*incidents.Incident) (n int) {
	in := map[string]bool{}
	for _, t := range r.told {
		in[t.Incident] = true
	}
	for _, i := range others {
		if !in[i.ID] {
			n++
		}
	}
	return n
}

// deliveredIn is the delivery of a page in a joint message with so many others.
func deliveredIn(joint string, t told, r Receipt, others int) incidents.Delivered {
	fact := delivered(t.Key, t.body, r)
	if others > 0 {
		fact.Joint, fact.With = joint, others
	}
	return fact
}

func delivered(key string, b pageBody, r Receipt) incidents.Delivered {
	return incidents.Delivered{
		Key: key, Person: b.Person, Via: b.Via,
		Channel: r.Channel, Message: r.Message, Link: r.Link, Adopted: r.Adopted,
	}
}

// gathered reads the pages of a joint entry, worst first and then in their order. Those that are pointless by now are withheld.
func (js joints) gathered(ctx context.Context, e outbox.Entry, b jointBody) (r round, err error) {
	err = js.p.Book.Store.View(ctx, func(tx store.Tx) error {
		r = round{}
		for _, m := range Members(tx, e.Key) {
			if m.Told {
				r.recorded++
				continue
			}
			i, err := incidents.Head(tx, m.Incident)
			if errors.Is(err, incidents.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			a, _ := incidents.Evidence(tx, i)
			r.told = append(r.told, told{Member: m, stale: pointless(i, m.body, m.Key), page: Page{
				Incident: *i, Alarm: a, Person: m.body.Person, Why: m.body.Why, Reminder: m.Reminder,
			}})
		}
		slices.SortStableFunc(r.told, func(a, b told) int { return WorstFirst(&a.page.Incident, &b.page.Incident) })
		if len(r.told) == 1 { // it is told as by itself
			page := &r.told[0].page
			page.Next, page.Changes = Next(js.p, tx, js.p.Clock.Now(), &page.Incident), around.Of(tx, &page.Incident)
			page.Past = past.Of(tx, &page.Incident, page.Alarm)
		}
		others, err := waiting(tx, b.Person, b.Via, js.p.Clock.Now())
		r.before = r.without(others)
		return err
	})
	return r, err
}

// WorstFirst compares incidents by their severity, and then by their age.
func WorstFirst(a, b *incidents.Incident) int {
	return cmp.Or(cmp.Compare(urgencyOf(a.Severity), urgencyOf(b.Severity)), a.Opened.Compare(b.Opened))
}

// settledAtOnce is how many pages of a joint entry are recorded in one transaction: as many as find room where a full disk has next
// to none.
const settledAtOnce = 25

// settling records what has become of the pages of a joint entry, but for the last of them, of which it returns what is to be committed
// with the end of the entry. If it ends in between, what is recorded is not told again. fact says what became of those that went out.
func (js joints) settling(ctx context.Context, r []told, fact func(told) incidents.Body) (func(store.Tx) error, error) {
	for len(r) > settledAtOnce {
		if err := js.p.Book.Store.Update(ctx, js.settle(r[:settledAtOnce], fact)); err != nil {
			return nil, err
		}
		r = r[settledAtOnce:]
	}
	return js.settle(r, fact), nil
}

func (js joints) settle(r []told, fact func(told) incidents.Body) func(store.Tx) error {
	now := js.p.Clock.Now()
	return func(tx store.Tx) error {
		queue := outbox.In(tx, now)
		for _, t := range r {
			if !queue.Settle(t.Key) {
				continue
			}
			b := fact(t)
			if t.stale != "" {
				b = incidents.Withheld{Key: t.Key, Person: t.body.Person, Why: t.stale}
			}
			if err := js.p.record(tx, now, t.Incident, b); err != nil {
				return err
			}
		}
		return nil
	}
}

// A Member is a page of a joint message.
type Member struct {
	Key      string // the page's
	Incident string
	Run      int
	Reminder bool
	Told     bool // it was told, or is not to be told any more
	body     pageBody
}

// Members are the pages that a joint message tells, or is to tell, in the order of their keys. They are known for as long as the
// outbox keeps what is done.
func Members(tx store.Tx, joint string) (all []Member) {
	from := membersPrefix(joint)
	for _, val := range tx.Range(from, store.After(from)) {
		var e outbox.Entry
		if json.Unmarshal(tx.Get(outbox.EntryPrefix+string(val)), &e) != nil {
			continue // it cannot be read: fsck says so, and the audit enqueues it again
		}
		b, err := record.Unmarshal(e.Body, (*pageBody).fields)
		if err != nil || b.Joint != joint {
			continue
		}
		all = append(all, Member{Key: e.Key, Incident: b.Incident, Run: b.Run, Reminder: b.Reminder, Told: !e.Done.IsZero(),
			body: b})
	}
	return all
}

// SweepJoints forgets the pages of joint messages that the outbox has forgotten, in small transactions, and returns how many. Run it once a day.
func SweepJoints(ctx context.Context, s store.Store, _ time.Time) (int, error) {
	from, to := store.Under("joined")
	const batch = 50
	return store.Sweep(ctx, s, from, to, batch, func(tx store.Tx, _ string, val []byte) bool {
		return tx.Get(outbox.EntryPrefix+string(val)) == nil
	})
}
