// Package setup looks, before the first alarm, whether what lies between CloudWatch and us is as it should be: the credentials, the
// topics with their policies and keys, the subscriptions, and the alarms themselves. What it finds is a [Finding], with the command or
// the setting that mends it.
//
// AWS checks next to nothing of this: an alarm may act on a topic that is not there, a topic may refuse CloudWatch, and a subscription may
// wait for its confirmation for ever, and nobody is told. It asks only, and changes nothing.
package setup

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/reconcile"
	"github.com/oncalm/oncalm/alarms/sns"
)

// Levels of findings.
const (
	Error = "error" // alarms do not arrive
	Warn  = "warn"  // something will be lost or missed one day
	Info  = "info"  // something to know
)

// A Finding is what is wrong, and what to do about it. Check names the kind, for programs that read the list; all else is for people.
type Finding struct {
	Check string `json:"check"`
	Level string `json:"level"`
	What  string `json:"what"`
	Mend  string `json:"mend"`
}

// Errors of [SNS] and [CloudWatch] that mean something here; all others mean that nothing is known.
var (
	ErrMissing     = errors.New("it is not there")
	ErrDenied      = errors.New("the permission is missing")
	ErrCredentials = errors.New("no credentials")
)

// A Subscription is one of a topic. ARN is not one while it waits for its confirmation.
type Subscription struct{ ARN, Protocol, Endpoint string }

// SNS is what is asked of SNS.
type SNS interface {
	// Topic are the attributes of a topic, as SNS names them.
	Topic(ctx context.Context, arn string) (map[string]string, error)
	Subscriptions(ctx context.Context, topic string) ([]Subscription, error)
	// Subscription are the attributes of one that is confirmed.
	Subscription(ctx context.Context, region, arn string) (map[string]string, error)
}

// CloudWatch is what is asked of CloudWatch.
type CloudWatch interface {
	// Alarms are all alarms of a region, as far as that is bounded; more says that there are others.
	Alarms(ctx context.Context, region string) (all []reconcile.Alarm, more bool, err error)
	Muted(ctx context.Context, region, name string) (bool, error)
}

// Options is what is looked at.
type Options struct {
	SNS        SNS
	CloudWatch CloudWatch
	Topics     []string // ARNs, as in sns.topics
	// PublicURL is where SNS should post, below which is /sns; empty if it is not known.
	PublicURL string
	// RequireV2 says that messages signed with SHA-1 are refused.
	RequireV2 bool
	// Reconciles says that CloudWatch is asked for what was lost.
	Reconciles bool
	// Claimed reports whether a service has an alarm, apart from the default service.
	Claimed func(a *reconcile.Alarm) bool
}

// Look asks AWS about all of it. The error is that of ctx. Topics come first, in the order of the configuration, and then
// the alarms by region. It stops where AWS would say the same again.
func Look(ctx context.Context, o Options, now time.Time) (found []Finding, err error) {
	regions := map[string]bool{}
	for _, arn := range o.Topics {
		topic, ok := aws.ParseARN(arn)
		if !ok || topic.Resource == "*" || topic.Region == "*" { // a wildcard names no topic to look at
			continue
		}
		regions[topic.Region] = true
		about, stop := o.topic(ctx, arn, topic)
		if found = append(found, about...); stop {
			return found, ctx.Err()
		}
	}
	for _, region := range slices.Sorted(maps.Keys(regions)) {
		found = append(found, o.alarms(ctx, region, now)...)
	}
	return found, ctx.Err()
}

// keys are the keys of a map, to be sorted.
// unknown is that AWS did not say; stop says that it will not say anything else either. A permission that is missing is one
// finding among others; without credentials or a network each further call would fail as well.
func unknown(err error, what, permission string) (f Finding, stop bool) {
	switch {
	case errors.Is(err, ErrCredentials):
		return Finding{"aws-credentials", Error, "AWS was not asked: " + err.Error(),
			"give this machine a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_REGION"}, true
	case errors.Is(err, ErrDenied):
		return Finding{"aws-permission", Warn, what + " cannot be looked at: " + err.Error(), "allow " + permission + " to the role"}, false
	}
	return Finding{"aws-reachable", Error, what + " cannot be looked at: " + err.Error(),
		"let this machine reach AWS; see AWS_ENDPOINT_URL and HTTPS_PROXY"}, true
}

// ours are the topics of the list.
func (o *Options) ours() sns.Topics {
	topics, _ := sns.ParseTopics(o.Topics) // check has said what is wrong with it
	return topics
}

// some names the first of many.
func some(names []string) string {
	const most = 5
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
