//go:build unix

package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/store/bolt"
)

// BenchmarkAlarm is the whole way of one alarm in this process: verified, stored,
// paged, the delivery recorded. What the network and the disk take is left out; what
// is left is our own work, and its garbage.
func BenchmarkAlarm(b *testing.B) {
	topic, err := rigsTopic()
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	cfg := fillConfig(b, dir, topic)
	db, err := cli.OpenStore(b.Context(), filepath.Join(dir, "oncalm.db"), bolt.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	a, err := newApp(cfg, db, slog.New(slog.DiscardHandler), outside{slack: yes{}})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	var working sync.WaitGroup
	working.Go(func() { _ = a.run(ctx) })
	bodies := make([][]byte, b.N)
	for n := range bodies {
		if bodies[n], err = topic.Alarm(aws.Example{Name: fmt.Sprintf("checkout-%06d", n), At: time.Now()}); err != nil {
			b.Fatal(err)
		}
	}
	public := a.public()
	before := ownCPU()
	b.ReportAllocs()
	b.ResetTimer()
	var next atomic.Int64
	var clients sync.WaitGroup
	for range 64 {
		clients.Go(func() {
			for n := int(next.Add(1)) - 1; n < b.N; n = int(next.Add(1)) - 1 {
				rec := httptest.NewRecorder()
				public.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/sns", bytes.NewReader(bodies[n])))
				if rec.Code != http.StatusOK {
					b.Error(rec.Code, rec.Body)
				}
			}
		})
	}
	clients.Wait()
	for delivered(b, a, b.N) < b.N {
		time.Sleep(time.Millisecond)
	}
	b.StopTimer()
	b.ReportMetric(float64((ownCPU()-before).Microseconds())/float64(b.N), "cpu-µs/op")
	cancel()
	working.Wait()
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
}

// ownCPU is the time that this process has computed.
func ownCPU() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
