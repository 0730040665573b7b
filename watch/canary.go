package watch

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// topicARN is that of canaries. No topic of AWS has it, and none that is configured: the account is nobody's.
const topicARN = "arn:aws:sns:us-east-1:000000000000:oncalm-canary"

// A Topic signs canaries, with a key that nobody else has. The key is made when it is needed first. The zero value is ready.
type Topic struct {
	mu      sync.Mutex
	signing *sns.SigningTopic
	certs   sns.CertSource
	topics  sns.Topics
	until   time.Time // when the certificate ends
}

// renewed is how long a key is used: its certificate is valid for a year.
const renewed = 90 * 24 * time.Hour

// open makes the key, if there is none yet.
func (t *Topic) open(now time.Time) (err error) {
	if t.signing != nil && now.Before(t.until) && now.After(t.until.Add(-2*renewed)) {
		return nil
	}
	if t.signing, err = sns.NewSigningTopic(topicARN, now); err != nil {
		return err
	}
	if t.topics, err = sns.ParseTopics([]string{topicARN}); err != nil {
		return err
	}
	t.until = now.Add(renewed)
	t.certs, err = sns.FileCertificate(t.signing.Certificate())
	return err
}

// post signs a canary, and verifies it as the door does.
func (t *Topic) post(ctx context.Context, now time.Time, clock *clocks.Clock) (*sns.Verified, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.open(now); err != nil {
		return nil, err
	}
	body, err := t.signing.Alarm(aws.Example{Name: "oncalm-canary", At: now})
	if err != nil {
		return nil, err
	}
	e, err := sns.Decode(body)
	if err != nil {
		return nil, err
	}
	v := sns.Verifier{Topics: t.topics, Certificates: t.certs, RequireV2: true, Clock: clock}
	return v.Verify(ctx, now, e)
}

// send sends a canary.
func (w *Watch) send(ctx context.Context, now time.Time) error {
	v, err := w.Topic.post(ctx, now, w.Clock)
	if err != nil {
		return err
	}
	_, err = w.Taker.Take(ctx, v)
	return err
}

// Taken is what is done for a canary instead of an incident, in the transaction of the intake: its decision is enqueued.
func (w *Watch) Taken(tx store.Tx, now time.Time, service string) error {
	if service == "" {
		return errors.New("no service has an alarm that none claims")
	}
	c := readCanary(tx)
	c.Sent, c.Open = w.Clock.Moment(), true
	write(tx, canaryKey, c)
	outbox.In(tx, now).Soon(entry(KindCanary, canaryKey, outbox.Decisions, now))
	return nil
}

// decide enqueues the page of a canary.
func (w *Watch) decide(context.Context, outbox.Entry) (func(store.Tx) error, error) {
	return func(tx store.Tx) error {
		now := w.Clock.Now()
		outbox.In(tx, now).Soon(entry(KindPage, canaryKey+"/page", w.Lane, now))
		return nil
	}, nil
}

// page is that of a canary: it asks where pages go whether somebody would be reached. Then the canary has arrived.
func (w *Watch) page(ctx context.Context, _ outbox.Entry) (func(store.Tx) error, error) {
	if w.On && w.Reach != nil {
		if err := w.Reach(ctx); err != nil {
			return nil, &outbox.Unreachable{Err: err}
		}
	}
	return func(tx store.Tx) error {
		c := readCanary(tx)
		if !w.On || !c.Open {
			return nil
		}
		c.Open, c.Arrived = false, w.Clock.Moment()
		c.Took = c.Arrived.Since(c.Sent)
		write(tx, canaryKey, c)
		w.Metrics.arrived(c.Arrived.Wall, c.Took)
		return nil
	}, nil
}

// SplitMetric takes the name of a metric apart: what stands before the last slash is its namespace.
func SplitMetric(s string) (namespace, name string) {
	n := strings.LastIndexByte(s, '/')
	return s[:max(n, 0)], s[n+1:]
}
