package sns

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	snsapi "github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// KindConfirm is the kind of the outbox entry that confirms a subscription.
const KindConfirm = "sns.confirm"

// tokenLife is how long SNS takes a token.
const tokenLife = 48 * time.Hour

// A Confirmer confirms subscriptions. The SNS client of the AWS SDK is one.
type Confirmer interface {
	ConfirmSubscription(context.Context, *snsapi.ConfirmSubscriptionInput,
		...func(*snsapi.Options)) (*snsapi.ConfirmSubscriptionOutput, error)
}

// confirmation is the body of the entry.
type confirmation struct {
	Topic string    `json:"topic"`
	Token string    `json:"token"`
	Sent  time.Time `json:"sent"` // when SNS asked
}

// EnqueueConfirmation enqueues the call that confirms a subscription. The address in the
// message is never visited: SNS is asked by its API, signed with our own credentials.
func EnqueueConfirmation(tx store.Tx, v *Verified) {
	outbox.In(tx, v.Received).Once(outbox.Entry{
		Key:  store.Key(KindConfirm, v.TopicARN, v.MessageID),
		Kind: KindConfirm, Lane: outbox.Errands, Due: v.Received,
		Body: outbox.Body(confirmation{v.TopicARN, v.Token, v.Sent}),
	})
}

// Confirmations makes the calls that [EnqueueConfirmation] has enqueued.
type Confirmations struct {
	API     Confirmer     // asked in the region of the topic
	Clock   *clocks.Clock // nil is for tests
	Log     *slog.Logger
	Metrics *Metrics // may be nil
	// Confirmed commits what follows from it that messages of a topic reach us. sent is when SNS asked.
	Confirmed func(tx store.Tx, now time.Time, topic aws.ARN, sent time.Time) error
}

// Handlers returns the handlers by kind, for the outbox.
func (c *Confirmations) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{KindConfirm: c.confirm}
}

func (c *Confirmations) confirm(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var asked confirmation
	if err := e.Decode(&asked); err != nil {
		return nil, err
	}
	topic, ok := aws.ParseARN(asked.Topic)
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrTopic, asked.Topic)
	}
	now := c.Clock.Now()
	if now.Sub(asked.Sent) > tokenLife {
		c.Metrics.confirmed(confirmExpired)
		c.Log.Error("a subscription was not confirmed in time; subscribe again", "topic", asked.Topic, "last_error", e.Error)
		return nil, nil
	}
	_, err := c.API.ConfirmSubscription(ctx, &snsapi.ConfirmSubscriptionInput{
		TopicArn: sdk.String(asked.Topic), Token: sdk.String(asked.Token),
		// Without it, whoever sees a message can unsubscribe us with the link in it.
		AuthenticateOnUnsubscribe: sdk.String("true"),
	}, func(o *snsapi.Options) { o.Region = topic.Region })
	switch {
	case err == nil:
		c.Metrics.confirmed(confirmConfirmed)
		c.Log.Info("subscription confirmed", "topic", asked.Topic)
		return func(tx store.Tx) error { return c.Confirmed(tx, now, topic, asked.Sent) }, nil
	case final(err):
		c.Metrics.confirmed(confirmRefused)
		c.Log.Error("SNS refuses to confirm a subscription; subscribe again", "topic", asked.Topic, "err", err)
		return nil, nil
	}
	c.Metrics.confirmed(confirmFailed)
	return nil, fmt.Errorf("confirming the subscription to %s (the role needs sns:ConfirmSubscription): %w", asked.Topic,
		err)
}

// final reports whether an error of SNS will be the same next time: the token or the
// topic is not known.
func final(err error) bool {
	if _, ok := errors.AsType[*types.InvalidParameterException](err); ok {
		return true
	}
	_, ok := errors.AsType[*types.NotFoundException](err)
	return ok
}
