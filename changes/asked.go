package changes

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/oncalm/oncalm/store"
)

// A Span is when a change went on that was asked for: from its beginning until its end, or until it was asked for.
type Span struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

const (
	// around is how far the times of a message and of the service itself may be apart.
	around = time.Minute
	// longest is how long a change may go on, at the most, for its messages to be known as being of it.
	longest = 3 * time.Hour
)

// Covers reports whether what was asked for is what a message tells of: the same was done to the same thing at the same time. A message
// that tells what became of it later is something new.
func (c Change) Covers(told Change) bool {
	if c.Asked == nil || told.Asked != nil || c.Kind != told.Kind ||
		told.At.Before(c.Asked.From.Add(-around)) || told.At.After(c.Asked.To.Add(around)) {
		return false
	}
	things := c.Things()
	return slices.ContainsFunc(told.Things(), func(t Thing) bool { return slices.Contains(things, t) })
}

// once leaves out what messages tell of that was asked for, and of what was asked for twice what was known first: it may have been under way.
func once(all []Change) (left []Change) {
	var asked []Change
	for _, c := range all {
		if c.Asked != nil {
			asked = append(asked, c)
		}
	}
	if len(asked) == 0 {
		return all
	}
	return slices.DeleteFunc(all, func(c Change) bool {
		return slices.ContainsFunc(asked, func(a Change) bool {
			return a.Covers(c) || c.Asked != nil && a.ID == c.ID && a.Asked.To.After(c.Asked.To)
		})
	})
}

// Ask keeps a change that was asked for; false if a message has told of it already, so that it is no news.
func Ask(tx store.Tx, c Change) (news bool, err error) {
	kept := false
	for _, known := range near(tx, c, c.Asked.From.Add(-longest), c.Asked.To.Add(longest)) {
		if c.Covers(known) {
			return false, nil
		}
		kept = kept || known.Asked != nil && known.ID == c.ID && known.At.Equal(c.At)
	}
	if kept {
		return true, nil
	}
	return true, Save(tx, c)
}

// Same are the ids by which a change stands on timelines: its own, and those of what was asked for and is the same.
func Same(tx store.Tx, c Change) []string {
	ids := []string{c.ID}
	for _, known := range near(tx, c, c.At.Add(-longest), c.At.Add(longest)) {
		if known.Covers(c) {
			ids = append(ids, known.ID)
		}
	}
	return ids
}

// near are all changes of the things of another, from one time until another.
func near(tx store.Tx, c Change, from, to time.Time) (found []Change) {
	for _, t := range c.Things() {
		begin, end := span(t, from, to)
		for key := range tx.Range(begin, end) {
			var known Change
			if json.Unmarshal(tx.Get(placed(key)), &known) == nil {
				found = append(found, known)
			}
		}
	}
	return found
}

// span is where the index has a thing, from one time until another, and placed where the change is that a place in it leads to.
func span(t Thing, from, to time.Time) (begin, end string) {
	return store.Key(indexPart, t.Account, t.Region, t.Name, from.UTC().Format(keyTime)),
		store.Key(indexPart, t.Account, t.Region, t.Name, to.UTC().Format(keyTime))
}

func placed(key string) string {
	parts := store.Parts(key)
	return prefix + parts[4] + "/" + store.Key(parts[5])
}
