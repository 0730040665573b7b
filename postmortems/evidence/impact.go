package evidence

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
)

// A word is what an alarm said in one event. It is measured if the message told its own time: else the time is that of its
// arrival, which is later by an unknown amount.
type word struct {
	incidents.Alarm
	seq      int
	at       time.Time // the alarm's own time if it is known, else when we heard
	measured bool
}

// readWords are the words of all alarms, in the order of recording.
func readWords(timeline []incidents.Event) []word {
	var words []word
	for _, e := range timeline {
		if a := incidents.AlarmIn(e.Body); a != nil {
			words = append(words, newWord(e, *a))
		}
	}
	return words
}

// newWord finds out which of the two times counts.
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
	name := wording.Short(a.Name)
	if c := contributor(a); c != "" {
		name += " (" + c + ")"
	}
	return name
}

// contributor writes the attributes of a contributor, in order.
func contributor(a incidents.Alarm) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(a.Contributor)) {
		parts = append(parts, wording.Short(k)+"="+wording.Short(a.Contributor[k]))
	}
	return strings.Join(parts, ", ")
}

// Impact is when users were hurt, as far as alarms and people told. Windows of several alarms that overlap are one, so the
// total is time and not a sum over alarms.
func (r *Reading) Impact() document.Impact {
	im := document.Impact{Series: r.series()}
	if !r.Heard() {
		im.Series = append(im.Series, r.declared()...)
	}
	im.Series = append(im.Series, r.named(im.Series)...)
	slices.SortStableFunc(im.Series, document.ByStart)
	im.Windows = document.Union(im.Series)
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
		im.Total = document.Seconds(total)
	}
	return im
}

// named is the impact from one time on that a person named. If they did not say until when, it was until the alarms say so.
func (r *Reading) named(others []document.Window) []document.Window {
	a := r.Affected()
	if a == nil || a.From.IsZero() || !a.To.IsZero() && a.To.Before(a.From) {
		return nil
	}
	w := document.Window{From: a.From, To: a.To, Source: []string{a.Who}, Confidence: document.Reported, Events: a.Events}
	for _, o := range others {
		if a.To.IsZero() && !o.To.IsZero() && o.To.After(w.To) && !o.To.Before(a.From) {
			w.To, w.Events = o.To, append(slices.Clone(a.Events), o.Events...)
		}
	}
	lasts := func(o document.Window) bool { return o.To.IsZero() && !o.From.IsZero() }
	if a.To.IsZero() && slices.ContainsFunc(others, lasts) {
		w.To = time.Time{}
	}
	slices.Sort(w.Events)
	w.Events = slices.Compact(w.Events)
	return []document.Window{w}
}

// declared is the impact as people told it, for an incident without any alarm: from
// when they opened it to when they resolved it. It is reported, not measured, and says so in each window.
func (r *Reading) declared() []document.Window {
	var windows []document.Window
	for _, e := range r.Events {
		switch e.Body.(type) {
		case incidents.Opened, incidents.Reopened:
			windows = append(windows, document.Window{From: e.At.UTC(), Source: []string{wording.Who(e.By)},
				Confidence: document.Reported, Events: []int{e.Seq}})
		case incidents.Resolved:
			if n := len(windows); n > 0 {
				windows[n-1].End(e.At, wording.Who(e.By), e.Seq)
			}
		}
	}
	return windows
}

// series makes the windows of each alarm and contributor by itself, from ALARM to OK
// in the order of the alarm's own times.
func (r *Reading) series() []document.Window {
	bySeries := map[string][]word{}
	for _, w := range r.words {
		bySeries[w.Series] = append(bySeries[w.Series], w)
	}
	all := []document.Window{}
	for _, words := range bySeries {
		slices.SortStableFunc(words, inTime)
		all = append(all, course{r, words}.windows()...)
	}
	slices.SortFunc(all, document.ByStart)
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

// A course is what one alarm, or one contributor of it, said in the course of the incident, in order.
type course struct {
	told  *Reading
	words []word
}

// windows are those from ALARM to OK.
//
// Messages can be missing. An OK whose alarm says that it came from ALARM ends a window of which the begin is not known; an
// ALARM that says that it came from OK begins a new one, and the end of the one before is lost. INSUFFICIENT_DATA neither
// begins nor ends one.
func (c course) windows() []document.Window {
	var windows []document.Window
	firing := false
	for n, w := range c.words {
		last := len(windows) - 1
		switch {
		case n > 0 && w.State == c.words[n-1].State && w.at.Equal(c.words[n-1].at):
			if firing { // another message with the same word
				windows[last].Events = append(windows[last].Events, w.seq)
			}
		case w.State == incidents.AlarmFiring && firing && c.anew(&windows[last], w):
			windows = append(windows, startOf(w))
		case w.State == incidents.AlarmFiring && !firing:
			windows = append(windows, startOf(w))
			firing = true
		case w.State == incidents.AlarmOK && firing:
			windows[last].End(w.at, label(w.Alarm), w.seq)
			windows[last].Confidence = lesser(windows[last].Confidence, w)
			firing = false
		case w.State == incidents.AlarmOK && w.Previous == incidents.AlarmFiring:
			// It had fired, and that message never came to this timeline.
			windows = append(windows, document.Window{To: w.at, Source: []string{label(w.Alarm)},
				Confidence: lesser(document.Measured, w), Events: []int{w.seq}})
		case firing:
			windows[last].NoData = windows[last].NoData || w.State == incidents.AlarmUnknown
			windows[last].Events = append(windows[last].Events, w.seq)
		}
	}
	if last := c.words[len(c.words)-1]; firing && last.NeverRecovers {
		c.endByPeople(&windows[len(windows)-1], time.Time{})
	}
	return windows
}

// anew reports whether an alarm that fires while its window lasts fires anew, for the
// window had ended without its OK reaching this timeline. It then ends the window.
func (c course) anew(w *document.Window, next word) bool {
	if next.NeverRecovers && c.endByPeople(w, next.at) {
		return true
	}
	w.EndLost = next.Previous == incidents.AlarmOK
	return w.EndLost
}

// startOf is a window that has begun.
func startOf(w word) document.Window {
	return document.Window{
		From:       w.at,
		Source:     []string{label(w.Alarm)},
		Confidence: lesser(document.Measured, w),
		Events:     []int{w.seq},
	}
}

// lesser is the confidence of a window after one more word.
func lesser(so document.Confidence, w word) document.Confidence {
	if !w.measured {
		return document.Reported
	}
	return so
}

// endByPeople ends the window of an alarm that never says OK when somebody resolved the
// incident (before the time given, if one is): theirs is the only word that there is.
func (c course) endByPeople(w *document.Window, before time.Time) bool {
	e, ok := c.told.First(func(e incidents.Event) bool {
		return ByPerson[incidents.Resolved](e) && e.At.After(w.From) && (before.IsZero() || e.At.Before(before))
	})
	if ok {
		w.End(e.At, wording.Who(e.By), e.Seq)
		w.Confidence = document.Reported
	}
	return ok
}
