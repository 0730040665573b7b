package evidence

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
)

// Around is what is known beside the timeline.
type Around struct {
	// Changes are the markers of [Reading.Window]; nil if nobody looked for them.
	Changes []changes.Change
	// Past are incidents of before, of whatever service; nil if nobody looked for them.
	Past []history.Row
}

// What is looked at beside the timeline.
const (
	// ChangesBefore is from how long before the start on changes are listed.
	ChangesBefore = 24 * time.Hour
	// onTimeline is from how long before the start on they stand on the timeline, too.
	onTimeline = time.Hour
	// RelatedWithin is how old an incident may be to be called related.
	RelatedWithin = 90 * 24 * time.Hour
	mostRelated   = 10
	mostChanges   = 200
)

// Window is from when to when changes matter: from a day before the start until the incident was resolved, or until what was
// recorded last. The end is one nanosecond later, since ranges leave their end out.
func (r *Reading) Window() (from, to time.Time) {
	start := r.begin()
	to = r.Incident.Resolved
	for _, e := range r.Events {
		if r.Incident.Open() && e.At.After(to) {
			to = e.At
		}
	}
	if to.Before(start) {
		to = start
	}
	return start.Add(-ChangesBefore).UTC(), to.UTC().Add(time.Nanosecond)
}

// begin is when the impact or the incident began, whatever was first.
func (r *Reading) begin() time.Time {
	start := r.Incident.Opened
	for _, w := range r.words {
		if w.measured && w.at.Before(start) {
			start = w.at
		}
	}
	if a := r.Affected(); a != nil && !a.From.IsZero() && a.From.Before(start) {
		start = a.From
	}
	return start.UTC()
}

// Changes are what was changed near the start, in that order, and how far that is known. Two sources are merged: facts on
// the timeline, which were found while it went on, and markers from the store. A change in both is one, by its id.
func (r *Reading) Changes(around []changes.Change) (list []document.Change, told string) {
	list = []document.Change{}
	start, at := r.begin(), map[string]int{}
	r.facts(func(e incidents.Event, f response.Fact) {
		c, ok := f.(response.Changed)
		if n, known := at[c.Change]; known {
			list[n].Events = append(list[n].Events, e.Seq)
		} else if ok {
			at[c.Change] = len(list)
			list = append(list, document.Change{
				ID: wording.Clean(c.Change), At: c.Was.UTC(), Kind: wording.Clean(c.Family), Title: wording.Clean(c.Title),
				Link: c.Link, Before: start.Sub(c.Was).Seconds(), Events: []int{e.Seq},
			})
		}
	})
	for _, c := range around {
		if n, known := at[c.ID]; known {
			list[n].Reason, list[n].Service = wording.Clean(c.Reason), wording.Clean(c.Service)
			list[n].Account, list[n].Region = wording.Clean(c.Account), wording.Clean(c.Region)
			continue
		}
		list = append(list, document.Change{
			ID: wording.Clean(c.ID), At: c.At.UTC(), Kind: wording.Clean(c.Kind), Title: wording.Clean(c.Title),
			Reason: wording.Clean(c.Reason), Service: wording.Clean(c.Service), Account: wording.Clean(c.Account),
			Region: wording.Clean(c.Region), Link: c.Link, Before: start.Sub(c.At).Seconds(),
		})
	}
	slices.SortStableFunc(list, func(a, b document.Change) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID))
	})
	switch {
	case around == nil && len(list) == 0:
		return list, "What was changed before the start was not looked for."
	case around == nil:
		return list, "Beyond these, what was changed before the start was not looked for."
	case len(list) == 0:
		return list, fmt.Sprintf("No marker of a change is kept from the %s before the start on. "+
			"Changes that send no marker are not seen, and markers are kept for %d days.",
			wording.Took(ChangesBefore), int(changes.Kept.Hours())/24)
	case len(list) > mostChanges:
		return list[len(list)-mostChanges:], fmt.Sprintf("There were %d; these are the last %d.", len(list), mostChanges)
	}
	return list, ""
}

// withChanges puts those changes among the lines of a timeline that were shortly before the start, or after it. Both are in
// the order of time, so each is put behind what was not later.
func withChanges(lines []document.Line, list []document.Change) []document.Line {
	for _, c := range list {
		if c.Before > onTimeline.Seconds() && len(c.Events) == 0 {
			continue
		}
		l := document.Line{At: c.At, Source: document.SourceChange, Who: wording.Said(c.Kind), What: wording.Said(c.Title)}
		if c.Reason != "" {
			l.What += ": " + wording.Said(c.Reason)
		}
		if len(c.Events) > 0 {
			l.Seq = c.Events[0]
		}
		if c.Link != "" {
			l.Link, l.LinkTo = c.Link, "console"
		} else {
			l.MessageID = c.ID
		}
		n := len(lines)
		for n > 0 && lines[n-1].At.After(c.At) {
			n--
		}
		lines = slices.Insert(lines, n, l)
	}
	return lines
}

// Related are earlier incidents that look like this one, the likest first, and how far they are known. What is in common is
// only the title and the service. It is said as such, and nothing of causes.
func (r *Reading) Related(past []history.Row) (list []document.Related, told string) {
	own := history.Of(&r.Incident)
	type ranked struct {
		document.Related
		rank int
	}
	var all []ranked
	for _, p := range past {
		if p.ID == own.ID || !p.Opened.Before(own.Opened) || p.Opened.Before(own.Opened.Add(-RelatedWithin)) {
			continue
		}
		one := ranked{document.Related{
			ID: p.ID, Title: wording.Clean(p.Title), Severity: wording.Clean(p.Severity), Opened: p.Opened.UTC(),
			Resolved: utc(p.Resolved),
		}, 0}
		switch {
		case p.Title == own.Title && p.Service == own.Service:
			one.Why = "the same title and service"
		case p.Title == own.Title:
			one.Why, one.rank = "the same title", 1
		case p.Service == own.Service && p.Service != "":
			one.Why, one.rank = "the same service", 2
		default:
			continue
		}
		all = append(all, one)
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), b.Opened.Compare(a.Opened), cmp.Compare(a.ID, b.ID))
	})
	for _, one := range all[:min(len(all), mostRelated)] {
		list = append(list, one.Related)
	}
	switch {
	case past == nil:
		told = "Earlier incidents were not looked for."
	case len(all) == 0:
		told = fmt.Sprintf("None of the same title or service is known from the %d days before.",
			int(RelatedWithin.Hours())/24)
	case len(all) > len(list):
		told = fmt.Sprintf("There were %d; these are the likest %d.", len(all), len(list))
	}
	return list, told
}
