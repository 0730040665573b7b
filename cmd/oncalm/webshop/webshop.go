// Package webshop is what the alarms of the demo watch: a service in a fake ECS, with logs and traces, reached over the network as the real
// one is, at the same address as what else the demo has of AWS. An alarm follows a deployment, and is OK again when that is rolled back.
package webshop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/awshttp"
	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/graphs"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/lookups/logsfake"
	"github.com/oncalm/oncalm/lookups/tracesfake"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/ecsfake"
)

// A Shop is a service that is deployed.
type Shop struct {
	ecs    *ecsfake.Cluster
	logs   *logsfake.Logs
	traces *tracesfake.Traces
	server *http.Server
	door   net.Listener

	mu      sync.Mutex
	version int    // that was deployed last
	broken  string // the version that makes the alarm fire; empty while none does
	back    time.Time
	mended  time.Time            // when it was well again, the last time
	fired   map[string]time.Time // when alarms fired last
	well    map[string]time.Time // and were OK again
}

// Service is what is deployed, in the cluster prod.
const Service = "checkout"

// Group is where it logs.
const Group = "/ecs/" + Service

// Open opens the fake ECS, with a version that works. The other services of AWS are by the name for which calls to them are signed; at
// "" is what calls go to that are not signed.
func Open(log *slog.Logger, others map[string]http.Handler) (*Shop, error) {
	door, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h := &Shop{ecs: ecsfake.New("prod", time.Now), logs: logsfake.New(time.Now), traces: tracesfake.New(), door: door,
		version: 41, fired: map[string]time.Time{}, well: map[string]time.Time{}}
	h.ecs.Takes = 6 * time.Second
	h.logs.Takes, h.logs.Bytes = 2*time.Second, 1_500_000
	h.server = doors.NewServer(h.front(others), log)
	h.ecs.Deployed(Service, h.name(h.version), 48*time.Hour)
	h.deploy(24 * time.Hour)
	return h, nil
}

// signedFor finds the service for which a call is signed.
var signedFor = regexp.MustCompile(`Credential=[^/]+/[0-9]+/[^/]+/([^/]+)/aws4_request`)

// front hands calls to the service that they are for.
func (h *Shop) front(others map[string]http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		service := ""
		if found := signedFor.FindStringSubmatch(r.Header.Get("Authorization")); found != nil {
			service = found[1]
		}
		switch other, ok := others[service]; {
		case ok:
			other.ServeHTTP(w, r)
		case service == "logs":
			h.logs.ServeHTTP(w, r)
		case service == "xray":
			h.traces.ServeHTTP(w, r)
		default:
			h.ecs.ServeHTTP(w, r)
		}
	})
}

// URL is where all of it is.
func (h *Shop) URL() string { return "http://" + h.door.Addr().String() }

func (h *Shop) name(version int) string { return fmt.Sprintf("%s:%d", Service, version) }

// deploy deploys the next version, so long ago.
func (h *Shop) deploy(ago time.Duration) string {
	h.version++
	h.ecs.Deployed(Service, h.name(h.version), ago)
	return h.name(h.version)
}

// Ways are those into AWS, which lead to the fake.
func (h *Shop) Ways(context.Context, rollbacks.Credentials) (aws.Config, error) {
	url := h.URL()
	return aws.Config{Region: "eu-central-1", BaseEndpoint: &url, HTTPClient: awshttp.Client(nil),
		Credentials: aws.CredentialsProviderFunc(
			func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "DEMO", SecretAccessKey: "demo"}, nil
			})}, nil
}

// Break deploys a version that makes the alarm fire, six minutes ago, and returns the event that tells of it.
func (h *Shop) Break(now time.Time) (sns.Post, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	const ago = 6 * time.Minute
	h.broken = h.deploy(ago)
	at := now.Add(-ago).UTC().Format(time.RFC3339)
	event, err := json.Marshal(map[string]any{
		"version": "0", "id": fmt.Sprintf("e%d", h.version), "detail-type": "ECS Deployment State Change", "source": "aws.ecs",
		"account": "123456789012", "region": "eu-central-1", "time": at,
		"resources": []string{"arn:aws:ecs:eu-central-1:123456789012:service/prod/" + Service},
		"detail": map[string]string{"eventType": "INFO", "eventName": "SERVICE_DEPLOYMENT_COMPLETED",
			"deploymentId": "ecs-svc/" + h.broken, "updatedAt": at, "reason": "ECS deployment of " + h.broken + " completed."},
	})
	return sns.Post{Message: string(event), At: now}, err
}

