package fsck

import (
	"encoding/json"
	"strings"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
)

// outbox checks that each entry that is not done stands in one of the indexes, and
// nothing else does: what is in no index is never worked off.
func (c *checker) outbox() {
	expected := map[string]bool{}
	for key, val := range c.tx.Range(outbox.EntryPrefix, store.After(outbox.EntryPrefix)) {
		c.report.Entries++
		var e outbox.Entry
		if err := json.Unmarshal(val, &e); err != nil || e.Key != strings.TrimPrefix(key, outbox.EntryPrefix) {
			c.wrong(key, noRepair, "the entry cannot be read, or is not the one that its key names")
			continue
		}
		if !e.Done.IsZero() {
			continue
		}
		due, parked := outbox.Places(e)
		expected[due], expected[parked] = true, true
		if c.tx.Get(due) == nil && c.tx.Get(parked) == nil {
			c.add(Finding{
				Key: key, Text: "what is owed is in no list, and would never be done",
				Repairable: true, put: true, target: due, value: []byte{},
			})
		}
		if e.Kind == paging.KindPage || e.Kind == paging.KindEscalate {
			id, _, _ := strings.Cut(e.Key, "/")
			c.pending[id] = true
		}
	}
	for _, prefix := range []string{outbox.DuePrefix, outbox.ParkedPrefix} {
		for key := range c.tx.Range(prefix, store.After(prefix)) {
			if !expected[key] {
				c.surplus(key, "nothing is owed that this would be the place of")
			}
		}
	}
}
