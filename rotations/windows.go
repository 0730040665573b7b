package rotations

import (
	"fmt"

	"github.com/oncalm/oncalm/rotations/civil"
)

// ParseWindow reads the three parts of a window as [civil.ParseDays] and [civil.ParseClock] do. Without days it is every day; without
// from it begins at 00:00, and without to it ends at 24:00.
func ParseWindow(days, from, to string) (civil.Window, error) {
	w := civil.Window{Days: civil.EveryDay, To: 24 * civil.Hour}
	var err error
	if days != "" {
		if w.Days, err = civil.ParseDays(days); err != nil {
			return civil.Window{}, err
		}
	}
	if from != "" {
		if w.From, err = civil.ParseClock(from); err != nil {
			return civil.Window{}, err
		}
	}
	if to != "" {
		if w.To, err = civil.ParseClock(to); err != nil {
			return civil.Window{}, err
		}
	}
	if p := windowProblems(w); len(p) > 0 {
		return civil.Window{}, fmt.Errorf("%s: %s", p[0].What, p[0].Remedy)
	}
	return w, nil
}

// windowProblems says what is wrong with a window.
func windowProblems(w civil.Window) []Problem {
	var all problems
	if w.Days == 0 || w.Days > civil.EveryDay {
		all.add("days", "the window is on no day of the week", "name its days, such as mon-fri")
	}
	if w.From < 0 || w.From >= 24*civil.Hour {
		all.add("from", "the window begins outside its day", "begin it from 00:00 to 23:59")
	}
	if w.To < 0 || w.To > 24*civil.Hour {
		all.add("to", "the window ends outside the day",
			"end it from 00:00 to 24:00; one that ends before it begins passes midnight")
	}
	if w.From == w.To {
		all.add("to", fmt.Sprintf("the window begins and ends at %s", w.From), "for whole days write from 00:00 to 24:00")
	}
	return all
}
