package paging

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// An Audit looks whether each incident that is open has something enqueued by which somebody will
// learn of it, and enqueues again what is not: an entry may have been damaged on the disk, or be in no
// index any more, and then it never comes.
//
// It reads the index of what is due once, and the incidents that are open; never those that are
// resolved, of which there may be a hundred thousand.

// auditBatch is how many keys are read in one transaction.
const auditBatch = 1000

// A Mended is what an audit enqueued again.
type Mended struct {
	Incident string
	What     string // "step", "page" or "reminder"; of others also "silence"
	Key      string
	Due      time.Time // by the wall clock
}

// Audit looks at all incidents that are open, and mends what it finds. Errors are those of the
// store; an incident that cannot be read is left out, and err says so when the others are done.
func (p *Pager) Audit(ctx context.Context) (mended []Mended, err error) {
	reminded, debris, err := p.due(ctx)
	if err != nil {
		return nil, err
	}
	var open []string
	err = p.Book.Store.View(ctx, func(tx store.Tx) error {
		open = incidents.OpenIDs(tx, 0)
		return nil
	})
	for len(open) > 0 && err == nil {
		part := open[:min(auditBatch, len(open))]
		open = open[len(part):]
		var suspects []string
		err = p.Book.Store.View(ctx, func(tx store.Tx) error {
			suspects = nil
			for _, id := range part {
				if i, err := incidents.Head(tx, id); err == nil && p.suspect(outbox.In(tx, p.Clock.Now()), i, reminded[id]) {
					suspects = append(suspects, id)
				}
			}
			return nil
		})
		for _, id := range suspects {
			if err != nil {
				break
			}
			var done []Mended
			err = p.Book.Store.Update(ctx, func(tx store.Tx) (err error) {
				done, err = p.Mend(tx, p.Clock.Now(), id)
				return err
			})
			mended = append(mended, done...)
		}
	}
	if err != nil {
		return mended, err
	}
	return mended, p.clear(ctx, debris)
}

