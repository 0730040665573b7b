package history

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/numbering"
	"github.com/oncalm/oncalm/store"
)

func number(n uint64) string { return strconv.FormatUint(n, 10) }

// padded is the form of an incident's number in keys.
func padded(n uint64) string { return fmt.Sprintf("%08d", n) }

func openKey(n uint64) string { return incidents.OpenPrefix + padded(n) }

// CountOpen counts the incidents that are not resolved, by their status, as the list of them says it: no head is read, but of
// what was opened by a version in which the list said nothing.
func CountOpen(tx store.Tx) (map[incidents.Status]int, error) {
	counts := map[incidents.Status]int{}
	var silent []string
	for key, val := range tx.Range(incidents.OpenPrefix, store.After(incidents.OpenPrefix)) {
		if len(val) == 0 {
			silent = append(silent, key[len(incidents.OpenPrefix):])
			continue
		}
		counts[incidents.Status(val)]++
	}
	for _, id := range silent {
		i, err := incidents.Head(tx, id)
		if err != nil {
			return counts, err
		}
		counts[i.Status]++
	}
	return counts, nil
}

// OpenBetween lists the numbers of the incidents from one number to another that are not resolved, both included.
func OpenBetween(tx store.Tx, from, to uint64) (numbers []uint64) {
	for k := range tx.Range(openKey(from), openKey(to+1)) {
		if n, err := strconv.ParseUint(k[len(incidents.OpenPrefix):], 10, 32); err == nil {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// Newest reads up to limit incidents, the newest first.
func Newest(tx store.Tx, limit int) ([]incidents.Incident, error) {
	first, last := numbering.Kept(tx)
	var found []incidents.Incident
	for n := last; n >= first && len(found) < limit; n-- {
		i, err := incidents.Head(tx, number(n))
		if errors.Is(err, incidents.ErrNotFound) { // it is kept no more
			continue
		}
		if err != nil {
			return found, err
		}
		found = append(found, *i)
	}
	return found, nil
}

// Remove takes an incident that is resolved out of the store, with its timeline, and reports whether it did: it does not if the
// head is another one than that. The counter stays.
func Remove(tx store.Tx, n uint64, head []byte) bool {
	if i, err := incidents.ReadHead(head); err != nil || i.Open() || !bytes.Equal(incidents.StoredHead(tx, n), head) {
		return false
	}
	var keys []string
	from, to := store.Under("incident", padded(n))
	for key := range tx.Range(from, to) {
		keys = append(keys, key)
	}
	for _, key := range keys {
		tx.Delete(key)
	}
	return true
}
