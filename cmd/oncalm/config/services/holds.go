package services

import (
	"time"

	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
)

// Limits of what is held, and of what is counted. A hold is a page that comes late: an hour of it is hardly meant. What is counted
// of an alarm is kept with it.
const (
	mostHold    = 24 * time.Hour
	longHold    = time.Hour
	mostChanges = 50
	mostWithin  = 24 * time.Hour
)

// hold reads how long an alarm must fire before somebody is paged. Zero is a value: a match can so take back the hold of
// its service.
func hold(take func(time.Duration)) func(reading.Value) {
	return func(v reading.Value) {
		d, ok := v.Duration()
		switch {
		case !ok:
		case d > mostHold:
			v.Errorf("give it 24h at most, such as 2m", "%s is %s: nobody would be paged for so long", v.Key,
				reading.Quote(v.Text()))
		default:
			v.Odd(d, 0, longHold, "such as 2m: so long nobody is paged")
			take(d)
		}
	}
}

// flap reads when an alarm flaps. changes: 0 turns it off. What is left out stays as in the default.
func flap(to *known.Flap) func(reading.Value) {
	return func(v reading.Value) {
		v.Mapping(
			reading.Key("changes", func(v reading.Value) {
				if n, ok := v.Number(0, mostChanges); ok {
					to.Changes = n
				}
			}),
			reading.Key("within", func(v reading.Value) {
				d, ok := v.Duration()
				switch {
				case !ok:
				case d < time.Second || d > mostWithin:
					v.Errorf("give it from 1s to 24h, such as 30m; changes: 0 turns it off", "%s cannot be %s", v.Key,
						reading.Quote(v.Text()))
				default:
					to.Within = d
				}
			}),
		)
	}
}
