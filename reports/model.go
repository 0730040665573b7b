// Package reports says of a span of time what its incidents amount to: how many there were, how long things took, which alarms were
// noise, who was woken at night, and what is left to do. It compares times and alarms, never people: a report names nobody.
//
// A [Report] is plain data, and is also the JSON form. A [Builder] makes it of cases (package past) as they come, in any order, so a
// quarter with a hundred thousand incidents is one walk along rows. What is not recorded is left out of figures, and counted: it is
// never 0. Median and p90 are values that were (nearest rank), and the mean is not told: a few long incidents make it, and it says
// nothing of any of them.
package reports

import (
	"time"

	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/reports/cures"
)

// Format is the version of the JSON form. A new field does not change it.
const Format = 1

// Report is what a span of time amounts to. Lengths are in seconds; nil is not recorded.
type Report struct {
	Format    int       `json:"format"`
	From      time.Time `json:"from"`
	To        time.Time `json:"to"`   // which is not in it
	Zone      string    `json:"zone"` // in which days begin
	Incidents Incidents `json:"incidents"`
	Times     []Figure  `json:"times"`
	// Passing is how many were over by themselves, and soon (see [past.Soon]); Acted on how many a person did more than to take note.
	Passing Share   `json:"passing"`
	Acted   Share   `json:"acted"`
	Noisy   []Noisy `json:"noisy"`
	// MoreNoisy counts the noisy alarms besides these.
	MoreNoisy int      `json:"more_noisy"`
	Pages     []Nights `json:"pages"` // by schedule
	Actions   Actions  `json:"actions"`
	Spans     []Span   `json:"spans"` // the whole, in parts of the same number of days
	Days      int      `json:"days"`  // of each part
}

// Incidents counts them.
type Incidents struct {
	All        int     `json:"all"` // that were opened; without those that were merged into others
	Open       int     `json:"open"`
	Quiet      int     `json:"quiet"` // that paged nobody
	Declared   int     `json:"declared"`
	Merged     int     `json:"merged"`
	Reopened   int     `json:"reopened"`
	BySeverity []Count `json:"by_severity"`
	ByService  []Count `json:"by_service"` // the most first
}

// Count is how many there are of something.
type Count struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

// Share is a part of a whole.
type Share struct {
	N  int `json:"n"`
	Of int `json:"of"`
}

// Percent is the share in percent; false if there is no whole.
func (s Share) Percent() (percent int, ok bool) {
	if s.Of == 0 {
		return 0, false
	}
	return (200*s.N + s.Of) / (2 * s.Of), true
}

// Figure is how long something took.
type Figure struct {
	Name    string   `json:"name"`
	Short   string   `json:"short"`
	Between string   `json:"between"`
	N       int      `json:"n"`            // of which it is known
	Missing int      `json:"not_recorded"` // of which it is not
	Median  *float64 `json:"median_seconds"`
	P90     *float64 `json:"p90_seconds"`
	Max     *float64 `json:"max_seconds"`
}

// Noisy is an alarm that fired often for nothing.
type Noisy struct {
	Alarm   past.Alarm `json:"alarm"`
	Service string     `json:"service"`
	Passing Share      `json:"passing"` // of the incidents that it opened
	Acted   Share      `json:"acted"`
	Pages   int        `json:"pages"`
	AtNight int        `json:"at_night"`
	// Lasted is how long nine of ten of those had lasted that were over by themselves.
	Lasted *float64     `json:"lasted_seconds"`
	Newest string       `json:"newest"` // incident
	Cures  []cures.Cure `json:"cures"`

	noise cures.Noise
}

// Nights are the pages of a schedule, and how many of them were between 22 and 8 in its zone.
type Nights struct {
	Schedule string `json:"schedule"` // empty: by none
	Zone     string `json:"zone"`
	Pages    int    `json:"pages"`
	AtNight  int    `json:"at_night"`
}

// Actions are the action items that are open now, of whatever time.
type Actions struct {
	Open    int       `json:"open"`
	Overdue int       `json:"overdue"`
	Unowned int       `json:"unowned"`
	Stale   int       `json:"stale"` // open for more than 90 days
	Items   []ToDo    `json:"items"` // the first of them by when they are due
	AsOf    time.Time `json:"as_of"`
}

// ToDo is an action item.
type ToDo struct {
	ID      string    `json:"id"`
	What    string    `json:"what"`
	Type    string    `json:"type,omitempty"`
	Due     time.Time `json:"due,omitzero"`
	Overdue bool      `json:"overdue,omitempty"`
}

// Span is a part of the time.
type Span struct {
	Date      string `json:"date"` // on which it begins
	Incidents int    `json:"incidents"`
	Passing   int    `json:"passing"`
	Pages     int    `json:"pages"`
	AtNight   int    `json:"at_night"`
}
