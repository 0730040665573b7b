// Package numbering is how incidents and their events are numbered: decimal numbers, padded in keys so that keys sort by them.
package numbering

import (
	"strconv"

	"github.com/oncalm/oncalm/store"
)

// Where incidents stand, and the last number that was given.
const (
	Prefix     = "incident/"
	CounterKey = "counter/incident"
)

const zeros = "00000000"

// Padded is the form of an id in keys, and of an event's number.
func Padded(id string) string {
	n, err := strconv.ParseUint(id, 10, 32)
	if err != nil {
		return id // not an id of ours: a key that is not there
	}
	s := strconv.FormatUint(n, 10)
	if len(s) >= len(zeros) {
		return s
	}
	return zeros[len(s):] + s
}

// Unpadded is the id of a padded one.
func Unpadded(id string) string {
	n, err := strconv.ParseUint(id, 10, 32)
	if err != nil {
		return id
	}
	return strconv.FormatUint(n, 10)
}

// Kept are the numbers of the oldest incident that is kept and of the last one that was opened. There may be others between
// them that are kept no more. If there is none, the first is greater than the last.
func Kept(tx store.Tx) (first, last uint64) {
	last, _ = strconv.ParseUint(string(tx.Get(CounterKey)), 10, 32)
	for key := range tx.Range(Prefix, store.After(Prefix)) {
		first, _ = strconv.ParseUint(store.Parts(key)[1], 10, 32)
		return max(first, 1), last
	}
	return last + 1, last
}
