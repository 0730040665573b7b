package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/cloudwatch/cloudwatchtest"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// TestReconciliation holds that the program asks CloudWatch when it starts, and pages for an alarm of which no message came.
func TestReconciliation(t *testing.T) {
	topic, err := rigsTopic()
	if err != nil {
		t.Fatal(err)
	}
	fake := cloudwatchtest.New(t)
	fake.Put(cloudwatchtest.Alarm{Kind: "MetricAlarm", ARN: "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:checkout-5xx",
		State: "ALARM", Changed: time.Now().Add(-5 * time.Minute), Acts: []string{rigTopic}})
	none := filepath.Join(t.TempDir(), "none")
	for name, value := range map[string]string{"AWS_ENDPOINT_URL_CLOUDWATCH": fake.URL, "AWS_REGION": "eu-central-1",
		"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none,
		"AWS_PROFILE": "", "AWS_EC2_METADATA_DISABLED": "true"} {
		t.Setenv(name, value)
	}
	dir := t.TempDir()
	db, err := cli.OpenStore(t.Context(), filepath.Join(dir, "oncalm.db"), bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	cfg := fillConfig(t, dir, topic)
	cfg.Reconcile = 5 * time.Minute
	a, err := newApp(cfg, db, slog.New(slog.DiscardHandler), outside{slack: yes{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var working sync.WaitGroup
	defer working.Wait()
	defer cancel()
	working.Go(func() { _ = a.run(ctx) })
	paged := func() (yes bool) {
		_ = a.store.View(ctx, func(tx store.Tx) error {
			i, err := incidents.Head(tx, "1")
			yes = err == nil && i.Title == "checkout-5xx" && !i.PagesTo("ana")[0].Delivered.IsZero()
			return nil
		})
		return yes
	}
	for begun := time.Now(); !paged(); time.Sleep(5 * time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatalf("no page for an alarm that CloudWatch alone knows; it was asked %d times", fake.Calls("DescribeAlarms"))
		}
	}
}
