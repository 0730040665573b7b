//go:build unix

package bot

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
)

// echo answers each post as Slack does: with the whole message.
const echo = `{"ok":true,"channel":"D0ANA","ts":"1730000000.000100","message":{"type":"message","user":"U0ONCALM","text":"sev2: checkout-5xx. Incident 42, checkout.","ts":"1730000000.000100","bot_id":"B0ONCALM","app_id":"A0ONCALM","blocks":[{"type":"header","block_id":"a","text":{"type":"plain_text","text":"sev2","emoji":false}},{"type":"rich_text","block_id":"b","elements":[{"type":"rich_text_section","elements":[{"type":"text","text":"Incident 42"}]}]}],"metadata":{"event_type":"oncalm_page","event_payload":{"key":"42/page/0.0/ana"}}}}`

type canned struct{}

func (canned) RoundTrip(r *http.Request) (*http.Response, error) {
	_, _ = io.Copy(io.Discard, r.Body)
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(echo)), Request: r},
		nil
}

func benchPage(b *testing.B, url string, rt http.RoundTripper) {
	bot, err := New(Options{
		APIURL: url, Token: "xoxb-x", SigningSecrets: []string{"s"}, Transport: rt,
		People: map[string]chat.Person{"ana": {Slack: ana}}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		b.Fatal(err)
	}
	p := paging.Page{Person: "ana", Why: "you are on call for payments (step 1 of 2)", Incident: incidents.Incident{
		ID: "42", Title: "checkout-5xx", Service: "checkout", Severity: incidents.Sev2, Status: incidents.StatusTriggered,
		Opened: time.Now(), Runbook: "https://wiki.example.com/checkout",
	}, Alarm: &incidents.Alarm{Reason: "Threshold Crossed: 1 datapoint (12.0) was greater than the threshold (5.0).", Link: "https://console.aws.amazon.com/x"}}
	b.ReportAllocs()
	before := processor()
	for b.Loop() {
		if _, err := bot.Pages().Page(context.Background(), "42/page/0.0/ana", p); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((processor()-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
}

// processor is the time that this process has had on processors: on a busy machine the only time that tells something.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkPage is what a page costs us, without the way to Slack.
func BenchmarkPage(b *testing.B) { benchPage(b, "http://slack.invalid/api/", canned{}) }

// BenchmarkPageOverLoopback includes both ends of a connection.
func BenchmarkPageOverLoopback(b *testing.B) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, echo)
	}))
	defer s.Close()
	benchPage(b, s.URL+"/api/", nil)
}
