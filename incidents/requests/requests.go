// Package requests remembers what was asked for from outside and carried out, so that the same request, when it comes again, changes
// nothing and has the same answer.
//
//	seen/<request id>    when a request was carried out, and what it was answered
package requests

import (
	"context"
	"encoding/json"
	"time"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/record"
)

const prefix = "seen/"

// Keys are all keys of requests.
func Keys() []store.Check { return []store.Check{{Prefix: prefix}} }

// request is what is kept of a request from outside that was carried out.
type request struct {
	At     time.Time `json:"at"`
	Answer string    `json:"answer,omitempty"`
}

// Remember notes that the request of that id is carried out in this transaction, and
// what it was answered.
func Remember(tx store.Tx, now time.Time, id, answer string) {
	val, err := record.Marshal(64+len(answer), &request{now.UTC(), answer}, (*request).fields)
	if err != nil {
		panic(err) // a time and a string can always be written
	}
	tx.Put(prefix+store.Key(id), val)
}

// Recall reports whether the request of that id was carried out before, and what it
// was answered then. Ids are kept for 7 days.
func Recall(tx store.Tx, id string) (answer string, seen bool) {
	val := tx.Get(prefix + store.Key(id))
	if val == nil {
		return "", false
	}
	r, _ := record.Unmarshal(val, (*request).fields) // one that cannot be read was carried out as well
	return r.Answer, true
}

func (r *request) fields(o *record.Object) {
	o.Time("at", &r.At)
	o.OptText("answer", &r.Answer)
}

// Kept is how long it is remembered that a request was carried out.
const Kept = 7 * 24 * time.Hour

// Sweep forgets requests that were carried out more than [Kept] ago, in small
// transactions, and returns how many.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	return store.Sweep(ctx, s, prefix, store.After(prefix), 500, func(_ store.Tx, _ string, val []byte) bool {
		var r request
		return json.Unmarshal(val, &r) == nil && now.Sub(r.At) > Kept
	})
}
