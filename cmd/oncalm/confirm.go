package main

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"github.com/oncalm/oncalm/alarms"
)

// confirmer returns what confirms subscriptions.
func confirmer(o outside) alarms.Confirmer {
	if o.confirmer != nil {
		return o.confirmer
	}
	return &snsClient{load: sync.OnceValues(func() (*sns.Client, error) {
		cfg, err := config.LoadDefaultConfig(context.Background())
		if err != nil {
			return nil, err
		}
		return sns.NewFromConfig(cfg), nil
	})}
}

// snsClient is SNS, with credentials and endpoint from the environment as the SDK
// finds them. They are looked for when they are needed first: hardly ever.
type snsClient struct{ load func() (*sns.Client, error) }

// ConfirmSubscription implements [alarms.Confirmer].
func (c *snsClient) ConfirmSubscription(ctx context.Context, in *sns.ConfirmSubscriptionInput, opts ...func(*sns.Options)) (*sns.ConfirmSubscriptionOutput, error) {
	client, err := c.load()
	if err != nil {
		return nil, err
	}
	return client.ConfirmSubscription(ctx, in, opts...)
}
