// Package zones reads the names of time zones, and knows which of them are hardly ever meant.
package zones

import (
	_ "embed"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/nearest"
)

// zoneNames are the names of the tz database, for telling which one was meant. It need
// not be complete: whether a zone exists is for package time to say.
//
//go:embed zones.txt
var zoneNames string

// Read reads the name of a time zone.
func Read(v reading.Value) *time.Location {
	s, ok := v.Filled("a time zone such as Europe/Berlin")
	if !ok {
		return nil
	}
	zone, err := time.LoadLocation(s)
	if err != nil || s == "Local" {
		remedy := "use one of the tz database, such as Europe/Berlin"
		if near := nearest.Of(s, strings.Fields(zoneNames)); near != "" {
			remedy = "did you mean " + near + "?"
		}
		v.Errorf(remedy, "unknown time zone %s", reading.Quote(v.Text()))
		return nil
	}
	warnUnchanging(v, s)
	return zone
}

// unchanging are zones whose clocks never change, named as places are whose clocks do, and the place that is mostly
// meant.
var unchanging = map[string]string{
	"EST": "America/New_York", "MST": "America/Denver", "HST": "Pacific/Honolulu",
	"GMT": "Europe/London", "GMT0": "Europe/London", "GMT+0": "Europe/London", "GMT-0": "Europe/London",
	"Greenwich": "Europe/London",
}

// places are zones by the hours that they are ahead of UTC, in winter.
var places = map[int]string{
	-11: "Pacific/Pago_Pago", -10: "Pacific/Honolulu", -9: "America/Anchorage", -8: "America/Los_Angeles",
	-7: "America/Denver", -6: "America/Chicago", -5: "America/New_York", -4: "America/Halifax",
	-3: "America/Sao_Paulo", -2: "America/Noronha", -1: "Atlantic/Azores", 1: "Europe/Berlin",
	2: "Europe/Athens", 3: "Europe/Istanbul", 4: "Asia/Dubai", 5: "Asia/Karachi", 6: "Asia/Dhaka",
	7: "Asia/Bangkok", 8: "Asia/Singapore", 9: "Asia/Tokyo", 10: "Australia/Sydney", 11: "Pacific/Noumea",
	12: "Pacific/Auckland", 13: "Pacific/Apia", 14: "Pacific/Kiritimati",
}

var offsetZone = regexp.MustCompile(`^Etc/GMT([+-])([1-9]|1[0-4])$`)

// warnUnchanging warns of a zone that is right only for who knows that its clocks never change. Etc/GMT-3 is ahead of
// UTC: the names have the sign of POSIX.
func warnUnchanging(v reading.Value, name string) {
	if place, ok := unchanging[name]; ok {
		v.Warnf("name the place, such as "+place+", or UTC if that is intended",
			"the clocks of the zone %s never change to summer time", name)
		return
	}
	m := offsetZone.FindStringSubmatch(name)
	if m == nil {
		return
	}
	hours, _ := strconv.Atoi(m[2])
	ahead, way := hours, "ahead of"
	if m[1] == "+" {
		ahead, way = -hours, "behind"
	}
	remedy := "name the place"
	if place, ok := places[ahead]; ok {
		remedy += ", such as " + place
	}
	if other, ok := places[-ahead]; ok {
		remedy += fmt.Sprintf(", or %s if UTC%+03d is meant", other, -ahead)
	}
	v.Warnf(remedy,
		"%s is %s UTC by %d h (UTC%+03d), the opposite of what it looks like, and has no summer time",
		name, way, hours, ahead)
}
