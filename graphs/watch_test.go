package graphs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// source answers what it is told to.
type source struct {
	err   error
	asked []string
}

func (s *source) Lag() time.Duration { return 3 * time.Minute }

func (s *source) Measure(_ context.Context, a *incidents.Alarm, from, to time.Time) (response.Measured, error) {
	s.asked = append(s.asked, fmt.Sprintf("%s %s+%s", a.Name, from.Format("15:04:05"), to.Sub(from)))
	return response.Measured{Metric: "m", From: from, Period: 60, Values: []*float64{new(1.0)}}, s.err
}

// rig is a watcher on a store.
type rig struct {
	t     *testing.T
	store store.Store
	w     *Watcher
	from  *source
}

func newRig(t *testing.T) *rig {
	r := &rig{t: t, store: storetest.Memory(), from: &source{}}
	book := &incidents.Book{Store: r.store}
	r.w = &Watcher{Book: book, Source: r.from, Log: slog.New(slog.DiscardHandler)}
	book.Followers = []incidents.Follower{r.w.Follow}
	return r
}

func (r *rig) update(fn func(store.Tx) error) {
	r.t.Helper()
	if err := r.store.Update(r.t.Context(), fn); err != nil {
		r.t.Fatal(err)
	}
}

func fires(name string) *incidents.Alarm {
	return &incidents.Alarm{Name: name, ARN: "arn:aws:cloudwatch:eu-central-1:1:alarm:" + name, Region: "eu-central-1", Series: name,
		State: incidents.AlarmFiring, Changed: time.Now(), Received: time.Now(),
		Metric: &incidents.Metric{Namespace: "AWS/ECS", Name: "5xx",
			Statistic: "Sum", Period: 60, Periods: 1, Dimensions: []incidents.Dimension{{Name: "ServiceName", Value: "web"}}}}
}

func (r *rig) opens(a *incidents.Alarm) (id string) {
	r.t.Helper()
	r.update(func(tx store.Tx) error {
		i, err := r.w.Book.Open(tx, time.Now(), time.Now(), incidents.ByAlarm("x"), incidents.Opened{Title: "x", Service: "web",
			Severity: incidents.Sev2, Alarm: a})
		id = i.ID
		return err
	})
	return id
}

func (r *rig) append(id string, b incidents.Body) {
	r.t.Helper()
	r.update(func(tx store.Tx) error {
		_, err := r.w.Book.Append(tx, time.Now(), id, incidents.Event{By: incidents.Oncalm(), Body: b})
		return err
	})
}

// due are the entries that are due, or nil if the next is later.
func (r *rig) work(t *testing.T, key string) (done bool, err error) {
	t.Helper()
	var e outbox.Entry
	_ = r.store.View(t.Context(), func(tx store.Tx) error {
		var ok bool
		if e, ok = outbox.In(tx, time.Now()).Get(key); !ok {
			t.Fatalf("there is no entry %s", key)
		}
		return nil
	})
	time.Sleep(time.Until(e.Due))
	then, err := r.w.Handlers()[Kind](t.Context(), e)
	if err == nil && then != nil {
		r.update(then)
	}
	return then != nil, err
}

// measured are what stands on a timeline of metrics.
func (r *rig) measured(id string) (all []string) {
	_ = r.store.View(r.t.Context(), func(tx store.Tx) error {
		events, err := incidents.Timeline(tx, id)
		for _, e := range events {
			if m, ok := measured(e); ok {
				all = append(all, m.Alarm+": "+m.Metric)
			}
		}
		return err
	})
	return all
}

// TestLooks holds when a metric is looked at, for which time, and that it stands on the timeline.
func TestLooks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		id := r.opens(fires("web-5xx"))
		if done, err := r.work(t, id+"/graph/1"); !done || err != nil {
			t.Fatal(done, err)
		}
		time.Sleep(2 * time.Hour)
		r.append(id, incidents.Resolved{})
		if done, err := r.work(t, id+"/graph/3"); !done || err != nil {
			t.Fatal(done, err)
		}
		got := strings.Join(append(r.from.asked, r.measured(id)...), "; ")
		// from 3 hours before; then from an hour before the alarm until three minutes after the end
		const want = "web-5xx 21:00:20+3h0m0s; web-5xx 23:00:00+3h3m20s; web-5xx: Sum of 5xx · web; web-5xx: Sum of 5xx · web"
		if got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	})
}

// TestStormIsSpread holds that many incidents are looked at one after another, and those that would come too late not for the ones before.
func TestStormIsSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		begun, latest := time.Now(), time.Time{}
		seconds := map[int64]int{}
		for n := range 300 {
			id := r.opens(fires(fmt.Sprint("a", n)))
			_ = r.store.View(t.Context(), func(tx store.Tx) error {
				e, _ := outbox.In(tx, begun).Get(id + "/graph/1")
				seconds[e.Due.Unix()]++
				latest = e.Due
				return nil
			})
		}
		if len(seconds) != 300 || latest.Sub(begun) != soon+299*apart {
			t.Errorf("300 looks at %d times, the last after %s", len(seconds), latest.Sub(begun))
		}
	})
}

// TestNothingToLookAt holds of which incidents nothing is asked, and what becomes of errors.
func TestNothingToLookAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		strange := fires("no-arn")
		strange.ARN = ""
		if done, err := r.work(t, r.opens(strange)+"/graph/1"); done || err != nil || len(r.from.asked) != 0 {
			t.Errorf("of an alarm without an ARN: %v, %v, asked %q", done, err, r.from.asked)
		}
		over := r.opens(fires("over"))
		r.append(over, incidents.Resolved{})
		if done, err := r.work(t, over+"/graph/1"); done || err != nil || len(r.from.asked) != 0 {
			t.Errorf("of one that is over: %v, %v, asked %q", done, err, r.from.asked)
		}
		for _, tt := range []struct {
			err   error
			again bool
		}{{ErrNone, false}, {fmt.Errorf("%w: cloudwatch:GetMetricData", ErrDenied), false}, {errors.New("throttled"), true}} {
			r.from.err = tt.err
			id := r.opens(fires("x"))
			if done, err := r.work(t, id+"/graph/1"); done || (err != nil) != tt.again || r.measured(id) != nil {
				t.Errorf("%v: %v, %v", tt.err, done, err)
			}
		}
		r.w.Source = nil
		id := r.opens(fires("off"))
		_ = r.store.View(t.Context(), func(tx store.Tx) error {
			if _, ok := outbox.In(tx, time.Now()).Get(id + "/graph/1"); ok {
				t.Error("there is an entry where nothing can be asked")
			}
			return nil
		})
	})
}
