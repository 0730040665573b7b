// Package amazon is what Oncalm asks of AWS, with the SDK's own credentials, region and endpoint. They are looked for when they are needed
// first, so that who needs none is asked for none.
package amazon

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/config"
	snsapi "github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/smithy-go/logging"

	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/awshttp"
	"github.com/oncalm/oncalm/clocks"
)

// Load returns what finds credentials, region and endpoint as the SDK finds them. What the SDK has to say goes to log. Each
// call looks again: whoever needs it once keeps what comes.
func Load(log *slog.Logger) func(context.Context) (aws.Config, error) {
	return func(ctx context.Context) (aws.Config, error) {
		cfg, err := config.LoadDefaultConfig(ctx, config.WithLogger(sdkLog{log}))
		cfg.HTTPClient = awshttp.Client(cfg.HTTPClient)
		return cfg, err
	}
}

// Confirmer returns what confirms subscriptions. What cannot be loaded stays so until a restart.
func Confirmer(w *clocks.Witness, log *slog.Logger) sns.Confirmer {
	return &snsClient{witness: w, load: sync.OnceValues(func() (*snsapi.Client, error) {
		cfg, err := Load(log)(context.Background())
		if err != nil {
			return nil, err
		}
		return snsapi.NewFromConfig(cfg), nil
	})}
}

// snsClient is SNS, with credentials and endpoint from the environment as the SDK
// finds them. They are looked for when they are needed first: hardly ever.
type snsClient struct {
	load    func() (*snsapi.Client, error)
	witness *clocks.Witness // hears what time it is for SNS
}

// ConfirmSubscription implements [sns.Confirmer].
func (c *snsClient) ConfirmSubscription(ctx context.Context, in *snsapi.ConfirmSubscriptionInput,
	opts ...func(*snsapi.Options)) (*snsapi.ConfirmSubscriptionOutput, error) {
	client, err := c.load()
	if err != nil {
		return nil, err
	}
	begun := c.witness.Up()
	out, err := client.ConfirmSubscription(ctx, in, opts...)
	if err == nil {
		if said, ok := middleware.GetServerTime(out.ResultMetadata); ok {
			c.witness.Note(said, begun, c.witness.Up())
		}
	}
	return out, err
}

// sdkLog takes what the SDK would write to stderr by itself, in lines that are not those of a log in JSON.
type sdkLog struct{ log *slog.Logger }

// Logf implements [logging.Logger].
func (l sdkLog) Logf(class logging.Classification, format string, args ...any) {
	level := slog.LevelDebug
	if class == logging.Warn {
		level = slog.LevelWarn
	}
	l.log.Log(context.Background(), level, "from the SDK of AWS", "text", fmt.Sprintf(format, args...))
}
