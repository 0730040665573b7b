package change

import (
	"strconv"
	"strings"
	"time"
)

// inFull is a span as it was understood: with its days, times, length and zone. Year, day and zone are part of it, so that
// a wrong one is seen before it takes effect.
func inFull(from, to time.Time, zone *time.Location) string {
	const layout = "Mon 2 Jan 2006 15:04"
	from, to = from.In(zone), to.In(zone)
	end := to.Format(layout)
	if from.Format(time.DateOnly) == to.Format(time.DateOnly) {
		end = to.Format("15:04")
	}
	return from.Format(layout) + " until " + end + " (" + exactly(to.Sub(from)) + ", " + zone.String() + ")"
}

// nbsp keeps a number and its unit in one row.
const nbsp = "\u00a0"

// exactly is a length in full: 2 h 30 min, 3 days 1 h. A day has 24 hours here. Up to two days are told in hours, so that a
// night in which the clocks change is seen to have 23 or 25.
func exactly(d time.Duration) string {
	d = d.Round(time.Minute)
	var parts []string
	days, hours, minutes := int(d/(24*time.Hour)), int(d%(24*time.Hour)/time.Hour), int(d%time.Hour/time.Minute)
	if days < 2 {
		hours, days = hours+24*days, 0
	}
	if days > 0 {
		parts = append(parts, strconv.Itoa(days)+nbsp+"days")
	}
	if hours > 0 {
		parts = append(parts, strconv.Itoa(hours)+nbsp+"h")
	}
	if minutes > 0 || len(parts) == 0 {
		parts = append(parts, strconv.Itoa(minutes)+nbsp+"min")
	}
	return strings.Join(parts, nbsp)
}
