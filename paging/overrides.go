package paging

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// overrideRecord is the form of an override in the store.
type overrideRecord struct {
	ID     string    `json:"id"`
	Person string    `json:"person"`
	For    string    `json:"for,omitempty"` // empty: whoever is on call
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

// Overrides returns the overrides of a schedule: those of the configuration, then
// those in the store, by their start. A later one wins.
func (p *Pager) Overrides(tx store.Tx, schedule string) []rotations.Override {
	all := slices.Clip(p.Planned[schedule])
	from, to := store.Under("override", schedule)
	for _, val := range tx.Range(from, to) {
		var r overrideRecord
		if json.Unmarshal(val, &r) != nil {
			continue // fsck names it; a page must not fail over it
		}
		all = append(all, rotations.Override{ID: r.ID, Person: r.Person, For: r.For, From: r.From, To: r.To})
	}
	return all
}
