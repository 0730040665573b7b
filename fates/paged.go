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

// A Ledger says whom incidents paged. It remembers what it has read, for many messages about one incident.
type Ledger struct{ runs map[string][]run }

// A run of an incident is from when it was opened, or triggered again, until the next time.
type run struct {
	from  time.Time
	pages []Page
}

// remembered is how many incidents a ledger remembers.
const remembered = 100

// Paged says whom the incident of a part paged, in the run in which the message came. A message that opens or joins one has
// part in that; others page nobody.
func (l *Ledger) Paged(tx store.Tx, f *Fate, p *Part) []Page {
	// these have found an incident, and added nothing to it that could page
	switch p.Outcome {
	case "late", "repeated", "foreign", "noted", "beat":
		return nil
	}
	if p.Incident == "" || p.Treat != treatPage {
		return nil
	}
	runs, ok := l.runs[p.Incident]
	if !ok {
		runs = runsOf(tx, p.Incident)
		if l.runs == nil || len(l.runs) >= remembered {
			l.runs = map[string][]run{}
		}
		l.runs[p.Incident] = runs
	}
	for _, r := range slices.Backward(runs) {
		if !r.from.After(f.At) {
			return r.pages
		}
	}
	return nil
}

// runsOf reads all runs of an incident. One that cannot be read pages nobody that we know of.
func runsOf(tx store.Tx, id string) (runs []run) {
	events, err := incidents.Timeline(tx, id)
	if err != nil {
		return nil
	}
	var some []incidents.Event
	add := func() {
		if len(some) > 0 {
			runs = append(runs, run{some[0].Recorded, pagesIn(some)})
		}
	}
	for _, e := range events {
		if begins(e) {
			add()
			some = some[:0]
		}
		some = append(some, e)
	}
	add()
	return runs
}

// begins reports whether a run begins with an event.
func begins(e incidents.Event) bool {
	switch e.Body.(type) {
	case incidents.Opened, incidents.Reopened:
		return true
	}
	return false
}

// pagesIn are the people paged in a run, each by each channel once: when for the first time, and how that page ended. What
// was delivered at last counts as delivered.
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
