//go:build unix

package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/oncalm/oncalm/alarms/cloudwatch/cloudwatchtest"
	"github.com/oncalm/oncalm/alarms/setup"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
)

// TestWatchedProcess: the program itself, with its own socket and store: who watches over it hears it by both ways within seconds of the
// start, something beats, and the doctor says when. Neither token nor address stands in store, log or metrics.
func TestWatchedProcess(t *testing.T) {
	var heard atomic.Int64
	dog := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/"+watchSecret {
			heard.Add(1)
		}
	}))
	t.Cleanup(dog.Close)
	fake := cloudwatchtest.New(t)
	r := newRig(t, newSlack(t).APIURL())
	r.env = append(r.env, "AWS_ENDPOINT_URL_CLOUDWATCH="+fake.URL, "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=id",
		"AWS_SECRET_ACCESS_KEY=secret", "AWS_CONFIG_FILE="+r.path("none"), "AWS_SHARED_CREDENTIALS_FILE="+r.path("none"),
		"AWS_PROFILE=", "AWS_EC2_METADATA_DISABLED=true", "AWS_ENDPOINT_URL_SNS="+fake.URL,
		"WATCHDOG="+dog.URL+"/"+watchSecret, "BEAT_TOKEN=token-of-the-backup")
	r.configure("default_service: shop\n", `default_service: shop
watch: {url: "${WATCHDOG}", metric: Oncalm/Heartbeat}
heartbeats: {nightly-backup: {every: 24h, token: "${BEAT_TOKEN}"}}
`)
	if out, code := r.call("check", "-config", r.path("oncalm.yaml")); code != cli.ExitFine {
		t.Fatalf("%d %s", code, out)
	}
	r.start()
	r.eventually("a heartbeat by both ways", func() bool {
		return heard.Load() > 0 && slices.Contains(fake.Puts(), "Oncalm/Heartbeat=1")
	})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+r.addr+"/beat/nightly-backup", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer token-of-the-backup")
	resp, err := r.client.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp, err)
	}
	_ = resp.Body.Close()
	said := map[string]setup.Finding{}
	r.eventually("the doctor knows of the heartbeat", func() bool {
		out, _ := r.call("doctor", "-json", "-config", r.path("oncalm.yaml"))
		var found []setup.Finding
		if err := json.Unmarshal([]byte(out), &found); err != nil {
			t.Fatal(err, out)
		}
		for _, f := range found {
			said[f.Check] = f
		}
		return strings.Contains(said["watch"].What, "the last heartbeat went")
	})
	if f := said["watch"]; f.Level != setup.Info || !strings.Contains(f.What, "the last canary arrived") {
		t.Errorf("%+v", f)
	}
	if f := said["heartbeat"]; f.Level != setup.Info || !strings.Contains(f.What, "the heartbeat nightly-backup beat ") {
		t.Errorf("%+v", f)
	}
	metrics := r.metrics()
	if strings.Contains(metrics, "oncalm_heartbeat_timestamp_seconds 0\n") ||
		!strings.Contains(metrics, `oncalm_watch_failures_total{what="url"} 0`) {
		t.Errorf("the metrics are %s", metrics)
	}
	r.stop()
	if out, code := r.call("fsck", "-config", r.path("oncalm.yaml")); code != cli.ExitFine {
		t.Errorf("fsck: %d %s", code, out)
	}
	if out, _ := r.call("incidents", "-config", r.path("oncalm.yaml")); strings.Contains(out, "canary") {
		t.Errorf("incidents has %s", out)
	}
	stored, err := os.ReadFile(r.store)
	if err != nil {
		t.Fatal(err)
	}
	for place, text := range map[string]string{"the store": string(stored), "the log": r.logs.String(), "the metrics": metrics} {
		for _, secret := range []string{watchSecret, "token-of-the-backup"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s has %s", place, secret)
			}
		}
	}
}

// metrics are those of the private listener.
func (r *rig) metrics() string {
	r.t.Helper()
	resp, err := r.client.Get("http://" + r.web + "/metrics")
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	var b strings.Builder
	if err := resp.Write(&b); err != nil {
		r.t.Fatal(err)
	}
	return b.String()
}
