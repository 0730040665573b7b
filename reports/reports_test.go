package reports_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/reports"
	"github.com/oncalm/oncalm/reports/reportstest"
)

func read(t testing.TB, w *reportstest.Week) reports.Report {
	t.Helper()
	r, err := reports.Read(t.Context(), w, reportstest.Query(t))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestFigures: each figure of the week, worked out by hand.
func TestFigures(t *testing.T) {
	r := read(t, reportstest.New(t))
	in := r.Incidents
	if in.All != 19 || in.Open != 1 || in.Quiet != 1 || in.Declared != 1 || in.Merged != 1 || in.Reopened != 1 {
		t.Errorf("%+v", in)
	}
	if diff := cmp.Diff([]reports.Count{{Name: "search", N: 12}, {Name: "checkout", N: 5}, {Name: "billing", N: 1}, {Name: "costs", N: 1}},
		in.ByService); diff != "" {
		t.Error(diff)
	}
	if r.Passing != (reports.Share{N: 11, Of: 18}) || r.Acted != (reports.Share{N: 6, Of: 18}) {
		t.Errorf("passing %v, acted %v", r.Passing, r.Acted)
	}
	// the one of the night was never acknowledged; that it took a quiet incident a day is none of the figures
	ack := r.Times[1]
	if ack.N != 4 || ack.Missing != 14 || *ack.Median != 90 || *ack.P90 != 210 || *ack.Max != 210 {
		t.Errorf("%+v", ack)
	}
	if len(r.Noisy) != 1 || r.Noisy[0].Alarm.Name != "search-p99" || r.Noisy[0].Passing != (reports.Share{N: 11, Of: 12}) ||
		r.Noisy[0].Acted != (reports.Share{N: 1, Of: 12}) || len(r.Noisy[0].Cures) != 3 {
		t.Errorf("%+v", r.Noisy)
	}
	if r.Actions.Open != 4 || r.Actions.Overdue != 2 || len(r.Actions.Items) != 4 {
		t.Errorf("%+v", r.Actions)
	}
	if len(r.Spans) != 7 || r.Spans[6].Date != "2026-03-29" || r.Spans[6].Incidents != 1 {
		t.Errorf("%+v", r.Spans)
	}
}

// TestAnotherWay works the figures out from the cases once more, in another way.
func TestAnotherWay(t *testing.T) {
	w, q := reportstest.New(t), reportstest.Query(t)
	r := read(t, w)
	got := map[string]int{}
	for _, s := range r.Spans {
		got["incidents"] += s.Incidents
		got["passing"] += s.Passing
		got["pages"] += s.Pages
		got["night"] += s.AtNight
	}
	for _, n := range r.Pages {
		got["pages by schedule"] += n.Pages
		got["night by schedule"] += n.AtNight
	}
	want := map[string]int{}
	var resolved []float64
	for _, c := range w.All {
		if c.Merged || c.Opened.Before(q.From) || !c.Opened.Before(q.To) {
			continue
		}
		want["incidents"]++
		if c.Itself && c.Resolved.Before(c.Opened.Add(5*time.Minute)) {
			want["passing"]++
		}
		for _, p := range c.Pages {
			zone := q.Zone
			if p.Schedule == "search" {
				zone = reportstest.Zone(t, "America/New_York")
			}
			clock := p.At.In(zone).Format("15:04:05")
			if clock >= "22:00:00" || clock < "08:00:00" {
				want["night"]++
			}
			want["pages"]++
		}
		if c.Resolve != nil && !c.Quiet {
			resolved = append(resolved, *c.Resolve)
		}
	}
	want["pages by schedule"], want["night by schedule"] = want["pages"], want["night"]
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// so many did not take longer than the median, and nine of ten not longer than p90, and fewer would not do
	for part, value := range map[float64]float64{0.5: *r.Times[3].Median, 0.9: *r.Times[3].P90} {
		within, less := 0, 0
		for _, v := range resolved {
			if v <= value {
				within++
			}
			if v < value {
				less++
			}
		}
		if all := float64(len(resolved)); float64(within) < part*all || float64(less) >= part*all {
			t.Errorf("%v: %d of %v within, %d less", part, within, all, less)
		}
	}
}

// TestOrderDoesNotMatter: cases come in any order, on a machine in any zone.
func TestOrderDoesNotMatter(t *testing.T) {
	want := read(t, reportstest.New(t))
	local := time.Local
	t.Cleanup(func() { time.Local = local })
	time.Local = time.FixedZone("Kathmandu", 20700)
	w := reportstest.New(t)
	order := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		b := reports.New(reportstest.Query(t))
		all := slices.Clone(w.All)
		order.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for part := range slices.Chunk(all, 4) {
			b.Add(part)
		}
		got := b.Report()
		ignore := cmpopts.IgnoreFields(reports.Noisy{}, "Cures")
		if diff := cmp.Diff(want, got, ignore, cmpopts.IgnoreUnexported(reports.Noisy{}),
			cmpopts.IgnoreFields(reports.Report{}, "Actions")); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
}

// TestNothing: a time without incidents has no figures, and none of them is 0.
func TestNothing(t *testing.T) {
	r := read(t, &reportstest.Week{})
	for _, f := range r.Times {
		if f.Median != nil || f.P90 != nil || f.Max != nil || f.N != 0 || f.Missing != 0 {
			t.Errorf("%+v", f)
		}
	}
	if _, ok := r.Passing.Percent(); ok || len(r.Noisy) > 0 || r.Incidents.All != 0 {
		t.Errorf("%+v", r)
	}
}

// TestSpans: however long the time is, its parts are few, and each incident is in one of them.
func TestSpans(t *testing.T) {
	q := reportstest.Query(t)
	for _, days := range []int{1, 7, 62, 90, 400, 4000} {
		q.To = q.From.AddDate(0, 0, days)
		b := reports.New(q)
		for n := range days {
			b.Add([]past.Case{{ID: "1", Opened: q.From.AddDate(0, 0, n).Add(20 * time.Hour)}})
		}
		r, sum := b.Report(), 0
		for _, s := range r.Spans {
			sum += s.Incidents
		}
		if len(r.Spans) > 64 || sum != days {
			t.Errorf("%d days: %d parts with %d incidents", days, len(r.Spans), sum)
		}
	}
}

// TestFewTimelinesAreRead: a report reads the timeline of the newest incident of each noisy alarm, and no other.
func TestFewTimelinesAreRead(t *testing.T) {
	w := reportstest.New(t)
	if read(t, w); w.Reads != 1 {
		t.Errorf("%d timelines", w.Reads)
	}
}
