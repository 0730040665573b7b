// Package rollbackstest is what tests of targets share: a fake of AWS's service behind AWS's own client, a plan that is made twice, and
// what holds for each target, whichever service it asks.
package rollbackstest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/oncalm/oncalm/awshttp"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

// A Watch is a clock that is moved by hand.
type Watch struct {
	mu  sync.Mutex
	now time.Time
}

// NewWatch makes one.
func NewWatch() *Watch { return &Watch{now: time.Date(2026, 3, 11, 14, 2, 0, 0, time.UTC)} }

// Now reads it.
func (w *Watch) Now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// Pass has time pass.
func (w *Watch) Pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// Config is how AWS's clients reach a fake.
func Config(t *testing.T, fake http.Handler) aws.Config {
	t.Helper()
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	return aws.Config{Region: awsfake.Region, BaseEndpoint: &server.URL, HTTPClient: awshttp.Client(nil),
		Credentials: aws.CredentialsProviderFunc(
			func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "ID", SecretAccessKey: "KEY"}, nil
			})}
}

// Target makes a target that asks a fake.
func Target(t *testing.T, m rollbacks.Maker, keys rollbacks.Settings, fake http.Handler) rollbacks.Target {
	t.Helper()
	target, err := m.New(Config(t, fake), keys)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// Plan makes a plan, or stops the test.
func Plan(t *testing.T, target rollbacks.Target) rollbacks.Plan {
	t.Helper()
	p, err := target.Plan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, err := target.Plan(t.Context())
	if err != nil || !reflect.DeepEqual(p, again) {
		t.Errorf("made twice it is another: %v\n%+v\n%+v", err, p, again)
	}
	if p.From == "" || p.To == "" || len(p.Will) == 0 {
		t.Errorf("the plan does not say what is done: %+v", p)
	}
	return p
}

// State asks how far it is.
func State(t *testing.T, target rollbacks.Target, r rollbacks.Ref) rollbacks.State {
	t.Helper()
	s, err := target.State(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Digest is of a plan, as people approve it.
func Digest(p rollbacks.Plan) string { return rollbacks.Draft{Plan: p}.Digest() }
