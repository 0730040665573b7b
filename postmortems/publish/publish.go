// Package publish keeps the postmortems of what is over where people read and write them: in a directory, or a git repository.
//
// A file belongs to whoever wrote in it last. Before one is written, the one that stands there is read. What people wrote between its
// marks is recorded as theirs, as oncalm postmortem import does, and then stands in every document. What they changed elsewhere cannot
// be taken over: then their file stays as it is, the new document stands beside it, and the timeline says so. So nothing that a person
// wrote is ever written over.
//
// It is told of each event, and writes when the incident is over, once for all that happened in a short while. Each place has an outbox
// entry of its own, in a lane of its own: a disk or a host that does not answer delays nothing else.
//
//	published/<incident>/<place>    record of what was written last (in the store)
//	<incident>/publish/<place>      entry: the document is to be written
//	<incident>/publish/<place>/ask  entry: somebody is to be asked to look at it
package publish

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/editing"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/postmortems/shapes"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Kinds of outbox entries that this package handles.
const (
	Kind    = "publish"
	KindAsk = "publish.ask"
)

// settling is how long is waited for more to happen.
const settling = 5 * time.Second

// A Document is what is to stand in a place.
type Document struct {
	ID, Title, Severity string
	File                string // its name, where it has none yet
	Stem                string // what its name begins with, whatever became of its title
	// Pictures are put beside it. One that somebody put there instead stays (see [MayReplace]).
	Pictures []Picture
}

// Found is what stands there.
type Found struct {
	Text []byte // nil if there is nothing
	By   string // who changed it last; empty if that is not known
}

// A Place has documents.
type Place interface {
	// Update hands over what stands in the place of a document, and what stands beside it, and puts there what change returns: nil
	// leaves it as it is. It fails if something else was put there meanwhile. The name is how people find the document.
	Update(ctx context.Context, d Document, change func(there, beside Found) (Change, error)) (name string, err error)
}

// An Asker is a place where people are asked to look at a document.
type Asker interface {
	// Ask asks, once for each document however often it is called.
	Ask(ctx context.Context, d Document) error
}

// A Change is what is to be put into a place; nil leaves what is there.
type Change struct{ There, Beside []byte }

// A Publisher writes documents.
type Publisher struct {
	Places map[string]Place // by their names, which stand in keys
	Book   *incidents.Book
	Store  store.Store
	Texts  shapes.Layout
	Clock  *clocks.Clock
	Log    *slog.Logger
}

// body is that of an entry.
type body struct {
	Incident string `json:"incident"`
	Place    string `json:"place"`
}

// Follow has documents written, see [incidents.Follower].
func (p *Publisher) Follow(tx store.Tx, now time.Time, i *incidents.Incident, _ incidents.Event) []incidents.Body {
	if i.Open() {
		return nil
	}
	for place := range p.Places {
		outbox.In(tx, now).Soon(outbox.Entry{
			Key: i.ID + "/publish/" + place, Kind: Kind, Lane: outbox.Documents, Due: now.Add(settling),
			Body: outbox.Body(body{i.ID, place}),
		})
	}
	return nil
}

// Handlers returns the handlers of outbox entries by kind.
func (p *Publisher) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{Kind: p.publish, KindAsk: p.ask}
}

// ask asks people to look at a document.
func (p *Publisher) ask(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b body
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	place, ok := p.Places[b.Place].(Asker)
	if !ok {
		return nil, nil //nolint:nilnil // there is nothing left to do
	}
	d, err := postmortems.FromStore(ctx, p.Store, b.Incident, postmortems.AsRoles)
	if errors.Is(err, incidents.ErrNotFound) {
		return nil, nil //nolint:nilnil // it went to the archive
	}
	if err == nil {
		err = place.Ask(ctx, described(d))
	}
	return nil, err
}

// publish writes a document. One that nobody keeps any more, and one for a place that is not configured any more, is done.
func (p *Publisher) publish(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b body
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	place := p.Places[b.Place]
	if place == nil {
		return nil, nil //nolint:nilnil // there is nothing left to do
	}
	w := &writing{Publisher: p, id: b.Incident, place: b.Place}
	err := p.Store.View(ctx, func(tx store.Tx) (err error) {
		w.last, err = readRecord(tx, b.Incident, b.Place)
		return err
	})
	if err != nil {
		return nil, err
	}
	d, err := w.render(ctx)
	if errors.Is(err, incidents.ErrNotFound) {
		return nil, nil //nolint:nilnil // it went to the archive
	}
	if err != nil {
		return nil, err
	}
	name, err := place.Update(ctx, w.document(d), func(there, beside Found) (Change, error) {
		return w.change(ctx, there, beside)
	})
	if err != nil {
		return nil, fmt.Errorf("the postmortem of incident %s: %w", b.Incident, err)
	}
	return func(tx store.Tx) error {
		if w.conflict {
			w.report(tx, name)
		}
		if _, asks := place.(Asker); asks {
			outbox.In(tx, p.Clock.Now()).Soon(outbox.Entry{
				Key: b.Incident + "/publish/" + b.Place + "/ask", Kind: KindAsk, Lane: outbox.Documents, Body: e.Body,
			})
		}
		return saveRecord(tx, b.Incident, b.Place, w.next)
	}, nil
}

