package actions

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/numbering"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/store"
)

const (
	prefix  = "action/"
	indexed = "actions-indexed"
)

// under are the keys of an incident's items.
func under(incident string) string {
	n, _ := strconv.ParseUint(incident, 10, 32)
	return fmt.Sprintf("%s%08d/", prefix, n)
}

func keyOf(i Item) string { return fmt.Sprintf("%s%08d", under(i.Incident), i.Event) }

// Open are the items that are open, of all incidents: what is due first in front, then what has no day.
func Open(tx store.Tx) (all []Item) {
	for _, val := range tx.Range(prefix, store.After(prefix)) {
		var i Item
		if json.Unmarshal(val, &i) == nil { // fsck names what cannot be read
			all = append(all, i)
		}
	}
	Sort(all)
	return all
}

// A Row is an item in a list, with what its incident is.
type Row struct {
	ID string `json:"id"`
	Item
	Service  string `json:"service"`
	Severity string `json:"severity"`
	Title    string `json:"title"` // of the incident
}

// List is [Open] with the incidents of the items. One whose incident cannot be read, which fsck names, has none.
func List(tx store.Tx) []Row {
	rows := []Row{}
	known := map[string]*incidents.Incident{}
	for _, i := range Open(tx) {
		of, read := known[i.Incident]
		if !read {
			var err error
			if of, err = incidents.Head(tx, i.Incident); err != nil {
				of = &incidents.Incident{}
			}
			known[i.Incident] = of
		}
		rows = append(rows, Row{ID: i.ID(), Item: i, Service: of.Service, Severity: of.Severity, Title: of.Title})
	}
	return rows
}

// Sort puts items in the order in which they are due; those without a day come last, and of equals the older first.
func Sort(all []Item) {
	slices.SortStableFunc(all, func(a, b Item) int {
		if a.Due.IsZero() != b.Due.IsZero() {
			return b.Due.Compare(a.Due)
		}
		return cmp.Or(a.Due.Compare(b.Due), a.Planned.Compare(b.Planned))
	})
}

// Any reports whether an item of an incident is open.
func Any(tx store.Tx, incident string) bool {
	for range tx.Range(under(incident), store.After(under(incident))) {
		return true
	}
	return false
}

// about reports whether an event says something of an item.
func about(e incidents.Event) bool {
	b, ok := e.Body.(incidents.Responded)
	if !ok {
		return false
	}
	switch b.Fact.(type) {
	case response.Planned, response.ActionChanged, response.ActionClosed, response.ActionReopened,
		response.ActionTicketed:
		return true
	}
	return false
}

// Changed is the item that an event says something of, as it was before and is now; false if it says nothing of any. Of a new one
// there was none before.
func Changed(tx store.Tx, id string, e incidents.Event) (was, is Item, ok bool) {
	if !about(e) {
		return was, is, false
	}
	timeline, err := incidents.Timeline(tx, id)
	if err != nil {
		return was, is, false
	}
	find := func(upTo int) (Item, bool) {
		var seen []incidents.Event
		for _, x := range timeline {
			if x.Seq <= upTo {
				seen = append(seen, x)
			}
		}
		for _, i := range Of(id, seen) {
			if slices.Contains(i.Events, e.Seq) || upTo < e.Seq && i.Event == is.Event {
				return i, true
			}
		}
		return Item{}, false
	}
	if is, ok = find(e.Seq); ok {
		was, _ = find(e.Seq - 1)
	}
	return was, is, ok
}

// Planned is the item that an event has planned, as the index has it; false if it is not open.
func Planned(tx store.Tx, incident string, event int) (i Item, ok bool) {
	val := tx.Get(keyOf(Item{Incident: incident, Event: event}))
	return i, val != nil && json.Unmarshal(val, &i) == nil
}

// Follow keeps the index, as an [incidents.Follower].
func Follow(tx store.Tx, _ time.Time, i *incidents.Incident, e incidents.Event) []incidents.Body {
	if about(e) {
		_ = index(tx, i.ID) // an error is of a timeline that cannot be read, which fsck names
	}
	return nil
}

// entries is what the index has of an incident.
func entries(id string, timeline []incidents.Event) map[string][]byte {
	all := map[string][]byte{}
	for _, i := range Of(id, timeline) {
		if val, err := json.Marshal(i); err == nil && i.Open() {
			all[keyOf(i)] = val
		}
	}
	return all
}

// index writes what the index has of an incident.
func index(tx store.Tx, id string) error {
	timeline, err := incidents.Timeline(tx, id)
	if err != nil {
		return err
	}
	want := entries(id, timeline)
	var gone []string
	for key := range tx.Range(under(id), store.After(under(id))) {
		if want[key] == nil {
			gone = append(gone, key)
		}
	}
	for _, key := range gone {
		tx.Delete(key)
	}
	for key, val := range want {
		tx.Put(key, val)
	}
	return nil
}

// batch is how many heads [Complete] reads in one View.
const batch = 500

// Complete indexes the items of a store of before there was an index, once, in small transactions, and returns of how many incidents.
func Complete(ctx context.Context, s store.Store) (written int, err error) {
	var first, last uint64
	done := false
	err = s.View(ctx, func(tx store.Tx) error {
		first, last = numbering.Kept(tx)
		done = tx.Get(indexed) != nil
		return nil
	})
	for n := first; err == nil && !done && n <= last; n += batch {
		var with []string
		err = s.View(ctx, func(tx store.Tx) error {
			with = having(tx, n, min(n+batch-1, last))
			return nil
		})
		if err != nil || len(with) == 0 {
			continue
		}
		written += len(with)
		err = s.Update(ctx, func(tx store.Tx) error {
			for _, id := range with {
				_ = index(tx, id) // as above
			}
			return nil
		})
	}
	if err != nil || done {
		return written, err
	}
	return written, s.Update(ctx, func(tx store.Tx) error {
		tx.Put(indexed, []byte("1"))
		return nil
	})
}

// having are the incidents, from one number to another, for which something was planned.
func having(tx store.Tx, from, to uint64) (ids []string) {
	for n := from; n <= to; n++ {
		id := strconv.FormatUint(n, 10)
		if i, err := incidents.Head(tx, id); err == nil && i.Response.Actions > 0 {
			ids = append(ids, id)
		}
	}
	return ids
}

// Keys are all keys of this room, with their checks.
func Keys() []store.Check { return []store.Check{{Prefix: prefix, Look: look}, {Prefix: indexed}} }

// look holds that the index has what is open, and nothing else. Of a store of before there was one nothing can be missing.
func look(in *store.Inspection) {
	want := map[string][]byte{}
	first, last := numbering.Kept(in.Tx)
	for _, id := range having(in.Tx, first, last) {
		if timeline, err := incidents.Timeline(in.Tx, id); err == nil {
			maps.Copy(want, entries(id, timeline))
		}
	}
	for key, val := range in.Tx.Range(prefix, store.After(prefix)) {
		switch expected, ok := want[key]; {
		case !ok:
			in.Surplus(key, "no action item is open that this entry of the index is for")
		case !bytes.Equal(expected, val):
			in.Missing(key, expected, "the index differs from what the timeline says of the action item")
		}
		delete(want, key)
	}
	if in.Tx.Get(indexed) == nil {
		return
	}
	missing := make([]string, 0, len(want))
	for key := range want {
		missing = append(missing, key)
	}
	slices.SortFunc(missing, strings.Compare)
	for _, key := range missing {
		in.Missing(key, want[key], "the index lacks an action item that is open")
	}
}
