package postmortems

import (
	"fmt"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// FromStore reads an incident and its timeline, and makes its document. The error is
// [incidents.ErrNotFound], or that what is stored cannot be read.
func FromStore(tx store.Tx, id string) (Document, error) {
	i, err := incidents.Head(tx, id)
	if err != nil {
		return Document{}, err
	}
	timeline, err := incidents.Timeline(tx, i.ID)
	if err != nil {
		return Document{}, err
	}
	return Build(*i, timeline), nil
}

// Build makes the document of an incident. The incident must be the fold of the
// timeline.
func Build(i incidents.Incident, timeline []incidents.Event) Document {
	r := read(i, timeline)
	d := Document{
		Format:      Format,
		Header:      r.header(),
		Draft:       r.draft(),
		Impact:      r.impact(),
		Detection:   r.detection(),
		Pages:       r.pages,
		PagesInAll:  r.pagesInAll(),
		Timeline:    r.lines(),
		Struck:      len(r.struck),
		Factors:     factors(),
		ActionItems: []ActionItem{},
	}
	d.Times = r.times(d)
	d.Summary = r.summary(d)
	d.Questions = r.questions(d)
	return d
}

// reading is a timeline, sorted out.
type reading struct {
	incident incidents.Incident
	events   []incidents.Event
	struck   map[int]bool // notes that were struck, by their number
	pages    []Page
	words    []word
}

func read(i incidents.Incident, timeline []incidents.Event) *reading {
	r := &reading{incident: i, events: timeline, struck: map[int]bool{}}
	notes := map[int]bool{}
	for _, e := range timeline {
		switch b := e.Body.(type) {
		case incidents.Noted:
			notes[e.Seq] = true
		case incidents.Struck:
			if notes[b.Seq] {
				r.struck[b.Seq] = true
			}
		}
	}
	r.pages = readPages(timeline)
	r.words = readWords(timeline)
	return r
}

// first returns the earliest event of those wanted, by when it happened.
func (r *reading) first(wanted func(incidents.Event) bool) (incidents.Event, bool) {
	var found incidents.Event
	ok := false
	for _, e := range r.events {
		if wanted(e) && (!ok || e.At.Before(found.At)) {
			found, ok = e, true
		}
	}
	return found, ok
}

// all returns the numbers of the events wanted.
func (r *reading) all(wanted func(incidents.Event) bool) []int {
	seqs := []int{}
	for _, e := range r.events {
		if wanted(e) {
			seqs = append(seqs, e.Seq)
		}
	}
	return seqs
}

// is matches events with a body of that type.
func is[B incidents.Body](e incidents.Event) bool {
	_, ok := e.Body.(B)
	return ok
}

// byPerson matches events with a body of that type that a person brought about.
func byPerson[B incidents.Body](e incidents.Event) bool {
	return is[B](e) && e.By.Kind == incidents.KindPerson
}

func (r *reading) header() Header {
	i := r.incident
	h := Header{
		ID: i.ID, Title: clean(i.Title), Service: clean(i.Service), Severity: clean(i.Severity),
		Status: i.Status, Runbook: i.Runbook, Opened: i.Opened.UTC(), Reopened: i.Run,
		Events: len(r.events),
	}
	if !i.Resolved.IsZero() {
		h.Resolved = i.Resolved.UTC()
	}
	for _, e := range r.events {
		if e.Recorded.After(h.Newest) {
			h.Newest = e.Recorded.UTC()
		}
	}
	return h
}

func (r *reading) draft() string {
	if !r.incident.Open() {
		return ""
	}
	return fmt.Sprintf("The incident is not resolved (%s). What happens next is not in here yet", r.incident.Status)
}

// who names an actor.
func who(a incidents.Actor) string {
	switch a.Kind {
	case incidents.KindPerson:
		return said(a.Name)
	case incidents.KindAlarm:
		return "alarm " + said(a.Name)
	case incidents.KindOncalm:
		return "Oncalm"
	}
	return said(a.Kind + " " + a.Name)
}

// actor names an actor in a sentence.
func actor(a incidents.Actor) string {
	if a.Kind == incidents.KindAlarm {
		return "the alarm " + quoted(a.Name)
	}
	return text.Clip(who(a), shortest)
}

// service names the service, for a sentence.
func (r *reading) service() string {
	if s := short(r.incident.Service); s != "" {
		return s
	}
	return "the service"
}

// seconds is a length of time as the JSON form has it.
func seconds(d time.Duration) *float64 {
	s := d.Seconds()
	return &s
}

// length is the inverse of seconds.
func length(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(time.Microsecond)
}
