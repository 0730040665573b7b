package outbox

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/store"
)

// numbered is the lane of a number, as what is stored had it before lanes had names. A number that
// none had stays as it is: then it is the name of a lane that nobody serves.
func numbered(n int) Lane {
	names := [...]Lane{Decisions, Pages1, Pages2, Pages3, Pages4, Answers, Chores, Errands}
	if n < 0 || n >= len(names) {
		return Lane(strconv.Itoa(n))
	}
	return names[n]
}

// NameLanes writes names where what is enqueued had numbers of lanes: in the index of what is due, and in
// the entries. What is done keeps its number until it is swept, so that the work, and what it takes of
// memory, is that of what is enqueued, however much was done. A place in the index of which the entry
// cannot be read moves, too: it says when that was due, and the audit asks for that.
func NameLanes(tx store.Tx) error {
	type place struct {
		key string
		val []byte
	}
	var due []place
	var keys []string
	for key, val := range tx.Range(duePrefix, store.After(duePrefix)) {
		if _, _, entry, ok := cutDue(key); ok {
			due, keys = append(due, place{key, bytes.Clone(val)}), append(keys, entry)
		}
	}
	for key := range tx.Range(parkedPrefix, store.After(parkedPrefix)) {
		keys = append(keys, strings.TrimPrefix(key, parkedPrefix))
	}
	for _, p := range due {
		lane, at, entry, _ := cutDue(p.key)
		n, err := strconv.Atoi(string(lane))
		if err != nil {
			continue // it has a name
		}
		tx.Delete(p.key)
		tx.Put(duePrefix+string(numbered(n))+"/"+at+"/"+entry, p.val)
	}
	t := Tx{tx: tx}
	for _, key := range keys {
		if e, _, ok := t.read(key); ok {
			t.save(e)
		}
	}
	return nil
}
