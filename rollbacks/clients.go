package rollbacks

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// Clients are how a target asks a service of AWS.
type Clients[C any] struct {
	Ask *C // what only reads
	Act *C // what changes something: it is tried once, since a second try could be a second rollback
	// account is what the target must be in; "" if any will do.
	account string
	cfg     aws.Config
}

// Dial makes the clients of a target. It calls nobody; dial is NewFromConfig of the service.
func Dial[C, O any](cfg aws.Config, keys Settings, dial func(aws.Config, ...func(*O)) *C) Clients[C] {
	once := cfg.Copy()
	once.RetryMaxAttempts = 1
	return Clients[C]{Ask: dial(cfg), Act: dial(once), account: keys["account"], cfg: cfg}
}

// Own is an [*Impossible] if what an ARN names is of another account than the configuration says.
func (c Clients[C]) Own(arn string) error {
	parts := strings.Split(arn, ":")
	if c.account == "" || len(parts) < 5 || parts[4] == c.account {
		return nil
	}
	return &Impossible{
		Why:     "the credentials are of the account " + parts[4] + ", and not " + c.account,
		Instead: "give Oncalm credentials or a role of that account",
	}
}

// Here is the same for a service of AWS that tells no ARN: it is asked of whose account the credentials are. AWS lets everybody ask that.
func (c Clients[C]) Here(ctx context.Context) error {
	if c.account == "" {
		return nil
	}
	who, err := sts.NewFromConfig(c.cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return err
	}
	return c.Own(aws.ToString(who.Arn))
}

// Missing is what to say of a target that AWS does not know.
func Missing(what string) *Impossible {
	return &Impossible{Why: what, Instead: "correct the target in the configuration"}
}
