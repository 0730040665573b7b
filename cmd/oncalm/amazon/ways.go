package amazon

import (
	"context"
	"log/slog"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/oncalm/oncalm/rollbacks"
)

// Ways returns the configuration of clients by region and role.
type Ways func(context.Context, rollbacks.Credentials) (aws.Config, error)

// Own is the way with the credentials of the program itself.
func (w Ways) Own(ctx context.Context) (aws.Config, error) { return w(ctx, rollbacks.Credentials{}) }

// Into is the ways into AWS as the SDK finds them, and with roles that are assumed from there. A role is assumed for one
// rollback, under a session whose name CloudTrail shows.
func Into(log *slog.Logger) Ways {
	load := sync.OnceValues(func() (aws.Config, error) { return Load(log)(context.Background()) })
	return func(_ context.Context, c rollbacks.Credentials) (aws.Config, error) {
		cfg, err := load()
		if err != nil {
			return cfg, err
		}
		if c.Region != "" {
			cfg.Region = c.Region
		}
		if c.Role != "" {
			role := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), c.Role, func(o *stscreds.AssumeRoleOptions) {
				o.RoleSessionName = c.Session
			})
			cfg.Credentials = aws.NewCredentialsCache(role)
		}
		return cfg, nil
	}
}
