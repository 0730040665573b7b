package alarms

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// KindConfirm is the kind of the outbox entry that confirms a subscription.
const KindConfirm = "sns.confirm"

// tokenLife is how long SNS takes a token.
const tokenLife = 48 * time.Hour

// A Confirmer confirms subscriptions. The SNS client of the AWS SDK is one.
type Confirmer interface {
	ConfirmSubscription(context.Context, *sns.ConfirmSubscriptionInput, ...func(*sns.Options)) (*sns.ConfirmSubscriptionOutput, error)
}

// confirmation is the body of the entry.
type confirmation struct {
	Topic string    `json:"topic"`
	Token string    `json:"token"`
	Sent  time.Time `json:"sent"` // when SNS asked
}

// oweConfirmation owes the call that confirms a subscription. The address in the
// message is never visited: SNS is asked by its API, signed with our own credentials.
func oweConfirmation(tx store.Tx, v *Verified) {
	outbox.In(tx, v.Received).Once(outbox.Entry{
		Key:  store.Key(KindConfirm, v.TopicARN, v.MessageID),
		Kind: KindConfirm, Lane: outbox.Errands, Due: v.Received,
		Body: outbox.Body(confirmation{v.TopicARN, v.Token, v.Sent}),
	})
}

// Handlers returns the handlers by kind, for the outbox. They ask api, in the region of
// the topic.
func (t *Intake) Handlers(api Confirmer, log *slog.Logger) map[string]outbox.Handler {
	return map[string]outbox.Handler{
		KindForeign: t.confirmForeign,
		KindConfirm: func(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			return t.confirm(ctx, e, api, log)
		},
	}
}

func (t *Intake) confirm(ctx context.Context, e outbox.Entry, api Confirmer, log *slog.Logger) (func(store.Tx) error, error) {
	var c confirmation
	if err := e.Decode(&c); err != nil {
		return nil, err
	}
	topic, ok := aws.ParseARN(c.Topic)
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrTopic, c.Topic)
	}
	now := t.Book.Clock.Now()
	if now.Sub(c.Sent) > tokenLife {
		t.Metrics.confirmed(confirmExpired)
		log.Error("a subscription was not confirmed in time; subscribe again", "topic", c.Topic, "last_error", e.Error)
		return nil, nil
	}
	_, err := api.ConfirmSubscription(ctx, &sns.ConfirmSubscriptionInput{
		TopicArn: sdk.String(c.Topic), Token: sdk.String(c.Token),
		// Without it, whoever sees a message can unsubscribe us with the link in it.
		AuthenticateOnUnsubscribe: sdk.String("true"),
	}, func(o *sns.Options) { o.Region = topic.Region })
	switch {
	case err == nil:
		t.Metrics.confirmed(confirmConfirmed)
		log.Info("subscription confirmed", "topic", c.Topic)
		return func(tx store.Tx) error { return t.subscribed(tx, now, topic, c.Sent) }, nil
	case final(err):
		t.Metrics.confirmed(confirmRefused)
		log.Error("SNS refuses to confirm a subscription; subscribe again", "topic", c.Topic, "err", err)
		return nil, nil
	}
	t.Metrics.confirmed(confirmFailed)
	return nil, fmt.Errorf("confirming the subscription to %s (the role needs sns:ConfirmSubscription): %w", c.Topic, err)
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

// subscriptionSignal is an alarm of our own: on whether we are subscribed to a topic.
func subscriptionSignal(topic aws.ARN, at time.Time, state incidents.AlarmState) Signal {
	s := Signal{
		Effect: EffectAlarm, Severity: incidents.Sev1, Topic: topic.String(),
		Title:       aws.Line("SNS subscription removed: "+topic.Resource, aws.MaxTitle),
		Fingerprint: fingerprint(KindSubscription, topic.String()),
	}
	s.Kind, s.Name, s.ARN, s.Account, s.Region = KindSubscription, s.Title, topic.String(), topic.Account, topic.Region
	s.State, s.Changed, s.Series = state, at, s.Fingerprint
	s.Reason = "Alarms of topic " + topic.String() + " do not reach us any more."
	s.Description = s.Reason + "\nSubscribe again: aws sns subscribe --region " + topic.Region + " --topic-arn " + topic.String() +
		" --protocol https --notification-endpoint PUBLIC_URL/sns\nThen look in CloudTrail who called Unsubscribe or DeleteTopic."
	return s
}

// subscribed tells the incident of a lost subscription, if there is one, that we are
// subscribed again.
func (t *Intake) subscribed(tx store.Tx, now time.Time, topic aws.ARN, sent time.Time) error {
	sig := subscriptionSignal(topic, sent, incidents.AlarmOK)
	sig.Received = now.UTC()
	sig.Reason, sig.Description = "We are subscribed to "+topic.String()+" again.", ""
	_, err := t.apply(tx, now, &sig, t.Services.fallback())
	return err
}
