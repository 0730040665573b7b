package editing_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/editing"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
	"github.com/oncalm/oncalm/templates"
)

// A desk is a store with an incident whose postmortem people edit.
type desk struct {
	t    *testing.T
	book *incidents.Book
	now  time.Time
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t, &incidents.Book{Store: storetest.Memory()}, time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)}
	d.update(func(tx store.Tx) error {
		_, err := d.book.Open(tx, d.now, d.now, incidents.Person("ana"), incidents.Opened{Title: "x", Service: "shop", Severity: "sev2"})
		return err
	})
	return d
}

func (d *desk) update(fn func(store.Tx) error) {
	d.t.Helper()
	if err := d.book.Store.Update(d.t.Context(), fn); err != nil {
		d.t.Fatal(err)
	}
}

// file is the document as it stands, as somebody gets it.
func (d *desk) file(people postmortems.People) string {
	d.t.Helper()
	set, err := templates.Load("")
	if err != nil {
		d.t.Fatal(err)
	}
	var out []byte
	err = d.book.Store.View(d.t.Context(), func(tx store.Tx) error {
		i, err := incidents.Head(tx, "1")
		if err != nil {
			return err
		}
		events, err := incidents.Timeline(tx, "1")
		if err != nil {
			return err
		}
		out, err = markdown.Render(postmortems.Make(*i, events, evidence.Around{}, people), set)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return string(out)
}

// imports records a file, and returns the sections that were different.
func (d *desk) imports(who, file string) []string {
	d.t.Helper()
	sections, err := markdown.Sections(file)
	if err != nil {
		d.t.Fatal(err)
	}
	var changed []string
	d.now = d.now.Add(time.Minute)
	d.update(func(tx store.Tx) error {
		changed, err = editing.Write(d.book, tx, d.now, "1", incidents.Person(who), sections)
		return err
	})
	return changed
}

// into puts words at the end of a section of a file.
func into(file, section, words string) string {
	begin := strings.Index(file, "<!-- oncalm: "+section+" ")
	end := begin + strings.Index(file[begin:], "<!-- /oncalm -->")
	return file[:end] + words + "\n" + file[end:]
}

// TestNoWordIsLost: three people edit, two of them from the same state, ten events come, and every word is there.
func TestNoWordIsLost(t *testing.T) {
	d := newDesk(t)
	first := d.file(postmortems.AsRoles)
	if changed := d.imports("ana", first); changed != nil {
		t.Errorf("a file that nobody edited changes %v", changed)
	}
	if changed := d.imports("ana", into(first, "summary", "Ana's words, with <b>, @bo and\n\n# a heading\n")); !slices.Equal(changed, []string{"summary"}) {
		t.Errorf("changed %v", changed)
	}
	bo := into(first, "summary", "Bo's words") // who had not seen Ana's
	d.imports("bo", into(bo, "lucky", "Bo's luck"))
	for n := range 10 {
		d.now = d.now.Add(time.Minute)
		note := incidents.Noted{Text: fmt.Sprint("event ", n)}
		if _, err := d.book.Record(t.Context(), "1", incidents.Person("ana"), note); err != nil {
			t.Fatal(err)
		}
	}
	second := d.file(postmortems.ByName)
	if changed := d.imports("cleo", into(second, "learned", "Cleo's words")); !slices.Equal(changed, []string{"learned"}) {
		t.Errorf("changed %v", changed)
	}
	last := d.file(postmortems.ByName)
	for _, words := range []string{"Ana's words, with &lt;b>, \\@bo and", "### a heading", "Bo's words", "Bo's luck", "Cleo's words", "event 9"} {
		if strings.Count(last, words) != 1 {
			t.Errorf("%q is there %d times", words, strings.Count(last, words))
		}
	}
	for _, people := range []postmortems.People{postmortems.AsRoles, postmortems.ByName} {
		if changed := d.imports("bo", d.file(people)); changed != nil {
			t.Errorf("what nobody edited changes %v", changed)
		}
	}
	// Who has seen all the words may replace them.
	begin := strings.Index(last, "\nBo's words")
	end := begin + len("\nBo's words")
	d.imports("ana", last[:begin]+"\nBo's words, shorter"+last[end:])
	if got := d.file(postmortems.ByName); strings.Count(got, "Bo's words") != 1 || !strings.Contains(got, "Bo's words, shorter") {
		t.Errorf("%s", got)
	}
	d.imports("ana", strings.Replace(d.file(postmortems.ByName), "Cleo's words", "", 1))
	if strings.Contains(d.file(postmortems.ByName), "Cleo's words") {
		t.Error("what was taken out is there")
	}
}

// TestRefusals: what is no section, of a later state, or too long is not recorded, and nothing else of the file is.
func TestRefusals(t *testing.T) {
	d := newDesk(t)
	for want, sections := range map[error][]markdown.Written{
		editing.ErrSection:    {{Name: document.SectionSummary, Text: "x"}, {Name: "gossip", Text: "x"}},
		editing.ErrOther:      {{Name: document.SectionSummary, Text: "x", Base: 9}},
		editing.ErrLong:       {{Name: document.SectionSummary, Text: strings.Repeat("x", 40_000)}},
		incidents.ErrNotFound: nil,
	} {
		id := "1"
		if sections == nil {
			id = "7"
		}
		err := d.book.Store.Update(t.Context(), func(tx store.Tx) error {
			_, err := editing.Write(d.book, tx, d.now, id, incidents.Person("ana"), sections)
			return err
		})
		if !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	if strings.Contains(d.file(postmortems.ByName), "Written by") {
		t.Error("something was recorded")
	}
	for _, file := range []string{"<!-- oncalm: a e0 -->", "<!-- /oncalm -->",
		"<!-- oncalm: a e0 -->\n<!-- oncalm: b e0 -->\n<!-- /oncalm -->"} {
		if _, err := markdown.Sections(file); err == nil {
			t.Errorf("%q is read", file)
		}
	}
}
