package sns

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	snsapi "github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// snsFake is the part of SNS that confirms subscriptions.
type snsFake struct {
	mu     sync.Mutex
	calls  []string // region, topic, token, AuthenticateOnUnsubscribe
	answer error
}

func (s *snsFake) ConfirmSubscription(_ context.Context, in *snsapi.ConfirmSubscriptionInput,
	opts ...func(*snsapi.Options)) (*snsapi.ConfirmSubscriptionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var o snsapi.Options
	for _, opt := range opts {
		opt(&o)
	}
	s.calls = append(s.calls, strings.Join([]string{o.Region, *in.TopicArn, *in.Token, *in.AuthenticateOnUnsubscribe}, " "))
	return &snsapi.ConfirmSubscriptionOutput{}, s.answer
}

var _ Confirmer = (*snsapi.Client)(nil)

// runOutbox works off what is due, until nothing is left to do for a while.
func runOutbox(t *testing.T, s store.Store, handlers map[string]outbox.Handler) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	groups := []outbox.Group{{Name: "errands", Lanes: []outbox.Lane{outbox.Errands}, Workers: 2}}
	runner := &outbox.Runner{Store: s, Handlers: handlers, Groups: groups, Log: quiet()}
	done := make(chan error)
	go func() { done <- runner.Run(ctx) }()
	time.Sleep(time.Hour) // of the bubble
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// bubbleRig is a door rig at the time of the bubble.
func bubbleRig(t *testing.T) *doorRig {
	return doorOf(t, must[*SigningTopic](t)(NewSigningTopic(testARN, time.Now())))
}

// handlers are those that confirm subscriptions at api. How often one was confirmed stands in confirmed.
func (d *doorRig) handlers(api Confirmer, log *slog.Logger, confirmed *int) map[string]outbox.Handler {
	c := &Confirmations{API: api, Log: log, Confirmed: func(_ store.Tx, _ time.Time, topic aws.ARN, _ time.Time) error {
		if topic.String() != testARN {
			d.t.Errorf("topic %s was confirmed", topic)
		}
		*confirmed++
		return nil
	}}
	return c.Handlers()
}

// TestSubscription: it is confirmed by the API, once, and no address is visited.
func TestSubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := bubbleRig(t)
		api, confirmed := &snsFake{}, 0
		first := d.sign(Post{Type: SubscriptionConfirmed, Token: "token-1"})
		for range 3 {
			if status, a := d.post(first); status != 200 {
				t.Fatalf("%d %+v", status, a)
			}
		}
		if len(api.calls) != 0 {
			t.Error("SNS was called inside the request")
		}
		runOutbox(t, d.inbox.store, d.handlers(api, quiet(), &confirmed))
		want := "eu-central-1 " + testARN + " token-1 true"
		if len(api.calls) != 1 || api.calls[0] != want {
			t.Errorf("calls %q, want %q", api.calls, want)
		}
		// A second confirmation is confirmed too, and does no harm.
		d.post(d.sign(Post{Type: SubscriptionConfirmed, Token: "token-2"}))
		runOutbox(t, d.inbox.store, d.handlers(api, quiet(), &confirmed))
		if len(api.calls) != 2 || confirmed != 2 {
			t.Errorf("calls %q, %d confirmed", api.calls, confirmed)
		}
	})
}

func TestSubscriptionTrouble(t *testing.T) {
	tests := []struct {
		name   string
		answer error
		final  bool
	}{
		{"no credentials", errors.New("no EC2 IMDS role found"), false},
		{"not allowed", &types.AuthorizationErrorException{}, false},
		{"throttled", &types.ThrottledException{}, false},
		{"unknown token", &types.InvalidParameterException{}, true},
		{"no such topic", &types.NotFoundException{}, true},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			d := bubbleRig(t)
			api := &snsFake{answer: tt.answer}
			log := &bytes.Buffer{}
			confirmed := 0
			handlers := d.handlers(api, slog.New(slog.NewTextHandler(log, nil)), &confirmed)
			d.post(d.sign(Post{Type: SubscriptionConfirmed, Token: "secret-token"}))
			runOutbox(t, d.inbox.store, handlers)
			if tt.final != (len(api.calls) == 1) || len(api.calls) == 0 {
				t.Errorf("%s: %d calls", tt.name, len(api.calls))
			}
			if strings.Contains(log.String()+d.log.String(), "secret-token") {
				t.Errorf("%s: the token is in the log", tt.name)
			}
			calls := len(api.calls)
			api.answer = nil
			runOutbox(t, d.inbox.store, handlers)
			if tt.final == (len(api.calls) > calls) || tt.final == (confirmed == 1) {
				t.Errorf("%s, mended: %d calls more, %d confirmed", tt.name, len(api.calls)-calls, confirmed)
			}
		})
	}
}

// TestSubscriptionTooLate: SNS forgets tokens after two days.
func TestSubscriptionTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := bubbleRig(t)
		api, confirmed := &snsFake{}, 0
		log := &bytes.Buffer{}
		d.post(d.sign(Post{Type: SubscriptionConfirmed}))
		time.Sleep(49 * time.Hour)
		runOutbox(t, d.inbox.store, d.handlers(api, slog.New(slog.NewTextHandler(log, nil)), &confirmed))
		if len(api.calls) != 0 || confirmed != 0 || !strings.Contains(log.String(), "subscribe again") {
			t.Errorf("calls %q, log %s", api.calls, log)
		}
	})
}
