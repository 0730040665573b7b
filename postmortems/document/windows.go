package document

import (
	"cmp"
	"slices"
	"time"
)

// Union merges windows that overlap or touch. One without a start, or whose end was
// lost, can be merged with no other; one that has not ended takes in all that begin
// after it.
func Union(windows []Window) []Window {
	merged := []Window{}
	last := -1 // the window that the next may be merged with
	for _, w := range windows {
		w.Source, w.Events = slices.Clone(w.Source), slices.Clone(w.Events)
		alone := w.From.IsZero() || w.EndLost
		if !alone && last >= 0 && merged[last].reaches(w.From) {
			merged[last].take(w)
			continue
		}
		merged = append(merged, w)
		if !alone {
			last = len(merged) - 1
		}
	}
	slices.SortStableFunc(merged, ByStart)
	return merged
}

// reaches reports whether t lies within the window or at its end.
func (w *Window) reaches(t time.Time) bool { return w.To.IsZero() || !w.To.Before(t) }

// take merges a window that begins within this one.
func (w *Window) take(other Window) {
	if !w.To.IsZero() && (other.To.IsZero() || other.To.After(w.To)) {
		w.To = other.To
	}
	for _, s := range other.Source {
		if !slices.Contains(w.Source, s) {
			w.Source = append(w.Source, s)
		}
	}
	if other.Confidence == Reported {
		w.Confidence = Reported
	}
	w.NoData = w.NoData || other.NoData
	w.Events = append(w.Events, other.Events...)
	slices.Sort(w.Events)
}

// ByStart orders windows by their start; those without one by their end.
func ByStart(a, b Window) int {
	start := func(w Window) time.Time {
		if w.From.IsZero() {
			return w.To
		}
		return w.From
	}
	return cmp.Or(start(a).Compare(start(b)), cmp.Compare(a.Events[0], b.Events[0]))
}

// End ends the window, as somebody told in an event.
func (w *Window) End(at time.Time, by string, seq int) {
	w.To = at.UTC()
	w.Events = append(w.Events, seq)
	if !slices.Contains(w.Source, by) {
		w.Source = append(w.Source, by)
	}
}
