package postmortems

import (
	"fmt"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/postmortems/wording"
	"github.com/oncalm/oncalm/store"
)

// FromStore reads an incident and its timeline, and makes its document. The error is
// [incidents.ErrNotFound], or that what is stored cannot be read.
func FromStore(tx store.Tx, id string) (document.Document, error) {
	i, err := incidents.Head(tx, id)
	if err != nil {
		return document.Document{}, err
	}
	timeline, err := incidents.Timeline(tx, i.ID)
	if err != nil {
		return document.Document{}, err
	}
	return Build(*i, timeline), nil
}

// Build makes the document of an incident. The incident must be the fold of the
// timeline.
//
// The document begins as a skeleton: the places for contributing factors and action items are empty, since only people know
// them. What the parts say of each other is built in order: times need the impact and the detection, the summary and the
// questions need all of it.
func Build(i incidents.Incident, timeline []incidents.Event) document.Document {
	r := evidence.Read(i, timeline)
	d := document.Document{
		Format:      document.Format,
		Header:      header(i, timeline),
		Draft:       draft(i),
		Impact:      r.Impact(),
		Detection:   r.Detection(),
		Pages:       r.Pages,
		PagesInAll:  pagesInAll(r),
		Timeline:    r.Lines(),
		Struck:      r.Left(),
		Factors:     factors(),
		ActionItems: []document.ActionItem{},
	}
	d.Times = r.Times(d)
	d.Summary = summary{r, d}.sentences()
	d.Questions = interview{r, d}.questions()
	return d
}

// header tells which incident it is.
func header(i incidents.Incident, timeline []incidents.Event) document.Header {
	h := document.Header{
		ID: i.ID, Title: wording.Clean(i.Title), Service: wording.Clean(i.Service), Severity: wording.Clean(i.Severity),
		Status: i.Status, Runbook: i.Runbook, Opened: i.Opened.UTC(), Reopened: i.Run,
		Events: len(timeline),
	}
	if !i.Resolved.IsZero() {
		h.Resolved = i.Resolved.UTC()
	}
	// Events may be recorded in another order than they happened, as late notes are.
	for _, e := range timeline {
		if e.Recorded.After(h.Newest) {
			h.Newest = e.Recorded.UTC()
		}
	}
	return h
}

// draft says why the document cannot be complete yet. The document of an open incident can be made at any time; it says so
// at its head.
func draft(i incidents.Incident) string {
	if !i.Open() {
		return ""
	}
	return fmt.Sprintf("The incident is not resolved (%s). What happens next is not in here yet", i.Status)
}
