package evidence

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
)

// Around is what is known beside the timeline.
type Around struct {
	// Changes are the markers of [Reading.Window]; nil if nobody looked for them.
	Changes []changes.Change
	// Past are incidents of before, of whatever service; nil if nobody looked for them.
	Past []Earlier
}

// Earlier is an incident of before, as far as it is known.
type Earlier struct {
	past.Case
	// Score says from 0 to 1 how alike the words are in which people told of both, and Words are those that they have in common.
	Score float64  `json:"score,omitempty"`
	Words []string `json:"words,omitempty"`
}

// EarlierOf is what the list of incidents says of one.
func EarlierOf(r history.Row) Earlier {
	return Earlier{Case: past.Case{ID: r.ID, Title: r.Title, Service: r.Service, Severity: r.Severity, Opened: r.Opened,
		Resolved: r.Resolved}}
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
