package history

import (
	"bytes"
	"strconv"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// Keys are all keys of this room, with their checks.
func Keys() []store.Check { return []store.Check{{Prefix: prefix, Look: checkRows}} }

// checkRows holds that each row is of an incident that is resolved, and says what its head says. One that is not there is
// nothing wrong.
func checkRows(in *store.Inspection) {
	for key, val := range in.Tx.Range(prefix, store.After(prefix)) {
		i, err := incidents.Head(in.Tx, strconv.FormatUint(numberOf(key), 10))
		switch {
		case err != nil:
			in.Surplus(key, "there is no incident that can be read for this row of the list")
			continue
		case i.Open():
			in.Surplus(key, "the incident is open, and has a row in the list of those that are not")
			continue
		}
		row := Of(i)
		if want, err := row.Record(); err != nil || !bytes.Equal(val, want) {
			in.Missing(key, want, "the row of the list differs from the incident")
		}
	}
}
