package overrides

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// Knows reports whether a person is in the configuration.
func (b *Book) Knows(person string) bool { return b.Known == nil || b.Known(person) }

// RollCall looks, once at the start, which overrides are for people who are not in the configuration any more: these are void
// from now on. It returns those that it did not return before.
func (b *Book) RollCall(tx store.Tx, now time.Time) (void []rotations.Override) {
	b.welcome(tx)
	left := now.UTC().Truncate(time.Second)
	found := map[string]bool{}
	for _, o := range All(tx, "") {
		if !o.Pending(now) || o.Person == rotations.Nobody || b.Knows(o.Person) {
			continue
		}
		if leftAt(tx, o.Person).IsZero() {
			tx.Put(leftKey(o.Person), []byte(left.Format(time.RFC3339)))
			found[o.Person] = true
		}
		if found[o.Person] {
			parts := Void([]rotations.Override{o.effective()}, b.Known, func(string) time.Time { return left })
			void = append(void, parts[len(parts)-1])
		}
	}
	return void
}

// welcome forgets of those who are in the configuration again that they had left.
func (b *Book) welcome(tx store.Tx) {
	var back []string
	from, to := store.Under(leftPart)
	for k := range tx.Range(from, to) {
		if b.Knows(store.Parts(k)[1]) {
			back = append(back, k)
		}
	}
	for _, k := range back {
		tx.Delete(k)
	}
}

// Void returns overrides as they count if some people are not in the configuration any more: what is left of the overrides
// for these from when they were found gone, or all if since does not know, is void. known may be nil: everybody is there.
func Void(all []rotations.Override, known func(person string) bool,
	since func(person string) time.Time) []rotations.Override {
	there := func(o rotations.Override) bool {
		return o.Void != "" || o.Person == rotations.Nobody || known(o.Person)
	}
	if known == nil || !slices.ContainsFunc(all, func(o rotations.Override) bool { return !there(o) }) {
		return all
	}
	var out []rotations.Override
	for _, o := range all {
		if there(o) {
			out = append(out, o)
			continue
		}
		counted, void, at := o, o, since(o.Person)
		if at.Before(counted.To) {
			counted.To = at
		}
		if at.After(void.From) {
			void.From = at
		}
		void.Void = o.Person + " is not in the configuration"
		for _, part := range []rotations.Override{counted, void} {
			if part.From.Before(part.To) {
				out = append(out, part)
			}
		}
	}
	return out
}

// leftPart is the first part of the keys of when people were found to be not in the configuration any more.
const leftPart = "left"

func leftKey(person string) string { return store.Key(leftPart, person) }

// HasLeft reports whether a person with an override was found to be not in the configuration any more.
func HasLeft(tx store.Tx, person string) bool { return !leftAt(tx, person).IsZero() }

// leftAt is when a person with an override was found to be not in the configuration any more; zero if they were not.
func leftAt(tx store.Tx, person string) time.Time {
	at, err := time.Parse(time.RFC3339, string(tx.Get(leftKey(person))))
	if err != nil {
		return time.Time{}
	}
	return at
}
