package bot

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/oncalm/oncalm/bot/lookup"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/lookups"
	"github.com/oncalm/oncalm/lookups/logsfake"
	"github.com/oncalm/oncalm/lookups/tracesfake"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/rollbacks/awsfake"
	"github.com/oncalm/oncalm/store"
)

// cloud is what answers for AWS, without sockets.
type cloud struct {
	logs   *logsfake.Logs
	traces *tracesfake.Traces
	region string // that was asked for last
}

// Do implements [aws.HTTPClient].
func (c *cloud) Do(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if r.Header.Get("X-Amz-Target") != "" {
		c.logs.ServeHTTP(w, r)
	} else {
		c.traces.ServeHTTP(w, r)
	}
	return w.Result(), nil
}

func (c *cloud) ways(_ context.Context, region string) (aws.Config, error) {
	c.region = region
	return aws.Config{Region: awsfake.Region, HTTPClient: c, RetryMaxAttempts: 1, BaseEndpoint: aws.String("http://aws.example.com"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "ID", SecretAccessKey: "KEY"}, nil
		})}, nil
}

// looking makes a world in which an alarm of checkout has fired, and the logs and traces of the service are known.
func looking(t *testing.T, places lookups.Places, do func(w *world, c *cloud, id string)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := &cloud{logs: logsfake.New(time.Now), traces: tracesfake.New()}
		c.logs.Takes = 4 * time.Second
		w := (&world{t: t, logged: &buffer{}, groups: outbox.DefaultGroups(nil),
			subscriptions: []string{"message"}}).begin(func(o *Options) {
			o.Rights = rights.Rules{rights.Viewer: {"cy"}}
			o.Lookups = lookup.Options{Ways: c.ways, Places: func(service string) lookups.Places {
				if service != "checkout" {
					return lookups.Places{}
				}
				return places
			}}
		})
		id := w.alarm("checkout-5xx", func(o *incidents.Opened) {
			o.Service = "checkout"
			o.Alarm = &incidents.Alarm{Name: "checkout-5xx", Region: "eu-central-1", Series: "s", State: incidents.AlarmFiring, Changed: time.Now()}
		})
		w.wait(3 * time.Second)
		do(w, c, id)
		w.sound(id)
	})
}

// TestLogLines: lines that an alarm on logs sends stand on its page and its card, a few of them, and do nothing there.
func TestLogLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.alarm("checkout-errors", func(o *incidents.Opened) {
			o.Alarm.Kind, o.Alarm.Lines = "log", []string{"ERROR <!channel> one", "ERROR two", "ERROR three", "ERROR four"}
		})
		w.wait(3 * time.Second)
		for _, m := range []workspace.Message{w.only(w.slack.DM(ana)), w.only(w.slack.Messages(channel))} {
			contains(t, string(m.Blocks), "ERROR two", "ERROR three")
			if strings.Contains(string(m.Blocks), "ERROR four") || strings.Contains(m.Text, "<!channel>") {
				t.Errorf("%s\n%s", m.Text, m.Blocks)
			}
		}
	})
}

// heard is the newest message that only somebody sees.
func (w *world) heard(user string) (m workspace.Message) {
	w.t.Helper()
	all := w.slack.Ephemerals(channel, user)
	if len(all) == 0 {
		w.t.Fatal("there is nothing that only they see")
	}
	return all[len(all)-1]
}

