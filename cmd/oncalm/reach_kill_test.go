package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/reach/reachtest"
)

// TestKilledWhileAnSMSGoesOut kills the program at each step of an SMS: it arrives, and no more than twice.
func TestKilledWhileAnSMSGoesOut(t *testing.T) {
	t.Parallel() // it waits more than it computes
	for step, most := range map[string]int{"before SNS has it": 1, "SNS has it, and has not answered": 2, "SNS has answered": 2} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			fake, slack := &reachtest.SNS{}, newSlack(t)
			r := newRig(t, slack.APIURL())
			var killed atomic.Bool
			process := make(chan *os.Process, 1)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				if !killed.CompareAndSwap(false, true) {
					fake.ServeHTTP(w, req)
					return
				}
				switch {
				case strings.HasPrefix(step, "before"):
					_, _ = io.Copy(io.Discard, req.Body)
				case strings.HasSuffix(step, "not answered"):
					fake.ServeHTTP(httptest.NewRecorder(), req)
				default:
					fake.ServeHTTP(w, req)
					_ = http.NewResponseController(w).Flush()
				}
				_ = (<-process).Kill()
				if !strings.HasSuffix(step, "has answered") {
					<-req.Context().Done()
				}
			}))
			t.Cleanup(server.Close)
			r.env = append(r.env, "AWS_ENDPOINT_URL_SNS="+server.URL, "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=AKIDEXAMPLE",
				"AWS_SECRET_ACCESS_KEY=secret", "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE="+r.path("none"),
				"AWS_SHARED_CREDENTIALS_FILE="+r.path("none"), "AWS_PROFILE=")
			r.configure("people: {ana: {slack: U0ANA}", "public_url: https://oncall.example.com\nsms: {via: sns}\n"+
				"people: {ana: {slack: U0ANA, phone: \"+4915112345678\", notify: {sev2: [sms, slack]}}")
			r.start()
			process <- r.cmd.Process
			if status := r.post(r.alarm("disk-full", incidents.AlarmFiring, time.Now())); status != http.StatusOK && status != 0 {
				t.Fatalf("the alarm was answered %d", status)
			}
			<-r.ended
			r.kill()
			r.start()
			deadline := time.Now().Add(time.Minute)
			for !strings.Contains(r.timeline("1"), `"kind":"delivered","body":{"key":"1/page/0.0/ana/sms"`) {
				if time.Now().After(deadline) {
					t.Fatalf("no SMS was delivered: %s\n%s", r.timeline("1"), r.logs)
				}
				time.Sleep(50 * time.Millisecond)
			}
			if n := len(fake.Sent()); n < 1 || n > most {
				t.Errorf("%d SMS arrived, want 1 to %d", n, most)
			}
			if wrong := fake.Wrong(); len(wrong) > 0 {
				t.Errorf("SNS would not have understood: %q", wrong)
			}
		})
	}
}