// described names a document's file: by the day on which it began, its number, and its title as far as that is plain.
func described(d document.Document) Document {
	h := d.Header
	stem := h.Opened.UTC().Format(time.DateOnly) + "-" + h.ID
	name := stem
	if slug := slug(h.Title); slug != "" {
		name += "-" + slug
	}
	return Document{ID: h.ID, Title: h.Title, Severity: h.Severity, Stem: stem, File: name + ".md"}
}

// document is the document with its pictures.
func (w *writing) document(d document.Document) Document {
	of := described(d)
	of.Pictures, _ = pictures(d, of.Stem)
	return of
}

// A writing is the work on one document.
type writing struct {
	*Publisher
	id, place  string
	last, next record
	text       []byte // the document as it is now
	conflict   bool   // somebody has to be told that what they changed stays
}

// render makes the document as it is now, without names.
func (w *writing) render(ctx context.Context) (document.Document, error) {
	d, err := postmortems.FromStore(ctx, w.Store, w.id, postmortems.AsRoles)
	if err == nil {
		_, shown := pictures(d, described(d).Stem)
		w.text, err = w.Texts.MarkdownWith(d, shown)
	}
	return d, err
}

// change decides what becomes of what stands in a place. What is meant is kept before it is done: after a crash in between, what
// stands there is known to be ours.
func (w *writing) change(ctx context.Context, there, beside Found) (c Change, err error) {
	w.conflict = false
	stays, err := w.taken(ctx, there, w.last.There)
	if err != nil {
		return c, err
	}
	besideStays, err := w.taken(ctx, beside, w.last.Beside)
	if err != nil {
		return c, err
	}
	w.next = w.last
	switch {
	case !stays:
		c.There = w.text
		w.next.There = side{Written: versionOf(w.text)}
	case besideStays:
		w.next.Beside.Stays = digest(beside.Text)
	default:
		c.Beside = w.text
		w.next.Beside = side{Written: versionOf(w.text)}
	}
	if stays {
		seen := digest(there.Text)
		w.conflict = seen != w.last.There.Stays
		w.next.There.Stays = seen
	}
	meant := w.last
	meant.There.Meant, meant.Beside.Meant = w.next.There.Written, w.next.Beside.Written
	return c, w.Store.Update(ctx, func(tx store.Tx) error { return saveRecord(tx, w.id, w.place, meant) })
}

// taken takes over what people wrote in a file since it was written, and reports whether it has to stay, since they changed more than
// that. What was taken over of one that stays is not taken over again: meanwhile others may have written on.
func (w *writing) taken(ctx context.Context, f Found, s side) (stays bool, err error) {
	switch d := digest(f.Text); {
	case f.Text == nil, d == s.Written.Whole, d == s.Meant.Whole:
		return false, nil
	case d == s.Stays:
		return true, nil
	}
	ok, err := w.takeOver(ctx, f)
	bones := skeleton(f.Text)
	return !ok || bones != s.Written.Skeleton && bones != s.Meant.Skeleton, err
}

// takeOver records what people wrote between the marks of a file, makes the document anew, and reports whether it could. Of a file whose
// marks are broken nothing is taken over.
func (w *writing) takeOver(ctx context.Context, f Found) (ok bool, err error) {
	sections, err := markdown.Sections(string(f.Text))
	if err != nil || len(sections) == 0 {
		return false, nil //nolint:nilerr // the file stays, and that is told
	}
	by := incidents.Actor{Kind: incidents.KindOther, Name: "somebody"}
	if name := text.Clip(text.Line(f.By), longestName); name != "" {
		by.Name = name
	}
	now := w.Clock.Now()
	var changed []string
	err = w.Store.Update(ctx, func(tx store.Tx) (err error) {
		changed, err = editing.Write(w.Book, tx, now, w.id, by, sections)
		return err
	})
	if errors.Is(err, editing.ErrSection) || errors.Is(err, editing.ErrOther) || errors.Is(err, editing.ErrLong) {
		w.Log.Warn("what was written in a postmortem could not be taken over", "incident", w.id, "place", w.place, "err", err)
		return false, nil
	}
	if err != nil || len(changed) == 0 {
		return err == nil, err
	}
	_, err = w.render(ctx)
	return true, err
}

// longestName is how many characters of the name of whoever changed a file are recorded.
const longestName = 80

// report puts onto the timeline that a file stays as somebody changed it. Without a timeline, the log has to do.
func (w *writing) report(tx store.Tx, name string) {
	note := incidents.Noted{Text: "The postmortem in " + text.Clip(text.Line(name), 300) +
		" was changed outside of its marks. It stays as it is; the newer one stands beside it."}
	if _, err := w.Book.Append(tx, w.Clock.Now(), w.id, incidents.Event{By: incidents.Oncalm(), Body: note}); err != nil {
		w.Log.Warn("a postmortem stays as somebody changed it", "incident", w.id, "file", name, "err", err)
	}
}
