package reports

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents/past"
)

// Query is what a report is about.
type Query struct {
	From, To time.Time
	Now      time.Time                 // what is overdue
	Zone     *time.Location            // in which days begin, and of pages by no schedule
	Zones    map[string]*time.Location // of schedules
}

// A Builder makes a report of cases as they come.
type Builder struct {
	q       Query
	r       Report
	lengths [4][]float64
	missing [4]int
	counts  [2]map[string]int // by severity, by service
	nights  map[string]*Nights
	alarms  map[past.Alarm]*noise
	starts  []time.Time // of the spans
}

// mostSpans is about how many parts a report has, so that a picture shows each of them.
const mostSpans = 62

// New begins a report.
func New(q Query) *Builder {
	if q.Zone == nil {
		q.Zone = time.UTC
	}
	b := &Builder{q: q, nights: map[string]*Nights{}, alarms: map[past.Alarm]*noise{}}
	b.counts = [2]map[string]int{{}, {}}
	b.r = Report{Format: Format, From: q.From.UTC(), To: q.To.UTC(), Zone: q.Zone.String(), Days: 1}
	days := int(q.To.Sub(q.From).Hours()/24) + 1
	for _, n := range []int{1, 7, 28, 364} {
		if b.r.Days = n; days/n <= mostSpans {
			break
		}
	}
	from := q.From.In(q.Zone)
	for n := 0; len(b.starts) < 2*mostSpans; n += b.r.Days {
		at := time.Date(from.Year(), from.Month(), from.Day()+n, 0, 0, 0, 0, q.Zone)
		if !at.Before(q.To) {
			break
		}
		b.starts = append(b.starts, at)
		b.r.Spans = append(b.r.Spans, Span{Date: at.Format(time.DateOnly)})
	}
	return b
}

// span is the part in which a time is.
func (b *Builder) span(at time.Time) *Span {
	n, found := slices.BinarySearchFunc(b.starts, at, time.Time.Compare)
	if !found {
		n--
	}
	if n < 0 || len(b.starts) == 0 {
		return &Span{} // of a page that came later than the end
	}
	return &b.r.Spans[n]
}

// Add takes in cases.
func (b *Builder) Add(cases []past.Case) {
	for n := range cases {
		if c := &cases[n]; !c.Opened.Before(b.q.From) && c.Opened.Before(b.q.To) {
			b.add(c)
		}
	}
}

func (b *Builder) add(c *past.Case) {
	in := &b.r.Incidents
	if c.Merged { // all of it is told of the other
		in.Merged++
		return
	}
	in.All++
	count(&in.Open, c.Resolved.IsZero())
	count(&in.Quiet, c.Quiet)
	count(&in.Declared, c.Declared)
	count(&in.Reopened, c.Run > 0)
	b.counts[0][c.Severity]++
	b.counts[1][c.Service]++
	s := b.span(c.Opened)
	s.Incidents++
	if !c.Resolved.IsZero() {
		b.r.Passing.Of, b.r.Acted.Of = b.r.Passing.Of+1, b.r.Acted.Of+1
		count(&b.r.Passing.N, c.Passing())
		count(&s.Passing, c.Passing())
		count(&b.r.Acted.N, c.Acted)
	}
	if !c.Quiet {
		for n, length := range [4]*float64{c.Detect, c.Acknowledge, c.Mitigate, c.Resolve} {
			if length == nil {
				b.missing[n]++
			} else {
				b.lengths[n] = append(b.lengths[n], *length)
			}
		}
	}
	pages, night := b.pages(c)
	s.Pages, s.AtNight = s.Pages+pages, s.AtNight+night
	if len(c.Alarms) > 0 && !c.Declared {
		b.noise(c, pages, night)
	}
}

func count(n *int, so bool) {
	if so {
		*n++
	}
}

// pages counts the pages of a case by their schedules.
func (b *Builder) pages(c *past.Case) (all, night int) {
	for _, p := range c.Pages {
		zone := b.q.Zones[p.Schedule]
		if zone == nil {
			zone = b.q.Zone
		}
		n := b.nights[p.Schedule]
		if n == nil {
			n = &Nights{Schedule: p.Schedule, Zone: zone.String()}
			b.nights[p.Schedule] = n
		}
		n.Pages++
		all++
		if isNight(p.At.In(zone)) {
			n.AtNight++
			night++
		}
	}
	return all, night
}

// isNight reports whether most people sleep at that time of the clock.
func isNight(t time.Time) bool { return t.Hour() >= 22 || t.Hour() < 8 }

// figures are what lengths are called, in the order of a case.
func figures() []Figure {
	return []Figure{
		{Name: "Detection", Short: "TTD", Between: "start of impact → detected"},
		{Name: "Acknowledgement", Short: "TTA", Between: "first page delivered → first acknowledgement"},
		{Name: "Mitigation", Short: "TTM", Between: "start of impact → end of impact"},
		{Name: "Resolution", Short: "TTR", Between: "start of impact → resolved"},
	}
}

// Report is the report of what was added.
func (b *Builder) Report() Report {
	r := b.r
	r.Times = figures()
	for n := range r.Times {
		f := &r.Times[n]
		sorted := slices.Sorted(slices.Values(b.lengths[n]))
		f.N, f.Missing = len(sorted), b.missing[n]
		f.Median, f.P90, f.Max = Rank(sorted, 0.5), Rank(sorted, 0.9), Rank(sorted, 1)
	}
	r.Incidents.BySeverity = counted(b.counts[0], func(a, b Count) int { return cmp.Compare(a.Name, b.Name) })
	r.Incidents.ByService = counted(b.counts[1], func(a, b Count) int {
		return cmp.Or(cmp.Compare(b.N, a.N), cmp.Compare(a.Name, b.Name))
	})
	r.Pages = []Nights{}
	for _, name := range slices.Sorted(maps.Keys(b.nights)) {
		r.Pages = append(r.Pages, *b.nights[name])
	}
	r.Noisy, r.MoreNoisy = b.noisy()
	r.Actions = toDo(nil, b.q.Now)
	return r
}

// Rank is the smallest of some values, which are sorted, that so large a part of them does not exceed; nil if there is none.
func Rank(sorted []float64, part float64) *float64 {
	if len(sorted) == 0 {
		return nil
	}
	n := max(int(math.Ceil(part*float64(len(sorted)))), 1)
	v := sorted[n-1]
	return &v
}

func counted(of map[string]int, order func(a, b Count) int) []Count {
	all := []Count{}
	for name, n := range of {
		all = append(all, Count{name, n})
	}
	slices.SortFunc(all, order)
	return all
}
