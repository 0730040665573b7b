package postmortems

import (
	"fmt"
	"slices"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/postmortems/wording"
)

// Build makes the document of an incident from its timeline alone. The incident must be the fold of the
// timeline.
//
// The document begins as a skeleton: the places for contributing factors and action items are empty, since only people know
// them. What the parts say of each other is built in order: times need the impact and the detection, the summary and the
// questions need all of it.
func Build(i incidents.Incident, timeline []incidents.Event) document.Document {
	return BuildWith(i, timeline, evidence.Around{})
}

// BuildWith is [Build] with what is known beside the timeline.
func BuildWith(i incidents.Incident, timeline []incidents.Event, around evidence.Around) document.Document {
	d := build(i, timeline, around)
	d.Header.Digest = evidence.Digest(evidence.Stored(timeline))
	return d
}

// build makes a document without the digest of its timeline. What is told of people goes by the events alone, so that
// masked ones give a document without names.
func build(i incidents.Incident, timeline []incidents.Event, around evidence.Around) document.Document {
	r := evidence.Read(i, timeline)
	list, told := r.Changes(around.Changes)
	d := document.Document{
		Format:      document.Format,
		Header:      header(i, timeline),
		Draft:       draft(i),
		Review:      r.Review(),
		Described:   r.Described(),
		Impact:      r.Impact(),
		Affected:    r.Affected(),
		Detection:   r.Detection(),
		Graphs:      evidence.Graphs(timeline),
		Pages:       r.Pages,
		PagesInAll:  pagesInAll(r),
		Delays:      delays(r),
		Changes:     list,
		ChangesTold: told,
		Rollbacks:   r.Rollbacks(),
		Captured:    r.Captured(),
		Updates:     r.Updates(),
		Timeline:    r.Lines(list),
		Struck:      r.Left(),
		Factors:     factors(),
		ActionItems: r.Actions(),
		Sections:    r.Sections(),
		Kinds:       r.Kinds(),
	}
	d.Related, d.RelatedTold = r.Related(around.Past)
	d.Times = r.Times(d)
	d.Summary = summary{r, d}.sentences()
	d.Mitigation = mitigation(r, d)
	d.Lessons = lessons{r, d}.all()
	d.Questions = interview{r, d}.questions()
	d.Messages = messages(r, d)
	return d
}

// header tells which incident it is.
func header(i incidents.Incident, timeline []incidents.Event) document.Header {
	h := document.Header{
		ID: i.ID, Title: wording.Clean(i.Title), Service: wording.Clean(i.Service), Worst: worst(i, timeline),
		Severity: wording.Clean(i.Severity),
		Status:   i.Status, Runbook: i.Runbook, Opened: i.Opened.UTC(), Reopened: i.Run,
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

// worst is the worst severity that an incident had, if it is not the one that it has.
func worst(i incidents.Incident, timeline []incidents.Event) string {
	severities := []string{incidents.Sev1, incidents.Sev2, incidents.Sev3, incidents.Sev4}
	best := slices.Index(severities, i.Severity)
	found := ""
	for _, e := range timeline {
		severity := ""
		switch b := e.Body.(type) {
		case incidents.Opened:
			severity = b.Severity
		case incidents.Rated:
			severity = b.Severity
		case incidents.Worsened:
			severity = b.Severity
		}
		if n := slices.Index(severities, severity); n >= 0 && n < best {
			best, found = n, severity
		}
	}
	return found
}

// draft says why the document cannot be complete yet. The document of an open incident can be made at any time; it says so
// at its head.
func draft(i incidents.Incident) string {
	if !i.Open() {
		return ""
	}
	return fmt.Sprintf("The incident is not resolved (%s). What happens next is not in here yet", i.Status)
}
