package outbox

import (
	"strings"

	"github.com/oncalm/oncalm/store"
)

// CountEntries is how many entries there are in an inspection.
const CountEntries = "outbox entries"

// Keys are all keys of the outbox, with their checks.
func Keys() []store.Check {
	return []store.Check{
		{Prefix: entryPrefix, Look: checkEntries},
		{Prefix: duePrefix},
		{Prefix: parkedPrefix},
	}
}

// checkEntries holds that each entry that is not done stands in one of the indexes, and
// nothing else does: what is in no index is never worked off.
func checkEntries(in *store.Inspection) {
	expected := map[string]bool{}
	for key, val := range in.Tx.Range(entryPrefix, store.After(entryPrefix)) {
		in.Counts[CountEntries]++
		e, err := decode(val)
		if err != nil || e.Key != strings.TrimPrefix(key, entryPrefix) {
			in.Wrong(key, store.NoRepair, "the entry cannot be read, or is not the one that its key names")
			continue
		}
		if !e.Done.IsZero() {
			continue
		}
		due, parked := Places(e)
		expected[due], expected[parked] = true, true
		if in.Tx.Get(due) == nil && in.Tx.Get(parked) == nil {
			in.Add(store.Finding{
				Key: key, Text: "the entry is in no index, and would never be done",
				Repair: []store.Write{{Key: due, Val: []byte{}}},
			})
		}
	}
	for _, prefix := range []string{duePrefix, parkedPrefix} {
		for key, val := range in.Tx.Range(prefix, store.After(prefix)) {
			if prefix == duePrefix && isLight(val) {
				checkLight(in, key, val)
			} else if !expected[key] {
				in.Surplus(key, "there is no entry for this index key")
			}
		}
	}
}
