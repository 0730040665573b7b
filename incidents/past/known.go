package past

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

const (
	// Within is how far back it is told how often an alarm fired.
	Within = 90 * 24 * time.Hour
	// looked is how many index rows are read for a page, however often its alarm fires.
	looked = 50
)

// Known is what was before an incident, as far as a page tells it.
type Known struct {
	// Times is how often its alarm had opened an incident, or joined one, within [Within] before. More says that it was more often
	// still. Passing is how many of these were over by themselves, and soon.
	Times   int
	More    bool
	Passing int
	// Last is the newest of them; its ID is empty if there is none. Helped is the newest in which a rollback helped, and Asked the
	// newest whose action items raise a question.
	Last   Case
	Helped Case
	Asked  Case
}

// Of reads what was before an incident, by the alarm that opened it: a walk along at most so many rows (looked), and three cases.
// An incident that a person declared has no past that is certain.
func Of(tx store.Tx, i *incidents.Incident, a *incidents.Alarm) (k Known) {
	if a == nil || a.Name == "" {
		return k
	}
	own, read := parsed(i.ID), 0
	var last, rolled, asked uint64
	from, to := span([]string{alarmPart, a.Account, a.Region, a.Name}, i.Opened.Add(-Within), i.Opened)
	for key, mark := range tx.Range(from, to) {
		if read == looked {
			k.More = true
			break
		}
		read++
		n := numberOf(key)
		if n == own {
			continue
		}
		k.Times++
		if slices.Contains(mark, passing) {
			k.Passing++
		}
		first(&last, n, true)
		first(&rolled, n, slices.Contains(mark, helped))
		first(&asked, n, slices.Contains(mark, planned))
	}
	k.Last = caseOf(tx, last)
	k.Helped = caseOf(tx, rolled)
	if c := caseOf(tx, asked); c.Reopens(i.Opened) {
		k.Asked = c
	}
	return k
}

// first keeps the first number of which something is true.
func first(kept *uint64, n uint64, so bool) {
	if *kept == 0 && so {
		*kept = n
	}
}

func caseOf(tx store.Tx, n uint64) (c Case) {
	if n > 0 {
		c, _ = stored(tx, n)
	}
	return c
}

func parsed(id string) uint64 { return numberOf("/" + id) }

// Reopens reports whether action items of a case raise a question when its alarm fires again at a time: one is open, or the last was
// closed within [Within] before.
func (c *Case) Reopens(at time.Time) bool {
	if c.Actions == 0 {
		return false
	}
	return c.OpenActions > 0 || !c.Closed.IsZero() && at.Sub(c.Closed) <= Within
}

// span are the index rows of what happened from one time until another, both included.
func span(of []string, from, to time.Time) (begin, end string) {
	key := store.Key(append([]string{indexPart}, of...)...)
	return key + "/" + whenOf(to), key + "/" + whenOf(from.Add(-time.Second))
}

// Which says by what cases are found.
type Which struct{ parts []string }

// ByAlarm is for the cases of an alarm.
func ByAlarm(a Alarm) Which { return Which{[]string{alarmPart, a.Account, a.Region, a.Name}} }

// ByService is for those of a service.
func ByService(name string) Which { return Which{[]string{servePart, name}} }

// ByThing is for those before which a thing was changed.
func ByThing(t Thing) Which { return Which{[]string{changePart, t.Account, t.Region, t.Name}} }

// Find reads the newest cases of a kind that were opened from one time until another, at most so many, and reports whether there are
// more.
func Find(tx store.Tx, of Which, from, to time.Time, most int) (found []Case, more bool) {
	begin, end := span(of.parts, from, to)
	for key := range tx.Range(begin, end) {
		if len(found) == most {
			return found, true
		}
		if c, ok := stored(tx, numberOf(key)); ok {
			found = append(found, c)
		}
	}
	return found, false
}
