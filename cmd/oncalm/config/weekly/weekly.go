// Package weekly reads when and where the report of the week is told.
package weekly

import (
	"math/bits"
	"time"

	"github.com/oncalm/oncalm/bot/report"
	"github.com/oncalm/oncalm/cmd/oncalm/config/places"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/zones"
	"github.com/oncalm/oncalm/rotations/civil"
)

// Section returns the reader of the section report: a mapping, of which each key may be left out, or off.
func Section(to *report.Weekly) func(reading.Value) {
	return func(v reading.Value) {
		if v.Kind() == reading.Scalar {
			const wanted = `{} or one such as {day: mon, at: "09:00"}, or off`
			if s, ok := v.Filled(wanted); ok && s != "off" {
				v.Errorf("expected "+wanted, "%s does not say when a report is told", reading.Quote(v.Text()))
			}
			*to = report.Weekly{}
			return
		}
		*to = report.Default()
		v.Mapping(
			reading.Key("channel", func(v reading.Value) {
				if id, ok := places.Channel(v); ok {
					to.Channel = id
				}
			}),
			reading.Key("day", day(&to.Day)),
			reading.Key("at", clock(&to.At)),
			reading.Key("zone", func(v reading.Value) {
				if zone := zones.Read(v); zone != nil {
					to.Zone = zone.String()
				}
			}),
		)
	}
}

// day reads one day of the week.
func day(to *time.Weekday) func(reading.Value) {
	const wanted = "a day of the week such as mon"
	return func(v reading.Value) {
		s, ok := v.Filled(wanted)
		if !ok {
			return
		}
		// days are bits of a mask: one day is one bit, and its place is the weekday
		days, err := civil.ParseDays(s)
		if err != nil || bits.OnesCount8(uint8(days)) != 1 {
			v.Errorf("expected "+wanted, "%s is not one day of the week", reading.Quote(v.Text()))
			return
		}
		*to = time.Weekday(bits.TrailingZeros8(uint8(days)))
	}
}

// clock reads a time of day.
func clock(to *civil.Clock) func(reading.Value) {
	const wanted = `a time of day in quotes, such as "09:00"`
	return func(v reading.Value) {
		s, ok := v.Filled(wanted)
		if !ok {
			return
		}
		c, err := civil.ParseClock(s)
		if err != nil || c >= 24*60*60 {
			v.Errorf("expected "+wanted, "%s is not a time of day", reading.Quote(v.Text()))
			return
		}
		*to = c
	}
}
