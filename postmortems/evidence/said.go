package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/notes"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
)

// said is what somebody wrote in an event. Its time is when it was said, which may be before it was recorded.
func said(e incidents.Event, text string) document.Said {
	return document.Said{Text: wording.Clean(text), Who: wording.Who(e.By), At: e.At.UTC(), Events: []int{e.Seq}}
}

// facts calls fn with each fact of package response.
func (r *Reading) facts(fn func(incidents.Event, response.Fact)) {
	for _, e := range r.Events {
		if b, ok := e.Body.(incidents.Responded); ok {
			fn(e, b.Fact)
		}
	}
}

// Described is what the incident is about, as somebody wrote it last while it went on; nil if nobody did.
func (r *Reading) Described() (newest *document.Said) {
	r.facts(func(e incidents.Event, f response.Fact) {
		if f, ok := f.(response.Summarised); ok {
			s := said(e, f.Text)
			newest = &s
		}
	})
	return newest
}

// Affected is who was hurt and how, as somebody wrote it last; nil if nobody did.
func (r *Reading) Affected() (newest *document.Said) {
	r.facts(func(e incidents.Event, f response.Fact) {
		if f, ok := f.(response.Affected); ok {
			s := said(e, f.Text)
			s.From, s.To = utc(f.From), utc(f.To)
			newest = &s
		}
	})
	return newest
}

// utc is a time in UTC; the zero time stays as it is.
func utc(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

// Updates are what stakeholders were told, in that order.
func (r *Reading) Updates() (all []document.Said) {
	r.facts(func(e incidents.Event, f response.Fact) {
		if f, ok := f.(response.Updated); ok {
			s := said(e, f.Text)
			s.Stage = wording.Clean(f.Stage)
			all = append(all, s)
		}
	})
	return all
}

// Captured is what people said, by its sort. What is of none stands on the timeline alone.
func (r *Reading) Captured() (c document.Captured) {
	for _, e := range r.Events {
		b, ok := e.Body.(incidents.Noted)
		if !ok || r.struck[e.Seq] {
			continue
		}
		s := said(e, b.Text)
		s.Link = b.Link
		for _, f := range b.Files {
			if f.Link != "" {
				s.Files = append(s.Files, document.File{Title: wording.Said(f.Title), Link: f.Link})
			}
		}
		switch b.Sort {
		case notes.Decision:
			c.Decisions = append(c.Decisions, s)
		case notes.Question:
			c.Questions = append(c.Questions, s)
		case notes.Action:
			c.Actions = append(c.Actions, s)
		case notes.Observation:
			c.Observations = append(c.Observations, s)
		}
	}
	return c
}

// The states of an action item.
const (
	itemOpen = "open"
	itemDone = "done"
)

// Actions are the action items that were planned.
func (r *Reading) Actions() []document.ActionItem {
	items := []document.ActionItem{}
	for _, i := range actions.Of(r.Incident.ID, r.Events) {
		item := document.ActionItem{
			ID: i.ID(), Text: wording.Clean(i.What), Owner: wording.Said(i.Owner), Type: wording.Clean(i.Type),
			Priority: wording.Clean(i.Priority), VerifyBy: wording.Clean(i.VerifyBy), Ticket: wording.Clean(i.Link),
			Status: itemDone, Events: i.Events,
		}
		if i.Open() {
			item.Status = itemOpen
		}
		if !i.Due.IsZero() {
			item.Due = i.Due.UTC().Format(time.DateOnly)
		}
		items = append(items, item)
	}
	return items
}

// Sections are what people wrote in the postmortem, in the order of the document. Words that somebody has seen and replaced are
// gone; those that were written in the meantime stay.
func (r *Reading) Sections() (all []document.Section) {
	parts := map[string][]document.Part{}
	r.facts(func(e incidents.Event, f response.Fact) {
		w, ok := f.(response.SectionWritten)
		if !ok {
			return
		}
		kept := slices.DeleteFunc(parts[w.Section], func(p document.Part) bool { return p.Events[0] <= w.Base })
		if strings.TrimSpace(w.Text) != "" {
			kept = append(kept, document.Part{Text: w.Text, Who: wording.Who(e.By), At: e.At.UTC(), Events: []int{e.Seq}})
		}
		parts[w.Section] = kept
	})
	for _, name := range document.Sections() {
		if len(parts[name]) > 0 {
			all = append(all, document.Section{Name: name, Parts: parts[name]})
		}
	}
	return all
}

// How long the review of a bad incident may take: three days, and five working days for the next.
const (
	reviewWorst = 3 * 24 * time.Hour
	reviewDays  = 5
)

// Review is how far the postmortem has come.
func (r *Reading) Review() document.Review {
	review := document.Review{Status: response.Draft, Owner: wording.Said(r.Incident.Response.Lead), Events: []int{}}
	said := false // by when it is due; else that is as by default
	r.facts(func(e incidents.Event, f response.Fact) {
		switch f := f.(type) {
		case response.ReviewMoved:
			review.Status, review.Events = wording.Clean(f.To), []int{e.Seq}
		case response.PostmortemDue:
			review.Due, said = f.Due.UTC(), true
		case response.ReviewersNamed:
			review.Reviewers = nil
			for _, one := range f.Reviewers {
				review.Reviewers = append(review.Reviewers, wording.Said(one.Person))
			}
		}
	})
	switch {
	case r.Incident.Open():
		review.Due = time.Time{}
		return review
	case said:
		return review
	}
	switch r.Incident.Severity {
	case incidents.Sev1:
		review.Due = r.Incident.Resolved.UTC().Add(reviewWorst)
	case incidents.Sev2:
		review.Due = workingDays(r.Incident.Resolved.UTC(), reviewDays)
	}
	return review
}

// workingDays is that many working days later. Holidays are not known here: where they are, it is recorded by when it is due.
func workingDays(t time.Time, n int) time.Time {
	for n > 0 {
		t = t.AddDate(0, 0, 1)
		if t.Weekday() != time.Saturday && t.Weekday() != time.Sunday {
			n--
		}
	}
	return t
}

// Kinds counts the events by kind. It stands at the end of the document, for whoever wants to see that nothing was left
// out.
func (r *Reading) Kinds() []document.Count {
	n := map[string]int{}
	for _, e := range r.Events {
		n[e.Kind()]++
	}
	all := []document.Count{}
	for _, kind := range slices.Sorted(maps.Keys(n)) {
		all = append(all, document.Count{Kind: wording.Clean(kind), N: n[kind]})
	}
	return all
}

// Stored is what is stored of each event of a timeline; nil of one that cannot be written. Times are in UTC, so that it does not
// depend on the machine.
func Stored(timeline []incidents.Event) [][]byte {
	lines := make([][]byte, len(timeline))
	for n, e := range timeline {
		e.At, e.Recorded = e.At.UTC(), e.Recorded.UTC()
		if line, err := e.MarshalJSON(); err == nil {
			lines[n] = line
		}
	}
	return lines
}

// Digest is the SHA-256 of a timeline as it is stored, in hexadecimal digits. Two timelines with the same digest are the same. An
// event that cannot be written counts as its number.
func Digest(stored [][]byte) string {
	sum := sha256.New()
	for n, line := range stored {
		if line == nil {
			line = []byte(strconv.Itoa(n + 1))
		}
		_, _ = sum.Write(line) // a hash takes everything
		_, _ = sum.Write([]byte{'\n'})
	}
	return hex.EncodeToString(sum.Sum(nil))
}
