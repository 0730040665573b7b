package watch

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/store"
)

const (
	pulseKey  = "watch/pulse"
	canaryKey = "watch/canary"
)

// Keys are all keys of this package, with their checks. What cannot be read is written anew within minutes.
func Keys() []store.Check { return []store.Check{{Prefix: "watch/"}} }

// pulse is what is kept of heartbeats.
type pulse struct {
	Alive clocks.Moment `json:"alive"` // when the program was last known to live
	// Beat is when the last heartbeat went to all who are to hear of it.
	Beat time.Time `json:"beat,omitzero"`
	// Problem is why none went at the last pulse; Since is when that began.
	Problem string    `json:"problem,omitempty"`
	Since   time.Time `json:"since,omitzero"`
}

// canary is what is kept of canaries.
type canary struct {
	Sent    clocks.Moment `json:"sent"`             // the last
	Arrived clocks.Moment `json:"arrived,omitzero"` // the last that did
	Took    time.Duration `json:"took,omitempty"`   // how long that took
	// Open says that the last has not arrived yet.
	Open bool `json:"open,omitempty"`
}

func readPulse(tx store.Tx) (p pulse)   { return read[pulse](tx, pulseKey) }
func readCanary(tx store.Tx) (c canary) { return read[canary](tx, canaryKey) }

// read returns a zero record if there is none, or none that can be read.
func read[T any](tx store.Tx, key string) (record T) {
	if json.Unmarshal(tx.Get(key), &record) != nil {
		var none T
		return none
	}
	return record
}

func write(tx store.Tx, key string, record any) {
	val, err := json.Marshal(record)
	if err != nil {
		panic(fmt.Sprintf("watch: %s: %v", key, err)) // times and words can always be written
	}
	tx.Put(key, val)
}

// A State is how the watch stands, for people.
type State struct {
	Canary time.Time     `json:"canary,omitzero"` // when the last canary arrived
	Took   time.Duration `json:"took,omitempty"`
	// Heartbeat is when the last heartbeat was sent.
	Heartbeat time.Time `json:"heartbeat,omitzero"`
	Problem   string    `json:"problem,omitempty"` // why none is sent; empty: one is
	Since     time.Time `json:"since,omitzero"`
}

// Look reads how the watch stands.
func Look(tx store.Tx) State {
	p, c := readPulse(tx), readCanary(tx)
	return State{Canary: c.Arrived.Wall, Took: c.Took, Heartbeat: p.Beat, Problem: p.Problem, Since: p.Since}
}
