package incidents

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/oncalm/oncalm/store"
)

// All lists the ids of all incidents, the oldest first.
func All(tx store.Tx) (ids []string) {
	last := ""
	for key := range tx.Range(Prefix, store.After(Prefix)) {
		if parts := store.Parts(key); len(parts) > 2 && parts[1] != last {
			last = parts[1]
			ids = append(ids, shown(last))
		}
	}
	return ids
}

// shown is an id as people see it: without the zeros that pad it in keys.
func shown(padded string) string {
	for len(padded) > 1 && padded[0] == '0' {
		padded = padded[1:]
	}
	return padded
}

// FoldHeads rewrites each head that is not what the timeline says: how a head is written
// has changed. It leaves alone what it does not understand in full: timelines of a newer
// version, or damaged ones.
func FoldHeads(tx store.Tx) error {
	for _, id := range All(tx) {
		events, err := Timeline(tx, id)
		if err != nil || slices.ContainsFunc(events, func(e Event) bool { _, unknown := e.Body.(Unknown); return unknown }) {
			continue
		}
		i, err := Fold(id, events)
		if err != nil {
			continue
		}
		val, err := i.Record()
		if err != nil {
			return err
		}
		if !bytes.Equal(val, tx.Get(headKey(id))) {
			tx.Put(headKey(id), val)
		}
	}
	return nil
}

// UnmarshalJSON also reads what was stored when there was one channel: pages by the person, each with its key. Heads are
// rewritten with the next event; what an incident was [Restated] to be stays as it was written.
func (i *Incident) UnmarshalJSON(data []byte) error {
	type plain Incident
	if err := json.Unmarshal(data, (*plain)(i)); err != nil {
		return err
	}
	var old struct {
		Pages map[string]struct {
			Key string `json:"key"`
		} `json:"pages"`
	}
	if !slices.ContainsFunc(slices.Collect(maps.Values(i.Pages)), func(p PageState) bool { return p.Person == "" }) {
		return nil
	}
	if err := json.Unmarshal(data, &old); err != nil {
		return err
	}
	byKey := map[string]PageState{}
	for person, p := range i.Pages {
		key := old.Pages[person].Key
		if key == "" { // it is not of before
			byKey[person] = p
			continue
		}
		p.Person, p.Via = person, ViaSlack
		byKey[key] = p
	}
	i.Pages = byKey
	return nil
}

// KeyPages writes the pages of incidents that are open by their keys, where they stood by the person: then an older version,
// which would take each for one that a newer page has replaced, refuses the store. Heads of what is resolved are read as they
// are, so that the work is that of what is open, however much there ever was.
func KeyPages(tx store.Tx) error {
	for _, id := range OpenIDs(tx, 0) {
		i, err := Head(tx, id)
		if err != nil {
			continue // fsck names what cannot be read
		}
		val, err := i.Record()
		if err != nil {
			return err
		}
		tx.Put(headKey(id), val)
	}
	return nil
}