// measured is how long CloudWatch takes to see that something is well again; a minute or more in truth.
const measured = 8 * time.Second

// Mended reports whether the version that made the alarm fire was rolled back, and CloudWatch has seen it; once.
func (h *Shop) Mended(now time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.broken == "" || h.ecs.Running(Service) == h.broken || !h.ecs.Settled(Service):
		h.back = time.Time{}
		return false
	case h.back.IsZero():
		h.back = now
	}
	if now.Sub(h.back) < measured {
		return false
	}
	h.mended = h.back
	h.broken = ""
	return true
}

// usual is what the metric of the demo's alarms is while all is well, and bad while it is not; what lies between is noise that is the same
// each time.
const (
	usual = 3.0
	bad   = 46.0
)

// Alarm notes that an alarm fires, or is OK. CloudWatch says either somewhat later.
func (h *Shop) Alarm(name string, state incidents.AlarmState, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if state == incidents.AlarmOK {
		if h.well[name] = now; h.mended.After(h.fired[name]) && h.broken == "" {
			h.well[name] = h.mended
		}
		return
	}
	h.fired[name] = now
	if strings.HasPrefix(name, Service) {
		h.fails(now)
	}
}

// fails writes what the service logs, and which calls it makes, in the six minutes before an alarm of it fires: the payment provider
// answers late and wrong.
func (h *Shop) fails(now time.Time) {
	const many = 400
	for n := range many {
		at := now.Add(-time.Duration(many-n) * 6 * time.Minute / many)
		own := tracesfake.Hop{Name: Service, Type: "AWS::ECS::Container", Took: 90 * time.Millisecond}
		pays := tracesfake.Hop{Name: "payment-provider", Type: "remote", Took: 40 * time.Millisecond}
		keeps := tracesfake.Hop{Name: "orders", Type: "AWS::DynamoDB::Table", Took: 12 * time.Millisecond, Throttle: n%50 == 0}
		h.logs.Write(Group, at, fmt.Sprintf("INFO POST /checkout %d order=%d", http.StatusOK, 5000+n))
		switch {
		case n%3 == 0:
			own.Took, own.Fault, pays.Took, pays.Fault = 3100*time.Millisecond, true, 3*time.Second, true
			h.logs.Write(Group, at, fmt.Sprintf("ERROR order=%d the payment provider answered 503 after 3000ms", 5000+n))
		case n%40 == 1:
			h.logs.Write(Group, at, fmt.Sprintf("ERROR order=%d java.net.SocketTimeoutException: read timed out", 5000+n))
		}
		for _, below := range []tracesfake.Hop{pays, keeps} {
			h.traces.Add(tracesfake.Call{At: at, Way: []tracesfake.Hop{own, below}})
		}
	}
}

// Lag implements [graphs.Source].
func (h *Shop) Lag() time.Duration { return 15 * time.Second }

// Measure implements [graphs.Source]: what an alarm of the demo measured. It began to be bad six minutes before the alarm fired, and
// is well again since that is OK.
func (h *Shop) Measure(_ context.Context, a *incidents.Alarm, from, to time.Time) (m response.Measured, err error) {
	if a.Metric == nil || a.Metric.Threshold == nil {
		return m, graphs.ErrNone
	}
	h.mu.Lock()
	since, well := h.fired[a.Name], h.well[a.Name]
	h.mu.Unlock()
	period := time.Duration(max(a.Metric.Period, 1)) * time.Second
	from, to = from.Truncate(period), to.Truncate(period)
	m = response.Measured{From: from.UTC(), Period: a.Metric.Period, Threshold: a.Metric.Threshold,
		Comparison: a.Metric.Comparison,
		Unit:       "Count"}
	scale := *a.Metric.Threshold / 10
	for n := range int(to.Sub(from) / period) {
		at := from.Add(time.Duration(n) * period)
		noise := float64((n*7+n*n%13)%11) - 5
		v := max(usual+noise/2, 0)
		if at.After(since.Add(-6*time.Minute)) && (well.Before(since) || at.Before(well)) {
			v = bad + 2*noise
		}
		v = math.Round(v * scale)
		m.Values = append(m.Values, &v)
	}
	return m, nil
}

// Serve serves until it is closed.
func (h *Shop) Serve() error { return h.server.Serve(h.door) }

// Close ends it.
func (h *Shop) Close() error {
	err := h.server.Close()
	if closed := h.door.Close(); !errors.Is(closed, net.ErrClosed) {
		err = errors.Join(err, closed)
	}
	return err
}
