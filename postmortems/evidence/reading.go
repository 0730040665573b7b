package evidence

import (
	"slices"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
)

// Reading is a timeline, sorted out.
type Reading struct {
	Incident incidents.Incident
	Events   []incidents.Event
	Pages    []document.Page
	words    []word
	struck   map[int]bool // notes that were struck, by their number
}

// Read sorts a timeline out. The incident must be the fold of it. It does not change the timeline, which others may hold.
func Read(i incidents.Incident, timeline []incidents.Event) *Reading {
	return &Reading{
		Incident: i, Events: timeline,
		Pages: readPages(timeline), words: readWords(timeline), struck: readStruck(timeline),
	}
}

// readStruck finds the notes that were struck. Only notes can be struck; a number that is none's changes nothing.
func readStruck(timeline []incidents.Event) map[int]bool {
	notes, struck := map[int]bool{}, map[int]bool{}
	for _, e := range timeline {
		switch b := e.Body.(type) {
		case incidents.Noted:
			notes[e.Seq] = true
		case incidents.Struck:
			if notes[b.Seq] {
				struck[b.Seq] = true
			}
		}
	}
	return struck
}

// Left is how many notes are left out, since they were struck.
func (r *Reading) Left() int { return len(r.struck) }

// Heard reports whether any alarm told something.
func (r *Reading) Heard() bool { return len(r.words) > 0 }

// First returns the earliest event of those wanted, by when it happened. Of several at one time it is the one recorded
// first.
func (r *Reading) First(wanted func(incidents.Event) bool) (incidents.Event, bool) {
	var found incidents.Event
	ok := false
	for _, e := range r.Events {
		if wanted(e) && (!ok || e.At.Before(found.At)) {
			found, ok = e, true
		}
	}
	return found, ok
}

// All returns the numbers of the events wanted.
func (r *Reading) All(wanted func(incidents.Event) bool) []int {
	seqs := []int{}
	for _, e := range r.Events {
		if wanted(e) {
			seqs = append(seqs, e.Seq)
		}
	}
	return seqs
}

// Is matches events with a body of that type.
func Is[B incidents.Body](e incidents.Event) bool {
	_, ok := e.Body.(B)
	return ok
}

// ByPerson matches events with a body of that type that a person brought about.
func ByPerson[B incidents.Body](e incidents.Event) bool {
	return Is[B](e) && e.By.Kind == incidents.KindPerson
}

// Quiet reports whether the incident was quiet from its beginning to its end.
func (r *Reading) Quiet() bool {
	return r.Incident.Quiet && len(r.All(func(e incidents.Event) bool {
		b, ok := e.Body.(incidents.Opened)
		return ok && (b.Quiet != "" || b.Silence != nil)
	})) > 0
}

// Held reports whether the page was held until the incident was over.
func (r *Reading) Held() bool { return r.Incident.Held != nil && !r.Incident.Open() }

// Service names the service, for a sentence.
func (r *Reading) Service() string {
	if s := wording.Short(r.Incident.Service); s != "" {
		return s
	}
	return "the service"
}

// Waited reports whether a page was to wait from the start, for what a channel before it brings.
func (r *Reading) Waited(key string) bool {
	return slices.ContainsFunc(r.Pages, func(p document.Page) bool { return p.Key == key && !p.Due.IsZero() })
}
