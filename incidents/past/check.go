package past

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// Keys are all keys of this room. [Looks] gives them their checks.
func Keys() []store.Check { return []store.Check{{Prefix: prefix}, {Prefix: indexPart + "/"}} }

// Looks gives the keys their checks, for one inspection. of makes the case of an incident that is resolved; it is given by the room
// that makes them.
func Looks(keys []store.Check, of func(store.Tx, *incidents.Incident) (Case, error)) []store.Check {
	c := &checker{of: of, rows: map[string][]byte{}}
	looks := map[string]func(*store.Inspection){prefix: c.cases, indexPart + "/": c.index}
	for n := range keys {
		keys[n].Look = looks[keys[n].Prefix]
	}
	return keys
}

// checker holds that each case is what its incident amounts to, and that the index lists all of them and nothing else. A case that is
// not there is nothing wrong: a store of before gets it at the next start.
type checker struct {
	of   func(store.Tx, *incidents.Incident) (Case, error)
	rows map[string][]byte // that the index must have
}

func (c *checker) cases(in *store.Inspection) {
	for key, val := range in.Tx.Range(prefix, store.After(prefix)) {
		n := numberOf(key)
		i, err := incidents.Head(in.Tx, strconv.FormatUint(n, 10))
		switch {
		case errors.Is(err, incidents.ErrNotFound):
			in.Surplus(key, "there is no incident for this case")
			continue
		case err != nil:
			continue // that is said of the head
		case i.Open():
			in.Surplus(key, "the incident is open, and has a case as if it were over")
			continue
		}
		want, err := c.of(in.Tx, i)
		if err != nil {
			continue // that is said of its events
		}
		maps.Copy(c.rows, want.rows(n))
		if right, err := want.Record(); err == nil && !bytes.Equal(val, right) {
			in.Missing(key, right, "the case differs from what the incident's timeline says")
		}
	}
}

func (c *checker) index(in *store.Inspection) {
	for key, val := range in.Tx.Range(indexPart+"/", store.After(indexPart+"/")) {
		want, ok := c.rows[key]
		switch {
		case !ok:
			in.Surplus(key, "the index of past incidents leads to a case that is not there, or is another")
		case !bytes.Equal(val, want):
			in.Missing(key, want, "the index of past incidents says something else than the case")
		}
		delete(c.rows, key)
	}
	for _, key := range slices.Sorted(maps.Keys(c.rows)) {
		in.Missing(key, c.rows[key], "the index of past incidents lacks a case")
	}
}
