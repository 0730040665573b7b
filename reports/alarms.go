package reports

import (
	"cmp"
	"maps"
	"slices"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/reports/cures"
)

// noise is what is known of the incidents that an alarm has opened.
type noise struct {
	service        string
	newest         past.Case
	passing, acted Share
	pages, night   int
	lengths        []float64 // of those that passed
	passed, real   []float64 // what it had measured
	companions     map[past.Alarm]int
}

// Bounds of what is remembered of an alarm, and told.
const (
	mostValues = 1000
	mostNoisy  = 10
)

func (b *Builder) noise(c *past.Case, pages, night int) {
	own := c.Alarms[0]
	n := b.alarms[own]
	if n == nil {
		n = &noise{companions: map[past.Alarm]int{}}
		b.alarms[own] = n
	}
	if n.newest.ID == "" || later(c, &n.newest) {
		n.newest, n.service = *c, c.Service
	}
	n.pages, n.night = n.pages+pages, n.night+night
	n.passing.Of, n.acted.Of = n.passing.Of+1, n.acted.Of+1
	count(&n.passing.N, c.Passing())
	count(&n.acted.N, c.Acted)
	if c.Passing() && len(n.lengths) < mostValues {
		n.lengths = append(n.lengths, c.Resolved.Sub(c.Opened).Seconds())
	}
	if c.Value != nil && len(n.passed)+len(n.real) < mostValues {
		switch {
		case c.Acted:
			n.real = append(n.real, *c.Value)
		case c.Passing():
			n.passed = append(n.passed, *c.Value)
		}
	}
	if c.Acted {
		for _, other := range c.Alarms[1:] {
			if other.Account == own.Account && other.Region == own.Region {
				n.companions[other]++
			}
		}
	}
}

// later orders cases by when they were opened, and those of one time by their numbers.
func later(a, b *past.Case) bool {
	return cmp.Or(a.Opened.Compare(b.Opened), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID)) > 0
}

// noisyFrom is how many incidents an alarm must have opened to be called noisy.
const noisyFrom = 3

// isNoisy reports whether an alarm fired often for nothing: half of its incidents were over by themselves within minutes, or somebody
// acted on one of five at most.
func (n *noise) isNoisy() bool {
	return n.passing.Of >= noisyFrom && (2*n.passing.N >= n.passing.Of || 5*n.acted.N <= n.acted.Of)
}

// companion is the alarm that fired in each incident on which somebody acted; if several did, the first by its name.
func (n *noise) companion() (name string) {
	byName := func(a, b past.Alarm) int { return cmp.Compare(a.Name, b.Name) }
	for _, a := range slices.SortedFunc(maps.Keys(n.companions), byName) {
		if n.companions[a] == n.acted.N {
			return a.Name
		}
	}
	return ""
}

// noisy are the noisy alarms, those first that cost most pages.
func (b *Builder) noisy() (all []Noisy, more int) {
	all = []Noisy{}
	for alarm, n := range b.alarms {
		if !n.isNoisy() {
			continue
		}
		slices.Sort(n.lengths)
		one := Noisy{Alarm: alarm, Service: n.service, Passing: n.passing, Acted: n.acted, Pages: n.pages, AtNight: n.night,
			Lasted: Rank(n.lengths, 0.9), Newest: n.newest.ID, Cures: []cures.Cure{},
			noise: cures.Noise{Service: n.service, Passing: n.passed, Acted: n.real, Companion: n.companion(),
				Together: n.acted.N},
		}
		if one.Lasted != nil {
			one.noise.Lasted = *one.Lasted
		}
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b Noisy) int {
		return cmp.Or(cmp.Compare(b.Pages, a.Pages), cmp.Compare(b.Passing.Of, a.Passing.Of),
			cmp.Compare(a.Alarm.Name, b.Alarm.Name),
			cmp.Compare(a.Alarm.Account, b.Alarm.Account), cmp.Compare(a.Alarm.Region, b.Alarm.Region))
	})
	shown := min(len(all), mostNoisy)
	return all[:shown], len(all) - shown
}

// Cure proposes changes for a noisy alarm, of what the alarm said last.
func (n *Noisy) Cure(a *incidents.Alarm) {
	n.noise.Alarm = a
	n.Cures = append([]cures.Cure{}, cures.For(n.noise)...)
}
