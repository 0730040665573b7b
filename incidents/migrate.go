package incidents

import (
	"bytes"
	"slices"

	"github.com/oncalm/oncalm/store"
)

// All lists the ids of all incidents, the oldest first.
func All(tx store.Tx) (ids []string) {
	last := ""
	for key := range tx.Range("incident/", store.After("incident/")) {
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

// FoldHeads writes anew each head that is not what the timeline says: how a head is written
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
		val, err := i.record()
		if err != nil {
			return err
		}
		if !bytes.Equal(val, tx.Get(headKey(id))) {
			tx.Put(headKey(id), val)
		}
	}
	return nil
}
