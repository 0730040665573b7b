package postmortems

import (
	"context"
	"errors"
	"time"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/postmortems/roles"
	"github.com/oncalm/oncalm/store"
)

// People says how people are named in a document.
type People bool

// By default a document says what somebody was in the incident, and not who they are.
const (
	AsRoles People = false
	ByName  People = true
)

// FromStore reads an incident, its timeline and what is known beside it, and makes its document. The error is
// [incidents.ErrNotFound], or that what is stored cannot be read.
func FromStore(ctx context.Context, s store.Store, id string, people People) (document.Document, error) {
	var i *incidents.Incident
	var timeline []incidents.Event
	around := evidence.Around{}
	err := s.View(ctx, func(tx store.Tx) (err error) {
		if i, err = incidents.Head(tx, id); err != nil {
			return err
		}
		if timeline, err = incidents.Timeline(tx, i.ID); err != nil {
			return err
		}
		from, to := evidence.Read(*i, timeline).Window()
		if around.Changes, err = Changes(tx, from, to); err != nil {
			return err
		}
		around.Past = Before(tx, i, timeline)
		return nil
	})
	if err != nil {
		return document.Document{}, err
	}
	return Make(*i, timeline, around, people), nil
}

// Changes are the markers of a span of time; none is not nil. One that cannot be read is left to fsck.
func Changes(tx store.Tx, from, to time.Time) ([]changes.Change, error) {
	list, err := changes.Between(tx, from, to)
	if err != nil && len(list) == 0 {
		return nil, nil
	}
	return append([]changes.Change{}, list...), nil
}

// errPast ends a list of incidents: those that follow are too old.
var errPast = errors.New("too old")

// Past are the incidents that may be related to one, where there is no index, as in an archive. List hands over incidents, the newest
// first. They are read until one is too old: the list is in the order of opening.
func Past(i incidents.Incident, list func(history.Query, func([]history.Row) error) error) ([]evidence.Earlier, error) {
	all := []evidence.Earlier{}
	q := history.Query{To: i.Opened}
	err := list(q, func(rows []history.Row) error {
		for _, row := range rows {
			if row.Opened.Before(i.Opened.Add(-evidence.RelatedWithin)) {
				return errPast
			}
			if row.Service == i.Service || row.Title == i.Title {
				all = append(all, evidence.EarlierOf(row))
			}
		}
		return nil
	})
	if errors.Is(err, errPast) {
		err = nil
	}
	return all, err
}

// Make is [BuildWith], with people as it is said. The digest is of the timeline as it is stored, in both: by it one sees
// whether a document is of this timeline.
func Make(i incidents.Incident, timeline []incidents.Event, around evidence.Around, people People) document.Document {
	if people == ByName {
		return BuildWith(i, timeline, around)
	}
	stored := evidence.Stored(timeline)
	digest := evidence.Digest(stored) // now: what is stored is large, and needed no more than for these two
	masked, events, clean := roles.MaskStored(i, timeline, stored)
	for n := range around.Past {
		p := &around.Past[n]
		p.Title = clean(p.Title)
		for k := range p.Words {
			p.Words[k] = clean(p.Words[k])
		}
	}
	for n, c := range around.Changes {
		around.Changes[n].Title, around.Changes[n].Reason = clean(c.Title), clean(c.Reason)
	}
	d := build(masked, events, around)
	d.Header.Digest = digest
	return d
}
