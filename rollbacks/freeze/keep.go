package freeze

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/store"
)

const (
	gatePrefix = "freeze/gate/"
	wantPrefix = "freeze/want/"
)

// Keys are all keys of this package, with their checks.
func Keys() []store.Check { return []store.Check{{Prefix: gatePrefix}, {Prefix: wantPrefix}} }

// A gate is what is held. It is kept as it was when it was last wanted: the configuration may not name it any more when it is to be
// let go.
type gate struct {
	Kind   string            `json:"kind"`
	Name   string            `json:"name"`
	Keys   map[string]string `json:"keys"` // none of a gate is a secret
	Region string            `json:"region,omitempty"`
	Role   string            `json:"role,omitempty"`
	// Trouble is since when it cannot be brought in line.
	Trouble time.Time `json:"trouble,omitzero"`
}

func gateOf(l rollbacks.Lever) gate {
	return gate{Kind: l.Kind, Name: l.Name, Keys: maps.Clone(map[string]string(l.Keys)), Region: l.Region, Role: l.Role}
}

func (g gate) lever() rollbacks.Lever {
	return rollbacks.Lever{Kind: g.Kind, Name: g.Name, Keys: rollbacks.Settings(g.Keys), Region: g.Region, Role: g.Role}
}

// A want is an incident that wants a gate held.
type want struct {
	Incident string `json:"incident"`
	Name     string `json:"name"` // of the target, in its service
	Mark     string `json:"mark"`
	// Told is what stands on the timeline of the incident.
	Told told `json:"told,omitempty"`
}

// told is what an incident was told of a gate.
type told string

const (
	frozen told = "frozen"
	others told = "others" // it is held, and not by us
)

// keyOf names a gate, whichever service it is of.
func keyOf(l rollbacks.Lever) string {
	h := sha256.New()
	for _, part := range []string{l.Kind, l.Region, l.Account} {
		h.Write([]byte(part + "\x00"))
	}
	for _, name := range slices.Sorted(maps.Keys(l.Keys)) {
		h.Write([]byte(name + "\x00" + l.Keys[name] + "\x00"))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// markOf is by what a gate that was held for an incident is known to be ours: another Oncalm in the same account has other marks.
func markOf(i *incidents.Incident, key string) string {
	sum := sha256.Sum256([]byte(key + "\x00" + i.ID + "\x00" + i.Opened.UTC().Format(time.RFC3339Nano)))
	return hex.EncodeToString(sum[:4])
}

func readGate(tx store.Tx, key string) (g gate, ok bool) {
	val := tx.Get(gatePrefix + key)
	return g, val != nil && json.Unmarshal(val, &g) == nil
}

func put(tx store.Tx, key string, v any) error {
	val, err := json.Marshal(v)
	if err == nil {
		tx.Put(key, val)
	}
	return err
}

func wantKey(key, incident string) string { return wantPrefix + key + "/" + store.Key(incident) }

// wants are the incidents that want a gate held, or are to be told that it was let go.
func wants(tx store.Tx, key string) (all []want) {
	prefix := wantPrefix + key + "/"
	for _, val := range tx.Range(prefix, store.After(prefix)) {
		var w want
		if json.Unmarshal(val, &w) == nil {
			all = append(all, w)
		}
	}
	return all
}
