// Package learning keeps what people learn from incidents that are over: a case of each (see package past), made of its timeline by
// the same rules as its document, so that a report and a document say the same of it.
//
// A case is written in the transaction that resolves an incident, again by what happens to it later, such as an action item that is
// closed, and taken away by the transaction that triggers it again. An incident that opens writes none.
package learning

import (
	"context"
	"log/slog"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/store"
)

// Follow keeps the cases, as an [incidents.Follower].
func Follow(tx store.Tx, _ time.Time, i *incidents.Incident, e incidents.Event) []incidents.Body {
	n, err := strconv.ParseUint(i.ID, 10, 32)
	if err != nil {
		return nil
	}
	if _, again := e.Body.(incidents.Reopened); again {
		past.Forget(tx, n)
	}
	if i.Open() {
		return nil
	}
	c, err := Of(tx, i)
	if err == nil {
		_ = past.Put(tx, &c) // what cannot be written is written by the next start, or named by fsck
	}
	return nil
}

// Of makes the case of an incident.
func Of(tx store.Tx, i *incidents.Incident) (past.Case, error) {
	events, err := incidents.Timeline(tx, i.ID)
	if err != nil {
		return past.Case{}, err
	}
	return Make(*i, events), nil
}

// Complete makes a store of before quick to list and to learn from: it writes what is not there, in small transactions. That it
// could not is logged: then lists and reports are slower, and say the same.
func Complete(ctx context.Context, s store.Store, log *slog.Logger) {
	rows, err := history.Complete(ctx, s)
	cases := 0
	if err == nil {
		cases, err = past.Complete(ctx, s, Of)
	}
	switch {
	case err != nil && ctx.Err() == nil:
		log.Warn("the list of resolved incidents could not be completed; it is slower until the next start", "err", err)
	case rows > 0 || cases > 0:
		log.Info("the list of resolved incidents was completed", "incidents", rows, "cases", cases)
	}
}
