package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/requests"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// yes is a Slack that takes everything.
type yes struct{}

func (yes) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(`{"ok":true,"channel":"D1","ts":"1.1","team_id":"T0TEST"}`)),
	}, nil
}

// fill makes a store in which so many incidents were opened by alarms, paged and
// delivered, through the program's own parts. Only the signatures are
// left out, and waiting for the disk.
func fill(b *testing.B, path string, n int) {
	b.Helper()
	topic, err := sns.NewSigningTopic(rigTopic, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	cfg := fillConfig(b, filepath.Dir(path), topic)
	db, err := cli.OpenStore(b.Context(), path, bolt.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	a, err := newApp(cfg, db, slog.New(slog.DiscardHandler), outside{slack: yes{}})
	if err != nil {
		b.Fatal(err)
	}
	a.now().book.Followers = a.now().book.Followers[:1] // cards are paced: they would take a day
	ctx, cancel := context.WithCancel(b.Context())
	var working sync.WaitGroup
	working.Go(func() { _ = a.run(ctx) })
	openMany(b, a, topic, n)
	for delivered(b, a, n) < n {
		time.Sleep(100 * time.Millisecond)
	}
	cancel()
	working.Wait()
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
}

// fillConfig is the configuration of a rig, for an app in this process.
func fillConfig(b testing.TB, dir string, topic *sns.SigningTopic) *config.Config {
	b.Helper()
	pem, yaml := filepath.Join(dir, "sns.pem"), filepath.Join(dir, "oncalm.yaml")
	text := fmt.Appendf(nil, rigConfig, "127.0.0.1:0", "127.0.0.1:0", filepath.Join(dir, "oncalm.db"), "http://127.0.0.1:1/api/", rigTopic, pem)
	for name, content := range map[string][]byte{pem: topic.Certificate(), yaml: text} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			b.Fatal(err)
		}
	}
	cfg, problems := config.Load(yaml, os.LookupEnv, time.Now())
	if errs := problems.Errors(); len(errs) > 0 {
		b.Fatal(errs)
	}
	return cfg
}

func openMany(b *testing.B, a *app, topic *sns.SigningTopic, n int) {
	b.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			for k := int(next.Add(1)); k <= n; k = int(next.Add(1)) {
				at := time.Now()
				now := at.Add(-time.Duration(n-k) * time.Second)
				err := a.store.Update(b.Context(), func(tx store.Tx) error {
					requests.Remember(tx, now, fmt.Sprintf("00000000-0000-0000-0000-%012d", k), "")
					name := fmt.Sprintf("stored-%06d", k)
					_, err := a.now().book.Open(tx, at, at, incidents.ByAlarm(name), incidents.Opened{
						Title: name, Service: "shop", Severity: incidents.Sev2,
						Alarm: &incidents.Alarm{
							Name: name, ARN: topic.AlarmARN(name), Series: name, State: incidents.AlarmFiring, Changed: now, Received: now,
							Reason: "Threshold Crossed: 1 out of the last 1 datapoints [37.0] was greater than the threshold (10.0).",
						},
					})
					return err
				})
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

// delivered counts the newest incidents whose page is out, up to the first that is not.
func delivered(b testing.TB, a *app, n int) (count int) {
	b.Helper()
	err := a.store.View(b.Context(), func(tx store.Tx) error {
		for k := n; k > 0; k-- {
			i, err := incidents.Head(tx, fmt.Sprint(k))
			if err != nil {
				return err
			}
			if i.PagesTo("ana")[0].Delivered.IsZero() {
				return nil
			}
			count++
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return count
}