// stored reports whether a text is anywhere in the store.
func (w *world) stored(text string) (where string) {
	w.t.Helper()
	err := w.db.View(context.Background(), func(tx store.Tx) error {
		for k, v := range tx.Range("", "\xff") {
			if strings.Contains(string(v), text) {
				where = k
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return where
}

// TestLogs: who asks is answered at once, and gets the patterns when Logs Insights has them, alone, with what they cost and a link; what
// stands in the logs is harmless and in no store.
func TestLogs(t *testing.T) {
	looking(t, lookups.Places{Logs: []string{"/ecs/checkout"}}, func(w *world, c *cloud, id string) {
		c.logs.Bytes = 400_000_000
		c.logs.Write("/ecs/checkout", time.Now(), "ERROR <!channel> order 1: <https://evil.example|look> 503", "GET / 200",
			"ERROR <!channel> order 2: <https://evil.example|look> 503")
		before := len(w.slack.Ephemerals(channel, ana))
		contains(t, w.typed(ana, "/incident", "logs"), "I look at the logs of checkout for "+id, "for you alone")
		if now := len(w.slack.Ephemerals(channel, ana)); now > before+1 {
			t.Error("it is told before it is known")
		}
		w.wait(10 * time.Second)
		m := w.heard(ana)
		contains(t, m.Text, "2 of 3 lines with error, exception, fatal, panic or timed out", "2 × `ERROR &lt;!channel&gt; order",
			"Scanned 1.2 GB, about $0.006. Only you see this.")
		contains(t, string(m.Blocks), "Open in Logs Insights", "#logsV2:logs-insights")
		if strings.Contains(m.Text, "<!channel>") || strings.Contains(m.Text, "<https://evil") {
			t.Errorf("what stands in a log is alive: %s", m.Text)
		}
		for _, other := range []string{bo, cy} {
			if all := w.slack.Ephemerals(channel, other); len(all) > 0 {
				t.Errorf("%s reads it: %v", other, texts(all))
			}
		}
		if where := w.stored("evil.example"); where != "" {
			t.Errorf("what stands in a log is stored in %s", where)
		}
		if c.region != "eu-central-1" {
			t.Errorf("it looks in %q", c.region)
		}
		if n := c.logs.Calls("GetQueryResults"); n < 3 || n > 8 {
			t.Errorf("%d looks whether it is done", n)
		}
		w.typed(ana, "/incident", "logs "+id+" get")
		w.wait(10 * time.Second)
		contains(t, w.heard(ana).Text, "1 of 3 lines with “get”.", "1 × `GET / ")
		w.typed(ana, "/incident", "logs "+id+` "no such"`)
		w.wait(10 * time.Second)
		contains(t, w.heard(ana).Text, "none of 3 lines has “no such” in it.")
		contains(t, w.typed(cy, "/incident", "logs"), "You may not respond to incidents")
		contains(t, w.typed(ana, "/incident", "logs a b c d e f"), "That is too much to look for")
	})
}

// TestLogsRefused: what goes wrong is told to who asked, with what to do, and the link where there is one.
func TestLogsRefused(t *testing.T) {
	looking(t, lookups.Places{Logs: []string{"/ecs/checkout"}}, func(w *world, c *cloud, id string) {
		ask := func(parts ...string) {
			t.Helper()
			w.typed(ana, "/incident", "logs")
			w.wait(70 * time.Second)
			contains(t, w.heard(ana).Text, parts...)
		}
		ask("AWS does not know the log “/ecs/checkout” in eu-central-1. What to do: correct logs of the service")
		c.logs.Write("/ecs/checkout", time.Now(), "ERROR x")
		c.logs.Fail("StartQuery", awsfake.Fault{Code: "AccessDeniedException", Left: 1})
		ask("may not call logs:StartQuery", "templates/aws/iam/lookups.json")
		c.logs.Fail("GetQueryResults", awsfake.Fault{Code: "ThrottlingException", Left: 1})
		ask("too much to do", "try again in a minute")
		c.logs.Takes = time.Hour
		ask("did not answer within 1 min", "open it in the console")
		if c.logs.Stopped() != 1 {
			t.Error("it goes on")
		}
		// a start in between changes nothing: the question goes on where it was
		c.logs.Takes = 5 * time.Second
		w.typed(ana, "/incident", "logs "+id)
		w.wait(2 * time.Second)
		asked := c.logs.Calls("StartQuery")
		w.restart(func(o *Options) {
			o.Lookups = lookup.Options{Ways: c.ways, Places: func(string) lookups.Places { return lookups.Places{} }}
		})
		w.wait(20 * time.Second)
		contains(t, w.heard(ana).Text, "1 of 1 line with")
		if c.logs.Calls("StartQuery") != asked {
			t.Error("it was asked twice")
		}
		contains(t, w.typed(ana, "/incident", "logs"), "I do not know where the logs of checkout are", "logs: [\"/ecs/checkout\"]")
	})
}

// TestTraces: the services that fail are named, with links, to who asked alone.
func TestTraces(t *testing.T) {
	looking(t, lookups.Places{Traces: []string{"checkout-api"}}, func(w *world, c *cloud, id string) {
		ask := func(parts ...string) {
			t.Helper()
			contains(t, w.typed(ana, "/incident", "traces"), "I look at the traces of checkout")
			w.wait(5 * time.Second)
			contains(t, w.heard(ana).Text, parts...)
		}
		ask("X-Ray knows no such service at that time")
		own := tracesfake.Hop{Name: "checkout-api", Type: "AWS::ECS::Container", Took: time.Second}
		c.traces.Add(tracesfake.Call{At: time.Now(), Way: []tracesfake.Hop{own}})
		ask("no call failed, of it or of what it calls")
		c.traces.Add(tracesfake.Call{At: time.Now(), Way: []tracesfake.Hop{own,
			{Name: "payments <!channel>", Type: "remote", Took: 250 * time.Millisecond, Fault: true}}})
		contains(t, string(w.heard(ana).Blocks), "no call")
		ask("• payments &lt;!channel&gt; (remote): 1 fault in 1 call (100 %); p90 250 ms", "Traces that failed: …0000000001 (",
			"Only you see this.")
		contains(t, string(w.heard(ana).Blocks), `"url":"https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#xray:traces/1-`)
		c.traces.Fail("GetServiceGraph", awsfake.Fault{Code: "AccessDeniedException", Status: http.StatusForbidden, Left: 1})
		ask("may not call xray:GetServiceGraph on the traces")
		contains(t, w.typed(ana, "/incident", "logs"), "I do not know where the logs of checkout are")
		// without a slash command, it comes where the bot and the person talk
		if _, err := w.slack.Hands.Say(context.Background(), ana, ana, "traces "+id); err != nil {
			t.Fatal(err)
		}
		w.wait(5 * time.Second)
		all := texts(w.slack.DM(ana))
		contains(t, all[len(all)-1], "1 fault in 1 call")
	})
}
