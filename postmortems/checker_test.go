package postmortems_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/postmortems/storytest"
)

// read is a document as another program reads it: nothing of ours but the names of its fields.
type read struct {
	Header struct {
		Opened, Resolved time.Time
		Events           int
	}
	Impact struct {
		Windows, Series []span
	}
	Detection struct{ At time.Time }
	Pages     []struct {
		Delivered, Acknowledged time.Time
		Outcome                 string
		Reminder                bool
	}
	InAll struct{ Text string } `json:"pages_in_all"`
	Times []struct {
		Name     string
		From, To time.Time
	}
	Changes []struct {
		At     time.Time
		Before float64 `json:"before_seconds"`
	}
	Timeline []struct {
		Seq    int
		At     time.Time
		Source string
		Gap    float64 `json:"gap_seconds"`
	}
	Kinds []struct {
		Kind string
		N    int
	}
}

type span struct {
	From, To time.Time
	EndLost  bool `json:"end_lost"`
}

// checkNumbers computes anew what a document says in numbers, and returns where it is wrong.
func checkNumbers(raw []byte) (wrong []string) {
	var d read
	if err := json.Unmarshal(raw, &d); err != nil {
		return []string{err.Error()}
	}
	claim := func(ok bool, form string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Sprintf(form, args...))
		}
	}
	events := 0
	for _, k := range d.Kinds {
		events += k.N
	}
	claim(events == d.Header.Events, "%d events by kind, %d in all", events, d.Header.Events)
	claim(slices.Equal(union(d.Impact.Series), whole(d.Impact.Windows)), "the windows %v are not the union of %v",
		d.Impact.Windows, d.Impact.Series)
	wrong = append(wrong, checkPages(d)...)
	wrong = append(wrong, checkMoments(d)...)
	for n, l := range d.Timeline {
		if l.Source != "gap" {
			claim(l.Gap == 0, "line %d has a gap", n)
			continue
		}
		claim(l.Gap > (15*time.Minute).Seconds(), "the gap in line %d is %v s", n, l.Gap)
		claim(n+1 < len(d.Timeline) && d.Timeline[n+1].At.Sub(l.At).Seconds() >= l.Gap,
			"the gap in line %d is longer than until the next", n)
	}
	for n, c := range d.Changes {
		start := c.At.Add(time.Duration(c.Before * float64(time.Second)))
		first := d.Changes[0].At.Add(time.Duration(d.Changes[0].Before * float64(time.Second)))
		claim(start.Equal(first), "change %d counts from %s, the first from %s", n, start, first)
	}
	return wrong
}

// union merges spans that have both ends, one after the other. A span that overlaps one without an end is part of that.
func union(all []span) []span {
	all = whole(all)
	slices.SortFunc(all, func(a, b span) int { return a.From.Compare(b.From) })
	var merged []span
	for _, s := range all {
		if n := len(merged); n > 0 && !merged[n-1].To.Before(s.From) {
			if s.To.After(merged[n-1].To) {
				merged[n-1].To = s.To
			}
			continue
		}
		merged = append(merged, s)
	}
	return merged
}

// whole are the spans that have both ends.
func whole(all []span) (list []span) {
	for _, s := range all {
		if !s.From.IsZero() && !s.To.IsZero() && !s.EndLost {
			list = append(list, span{From: s.From.UTC(), To: s.To.UTC()})
		}
	}
	return list
}

// checkPages counts pages.
func checkPages(d read) (wrong []string) {
	words := map[string]string{"acknowledged": "acknowledged", "delivered": "delivered and not acknowledged",
		"undelivered": "not deliverable", "withheld": "withheld", "pending": "without a recorded outcome"}
	counted, pages, reminders := map[string]int{}, 0, 0
	for _, p := range d.Pages {
		if p.Reminder {
			reminders++
			continue
		}
		pages++
		counted[words[p.Outcome]]++
	}
	said := map[string]int{}
	for _, m := range regexp.MustCompile(`(\d+) ([a-z ]+)`).FindAllStringSubmatch(d.InAll.Text, -1) {
		n, _ := strconv.Atoi(m[1])
		said[strings.TrimSpace(m[2])] += n
	}
	for _, word := range slices.Sorted(maps.Keys(counted)) {
		if said[word] != counted[word] {
			wrong = append(wrong, fmt.Sprintf("%d pages are %s, and %q", counted[word], word, d.InAll.Text))
		}
	}
	if len(d.Pages) > 0 && !strings.HasPrefix(d.InAll.Text, fmt.Sprintf("%d page", pages)) {
		wrong = append(wrong, fmt.Sprintf("%d pages, and %q", pages, d.InAll.Text))
	}
	if reminders > 0 && !strings.Contains(d.InAll.Text, fmt.Sprintf("%d reminder", reminders)) {
		wrong = append(wrong, fmt.Sprintf("%d reminders, and %q", reminders, d.InAll.Text))
	}
	return wrong
}

