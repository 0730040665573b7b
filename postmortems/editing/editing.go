// Package editing records what people write in a postmortem. It is an event of the incident, so the document that is made anew has
// it; who edits a section replaces the words that they have seen, and no others.
package editing

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/postmortems/roles"
	"github.com/oncalm/oncalm/store"
)

// Why nothing is recorded.
var (
	ErrSection = errors.New("a postmortem has no such section")
	ErrOther   = errors.New("the document is of another store, or of a newer state of the incident")
	ErrLong    = errors.New("the section is too long")
)

// longest is how long a section may be, in bytes.
const longest = 32 << 10

// Write records the sections that somebody has changed since the state that they saw, in the order in which they are given, and
// returns their names. What is as it was is not recorded again. Errors: those above, or of the store.
func Write(book *incidents.Book, tx store.Tx, now time.Time, id string, by incidents.Actor,
	sections []markdown.Written) (changed []string, err error) {
	i, err := incidents.Head(tx, id)
	if err != nil {
		return nil, err
	}
	timeline, err := incidents.Timeline(tx, i.ID)
	if err != nil {
		return nil, err
	}
	_, masked, _ := roles.Mask(*i, timeline)
	for _, s := range sections {
		text := markdown.Own(s.Text)
		switch {
		case !slices.Contains(document.Sections(), s.Name):
			return nil, fmt.Errorf("%w: %q; there are %s", ErrSection, s.Name, strings.Join(document.Sections(), ", "))
		case s.Base > i.Seq:
			return nil, ErrOther
		case len(text) > longest:
			return nil, fmt.Errorf("%w: %s has %d bytes of %d", ErrLong, s.Name, len(text), longest)
		case text == At(timeline, s.Name, s.Base), text == At(masked, s.Name, s.Base), recorded(timeline, s, text):
			continue
		}
		fact := response.SectionWritten{Section: s.Name, Text: text, Base: s.Base}
		if _, err := book.Append(tx, now, i.ID, incidents.Event{By: by, Body: incidents.Responded{Fact: fact}}); err != nil {
			return nil, err
		}
		changed = append(changed, s.Name)
	}
	return changed, nil
}

// recorded reports whether the same was written already by somebody who had seen the same: the file was read twice.
func recorded(timeline []incidents.Event, s markdown.Written, text string) bool {
	return slices.ContainsFunc(timeline, func(e incidents.Event) bool {
		b, _ := e.Body.(incidents.Responded)
		w, ok := b.Fact.(response.SectionWritten)
		return ok && w.Section == s.Name && w.Base == s.Base && markdown.Own(w.Text) == text
	})
}

// At is a section as it stood in the document after an event; empty if nobody had written there.
func At(timeline []incidents.Event, name string, after int) string {
	seen := slices.Clone(timeline)
	seen = slices.DeleteFunc(seen, func(e incidents.Event) bool { return e.Seq > after })
	r := evidence.Read(incidents.Incident{}, seen)
	var parts []string
	for _, s := range r.Sections() {
		if s.Name != name {
			continue
		}
		for _, p := range s.Parts {
			parts = append(parts, markdown.Own(p.Text))
		}
	}
	return strings.Join(parts, "\n\n")
}

// Now is a section as it stands in the document, and its newest event.
func Now(timeline []incidents.Event, name string) (text string, base int) {
	for _, s := range evidence.Read(incidents.Incident{}, timeline).Sections() {
		if s.Name == name {
			base = s.Base()
		}
	}
	if base == 0 {
		return "", 0
	}
	return At(timeline, name, base), base
}
