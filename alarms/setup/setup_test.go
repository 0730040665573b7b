package setup

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/reconcile"
	"github.com/oncalm/oncalm/incidents"
)

const (
	topic = "arn:aws:sns:eu-central-1:123456789012:alarms"
	sub   = topic + ":1"
	// first is the policy that a topic has when it is made.
	first = `{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["SNS:GetTopicAttributes","SNS:Publish"],` +
		`"Resource":"` + topic + `","Condition":{"StringEquals":{"AWS:SourceOwner":"123456789012"}}}]}`
	// both is what is recommended: that, and what EventBridge needs.
	both = `{"Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"SNS:Publish",` +
		`"Condition":{"StringEquals":{"AWS:SourceOwner":"123456789012"}}},` +
		`{"Effect":"Allow","Principal":{"Service":["cloudwatch.amazonaws.com","events.amazonaws.com"]},"Action":"sns:Publish"}]}`
	granting = `{"Statement":{"Effect":"Allow","Principal":{"Service":"cloudwatch.amazonaws.com"},"Action":"sns:Publish"}}`
	closed   = `{"Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sns:Publish"},` +
		`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sns:*"}]}`
	patient = `{"healthyRetryPolicy":{"numRetries":35}}`
)

var now = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// world is AWS as it should be; tests break it.
type world struct {
	topic, sub map[string]string
	subs       []Subscription
	alarms     []reconcile.Alarm
	muted      map[string]bool
	more       bool
	errs       map[string]error // by what is asked
}

func well() *world {
	return &world{
		topic:  map[string]string{"Policy": both, "SignatureVersion": "2"},
		sub:    map[string]string{"RawMessageDelivery": "false", "RedrivePolicy": `{"deadLetterTargetArn":"arn:aws:sqs:x"}`, "DeliveryPolicy": patient},
		subs:   []Subscription{{"arn:mail", "email", "ops@example.com"}, {sub, "https", "https://oncall.example.com/sns"}},
		alarms: []reconcile.Alarm{alarm("checkout-5xx")},
		muted:  map[string]bool{}, errs: map[string]error{},
	}
}

func alarm(name string) reconcile.Alarm {
	return reconcile.Alarm{ARN: "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:" + name, Name: name, State: incidents.AlarmOK,
		Changed: now.Add(-time.Hour), Acts: []string{topic}, Listed: []string{topic}, Recovers: []string{topic}}
}

func (w *world) Topic(context.Context, string) (map[string]string, error) {
	return w.topic, w.errs["topic"]
}

func (w *world) Subscriptions(context.Context, string) ([]Subscription, error) {
	return w.subs, w.errs["subscriptions"]
}

func (w *world) Subscription(context.Context, string, string) (map[string]string, error) {
	return w.sub, w.errs["subscription"]
}

func (w *world) Alarms(context.Context, string) ([]reconcile.Alarm, bool, error) {
	return w.alarms, w.more, w.errs["alarms"]
}

func (w *world) Muted(_ context.Context, _, name string) (bool, error) {
	return w.muted[name], w.errs["muted"]
}

