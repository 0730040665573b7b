package learning

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/store"
)

// Source is a store as reports read it.
type Source struct{ Store store.Store }

// Cases hands over the cases of the incidents that were opened from one time until before another, the newest first.
func (s Source) Cases(ctx context.Context, from, to time.Time, each func([]past.Case) error) error {
	return past.List(ctx, s.Store, from, to, Of, each)
}

// Actions are the action items that are open.
func (s Source) Actions(ctx context.Context) (open []actions.Row, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		open = actions.List(tx)
		return nil
	})
	return open, err
}

// Timeline hands over the events of an incident. One that is kept no more has none.
func (s Source) Timeline(ctx context.Context, id string, each func([]incidents.Event) error) error {
	var events []incidents.Event
	err := s.Store.View(ctx, func(tx store.Tx) (err error) {
		events, err = incidents.Events(tx, id, 1, mostEvents)
		return err
	})
	if err != nil || len(events) == 0 {
		return err
	}
	return each(events)
}

// mostEvents is how many events say what an alarm said when it opened an incident: the first.
const mostEvents = 200
