package reports

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/past"
)

// Source is where incidents are read from.
type Source interface {
	// Cases hands over the cases of the incidents that were opened from one time until before another.
	Cases(ctx context.Context, from, to time.Time, each func([]past.Case) error) error
	// Actions are the action items that are open.
	Actions(ctx context.Context) ([]actions.Row, error)
	// Timeline hands over the events of an incident.
	Timeline(ctx context.Context, id string, each func([]incidents.Event) error) error
}

// Read makes a report of what a source has.
func Read(ctx context.Context, s Source, q Query) (Report, error) {
	b := New(q)
	err := s.Cases(ctx, q.From, q.To, func(cases []past.Case) error {
		b.Add(cases)
		return nil
	})
	if err != nil {
		return Report{}, err
	}
	r := b.Report()
	for n := range r.Noisy {
		a, err := saidLast(ctx, s, r.Noisy[n].Newest)
		if err != nil {
			return Report{}, err
		}
		r.Noisy[n].Cure(a)
	}
	open, err := s.Actions(ctx)
	if err != nil {
		return Report{}, err
	}
	r.Actions = toDo(open, q.Now)
	return r, nil
}

// saidLast is what the alarm that opened an incident said when it fired. An incident that is kept no more leaves no proposal.
func saidLast(ctx context.Context, s Source, id string) (a *incidents.Alarm, err error) {
	err = s.Timeline(ctx, id, func(events []incidents.Event) error {
		for _, e := range events {
			if said := incidents.AlarmIn(e.Body); a == nil && said != nil && said.State == incidents.AlarmFiring {
				a = said
			}
		}
		return nil
	})
	if errors.Is(err, incidents.ErrNotFound) {
		err = nil
	}
	return a, err
}

// mostToDo is how many action items are listed.
const mostToDo = 20

// toDo sums open action items up, those first that are due first; what has no date comes last. Whose they are is not told.
func toDo(open []actions.Row, now time.Time) Actions {
	a := Actions{Items: []ToDo{}, AsOf: now.UTC(), Open: len(open)}
	for _, i := range open {
		count(&a.Overdue, i.Overdue(now))
		count(&a.Unowned, i.Owner == "")
		count(&a.Stale, i.Stale(now))
		a.Items = append(a.Items, ToDo{ID: i.ID, Due: i.Due, Overdue: i.Overdue(now), Type: i.Type, What: i.What})
	}
	slices.SortStableFunc(a.Items, func(x, y ToDo) int {
		switch {
		case x.Due.IsZero() == y.Due.IsZero():
			return x.Due.Compare(y.Due)
		case x.Due.IsZero():
			return 1
		}
		return -1
	})
	a.Items = a.Items[:min(len(a.Items), mostToDo)]
	return a
}