// TestBrokenSetups holds that each broken set-up is found, that nothing else is, and that each finding says what to do.
func TestBrokenSetups(t *testing.T) {
	denied := fmt.Errorf("%w: User is not authorized", ErrDenied)
	tests := []struct {
		name   string
		change func(w *world, o *Options)
		want   string // checks with their levels
	}{
		{"nothing", func(*world, *Options) {}, ""},
		{"granted to CloudWatch alone", func(w *world, _ *Options) { w.topic["Policy"] = granting }, "topic-policy-events info"},
		{"the policy of the beginning", func(w *world, _ *Options) { w.topic["Policy"] = first }, "topic-policy-events info"},
		{"no credentials", func(w *world, _ *Options) { w.errs["topic"] = fmt.Errorf("%w: none", ErrCredentials) }, "aws-credentials error"},
		{"AWS is away", func(w *world, _ *Options) { w.errs["topic"] = errors.New("connection refused") }, "aws-reachable error"},
		{"no topic", func(w *world, _ *Options) { w.errs["topic"] = ErrMissing }, "topic-missing error"},
		{"topic denied", func(w *world, _ *Options) { w.errs["topic"] = denied }, "aws-permission warn"},
		{"the policy names others", func(w *world, _ *Options) { w.topic["Policy"] = closed }, "topic-policy error"},
		{"the policy is another account's", func(w *world, _ *Options) { w.topic["Policy"] = strings.ReplaceAll(first, "1234", "9999") },
			"topic-policy error, topic-policy-events info"},
		{"the key of AWS", func(w *world, _ *Options) { w.topic["KmsMasterKeyId"] = "alias/aws/sns" }, "topic-key error"},
		{"the key of AWS by its ARN", func(w *world, _ *Options) { w.topic["KmsMasterKeyId"] = "arn:aws:kms:eu-central-1:1:alias/aws/sns" },
			"topic-key error"},
		{"a key of one's own", func(w *world, _ *Options) { w.topic["KmsMasterKeyId"] = "arn:aws:kms:eu-central-1:1:key/1" },
			"topic-key-policy info"},
		{"SHA-1", func(w *world, _ *Options) { delete(w.topic, "SignatureVersion") }, "topic-signature warn"},
		{"SHA-1, refused", func(w *world, o *Options) { w.topic["SignatureVersion"], o.RequireV2 = "1", true }, "topic-signature error"},
		{"nothing subscribed", func(w *world, _ *Options) { w.subs = w.subs[:1] }, "subscription-missing error"},
		{"subscribed elsewhere", func(w *world, _ *Options) { w.subs[1].Endpoint = "https://oncall.example.com/" },
			"subscription-elsewhere warn, subscription-missing error"},
		{"plain HTTP", func(w *world, o *Options) {
			w.subs[1].Protocol, w.subs[1].Endpoint, o.PublicURL = "http", "http://oncall.example.com/sns", "http://oncall.example.com/"
		}, "subscription-http warn"},
		{"not confirmed", func(w *world, _ *Options) { w.subs[1].ARN = pending }, "subscription-pending error"},
		{"raw", func(w *world, _ *Options) { w.sub["RawMessageDelivery"] = "true" }, "subscription-raw error"},
		{"no dead letters", func(w *world, _ *Options) { delete(w.sub, "RedrivePolicy") }, "subscription-dead-letters warn"},
		{"a filter", func(w *world, _ *Options) { w.sub["FilterPolicy"] = `{"a":["b"]}` }, "subscription-filter warn"},
		{"few tries", func(w *world, _ *Options) { delete(w.sub, "DeliveryPolicy") }, "subscription-retries warn"},
		{"few tries in effect", func(w *world, _ *Options) {
			w.sub["EffectiveDeliveryPolicy"] = `{"healthyRetryPolicy":{"numRetries":3}}`
		},
			"subscription-retries warn"},
		{"subscriptions denied", func(w *world, _ *Options) { w.errs["subscriptions"] = denied }, "aws-permission warn"},
		{"one subscription denied", func(w *world, _ *Options) { w.errs["subscription"] = denied }, "aws-permission warn"},
		{"no OK", func(w *world, _ *Options) { w.alarms[0].Recovers = nil }, "alarm-without-ok-action warn"},
		{"no action", func(w *world, _ *Options) { w.alarms[0].Acts, w.alarms[0].Listed, w.alarms[0].Recovers = nil, nil, nil },
			"alarm-without-action info"},
		{"actions off", func(w *world, _ *Options) { w.alarms[0].Off = true }, "alarm-actions-off warn"},
		{"no data", func(w *world, _ *Options) {
			w.alarms[0].State, w.alarms[0].Changed = incidents.AlarmUnknown, now.Add(-4*24*time.Hour)
		}, "alarm-without-data warn"},
		{"no data today", func(w *world, _ *Options) { w.alarms[0].State = incidents.AlarmUnknown }, ""},
		{"suppressed", func(w *world, _ *Options) { w.alarms[0].Suppressed = true }, "alarm-suppressed info"},
		{"muted", func(w *world, _ *Options) { w.alarms[0].State, w.muted["checkout-5xx"] = incidents.AlarmFiring, true }, "alarm-muted info"},
		{"of no service", func(_ *world, o *Options) { o.Claimed = func(*reconcile.Alarm) bool { return false } }, "alarm-unclaimed info"},
		{"too many", func(w *world, _ *Options) { w.more = true }, "alarms-many info"},
		{"alarms denied", func(w *world, _ *Options) { w.errs["alarms"] = denied }, "aws-permission warn"},
		{"alarms denied, and asked for", func(w *world, o *Options) { w.errs["alarms"], o.Reconciles = denied, true }, "aws-permission error"},
		{"mute rules denied, and asked for", func(w *world, o *Options) {
			w.errs["muted"], o.Reconciles, w.alarms[0].State = denied, true, incidents.AlarmFiring
		}, "aws-permission error"},
		{"a wildcard", func(_ *world, o *Options) { o.Topics = []string{"arn:aws:sns:*:123456789012:*"} }, ""},
	}
	for _, tt := range tests {
		w := well()
		o := Options{SNS: w, CloudWatch: w, Topics: []string{topic}, PublicURL: "https://oncall.example.com",
			Claimed: func(*reconcile.Alarm) bool { return true }}
		tt.change(w, &o)
		found, err := Look(t.Context(), o, now)
		var got []string
		for _, f := range found {
			got = append(got, f.Check+" "+f.Level)
			if f.What == "" || f.Mend == "" || strings.Contains(f.What+f.Mend, "%!") {
				t.Errorf("%s: %+v", tt.name, f)
			}
		}
		if said := strings.Join(got, ", "); said != tt.want || err != nil {
			t.Errorf("%s: found %q (%v), want %q", tt.name, said, err, tt.want)
		}
	}
}

// TestManyAlarms holds that what is amiss with many is one finding, which names some.
func TestManyAlarms(t *testing.T) {
	w := well()
	for n := range 30 {
		a := alarm(fmt.Sprint("a-", n))
		a.Recovers = nil
		w.alarms = append(w.alarms, a)
	}
	found, _ := Look(t.Context(), Options{SNS: w, CloudWatch: w, Topics: []string{topic}}, now)
	if len(found) != 1 || !strings.HasPrefix(found[0].What, "30 alarms of eu-central-1 tell") || !strings.Contains(found[0].What, "(a-0, a-1, a-2, a-3, a-4, …)") {
		t.Errorf("%+v", found)
	}
}
