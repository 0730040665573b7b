package heartbeats

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/store"
)

// A Heartbeat is something that ought to happen again and again.
type Heartbeat struct {
	Name     string
	Every    time.Duration // how long after a beat the next is expected, at most
	Grace    time.Duration // how much later it is missing
	Service  string        // of the incident
	Severity string        // of the incident; empty for that of the service
	// Token is the hash of the token with which it beats over HTTP; zero if it does not.
	Token [sha256.Size]byte
}

// HasToken reports whether h beats over HTTP.
func (h Heartbeat) HasToken() bool { return h.Token != [sha256.Size]byte{} }

// record is what is kept of a heartbeat.
type record struct {
	// Every and Grace are those that were configured at Since.
	Every time.Duration `json:"every"`
	Grace time.Duration `json:"grace"`
	Since time.Time     `json:"since"`
	Beat  time.Time     `json:"beat,omitzero"` // the last
	// From is what the deadline counts from: the later of the two.
	From clocks.Moment `json:"from"`
	// Spared is when the deadline was put off since Oncalm had been away, and For by how much; until the next beat.
	Spared clocks.Moment `json:"spared,omitzero"`
	For    time.Duration `json:"for,omitempty"`
	// Missed is when it was found to be missing; zero if it is not.
	Missed   time.Time `json:"missed,omitzero"`
	Incident string    `json:"incident,omitempty"` // that of Missed
	// Told is the time of the last signal: the next one is later, whatever was done to the wall, or it would count for nothing.
	Told time.Time `json:"told,omitzero"`
}

// count has the deadline count from now, with nothing put off.
func (r *record) count(h Heartbeat, now clocks.Moment) {
	r.Every, r.Grace, r.From = h.Every, h.Grace, now
	r.Spared, r.For = clocks.Moment{}, 0
}

// left is how long it is from now until a beat is missing.
func (r *record) left(now clocks.Moment) time.Duration {
	left := r.Every + r.Grace - now.Since(r.From)
	if r.Spared.Wall.IsZero() {
		return left
	}
	return max(left, r.For-now.Since(r.Spared))
}

// tell is the time of a signal that says something now.
func (r *record) tell(now time.Time) time.Time {
	if after := r.Told.Add(time.Millisecond); now.Before(after) {
		now = after
	}
	r.Told = now
	return now
}

const prefix = "heartbeat/"

func keyOf(name string) string { return prefix + store.Key(name) }

// Keys are all keys of this package, with their checks.
func Keys() []store.Check {
	return []store.Check{{Prefix: prefix, Look: func(in *store.Inspection) {
		for key, val := range in.Tx.Range(prefix, store.After(prefix)) {
			if _, err := decode(val); err != nil {
				in.Surplus(key, "what is known of the heartbeat %s cannot be read; its deadline counts from the next start",
					nameOf(key))
			}
		}
	}}}
}

func nameOf(key string) string { return store.Parts(strings.TrimPrefix(key, prefix))[0] }

func decode(val []byte) (r record, err error) {
	if err = json.Unmarshal(val, &r); err != nil {
		err = fmt.Errorf("a heartbeat that cannot be read: %w", err)
	}
	return r, err
}

// read is what is known of a heartbeat; false if nothing is, or nothing that can be read.
func read(tx store.Tx, name string) (r record, ok bool) {
	val := tx.Get(keyOf(name))
	if val == nil {
		return record{}, false
	}
	r, err := decode(val)
	return r, err == nil
}

func (r *record) save(tx store.Tx, name string) {
	val, err := json.Marshal(r)
	if err != nil {
		panic(err) // times and words can always be written
	}
	tx.Put(keyOf(name), val)
}
