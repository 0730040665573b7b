package bolt

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/oncalm/oncalm/store"
)

func benchStore(b *testing.B) *DB {
	b.Helper()
	d, err := Open(filepath.Join(b.TempDir(), "oncalm.db"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := d.Close(); err != nil {
			b.Error(err)
		}
	})
	return d
}

// callers runs fn b.N times from so many goroutines at once.
func callers(b *testing.B, d *DB, goroutines int, fn func(n int64, tx store.Tx) error) {
	b.ReportAllocs()
	b.SetParallelism(goroutines) // times GOMAXPROCS; spare ones end at once
	var next, running atomic.Int64
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		if running.Add(1) > int64(goroutines) {
			return
		}
		for pb.Next() {
			n := next.Add(1)
			err := d.Update(context.Background(), func(tx store.Tx) error { return fn(n, tx) })
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.StopTimer()
	s := d.Stats()
	b.ReportMetric(float64(s.Updates)/b.Elapsed().Seconds(), "updates/s")
	b.ReportMetric(float64(s.Updates)/float64(s.Commits), "updates/commit")
	b.ReportMetric(float64(s.Bytes)/float64(s.Updates), "file-B/update")
}

func oneKey(n int64, tx store.Tx) error {
	tx.Put(fmt.Sprintf("seen/%08d", n), []byte("2026-11-22T20:40:00Z"))
	return nil
}

func BenchmarkUpdateAlone(b *testing.B) { callers(b, benchStore(b), 1, oneKey) }

func BenchmarkUpdate64(b *testing.B) { callers(b, benchStore(b), 64, oneKey) }

// tenPuts is about what one alarm writes: an incident with its first events, its
// debts, and two keys that are scattered.
func tenPuts(n int64, tx store.Tx) error {
	val := make([]byte, 700)
	for i := range val {
		val[i] = byte('a' + i%26)
	}
	size := func() []byte { return val[:300+rand.N(401)] }
	id := fmt.Sprintf("%08d", n)
	tx.Get("counter")
	tx.Put("counter", []byte(id))
	tx.Put(fmt.Sprintf("seen/%016x%016x", rand.Uint64(), rand.Uint64()), size()[:20])
	tx.Put(fmt.Sprintf("alarm/%016x", rand.Uint64()), size())
	for e := range 3 {
		tx.Put(fmt.Sprintf("incident/%s/event/%08d", id, e), size())
	}
	tx.Put("incident/"+id+"/head", size())
	tx.Put("open/"+id, nil)
	for e := range 2 {
		tx.Put(fmt.Sprintf("outbox/entry/%s/page/0.%d/ana", id, e), size())
		tx.Put(fmt.Sprintf("outbox/due/%d/20261122T204000.%09d/%s/page/0.%d/ana", e, n, id, e), nil)
	}
	return nil
}

func BenchmarkUpdate64TenPuts(b *testing.B)    { callers(b, benchStore(b), 64, tenPuts) }
func BenchmarkUpdate16TenPuts(b *testing.B)    { callers(b, benchStore(b), 16, tenPuts) }
func BenchmarkUpdateAloneTenPuts(b *testing.B) { callers(b, benchStore(b), 1, tenPuts) }

func BenchmarkViewGet(b *testing.B) {
	d := benchStore(b)
	if err := d.Update(context.Background(), func(tx store.Tx) error { tx.Put("a", []byte("b")); return nil }); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := d.View(context.Background(), func(tx store.Tx) error { tx.Get("a"); return nil }); err != nil {
			b.Fatal(err)
		}
	}
}
