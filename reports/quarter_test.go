package reports_test

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/postmortems/learning"
	"github.com/oncalm/oncalm/reports"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/store/storetest"
)

// quarter fills a store with so many cases of incidents, in equal steps over a quarter.
func quarter(t testing.TB, s store.Store, from time.Time, n int) {
	t.Helper()
	step := 90 * 24 * time.Hour / time.Duration(n)
	for begin := 1; begin <= n; begin += 1000 {
		err := s.Update(t.Context(), func(tx store.Tx) error {
			tx.Put(incidents.HeadKey("1"), []byte("{}"))
			tx.Put(incidents.CounterKey, fmt.Append(nil, n))
			for k := begin; k < begin+1000 && k <= n; k++ {
				at := from.Add(time.Duration(k-1) * step)
				c := past.Case{ID: fmt.Sprint(k), Title: fmt.Sprint("checkout-", k%200, "-5xx-rate"), Service: fmt.Sprint("s", k%20),
					Severity: fmt.Sprint("sev", 1+k%4), Opened: at, Resolved: at.Add(time.Duration(60+k%3000) * time.Second),
					Itself: k%3 == 0,
					Acted:  k%3 == 1, Alarms: []past.Alarm{{Account: "123456789012", Region: "eu-central-1", Name: fmt.Sprint("a", k%200)}},
					Detect: new(2.5), Acknowledge: new(float64(k % 600)),
					Mitigate: new(float64(k % 3600)), Resolve: new(float64(k % 7200)),
					Pages: []past.Page{{At: at.Add(time.Second), Schedule: "payments"}}}
				if err := past.Put(tx, &c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// counted counts what is read of a store.
type counted struct {
	store.Store
	views, gets, rows int
}

func (c *counted) View(ctx context.Context, fn func(store.Tx) error) error {
	c.views++
	return c.Store.View(ctx, func(tx store.Tx) error { return fn(&countedTx{tx, c}) })
}

type countedTx struct {
	store.Tx
	c *counted
}

func (tx *countedTx) Get(key string) []byte {
	tx.c.gets++
	return tx.Tx.Get(key)
}

func (tx *countedTx) Range(from, to string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for key, val := range tx.Tx.Range(from, to) {
			tx.c.rows++
			if !yield(key, val) {
				return
			}
		}
	}
}

// TestReads: a report reads one row for each incident of its time, and next to nothing of what was before, however much that is.
func TestReads(t *testing.T) {
	s := &counted{Store: storetest.Memory()}
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	const n = 9000 // a hundred a day
	quarter(t, s, from, n)
	for days, most := range map[int]int{90: n + 100, 7: 700 + 2*1000 + 100} {
		*s = counted{Store: s.Store}
		q := reports.Query{From: from.AddDate(0, 0, 90-days), To: from.AddDate(0, 0, 90), Now: from.AddDate(0, 0, 91)}
		r, err := reports.Read(t.Context(), learning.Source{Store: s}, q)
		if err != nil {
			t.Fatal(err)
		}
		if r.Incidents.All != days*100 || r.Times[0].N != days*100 {
			t.Errorf("%d days: %+v", days, r.Incidents)
		}
		if s.rows+s.gets > most {
			t.Errorf("%d days: %d rows and %d values in %d views; at most %d", days, s.rows, s.gets, s.views, most)
		}
	}
}

// BenchmarkQuarter is a report of 100,000 incidents, from a file.
func BenchmarkQuarter(b *testing.B) {
	s, err := bolt.Open(filepath.Join(b.TempDir(), "q.db"), bolt.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	quarter(b, s, from, 100_000)
	q := reports.Query{From: from, To: from.AddDate(0, 0, 90), Now: from.AddDate(0, 0, 91)}
	b.ReportAllocs()
	for b.Loop() {
		r, err := reports.Read(b.Context(), learning.Source{Store: s}, q)
		if err != nil || r.Incidents.All != 100_000 {
			b.Fatal(r.Incidents, err)
		}
	}
}
