package rotations

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // the tests mean the same zones on every machine

	"pgregory.net/rapid"
)

//go:embed testdata/zones.txt
var zoneNames string

// zones are all of the tz database.
var zones = sync.OnceValue(func() []*time.Location {
	var all []*time.Location
	for name := range strings.FieldsSeq(zoneNames) {
		all = append(all, zone(name))
	}
	return all
})

func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

// changes returns the instants at which a zone's offset changed since 1900, and those to come up to 2040, in seconds since
// 1970. It looks every week.
func changes(z *time.Location) []int64 {
	offset := func(u int64) int { _, o := time.Unix(u, 0).In(z).Zone(); return o }
	var all []int64
	end := time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	for u := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC).Unix(); u < end; u += 7 * day {
		before := offset(u)
		if offset(u+7*day) == before {
			continue
		}
		low, high := u, u+7*day
		for high-low > 1 {
			if mid := (low + high) / 2; offset(mid) == before {
				low = mid
			} else {
				high = mid
			}
		}
		all = append(all, high)
	}
	return all
}

// sites are zones with their changes; those that are names of the same zone only once.
type site struct {
	zone    *time.Location
	changes []int64
}

var sites = sync.OnceValue(func() []site {
	var all []site
	for _, z := range zones() {
		s := site{z, changes(z)}
		alias := slices.ContainsFunc(all, func(t site) bool {
			return slices.Equal(s.changes, t.changes) &&
				CivilOf(time.Unix(0, 0).In(z)) == CivilOf(time.Unix(0, 0).In(t.zone))
		})
		if !alias {
			all = append(all, s)
		}
	}
	return all
})

// drawSite draws any zone, the difficult ones more often.
func drawSite(t *rapid.T) site {
	difficult := []string{
		"America/Santiago", "America/Havana", "Africa/Cairo", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia",
		"Africa/Casablanca", "Europe/Berlin", "America/New_York", "Antarctica/Troll", "Pacific/Kwajalein",
	}
	if rapid.Bool().Draw(t, "difficult zone") {
		z := zone(rapid.SampledFrom(difficult).Draw(t, "zone"))
		return site{z, changesOf(z)}
	}
	i := rapid.IntRange(0, len(sites())-1).Draw(t, "zone")
	t.Logf("zone %s", sites()[i].zone)
	return sites()[i]
}

// changesOf is changes, looked up.
func changesOf(z *time.Location) []int64 {
	for _, s := range sites() {
		if s.zone.String() == z.String() {
			return s.changes
		}
	}
	return changes(z)
}

// drawInstant draws an instant of a zone from 1950 to 2059, half of them near a clock change.
func drawInstant(t *rapid.T, s site, label string) time.Time {
	from := time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
	recent := s.changes[searchInt(s.changes, from):]
	if len(recent) > 0 && rapid.Bool().Draw(t, label+" near a change") {
		at := rapid.SampledFrom(recent).Draw(t, label)
		return time.Unix(at+rapid.Int64Range(-2*day, 2*day).Draw(t, label+" from there"), 0).In(s.zone)
	}
	return time.Unix(rapid.Int64Range(from, from+110*365*day).Draw(t, label), 0).In(s.zone)
}

func searchInt(all []int64, x int64) int {
	i, _ := slices.BinarySearch(all, x)
	return i
}

func TestZonesAreAllThere(t *testing.T) {
	if n := len(zones()); n < 590 {
		t.Errorf("%d zones, expected all of the tz database", n)
	}
	if n := len(sites()); n < 300 {
		t.Errorf("%d different zones, expected more", n)
	}
}
