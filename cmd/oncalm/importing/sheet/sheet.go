// Package sheet carries over a calendar whose entries are shifts, wherever it comes from.
//
// A [Sheet] has the entries, by what they are: series, shifts that do not recur, and exceptions of series.
// [Sheet.CarryOver] makes layers of the series, and overrides of the rest: a shift that does not recur stands in for
// what does, an exception is a span in which others are on call than the layers say. Where there are no series, the
// order of people in single shifts shows a rotation, or is a guess. At last the schedule is compared with the sheet
// over a year, and what differs is noted: of several who are on call there at once, some may be missing here, if a note
// says so.
package sheet

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/series"
)

// A Sheet is a calendar that is carried over into a schedule.
type Sheet struct {
	Schedule *plan.Schedule
	Leveled  bool // whether levels say what wins; else an entry that does not recur stands in for those that do

	Series  []*series.Entry // that recur
	Singles []*series.Entry // that do not
	Changed []*series.Entry // occurrences that are other than their series says, and additional ones
	Gone    []*series.Entry // that do not recur and are over

	over     int           // how many entries are over
	overLast *series.Entry // that of them which ended last
}

// CarryOver makes layers and overrides of what is on the sheet, and notes where they differ from it. Each step builds on
// the one before: overrides are what the layers do not say, corrections are what the overrides do not.
func (s *Sheet) CarryOver() {
	series.Layers(s.Schedule, s.Series)
	s.single()
	s.corrected()
	s.verified()
}

// Over takes down that an entry is over, and left out.
func (s *Sheet) Over(e *series.Entry) {
	if s.over++; s.overLast == nil || e.To.After(s.overLast.To) {
		s.overLast = e
	}
}

// noteOver notes what is over in one sentence, however much it is: most calendars go back for years.
func (s *Sheet) noteOver() {
	last := s.overLast
	switch s.over {
	case 0:
	case 1:
		s.Schedule.Note("the entry of %s from %s is over, and left out",
			plan.List(last.People), s.Schedule.At(last.From))
	default:
		s.Schedule.Note("%d entries are over, and left out, among them that of %s from %s",
			s.over, plan.List(last.People), s.Schedule.At(last.From))
	}
}

// there returns who is on call at an instant as the calendar says: those of the highest level, all of them. Of one
// level, what does not recur stands in for what does.
func (s *Sheet) there(at time.Time) []string {
	var people []string
	best := -1
	for i, list := range [][]*series.Entry{s.Series, s.Changed, s.Singles} {
		for _, e := range list {
			rank := 2 * e.Level
			if i == 2 {
				rank++
			}
			if e.Lost || rank < best || len(e.Within(at, at.Add(1))) == 0 {
				continue
			}
			if rank > best {
				people, best = nil, rank
			}
			for _, who := range e.People {
				if !slices.Contains(people, who) {
					people = append(people, who)
				}
			}
		}
	}
	return people
}

// borders are the instants in a span at which something begins or ends.
func (s *Sheet) borders(from, to time.Time) []time.Time {
	all := []time.Time{from, to}
	for _, list := range [][]*series.Entry{s.Series, s.Changed, s.Singles} {
		for _, e := range list {
			for _, o := range e.Within(from, to) {
				for _, at := range []time.Time{o.From, o.To} {
					if at.After(from) && at.Before(to) {
						all = append(all, at)
					}
				}
			}
		}
	}
	return all
}

// ordered are times in order, once each.
func ordered(all []time.Time) []time.Time {
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}
