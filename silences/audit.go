package silences

import (
	"context"
	"math"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// A Mended is what an audit put right: an entry that was enqueued again, or an incident that was let go of.
type Mended struct {
	Incident string // that was silenced by nothing; else empty
	Key      string // of the entry
	Due      time.Time
}

// Audit looks whether each silence ends, and whether each incident that is silenced is so by a silence that there is. An entry may have
// been damaged on the disk, and a silence that never ends hides what fires for good; so does one that cannot be read. What it finds it
// mends.
func (b *Book) Audit(ctx context.Context) (mended []Mended, err error) {
	var broken, orphans []string
	err = b.Incidents.Store.View(ctx, func(tx store.Tx) error {
		queue := outbox.In(tx, b.Clock.Now())
		broken = nil
		queue.Due(outbox.Decisions, "", math.MaxInt, func(key string, readable func() bool) {
			if _, _, ours := entryOf(key); ours && !readable() {
				broken = append(broken, key)
			}
		})
		for _, s := range All(tx) {
			for _, e := range s.needs() {
				if !queue.Pending(e.Key) {
					broken = append(broken, e.Key)
				}
			}
		}
		orphans = silencedByNone(tx)
		return nil
	})
	if err != nil || len(broken)+len(orphans) == 0 {
		return nil, err
	}
	err = b.Incidents.Store.Update(ctx, func(tx store.Tx) error {
		now := b.Clock.Now()
		mended = mendEntries(tx, now, broken)
		for _, id := range orphans[:min(len(orphans), atOnce)] {
			i, err := incidents.Head(tx, id)
			if err != nil || !orphan(tx, i) {
				continue
			}
			body := incidents.Unsilenced{
				Silence: i.Silence.ID, Quiet: i.Silence.Quiet, Reason: "the silence is lost from the store",
			}
			if _, err := b.Incidents.Append(tx, now, id, incidents.Event{By: incidents.Oncalm(), Body: body}); err != nil {
				return err
			}
			mended = append(mended, Mended{Incident: id, Due: now})
		}
		return nil
	})
	return mended, err
}

// entryOf is which silence an entry is about, and what is due of it; false if it is about none.
func entryOf(key string) (id, do string, ok bool) {
	if !strings.HasPrefix(key, KindSilence+"/") && !strings.HasPrefix(key, KindMaintenance+"/") {
		return "", "", false
	}
	parts := store.Parts(key)
	if len(parts) != 3 {
		return "", "", false
	}
	return parts[1], parts[2], true
}

// needs are the entries without which a silence that stands in the store does not begin, or not end.
func (s *Silence) needs() []outbox.Entry {
	all := []outbox.Entry{s.entry(doEnd, s.To)}
	if s.Begun.IsZero() && s.Ended.IsZero() {
		all = append(all, s.entry(doBegin, s.From))
	}
	return all
}

// mendEntries enqueues entries again that cannot be read or are not there, and forgets those of which nothing comes any more.
func mendEntries(tx store.Tx, now time.Time, keys []string) (mended []Mended) {
	queue := outbox.In(tx, now)
	for _, key := range keys {
		id, do, _ := entryOf(key)
		s, ok := Get(tx, id)
		switch {
		case queue.Pending(key): // since then
		case !ok || tx.Get(keyOf(s)) == nil || do != doEnd && !s.Ended.IsZero():
			queue.Drop(outbox.Decisions, key)
		default:
			e := queue.Mend(s.entry(do, s.dueOf(do, now)))
			mended = append(mended, Mended{Key: e.Key, Due: e.Due})
		}
	}
	return mended
}

func keyOf(s Silence) string { return key(s.ID) }

// dueOf is when something is due of a silence, as far as that is known without its entry.
func (s *Silence) dueOf(do string, now time.Time) time.Time {
	switch {
	case do == doBegin:
		return s.From
	case do == doSoon:
		return s.soon()
	case do == doEnd && s.Ended.IsZero():
		return s.To
	}
	return now
}

// silencedByNone lists the open incidents that are silenced by what is over, or cannot be read.
func silencedByNone(tx store.Tx) (ids []string) {
	for _, id := range incidents.OpenIDs(tx, 0) {
		if i, err := incidents.Head(tx, id); err == nil && orphan(tx, i) {
			ids = append(ids, id)
		}
	}
	return ids
}

func orphan(tx store.Tx, i *incidents.Incident) bool {
	if !i.Open() || i.Silence == nil {
		return false
	}
	s, ok := Get(tx, i.Silence.ID)
	return !ok || tx.Get(keyOf(s)) == nil
}

// check holds that silences can be read, since one that cannot be silences nothing, and that they end.
func check(in *store.Inspection) {
	const again = "make it again in Slack"
	queue := outbox.In(in.Tx, in.Now)
	for k, val := range in.Tx.Range(store.Under(part)) {
		s, err := decode(val)
		switch {
		case err != nil:
			in.Wrong(k, again, "the silence cannot be read: %v", err)
			continue
		case key(s.ID) != k:
			in.Wrong(k, again, "the silence is not the one that its key names: %s", s.ID)
			continue
		}
		for _, e := range s.needs() {
			if old, ok := queue.Get(e.Key); !ok || !old.Done.IsZero() {
				in.Wrong(outbox.EntryPrefix+e.Key, "end the silence in Slack", "nothing begins or ends the silence of %s", s.What())
			}
		}
	}
	for _, id := range silencedByNone(in.Tx) {
		in.Add(store.Finding{
			Key: store.Key(part) + "/", Remedy: "escalate it in Slack", Incident: id,
			Text: "incident " + id + " is silenced, and no silence is there that ends",
		})
	}
}
