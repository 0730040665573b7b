package setup

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
)

const (
	pending = "PendingConfirmation" // in the place of the ARN
	path    = "/sns"
	// retries is the least number of tries with which a restart loses nothing: SNS by itself tries three times within a minute.
	retries = 10
)

// policy is what SNS should do when we cannot be reached: as long as it may, which is an hour.
const policy = `'{"healthyRetryPolicy":{"numRetries":35,"numNoDelayRetries":3,"minDelayTarget":10,"numMinDelayRetries":7,` +
	`"maxDelayTarget":180,"numMaxDelayRetries":10,"backoffFunction":"exponential"}}'`

// subscriptions looks at what is subscribed to a topic. Only what SNS posts over HTTP can be us: queues, functions and
// addresses of mail are left alone.
func (o *Options) subscriptions(ctx context.Context, arn string, topic aws.ARN) (found []Finding, stop bool) {
	all, err := o.SNS.Subscriptions(ctx, arn)
	if err != nil {
		f, stop := unknown(err, "what is subscribed to "+arn, "sns:ListSubscriptionsByTopic")
		return []Finding{f}, stop
	}
	wanted := strings.TrimRight(o.PublicURL, "/") + path
	if o.PublicURL == "" {
		wanted = "https://YOUR.HOST" + path
	}
	subscribe := "aws sns subscribe --region " + topic.Region + " --topic-arn " + arn +
		" --protocol https --notification-endpoint " + wanted
	var ours []Subscription
	for _, s := range all {
		if s.Protocol != "http" && s.Protocol != "https" {
			continue
		}
		u, err := url.Parse(s.Endpoint)
		switch {
		case err != nil:
		case o.PublicURL != "" && s.Endpoint == wanted, o.PublicURL == "" && u.Path == path:
			ours = append(ours, s)
		// our host with another path, which is quickly mistyped
		case o.PublicURL != "" && strings.HasPrefix(wanted, u.Scheme+"://"+u.Host+"/"):
			found = append(found, Finding{"subscription-elsewhere", Warn, s.Endpoint + " is subscribed to " + arn + ", where nobody takes alarms in",
				"aws sns unsubscribe --subscription-arn " + s.ARN + "; " + subscribe})
		}
	}
	if len(ours) == 0 {
		return append(found, Finding{"subscription-missing", Error,
			"nothing is subscribed to " + arn + " that posts to " + wanted, subscribe}), false
	}
	for _, s := range ours {
		more, stop := o.subscription(ctx, topic.Region, s, subscribe)
		if found = append(found, more...); stop {
			return found, true
		}
	}
	return found, false
}

// subscription looks at one that posts to us. What is not signed by SNS is refused, so raw delivery is an error and not a
// matter of taste.
func (o *Options) subscription(ctx context.Context, region string, s Subscription, subscribe string) (found []Finding,
	stop bool) {
	if s.Protocol == "http" {
		found = append(found, Finding{"subscription-http", Warn, s.Endpoint + " is subscribed over plain HTTP: alarms can be read on the way",
			"subscribe an https endpoint instead"})
	}
	if s.ARN == pending {
		return append(found, Finding{"subscription-pending", Error,
			"the subscription of " + s.Endpoint + " waits for its confirmation: no alarm arrives over it",
			"let SNS reach " + s.Endpoint + " and allow sns:ConfirmSubscription to the role; then " + subscribe}), false
	}
	attributes, err := o.SNS.Subscription(ctx, region, s.ARN)
	if err != nil {
		f, stop := unknown(err, "the subscription "+s.ARN, "sns:GetSubscriptionAttributes")
		return append(found, f), stop
	}
	set := func(name, value string) string {
		return "aws sns set-subscription-attributes --region " + region + " --subscription-arn " + s.ARN +
			" --attribute-name " + name +
			" --attribute-value " + value
	}
	if attributes["RawMessageDelivery"] == "true" {
		found = append(found, Finding{"subscription-raw", Error,
			"the subscription " + s.ARN + " delivers raw messages, which nobody has signed: they are refused",
			set("RawMessageDelivery", "false")})
	}
	if attributes["RedrivePolicy"] == "" {
		found = append(found, Finding{"subscription-dead-letters", Warn,
			"the subscription " + s.ARN + " has no queue for dead letters: what SNS cannot deliver is lost",
			set("RedrivePolicy", `'{"deadLetterTargetArn":"ARN of an SQS queue"}'`)})
	}
	if attributes["FilterPolicy"] != "" {
		found = append(found, Finding{"subscription-filter", Warn,
			"the subscription " + s.ARN + " has a filter: alarms have no attributes that it could match",
			"see that it lets alarms through, or " + set("FilterPolicy", "'{}'")})
	}
	if n := tries(attributes["EffectiveDeliveryPolicy"], attributes["DeliveryPolicy"]); n < retries {
		found = append(found, Finding{"subscription-retries", Warn,
			"SNS gives up on " + s.Endpoint + " after about a minute: a restart that takes longer loses alarms",
			set("DeliveryPolicy", policy)})
	}
	return found, false
}

// tries is how often SNS tries again, by the first of some policies that says so; 3 is what it does by itself. The policy
// in effect goes before the subscription's own, since it also knows the topic's.
func tries(policies ...string) int {
	for _, p := range policies {
		var doc struct {
			Healthy *struct {
				N *int `json:"numRetries"`
			} `json:"healthyRetryPolicy"`
		}
		if json.Unmarshal([]byte(p), &doc) == nil && doc.Healthy != nil && doc.Healthy.N != nil {
			return *doc.Healthy.N
		}
	}
	return 3
}
