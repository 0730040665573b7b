package check

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// FoldHeads rewrites each head that is not what the timeline says: how a head is written
// has changed. It leaves alone what it does not understand in full: timelines of a newer
// version, or damaged ones.
func FoldHeads(tx store.Tx) error {
	for _, id := range All(tx) {
		events, err := incidents.Timeline(tx, id)
		if err != nil || slices.ContainsFunc(events, unknown) {
			continue
		}
		i, err := incidents.Fold(id, events)
		if err != nil {
			continue
		}
		if err := incidents.Rewrite(tx, &i); err != nil {
			return err
		}
	}
	return nil
}

func unknown(e incidents.Event) bool {
	_, is := e.Body.(incidents.Unknown)
	return is
}

// KeyPages writes the pages of incidents that are open by their keys, where they stood by the person: then an older version,
// which would take each for one that a newer page has replaced, refuses the store. Heads of what is resolved are read as they
// are, so that the work is that of what is open, however much there ever was.
func KeyPages(tx store.Tx) error {
	for _, id := range incidents.OpenIDs(tx, 0) {
		i, err := incidents.Head(tx, id)
		if err != nil {
			continue // fsck names what cannot be read
		}
		if err := incidents.Rewrite(tx, i); err != nil {
			return err
		}
	}
	return nil
}

// All lists the ids of all incidents, the oldest first.
func All(tx store.Tx) (ids []string) {
	last := ""
	for key := range tx.Range(incidents.Prefix, store.After(incidents.Prefix)) {
		if parts := store.Parts(key); len(parts) > 2 && parts[1] != last {
			last = parts[1]
			ids = append(ids, strings.TrimLeft(last, "0"))
		}
	}
	return ids
}
