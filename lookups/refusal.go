package lookups

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"

	"github.com/oncalm/oncalm/text"
)

// A Refusal is why AWS did not say something, and what to do about it, as people read both.
type Refusal struct {
	Why, Do string
	Err     error // for the log; may be nil
}

func (r *Refusal) Error() string {
	if r.Err == nil {
		return r.Why
	}
	return r.Why + ": " + r.Err.Error()
}

// Unwrap returns what AWS, or its client, said.
func (r *Refusal) Unwrap() error { return r.Err }

// An Ask is what was asked for.
type Ask struct {
	Action  string // as a policy names it
	Of      string // what of
	Missing string // what to do if AWS does not know that
}

// policy is what allows all that is asked for.
const policy = "templates/aws/iam/lookups.json"

// Dial returns the way to a region. Credentials are asked for before the first call, so that their lack has an error of its own.
func Dial(ctx context.Context, ways Ways, region string) (cfg aws.Config, err error) {
	if cfg, err = ways(ctx, region); err == nil && cfg.Credentials == nil {
		err = errors.New("there are none")
	}
	if err == nil {
		_, err = cfg.Credentials.Retrieve(ctx)
	}
	if err != nil {
		return cfg, &Refusal{"Oncalm has no credentials for AWS", "give the machine a role with the permissions of " +
			policy, err}
	}
	if cfg.Region == "" {
		return cfg, &Refusal{"it is not known in which region of AWS to look", "set AWS_REGION where Oncalm runs", nil}
	}
	return cfg, nil
}

// Refused is the [*Refusal] that an error of a call amounts to. Services do not agree on one code for each.
func Refused(err error, a Ask) error {
	api, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		why := "AWS cannot be reached"
		if errors.Is(err, context.DeadlineExceeded) {
			why = "AWS did not answer in time"
		}
		return &Refusal{why, "try again", err}
	}
	said := text.Clip(text.Line(api.ErrorMessage()), 200)
	switch code := api.ErrorCode(); {
	case strings.HasPrefix(code, "AccessDenied"), code == "UnauthorizedOperation":
		return &Refusal{fmt.Sprintf("Oncalm's role may not call %s on %s", a.Action, a.Of), "add it to the role; " +
			policy + " has it", err}
	case code == "UnrecognizedClientException", code == "InvalidClientTokenId", strings.HasPrefix(code, "ExpiredToken"),
		code == "SignatureDoesNotMatch", code == "InvalidSignatureException":
		return &Refusal{"AWS does not accept Oncalm's credentials (" + code + ")",
			"renew them, and look at the clock of the machine", err}
	case code == "ResourceNotFoundException":
		return &Refusal{"AWS does not know " + a.Of, a.Missing, err}
	case code == "LimitExceededException", strings.HasPrefix(code, "Throttl"), code == "TooManyRequestsException":
		return &Refusal{"AWS has too much to do for this account just now (" + code + ")", "try again in a minute", err}
	case api.ErrorFault() == smithy.FaultServer || code == "ServiceUnavailableException" || code == "InternalFailure":
		return &Refusal{"AWS has a problem of its own (" + code + ")", "try again in a minute", err}
	default:
		return &Refusal{"AWS refused the question (" + text.Clip(text.Line(code), 60) + ": " + said + ")",
			"use the link, if there is one", err}
	}
}
