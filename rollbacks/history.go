package rollbacks

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// A Historian is a target that knows what was done to it.
type Historian interface {
	// History lists what was done, from a time on at least, as far as the service tells, in any order. It only reads, and needs no other
	// permission than planning does.
	History(ctx context.Context, from time.Time) ([]Deployment, error)
}

// A Deployment is something that was done to a target: a version was deployed, a setting changed.
type Deployment struct {
	ID    string // by which the service knows it; always the same
	Kind  string // that of the messages that tell of the same (see the signals of package alarms)
	Title string
	ARN   string // of what was changed; "" if it has none
	Page  string // of the console, from the slash on; "" if there is none
	Began time.Time
	Ended time.Time // zero while it goes on
}

// Between lists what a target says was done to it from one time until another, in any order.
func Between(ctx context.Context, h Historian, from, to time.Time) ([]Deployment, error) {
	all, err := h.History(ctx, from)
	return slices.DeleteFunc(all, func(d Deployment) bool { return !d.within(from, to) }), err
}

// within reports whether something of it was from one time until another.
func (d Deployment) within(from, to time.Time) bool {
	last := d.Ended
	if last.IsZero() {
		last = d.Began
	}
	return !last.Before(from) && d.Began.Before(to)
}

// Past is what a desk's targets know of what was done to them.
type Past struct{ Desk *Desk }

// Of lists what was done to what a lever names; false if its kind does not know that.
func (p Past) Of(ctx context.Context, l Lever, from, to time.Time) ([]Deployment, bool, error) {
	t, err := p.Desk.target(ctx, l, "")
	if err != nil {
		return nil, true, err
	}
	h, ok := t.(Historian)
	if !ok {
		return nil, false, nil
	}
	all, err := Between(ctx, h, from, to)
	return all, true, err
}

// Denied reports whether AWS says that a permission is missing.
func Denied(err error) bool {
	return HasCode(err, "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Forbidden", "UnauthorizedException")
}

// Name is the ARN of something in the account of the credentials, for services that tell none. AWS lets everybody ask that account.
func (c Clients[C]) Name(ctx context.Context, service, resource string) (string, error) {
	who, err := sts.NewFromConfig(c.cfg).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return "", err
	}
	own := aws.ToString(who.Arn)
	partition, _, _ := strings.Cut(strings.TrimPrefix(own, "arn:"), ":")
	return "arn:" + partition + ":" + service + ":" + c.cfg.Region + ":" + aws.ToString(who.Account) + ":" + resource, c.Own(own)
}
