package amazon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	snsapi "github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/smithy-go"

	ours "github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/cloudwatch"
	"github.com/oncalm/oncalm/alarms/reconcile"
	"github.com/oncalm/oncalm/alarms/setup"
)

// patience is how long a call may take.
const patience = 20 * time.Second

// Look is the [setup.SNS] and the [setup.CloudWatch] of oncalm doctor. It is for a command that asks once, so clients of
// SNS are not kept.
type Look struct {
	load   func(context.Context) (aws.Config, error)
	alarms *cloudwatch.Client
}

// NewLook returns what looks at AWS with the credentials that there are.
func NewLook(log *slog.Logger) *Look {
	load := Load(log)
	return &Look{load, cloudwatch.New(load)}
}

// in is SNS in a region. The error is [setup.ErrCredentials] if there are none. Credentials are asked for before the first
// call, so that their lack has an error of its own.
func (l *Look) in(ctx context.Context, region string) (*snsapi.Client, error) {
	cfg, err := l.load(ctx)
	if err == nil {
		_, err = cfg.Credentials.Retrieve(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", setup.ErrCredentials, err)
	}
	return snsapi.NewFromConfig(cfg, func(o *snsapi.Options) { o.Region = region }), nil
}

// ask calls SNS in a region, with patience.
func ask[T any](ctx context.Context, l *Look, region string,
	call func(context.Context, *snsapi.Client) (T, error)) (out T, err error) {
	ctx, stop := context.WithTimeout(ctx, patience)
	defer stop()
	client, err := l.in(ctx, region)
	if err != nil {
		return out, err
	}
	out, err = call(ctx, client)
	return out, meant(err)
}

// Topic implements [setup.SNS].
func (l *Look) Topic(ctx context.Context, arn string) (map[string]string, error) {
	return ask(ctx, l, regionOf(arn), func(ctx context.Context, c *snsapi.Client) (map[string]string, error) {
		out, err := c.GetTopicAttributes(ctx, &snsapi.GetTopicAttributesInput{TopicArn: &arn})
		if err != nil {
			return nil, err
		}
		return out.Attributes, nil
	})
}

// mostPages is how many pages of subscriptions are read, of 100 each.
const mostPages = 10

// Subscriptions implements [setup.SNS].
func (l *Look) Subscriptions(ctx context.Context, topic string) ([]setup.Subscription, error) {
	return ask(ctx, l, regionOf(topic), func(ctx context.Context, c *snsapi.Client) (all []setup.Subscription, err error) {
		in := &snsapi.ListSubscriptionsByTopicInput{TopicArn: &topic}
		for range mostPages {
			out, err := c.ListSubscriptionsByTopic(ctx, in)
			if err != nil {
				return nil, err
			}
			for _, s := range out.Subscriptions {
				all = append(all, setup.Subscription{ARN: aws.ToString(s.SubscriptionArn), Protocol: aws.ToString(s.Protocol),
					Endpoint: aws.ToString(s.Endpoint)})
			}
			if in.NextToken = out.NextToken; in.NextToken == nil {
				break
			}
		}
		return all, nil
	})
}

// Subscription implements [setup.SNS].
func (l *Look) Subscription(ctx context.Context, region, arn string) (map[string]string, error) {
	return ask(ctx, l, region, func(ctx context.Context, c *snsapi.Client) (map[string]string, error) {
		out, err := c.GetSubscriptionAttributes(ctx, &snsapi.GetSubscriptionAttributesInput{SubscriptionArn: &arn})
		if err != nil {
			return nil, err
		}
		return out.Attributes, nil
	})
}

// Alarms implements [setup.CloudWatch].
func (l *Look) Alarms(ctx context.Context, region string) ([]reconcile.Alarm, bool, error) {
	all, more, err := l.alarms.Alarms(ctx, region)
	return all, more, meant(err)
}

// Muted implements [setup.CloudWatch].
func (l *Look) Muted(ctx context.Context, region, name string) (bool, error) {
	muted, err := l.alarms.Muted(ctx, region, name)
	return muted, meant(err)
}

// meant puts an error of AWS into the words of package setup. Services do not agree on one code for each.
func meant(err error) error {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return err
	}
	switch code := api.ErrorCode(); {
	case strings.HasPrefix(code, "NotFound"):
		return fmt.Errorf("%w: %s", setup.ErrMissing, api.ErrorMessage())
	case strings.HasPrefix(code, "AccessDenied"), code == "AuthorizationError", code == "UnauthorizedOperation":
		return fmt.Errorf("%w: %s", setup.ErrDenied, api.ErrorMessage())
	case code == "InvalidClientTokenId", code == "ExpiredToken", code == "SignatureDoesNotMatch", code == "UnrecognizedClientException":
		return fmt.Errorf("%w that AWS takes: %s", setup.ErrCredentials, api.ErrorMessage())
	}
	return err
}

// regionOf is the region in an ARN; empty if it is none.
func regionOf(arn string) string {
	a, _ := ours.ParseARN(arn)
	return a.Region
}
