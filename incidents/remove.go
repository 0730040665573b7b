package incidents

import (
	"bytes"

	"github.com/oncalm/oncalm/store"
)

// Remove takes an incident that is resolved out of the store, with its timeline, and reports whether it did: it does not if the
// head is another one than that. The counter stays.
func Remove(tx store.Tx, n uint64, head []byte) bool {
	if i, err := ReadHead(head); err != nil || i.Open() || !bytes.Equal(StoredHead(tx, n), head) {
		return false
	}
	var keys []string
	from, to := store.Under("incident", padded(number(n)))
	for key := range tx.Range(from, to) {
		keys = append(keys, key)
	}
	for _, key := range keys {
		tx.Delete(key)
	}
	return true
}
