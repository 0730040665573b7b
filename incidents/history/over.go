package history

import (
	"errors"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// Gone reports whether the store has an incident no more. One that cannot be read is there: fsck names it.
func Gone(tx store.Tx, id string) bool {
	_, err := incidents.Head(tx, id)
	return errors.Is(err, incidents.ErrNotFound)
}

// OverBefore reports whether an incident was resolved before a time, or is gone.
func OverBefore(tx store.Tx, id string, at time.Time) bool {
	i, err := incidents.Head(tx, id)
	if err != nil {
		return errors.Is(err, incidents.ErrNotFound)
	}
	return !i.Open() && i.Resolved.Before(at)
}