// checkMoments looks whether the moments between which times are measured are those that the rest of the document has.
func checkMoments(d read) (wrong []string) {
	at := map[string]time.Time{}
	same := func(name string, t time.Time) {
		if before, known := at[name]; known && !t.IsZero() && !before.IsZero() && !t.Equal(before) {
			wrong = append(wrong, fmt.Sprintf("%s is %s, and %s", name, before, t))
		}
		if !t.IsZero() {
			at[name] = t
		}
	}
	moments := map[string][2]string{
		"Time to detect": {"start", "detected"}, "Delivery lag": {"detected", "delivered"},
		"Time to acknowledge": {"delivered", "acknowledged"}, "Time to a human": {"detected", "acknowledged"},
		"Time to mitigate": {"start", "mitigated"}, "Time to resolve": {"start", "resolved"},
		"Detected to resolved": {"detected", "resolved"},
	}
	for _, m := range d.Times {
		if names, ok := moments[m.Name]; ok {
			same(names[0], m.From)
			same(names[1], m.To)
		}
	}
	same("detected", d.Detection.At)
	delivered := func(t time.Time) bool {
		return slices.ContainsFunc(d.Pages, func(p struct {
			Delivered, Acknowledged time.Time
			Outcome                 string
			Reminder                bool
		}) bool {
			return p.Delivered.Equal(t)
		})
	}
	if t := at["delivered"]; !t.IsZero() && !delivered(t) {
		wrong = append(wrong, fmt.Sprintf("no page was delivered at %s", t))
	}
	for _, p := range d.Pages {
		if first := at["delivered"]; !p.Delivered.IsZero() && p.Delivered.Before(first) {
			wrong = append(wrong, fmt.Sprintf("a page was delivered at %s, before the first", p.Delivered))
		}
	}
	for _, name := range []string{"acknowledged", "resolved"} {
		if t := at[name]; !t.IsZero() && !slices.ContainsFunc(d.Timeline, func(l struct {
			Seq    int
			At     time.Time
			Source string
			Gap    float64 `json:"gap_seconds"`
		}) bool {
			return l.At.Equal(t)
		}) {
			wrong = append(wrong, fmt.Sprintf("nothing is on the timeline at %s, when it was %s", t, name))
		}
	}
	return wrong
}

// around is what is known beside the stories: two changes.
func around(opened time.Time) evidence.Around {
	return evidence.Around{Changes: []changes.Change{
		{ID: "7f1c", At: opened.Add(-14 * time.Minute), Kind: "deploy", Title: "deployed"},
		{ID: "6e0b", At: opened.Add(-5 * time.Hour), Kind: "scaling", Title: "scaled"},
	}, Past: []evidence.Earlier{}}
}

// TestNumbers: who knows nothing of how a document is made comes to the same numbers from its JSON.
func TestNumbers(t *testing.T) {
	for name, story := range storytest.Stories() {
		t.Run(name, func(t *testing.T) {
			i, events := story(t).Folded()
			for _, people := range []postmortems.People{postmortems.AsRoles, postmortems.ByName} {
				for _, w := range checkNumbers(asJSON(t, postmortems.Make(i, events, around(i.Opened), people))) {
					t.Error(w)
				}
			}
		})
	}
}

// TestNumbersCanFail: with another number anywhere, something is found.
func TestNumbersCanFail(t *testing.T) {
	i, events := storytest.Stories()["long-sev1"](t).Folded()
	good := string(asJSON(t, postmortems.Make(i, events, around(i.Opened), postmortems.AsRoles)))
	for _, change := range [][2]string{
		{`"n": 4`, `"n": 5`}, {`"before_seconds": `, `"before_seconds": 1`}, {`"gap_seconds": `, `"gap_seconds": 9`},
		{`"outcome": "acknowledged"`, `"outcome": "pending"`}, {`"n": 1`, `"n": 3`},
		{`"delivered": "2026-03-11T14:02:14Z"`, `"delivered": "2026-03-11T14:02:13Z"`},
		{`"to": "2026-03-11T14:47:28.7Z"`, `"to": "2026-03-11T14:47:29.7Z"`},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good {
			t.Errorf("%s is not there", change[0])
		} else if len(checkNumbers([]byte(bad))) == 0 {
			t.Errorf("%s passes", change[1])
		}
	}
}
