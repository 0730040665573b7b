package alarms

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

	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// snsFake is the part of SNS that confirms subscriptions.
type snsFake struct {
	mu     sync.Mutex
	calls  []string // region, topic, token, AuthenticateOnUnsubscribe
	answer error
}

func (s *snsFake) ConfirmSubscription(_ context.Context, in *sns.ConfirmSubscriptionInput, opts ...func(*sns.Options)) (*sns.ConfirmSubscriptionOutput, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var o sns.Options
	for _, opt := range opts {
		opt(&o)
	}
	s.calls = append(s.calls, strings.Join([]string{o.Region, *in.TopicArn, *in.Token, *in.AuthenticateOnUnsubscribe}, " "))
	return &sns.ConfirmSubscriptionOutput{}, s.answer
}

var _ Confirmer = (*sns.Client)(nil)

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
	d := newDoorRig(t)
	d.topic = must[*SigningTopic](t)(NewSigningTopic(testARN, time.Now()))
	d.door.verifier.Certificates = trusted(t, d.topic)
	return d
}

// TestSubscription: it is confirmed by the API, once, and no address is visited.
func TestSubscription(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := bubbleRig(t)
		api := &snsFake{}
		first := d.sign(Post{Type: SubscriptionConfirmed, Token: "token-1"})
		for range 3 {
			if status, a := d.post(first); status != 200 {
				t.Fatalf("%d %+v", status, a)
			}
		}
		if len(api.calls) != 0 {
			t.Error("SNS was called inside the request")
		}
		runOutbox(t, d.store, d.intake.Handlers(api, quiet()))
		want := "eu-central-1 " + testARN + " token-1 true"
		if len(api.calls) != 1 || api.calls[0] != want {
			t.Errorf("calls %q, want %q", api.calls, want)
		}
		// A second confirmation is confirmed too, and does no harm.
		d.post(d.sign(Post{Type: SubscriptionConfirmed, Token: "token-2"}))
		runOutbox(t, d.store, d.intake.Handlers(api, quiet()))
		if len(api.calls) != 2 || len(d.all()) != 0 {
			t.Errorf("calls %q, %d incidents", api.calls, len(d.all()))
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
			handlers := d.intake.Handlers(api, slog.New(slog.NewTextHandler(log, nil)))
			d.post(d.sign(Post{Type: SubscriptionConfirmed, Token: "secret-token"}))
			runOutbox(t, d.store, handlers)
			if tt.final != (len(api.calls) == 1) || len(api.calls) == 0 {
				t.Errorf("%s: %d calls", tt.name, len(api.calls))
			}
			if strings.Contains(log.String()+d.log.String(), "secret-token") {
				t.Errorf("%s: the token is in the log", tt.name)
			}
			calls := len(api.calls)
			api.answer = nil
			runOutbox(t, d.store, handlers)
			if tt.final == (len(api.calls) > calls) {
				t.Errorf("%s, mended: %d calls more", tt.name, len(api.calls)-calls)
			}
		})
	}
}

// TestSubscriptionTooLate: SNS forgets tokens after two days.
func TestSubscriptionTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := bubbleRig(t)
		api := &snsFake{}
		log := &bytes.Buffer{}
		d.post(d.sign(Post{Type: SubscriptionConfirmed}))
		time.Sleep(49 * time.Hour)
		runOutbox(t, d.store, d.intake.Handlers(api, slog.New(slog.NewTextHandler(log, nil))))
		if len(api.calls) != 0 || !strings.Contains(log.String(), "subscribe again") {
			t.Errorf("calls %q, log %s", api.calls, log)
		}
	})
}

// TestUnsubscribed: who removes our subscription takes the alarms from us. The owner
// is paged, and told when we are back.
func TestUnsubscribed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := bubbleRig(t)
		if status, a := d.post(d.sign(Post{Type: UnsubscribeConfirmation})); status != 200 {
			t.Fatalf("%d %+v", status, a)
		}
		i := d.incident()
		if i.Title != "SNS subscription removed: alarms" || i.Severity != incidents.Sev1 || i.Service != "platform" ||
			!strings.Contains(i.Alarm.Description, "aws sns subscribe --region eu-central-1 --topic-arn "+testARN) {
			t.Errorf("%+v with %+v", i, i.Alarm)
		}
		if !i.Alarm.Received.Equal(i.Opened) || i.Alarm.MessageID == "" {
			t.Errorf("came at %s in message %q, opened at %s", i.Alarm.Received, i.Alarm.MessageID, i.Opened)
		}
		time.Sleep(time.Minute)
		d.post(d.sign(Post{Type: UnsubscribeConfirmation}))
		d.incident() // still one
		time.Sleep(time.Minute)
		d.post(d.sign(Post{Type: SubscriptionConfirmed}))
		if !d.all()[0].Open() {
			t.Error("resolved before SNS had confirmed")
		}
		runOutbox(t, d.store, d.intake.Handlers(&snsFake{}, quiet()))
		if i := d.incident(); i.Open() {
			t.Errorf("still open after the confirmation: %s", d.timeline(i.ID))
		}
	})
}
