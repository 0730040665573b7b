package fates

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// A Page is one person who was paged.
type Page struct {
	Person    string    `json:"person"`
	Via       string    `json:"via"`
	At        time.Time `json:"at"`                 // when it was decided, for the first time
	Delivered time.Time `json:"delivered,omitzero"` // likewise
	Withheld  string    `json:"withheld,omitempty"` // why it was not sent
}

// PagedFor says whom the incident of a part paged, in the run in which the message came: since the incident was opened, or
// triggered again. A message that opens or joins one has part in that; others page nobody.
func PagedFor(tx store.Tx, f *Fate, p *Part) []Page {
	switch p.Outcome {
	case "late", "repeated", "foreign", "noted":
		return nil
	}
	if p.Incident == "" || p.Treat != treatPage {
		return nil
	}
	events, err := incidents.Timeline(tx, p.Incident)
	if err != nil {
		return nil // an incident that cannot be read pages nobody that we know of
	}
	var run []incidents.Event
	for _, e := range events {
		if begins(e) {
			if e.Recorded.After(f.At) {
				break
			}
			run = run[:0]
		}
		run = append(run, e)
	}
	return pagesIn(run)
}

// begins reports whether a run begins with an event.
func begins(e incidents.Event) bool {
	switch e.Body.(type) {
	case incidents.Opened, incidents.Reopened:
		return true
	}
	return false
}

func pagesIn(run []incidents.Event) []Page {
	var pages []Page
	keys := map[string]int{} // of pages: where the page is
	for _, e := range run {
		switch b := e.Body.(type) {
		case incidents.Paged:
			at := slices.IndexFunc(pages, func(p Page) bool { return p.Person == b.Person && p.Via == b.Via })
			if at < 0 {
				at = len(pages)
				pages = append(pages, Page{Person: b.Person, Via: b.Via, At: e.At})
			}
			keys[b.Key] = at
		case incidents.Delivered:
			if at, ok := keys[b.Key]; ok && pages[at].Delivered.IsZero() {
				pages[at].Delivered, pages[at].Withheld = e.At, ""
			}
		case incidents.Withheld:
			if at, ok := keys[b.Key]; ok && pages[at].Delivered.IsZero() {
				pages[at].Withheld = b.Why
			}
		case incidents.Undelivered:
			if at, ok := keys[b.Key]; ok && pages[at].Delivered.IsZero() {
				pages[at].Withheld = b.Error
			}
		}
	}
	return pages
}