// due finds the incidents of which a reminder is enqueued that can be read, and the entries about
// incidents that cannot be, by lane.
func (p *Pager) due(ctx context.Context) (reminded map[string]bool, debris map[string]outbox.Lane, err error) {
	reminded, debris = map[string]bool{}, map[string]outbox.Lane{}
	var lanes []outbox.Lane
	err = p.Book.Store.View(ctx, func(tx store.Tx) error {
		lanes = outbox.In(tx, p.Clock.Now()).Lanes()
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	for _, lane := range lanes {
		if !lane.Pages() {
			continue
		}
		note := func(key string, readable func() bool) {
			id, what, _ := strings.Cut(key, "/")
			kind, _, _ := strings.Cut(what, "/")
			switch {
			case kind != "remind" && kind != "escalate" && kind != "page":
			case !readable():
				debris[key] = lane
			case kind == "remind":
				reminded[id] = true
			}
		}
		for from := ""; ; {
			err := p.Book.Store.View(ctx, func(tx store.Tx) error {
				from = outbox.In(tx, p.Clock.Now()).Due(lane, from, auditBatch, note)
				return nil
			})
			if err != nil {
				return nil, nil, err
			}
			if from == "" {
				break
			}
		}
	}
	return reminded, debris, nil
}

// clear forgets what cannot be read and was not enqueued again, since nobody needs it.
func (p *Pager) clear(ctx context.Context, debris map[string]outbox.Lane) error {
	if len(debris) == 0 {
		return nil
	}
	return p.Book.Store.Update(ctx, func(tx store.Tx) error {
		t := outbox.In(tx, p.Clock.Now())
		for key, lane := range debris {
			id, _, _ := strings.Cut(key, "/")
			if _, err := incidents.Head(tx, id); err == nil { // else nobody knows who needs it
				t.Drop(lane, key)
			}
		}
		return nil
	})
}

// suspect reports whether something may be missing of an incident. It may be wrong about that,
// but never if something is.
func (p *Pager) suspect(t outbox.Tx, i *incidents.Incident, reminded bool) bool {
	switch {
	case i.Quiet || !i.Open():
		return false
	case len(lost(t, i, p.Clock.Now())) > 0:
		return true
	case i.Status == incidents.StatusAcknowledged:
		return !reminded && p.reminds(t, i)
	}
	return !stepWaits(t, i)
}

// lost are the pages of an incident of which it is not known what became.
func lost(t outbox.Tx, i *incidents.Incident, now time.Time) (keys []string) {
	for key, page := range i.Pages {
		if page.Failed || !page.Delivered.IsZero() || now.Sub(page.At) > outbox.Lost {
			continue
		}
		if i.Status == incidents.StatusAcknowledged && !strings.HasPrefix(key, remindingPrefix(i)) &&
			!strings.HasPrefix(key, handPrefix(i)) {
			continue // it would not be sent any more
		}
		lane := laneOf(page.Via, i.Severity)
		if e, done := t.Get(key); (!done || e.Done.IsZero()) && !t.Waiting(key, lane, page.DueAt()) {
			keys = append(keys, key)
		}
	}
	return keys
}

// Mend enqueues again, within a transaction, what is missing of an incident, and says so on its
// timeline.
func (p *Pager) Mend(tx store.Tx, now time.Time, id string) (mended []Mended, err error) {
	i, err := incidents.Head(tx, id)
	if err != nil || i.Quiet || !i.Open() {
		return nil, err
	}
	t := outbox.In(tx, now)
	if mended, err = p.mendPages(tx, t, i, now); err != nil {
		return nil, err
	}
	var next []Mended
	switch {
	case i.Status == incidents.StatusAcknowledged:
		next, err = p.mendReminder(tx, t, i, now)
	case !stepWaits(t, i):
		e := t.MendLight(p.nextStep(t, i, now), i.ThenDue)
		next = []Mended{{i.ID, "step", e.Key, e.Due}}
	}
	mended = append(mended, next...)
	for _, m := range mended {
		if err == nil {
			err = p.record(tx, now, i.ID, incidents.Noted{Text: m.text()})
		}
	}
	return mended, err
}

func (m Mended) text() string {
	what := map[string]string{
		"step": "The next step of the escalation", "page": "A page that was not delivered",
		"reminder": "The reminder to whoever acknowledged",
	}[m.What]
	return what + " was lost from the store; it is scheduled again, for " + m.Due.UTC().Format("15:04:05 MST") + "."
}

// stepWaits reports whether the entry that decides the next step will be found when its time comes.
func stepWaits(t outbox.Tx, i *incidents.Incident) bool {
	if i.Then == "" {
		return t.Pending(pending(i))
	}
	return t.Waiting(pending(i), outbox.Decisions, i.ThenDue)
}

// nextStep is the entry that decides the next step, as it is still known. If its time is not, it may have been
// at any moment, so it is now.
func (p *Pager) nextStep(t outbox.Tx, i *incidents.Incident, now time.Time) outbox.Entry {
	if e, ok := next(t, i); ok {
		e.Attempt, e.Error, e.Done = 0, "", time.Time{}
		return e
	}
	run := p.runOf(t, i)
	if i.Then != "" {
		run.At = run.Policy.After(i.Step)
	}
	if i.ThenDue.After(now) {
		now = i.ThenDue
	}
	if i.Held != nil && i.Held.Until.After(now) {
		now = i.Held.Until
	}
	return run.entry(pending(i), now)
}

// mendPages enqueues the pages again that were lost, from what the timeline says of them.
func (p *Pager) mendPages(tx store.Tx, t outbox.Tx, i *incidents.Incident, now time.Time) (mended []Mended, err error) {
	gone := map[string]bool{}
	for _, key := range lost(t, i, now) {
		gone[key] = true
	}
	if len(gone) == 0 {
		return nil, nil
	}
	events, err := incidents.Timeline(tx, i.ID)
	for _, e := range events {
		if b, ok := e.Body.(incidents.Paged); ok && gone[b.Key] {
			was := e.At.Add(b.After)
			b.After = max(b.After-now.Sub(e.At), 0)
			e := t.MendLight(pageEntry(now, i, b), was)
			mended = append(mended, Mended{i.ID, "page", e.Key, e.Due})
			delete(gone, b.Key)
		}
	}
	return mended, err
}

// mendReminder enqueues the next reminder of an acknowledged incident again, if its policy has any and
// none is enqueued.
func (p *Pager) mendReminder(tx store.Tx, t outbox.Tx, i *incidents.Incident, now time.Time) ([]Mended, error) {
	if !p.reminds(t, i) {
		return nil, nil
	}
	events, err := incidents.Timeline(tx, i.ID)
	if err != nil {
		return nil, err
	}
	r := reminder{Incident: i.ID, At: i.Acknowledged, Every: p.runOf(t, i).Policy.Reminder}
	for _, e := range events {
		if TakesCare(e.Body) && e.At.Equal(i.Acknowledged) {
			r.Acked = e.Seq
		}
	}
	if r.Acked == 0 || t.Under(fmt.Sprintf("%s/remind/%d.", i.ID, r.Acked)) {
		return nil, nil
	}
	for ; ; r.N++ { // those before are done; what cannot be read is the one
		if e, ok := t.Get(r.key()); !ok || e.Done.IsZero() {
			break
		}
	}
	e := t.Mend(*r.entry(now))
	return []Mended{{i.ID, "reminder", e.Key, e.Due}}, nil
}

// reminds reports whether who acknowledged an incident is to be reminded of it.
func (p *Pager) reminds(t outbox.Tx, i *incidents.Incident) bool {
	return i.AcknowledgedBy.Kind == incidents.KindPerson && p.runOf(t, i).Policy.Reminder > 0
}
