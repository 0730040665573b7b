package rotations

import (
	"cmp"
	"slices"
	"time"

	"github.com/oncalm/oncalm/rotations/civil"
)

// Load is how long somebody is on call, in time that passes: an hour that a clock change repeats counts twice. The parts may
// overlap, as in the night of a holiday.
type Load struct {
	Person  string
	Total   time.Duration
	Night   time.Duration // from 22:00 to 08:00
	Weekend time.Duration // Saturdays and Sundays
	Holiday time.Duration // the schedule's holidays
}

const (
	nightFrom civil.Time = 22 * civil.Hour
	nightTo   civil.Time = 8 * civil.Hour
)

// Loads adds up shifts of the schedule by person, in the order of the names. Everybody in a turn of the schedule is there, also
// with nothing. Nights and weekends are those of each person's own zone, holidays those of the schedule's; zone may return nil
// for people who live in the schedule's.
func (s Schedule) Loads(shifts []Shift, zone func(person string) *time.Location) []Load {
	people := map[string]*Load{}
	of := func(person string) *Load {
		if people[person] == nil {
			people[person] = &Load{Person: person}
		}
		return people[person]
	}
	for i := range s.Layers {
		for _, turn := range s.Layers[i].People {
			for _, person := range turn {
				of(person)
			}
		}
	}
	here := &days{calendar: civil.Calendar{Zone: s.Zone}}
	for _, shift := range shifts {
		holiday := here.within(shift, 0, civil.Day, func(date civil.Time) bool {
			_, ok := s.Holiday(date)
			return ok
		})
		for _, person := range shift.People {
			own := here
			if z := zone(person); z != nil {
				own = &days{calendar: civil.Calendar{Zone: z}}
			}
			l := of(person)
			l.Total += shift.To.Sub(shift.From)
			l.Night += own.within(shift, nightFrom, civil.Day+nightTo, func(civil.Time) bool { return true })
			l.Weekend += own.within(shift, 0, civil.Day, func(date civil.Time) bool {
				w := date.Weekday()
				return w == time.Saturday || w == time.Sunday
			})
			l.Holiday += holiday
		}
	}
	delete(people, Nobody)
	all := make([]Load, 0, len(people))
	for _, l := range people {
		all = append(all, *l)
	}
	slices.SortFunc(all, func(a, b Load) int { return cmp.Compare(a.Person, b.Person) })
	return all
}

// days are those of a zone.
type days struct{ calendar civil.Calendar }

// within returns how much of a shift is within a part of some days, given from and to their midnight.
func (d *days) within(shift Shift, from, to civil.Time, counts func(date civil.Time) bool) time.Duration {
	sum := time.Duration(0)
	first, last := d.calendar.Reached(shift.From.Unix()).Midnight()-civil.Day, d.calendar.Reached(shift.To.Unix())
	for date := first; date <= last; date += civil.Day {
		if !counts(date) {
			continue
		}
		begin, end := later(d.calendar.Time(date+from), shift.From), earlier(d.calendar.Time(date+to), shift.To)
		if begin.Before(end) {
			sum += end.Sub(begin)
		}
	}
	return sum
}
