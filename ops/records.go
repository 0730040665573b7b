package ops

import (
	"context"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// Summary is an incident in a list.
type Summary struct {
	ID           string           `json:"id"`
	Status       incidents.Status `json:"status"`
	Severity     string           `json:"severity"`
	Service      string           `json:"service"`
	Title        string           `json:"title"`
	Opened       time.Time        `json:"opened"`
	Quiet        bool             `json:"quiet"`        // nobody is paged for it
	Acknowledged *time.Time       `json:"acknowledged"` // null if nobody has
	Resolved     *time.Time       `json:"resolved"`     // null if it is open
}

func summarise(i incidents.Incident) Summary {
	return Summary{
		ID: i.ID, Status: i.Status, Severity: i.Severity, Service: i.Service, Title: i.Title,
		Quiet: i.Quiet, Opened: i.Opened.UTC(), Acknowledged: given(i.Acknowledged), Resolved: given(i.Resolved),
	}
}

func given(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// page is how many incidents are read at a time, so that no View takes long.
const page = 1000

// Incidents lists incidents, the newest first; at most limit, if limit is positive.
func Incidents(ctx context.Context, s store.Store, limit int) ([]Summary, error) {
	all := []Summary{}
	before := ""
	for {
		n := page
		if limit > 0 {
			n = min(page, limit-len(all))
		}
		var found []incidents.Incident
		err := s.View(ctx, func(tx store.Tx) (err error) {
			found, err = incidents.Newest(tx, before, n)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, i := range found {
			all = append(all, summarise(i))
			before = i.ID
		}
		if len(found) < n || len(all) == limit || before == "1" {
			return all, nil
		}
	}
}

// Timeline reads the events of an incident. The error is [incidents.ErrNotFound], or
// one of the store.
func Timeline(ctx context.Context, s store.Store, id string) ([]incidents.Event, error) {
	if _, err := strconv.ParseUint(id, 10, 32); err != nil {
		return nil, incidents.ErrNotFound
	}
	var events []incidents.Event
	err := s.View(ctx, func(tx store.Tx) (err error) {
		events, err = incidents.Timeline(tx, id)
		return err
	})
	return events, err
}
