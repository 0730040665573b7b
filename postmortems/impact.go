package postmortems

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
)

// A word is what an alarm said in one event.
type word struct {
	incidents.Alarm
	seq      int
	at       time.Time // the alarm's own time if it is known, else when we heard
	measured bool
}

func readWords(timeline []incidents.Event) []word {
	var words []word
	for _, e := range timeline {
		if a := incidents.AlarmIn(e.Body); a != nil {
			words = append(words, newWord(e, *a))
		}
	}
	return words
}

func newWord(e incidents.Event, a incidents.Alarm) word {
	w := word{Alarm: a, seq: e.Seq, at: a.Changed.UTC(), measured: true}
	if a.Changed.IsZero() || slices.Contains(a.Flags, incidents.FlagReceived) {
		w.at, w.measured = accepted(e, a), false
	}
	return w
}

// accepted is when an alarm's message was accepted by us.
func accepted(e incidents.Event, a incidents.Alarm) time.Time {
	if a.Received.IsZero() {
		return e.Recorded.UTC()
	}
	return a.Received.UTC()
}

// label names an alarm for people; contributors by their attributes.
func label(a incidents.Alarm) string {
	name := short(a.Name)
	if c := contributor(a); c != "" {
		name += " (" + c + ")"
	}
	return name
}

// contributor writes the attributes of a contributor, in order.
func contributor(a incidents.Alarm) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(a.Contributor)) {
		parts = append(parts, short(k)+"="+short(a.Contributor[k]))
	}
	return strings.Join(parts, ", ")
}

func (r *reading) impact() Impact {
	im := Impact{Series: r.series()}
	if len(r.words) == 0 {
		im.Series = append(im.Series, r.declared()...)
	}
	im.Windows = union(im.Series)
	var total time.Duration
	whole := 0
	for _, w := range im.Windows {
		switch {
		case w.From.IsZero():
			im.Unstarted++
		case w.To.IsZero():
			im.Unended++
		default:
			whole++
			total += w.To.Sub(w.From)
		}
	}
	if whole > 0 {
		im.Total = seconds(total)
	}
	return im
}

// declared is the impact as people told it, for an incident without any alarm: from
// when they opened it to when they resolved it.
func (r *reading) declared() []Window {
	var windows []Window
	for _, e := range r.events {
		switch e.Body.(type) {
		case incidents.Opened, incidents.Reopened:
			windows = append(windows, Window{From: e.At.UTC(), Source: []string{who(e.By)},
				Confidence: Reported, Events: []int{e.Seq}})
		case incidents.Resolved:
			if n := len(windows); n > 0 {
				windows[n-1].end(e.At, who(e.By), e.Seq)
			}
		}
	}
	return windows
}

func (w *Window) end(at time.Time, by string, seq int) {
	w.To = at.UTC()
	w.Events = append(w.Events, seq)
	if !slices.Contains(w.Source, by) {
		w.Source = append(w.Source, by)
	}
}

// series makes the windows of each alarm and contributor by itself, from ALARM to OK
// in the order of the alarm's own times.
func (r *reading) series() []Window {
	bySeries := map[string][]word{}
	for _, w := range r.words {
		bySeries[w.Series] = append(bySeries[w.Series], w)
	}
	all := []Window{}
	for _, words := range bySeries {
		slices.SortStableFunc(words, inTime)
		all = append(all, r.windowsOf(words)...)
	}
	slices.SortFunc(all, byStart)
	return all
}

// inTime orders the words of a series by the alarm's own times. Of those for the same time ALARM is the last, since it is the one
// that counts.
func inTime(a, b word) int {
	rank := func(w word) int {
		return slices.Index([]incidents.AlarmState{incidents.AlarmUnknown, incidents.AlarmFiring}, w.State)
	}
	return cmp.Or(a.at.Compare(b.at), cmp.Compare(rank(a), rank(b)))
}

// byStart orders windows by their start; those without one by their end.
func byStart(a, b Window) int {
	start := func(w Window) time.Time {
		if w.From.IsZero() {
			return w.To
		}
		return w.From
	}
	return cmp.Or(start(a).Compare(start(b)), cmp.Compare(a.Events[0], b.Events[0]))
}

// windowsOf makes the windows of one series.
func (r *reading) windowsOf(words []word) []Window {
	var windows []Window
	firing := false
	for n, w := range words {
		last := len(windows) - 1
		switch {
		case n > 0 && w.State == words[n-1].State && w.at.Equal(words[n-1].at):
			if firing { // another message with the same word
				windows[last].Events = append(windows[last].Events, w.seq)
			}
		case w.State == incidents.AlarmFiring && firing && r.anew(&windows[last], w):
			windows = append(windows, startOf(w))
		case w.State == incidents.AlarmFiring && !firing:
			windows = append(windows, startOf(w))
			firing = true
		case w.State == incidents.AlarmOK && firing:
			windows[last].end(w.at, label(w.Alarm), w.seq)
			windows[last].Confidence = lesser(windows[last].Confidence, w)
			firing = false
		case w.State == incidents.AlarmOK && w.Previous == incidents.AlarmFiring:
			// It had fired, and that message never came to this timeline.
			windows = append(windows, Window{To: w.at, Source: []string{label(w.Alarm)},
				Confidence: lesser(Measured, w), Events: []int{w.seq}})
		case firing:
			windows[last].NoData = windows[last].NoData || w.State == incidents.AlarmUnknown
			windows[last].Events = append(windows[last].Events, w.seq)
		}
	}
	if last := words[len(words)-1]; firing && last.NeverRecovers {
		r.endByPeople(&windows[len(windows)-1], time.Time{})
	}
	return windows
}

// anew reports whether an alarm that fires while its window lasts fires anew, for the
// window had ended without its OK reaching this timeline. It then ends the window.
func (r *reading) anew(w *Window, next word) bool {
	if next.NeverRecovers && r.endByPeople(w, next.at) {
		return true
	}
	w.EndLost = next.Previous == incidents.AlarmOK
	return w.EndLost
}

func startOf(w word) Window {
	return Window{From: w.at, Source: []string{label(w.Alarm)}, Confidence: lesser(Measured, w), Events: []int{w.seq}}
}

// lesser is the confidence of a window after one more word.
func lesser(c Confidence, w word) Confidence {
	if !w.measured {
		return Reported
	}
	return c
}

// endByPeople ends the window of an alarm that never says OK when somebody resolved the
// incident (before the time given, if one is): theirs is the only word that there is.
func (r *reading) endByPeople(w *Window, before time.Time) bool {
	e, ok := r.first(func(e incidents.Event) bool {
		return byPerson[incidents.Resolved](e) && e.At.After(w.From) && (before.IsZero() || e.At.Before(before))
	})
	if ok {
		w.end(e.At, who(e.By), e.Seq)
		w.Confidence = Reported
	}
	return ok
}

// union merges windows that overlap or touch. One without a start, or whose end was
// lost, can be merged with no other; one that has not ended takes in all that begin
// after it.
func union(windows []Window) []Window {
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
	slices.SortStableFunc(merged, byStart)
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
