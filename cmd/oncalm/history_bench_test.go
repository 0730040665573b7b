package main

import (
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// settle resolves the incidents from 1 to n in a store that nobody else has.
func settle(b *testing.B, path string, n int) {
	b.Helper()
	db, err := cli.OpenStore(b.Context(), path, bolt.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	book := &incidents.Book{Store: db, Followers: []incidents.Follower{history.Follow}}
	over := incidents.Event{By: incidents.Person("ana"), Body: incidents.Resolved{}}
	for from := 1; from <= n; from += 500 {
		err := db.Update(b.Context(), func(tx store.Tx) error {
			for k := from; k < from+500 && k <= n; k++ {
				if _, err := book.Append(tx, time.Now(), fmt.Sprint(k), over); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkHistory is what people and machines ask of a server with 100,000 incidents, of which 1,000 are open: lists, a scrape,
// fsck; and how much memory it has afterwards.
func BenchmarkHistory(b *testing.B) {
	const stored = 100_000
	full := filepath.Join(b.TempDir(), "full.db")
	fill(b, full, stored)
	settle(b, full, stored-1000)
	for b.Loop() {
		r, _, _ := newLoadRig(b)
		copyFile(b, full, r.path("oncalm.db"))
		r.start()
		for name, args := range map[string][]string{
			"list-s": {"incidents"}, "json-s": {"incidents", "-json"}, "open-s": {"incidents", "-open"},
			"sev1-s": {"incidents", "-severity", "sev1"}, "fsck-s": {"fsck"},
		} {
			begun := time.Now()
			if out, code := r.call(append(args, "-config", r.path("oncalm.yaml"))...); code != cli.ExitFine {
				b.Fatalf("%q: %d, %.200s", args, code, out)
			}
			b.ReportMetric(time.Since(begun).Seconds(), name)
		}
		begun := time.Now()
		resp, err := r.client.Get("http://" + r.web + "/metrics")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
			b.Fatal(resp.Status, err)
		}
		b.ReportMetric(time.Since(begun).Seconds()*1000, "scrape-ms")
		_ = resp.Body.Close()
		b.ReportMetric(status(b, r.cmd.Process.Pid, "RssAnon")/1024, "anon-MiB")
		r.stop()
	}
}
