package incidents

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/oncalm/oncalm/store"
)

// UnmarshalJSON also reads what was stored when there was one channel: pages by the person, each with its key. Heads are
// rewritten with the next event; what an incident was [Restated] to be stays as it was written.
func (i *Incident) UnmarshalJSON(data []byte) error {
	type plain Incident
	if err := json.Unmarshal(data, (*plain)(i)); err != nil {
		return err
	}
	var old struct {
		Pages map[string]struct {
			Key string `json:"key"`
		} `json:"pages"`
	}
	if !slices.ContainsFunc(slices.Collect(maps.Values(i.Pages)), func(p PageState) bool { return p.Person == "" }) {
		return nil
	}
	if err := json.Unmarshal(data, &old); err != nil {
		return err
	}
	byKey := map[string]PageState{}
	for person, p := range i.Pages {
		key := old.Pages[person].Key
		if key == "" { // it is not of before
			byKey[person] = p
			continue
		}
		p.Person, p.Via = person, ViaSlack
		byKey[key] = p
	}
	i.Pages = byKey
	return nil
}

// Rewrite writes the head of an incident in the form of today, if it is not in that.
func Rewrite(tx store.Tx, i *Incident) error {
	val, err := i.Record()
	if err == nil && !bytes.Equal(val, tx.Get(HeadKey(i.ID))) {
		tx.Put(HeadKey(i.ID), val)
	}
	return err
}
