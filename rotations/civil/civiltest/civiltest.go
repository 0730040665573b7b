// Package civiltest knows the zones in which wall clocks and schedules are tested: all of the tz database, and when their
// clocks change. It is used by tests alone.
package civiltest

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the tests mean the same zones on every machine

	"pgregory.net/rapid"
)

// day is as long as one without a clock change, in seconds.
const day = 24 * 60 * 60

//go:embed testdata/zones.txt
var zoneNames string

// Zones are all of the tz database.
var Zones = sync.OnceValue(func() []*time.Location {
	var all []*time.Location
	for name := range strings.FieldsSeq(zoneNames) {
		all = append(all, Zone(name))
	}
	return all
})

// Zone is a zone of the tz database; a name that it does not have makes the test panic, since the test is wrong then.
func Zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

// changes returns the instants at which a zone's offset changed since 1900, and those to come up to 2040, in seconds since
// 1970. It looks every week.
func changes(z *time.Location) []int64 {
	var all []int64
	end := time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	for u := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).Unix(); u < end; u += 7 * day {
		before := offsetOf(z, u)
		if offsetOf(z, u+7*day) == before {
			continue
		}
		low, high := u, u+7*day
		for high-low > 1 {
			if mid := (low + high) / 2; offsetOf(z, mid) == before {
				low = mid
			} else {
				high = mid
			}
		}
		all = append(all, high)
	}
	return all
}

// A Site is a zone, and the instants at which its offset changed, in seconds since 1970.
type Site struct {
	Zone    *time.Location
	Changes []int64
}

// offsetOf is how far a zone is from UTC at an instant, in seconds.
func offsetOf(z *time.Location, u int64) int {
	_, offset := time.Unix(u, 0).In(z).Zone()
	return offset
}

// Sites are the zones; those that are names of the same zone only once.
var Sites = sync.OnceValue(func() []Site {
	var all []Site
	for _, z := range Zones() {
		s := Site{z, changes(z)}
		alias := slices.ContainsFunc(all, func(t Site) bool {
			return slices.Equal(s.Changes, t.Changes) && offsetOf(z, 0) == offsetOf(t.Zone, 0)
		})
		if !alias {
			all = append(all, s)
		}
	}
	return all
})

// DrawSite draws any zone, the difficult ones more often.
func DrawSite(t *rapid.T) Site {
	difficult := []string{
		"America/Santiago", "America/Havana", "Africa/Cairo", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia",
		"Africa/Casablanca", "Europe/Berlin", "America/New_York", "Antarctica/Troll", "Pacific/Kwajalein",
	}
	if rapid.Bool().Draw(t, "difficult zone") {
		z := Zone(rapid.SampledFrom(difficult).Draw(t, "zone"))
		return Site{z, changesOf(z)}
	}
	i := rapid.IntRange(0, len(Sites())-1).Draw(t, "zone")
	t.Logf("zone %s", Sites()[i].Zone)
	return Sites()[i]
}

// changesOf is changes, looked up.
func changesOf(z *time.Location) []int64 {
	for _, s := range Sites() {
		if s.Zone.String() == z.String() {
			return s.Changes
		}
	}
	return changes(z)
}

// DrawInstant draws an instant of a zone from 1950 to 2059, half of them near a clock change.
func DrawInstant(t *rapid.T, s Site, label string) time.Time {
	from := time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	recent := s.Changes[searchInt(s.Changes, from):]
	if len(recent) > 0 && rapid.Bool().Draw(t, label+" near a change") {
		at := rapid.SampledFrom(recent).Draw(t, label)
		return time.Unix(at+rapid.Int64Range(-2*day, 2*day).Draw(t, label+" from there"), 0).In(s.Zone)
	}
	return time.Unix(rapid.Int64Range(from, from+110*365*day).Draw(t, label), 0).In(s.Zone)
}

func searchInt(all []int64, x int64) int {
	i, _ := slices.BinarySearch(all, x)
	return i
}

// First is when a clock in a zone first shows what one in UTC shows at t, or later: asked every minute, then every second.
func First(t time.Time, z *time.Location) time.Time {
	shown := func(u int64) int64 { return u + int64(offsetOf(z, u)) }
	c := t.Unix()
	u := c - 36*60*60        // more than any zone is away from UTC, and any fold is long
	u += (c - shown(u)) % 60 // from here whole minutes hit c, unless the offset changes by seconds
	for shown(u) < c {
		u += 60
	}
	for shown(u-1) >= c {
		u--
	}
	return time.Unix(u, 0).In(z)
}
