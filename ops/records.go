package ops

import (
	"context"
	"strconv"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// eventsAtOnce is how many events are read at a time, so that no View takes long and a long timeline is never whole in memory.
const eventsAtOnce = 200

// Timeline hands the events of an incident to each, in parts. The error is [incidents.ErrNotFound], one of the store, or that of
// each.
func Timeline(ctx context.Context, s store.Store, id string, each func([]incidents.Event) error) error {
	if _, err := strconv.ParseUint(id, 10, 32); err != nil {
		return incidents.ErrNotFound
	}
	for seq := 1; ; {
		var events []incidents.Event
		err := s.View(ctx, func(tx store.Tx) (err error) {
			events, err = incidents.Events(tx, id, seq, eventsAtOnce)
			return err
		})
		switch {
		case err != nil:
			return err
		case len(events) == 0 && seq == 1:
			return incidents.ErrNotFound
		case len(events) == 0:
			return nil
		}
		if err := each(events); err != nil {
			return err
		}
		seq = events[len(events)-1].Seq + 1
	}
}
