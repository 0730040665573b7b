package feed

import (
	"io"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
)

// Calendar is what a calendar program reads.
type Calendar struct {
	Name string // shown as the calendar's name
	// Zone is a hint at which wall clock the entries go by; may be nil. The times themselves are UTC.
	Zone *time.Location
	// Stamp is when the calendar was made, for its DTSTAMP. The same stamp and entries give the same bytes.
	Stamp   time.Time
	Entries []Entry
}

// Form is the media type of what [Calendar.WriteTo] writes.
const Form = "text/calendar; charset=utf-8"

// refresh is how often calendar programs are asked to read again. Most have a mind of their own.
const refresh = "PT1H"

// stamp is how times are written: UTC, to the second.
const stamp = "20060102T150405Z"

// WriteTo writes the calendar, its entries by their begin.
func (c Calendar) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, c.text())
	return int64(n), err
}

func (c Calendar) text() string {
	cal := ics.NewCalendar()
	cal.SetProductId("-//Oncalm//Shifts//EN")
	cal.SetMethod(ics.MethodPublish)
	cal.SetName(line(c.Name)) // NAME and X-WR-CALNAME
	if c.Zone != nil {
		cal.SetXWRTimezone(c.Zone.String())
	}
	cal.SetRefreshInterval(refresh)
	cal.SetXPublishedTTL(refresh)
	entries := slices.Clone(c.Entries)
	slices.SortStableFunc(entries, func(a, b Entry) int {
		if order := a.From.Compare(b.From); order != 0 {
			return order
		}
		return strings.Compare(a.UID, b.UID)
	})
	for _, e := range entries {
		cal.AddVEvent(e.event(c.Stamp))
	}
	return cal.Serialize(ics.WithNewLine("\r\n"))
}

// event is the entry as the library has it, which escapes texts and folds lines.
func (e Entry) event(at time.Time) *ics.VEvent {
	v := ics.NewEvent(e.UID)
	v.SetProperty(ics.ComponentPropertyDtstamp, at.UTC().Format(stamp))
	v.SetProperty(ics.ComponentPropertyDtStart, e.From.UTC().Format(stamp))
	v.SetProperty(ics.ComponentPropertyDtEnd, e.To.UTC().Format(stamp))
	v.SetSummary(e.Summary)
	v.SetDescription(e.Description)
	v.SetTimeTransparency(ics.TransparencyTransparent) // who is on call is not busy
	return v
}
