package setup

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
)

// managedKey is the key of AWS for SNS, whose policy nobody can change: CloudWatch may not use it. See
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html.
const managedKey = "alias/aws/sns"

// topic looks at a topic and what is subscribed to it; stop says that it is of no use to ask AWS anything else. The
// attributes are texts under the names that SNS gives them (GetTopicAttributes).
func (o *Options) topic(ctx context.Context, arn string, topic aws.ARN) (found []Finding, stop bool) {
	attributes, err := o.SNS.Topic(ctx, arn)
	if errors.Is(err, ErrMissing) {
		return []Finding{{"topic-missing", Error, "the topic " + arn + " is not there: no alarm arrives over it",
			"aws sns create-topic --region " + topic.Region + " --name " + topic.Resource + ", or correct sns.topics"}}, false
	}
	if err != nil {
		f, stop := unknown(err, "the topic "+arn, "sns:GetTopicAttributes")
		return []Finding{f}, stop
	}
	set := func(name, value string) string {
		return "aws sns set-topic-attributes --topic-arn " + arn + " --attribute-name " + name + " --attribute-value " + value
	}
	if !letsPublish(attributes["Policy"], topic.Account, cloudWatch) {
		found = append(found, Finding{"topic-policy", Error,
			"the policy of " + arn + " does not let CloudWatch publish: no alarm arrives over it",
			`add a statement: "Effect": "Allow", "Principal": {"Service": "cloudwatch.amazonaws.com"}, "Action": "sns:Publish", "Resource": "` + arn + `"`})
	}
	if !letsPublish(attributes["Policy"], topic.Account, eventBridge) {
		found = append(found, Finding{"topic-policy-events", Info,
			"the policy of " + arn + " does not let EventBridge publish: no change is told of over it",
			`add a statement: "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, ` +
				`"Action": "sns:Publish", "Resource": "` + arn + `", and see docs/changes.md for the rule`})
	}
	switch key := attributes["KmsMasterKeyId"]; {
	case key == managedKey || strings.HasSuffix(key, ":"+managedKey):
		found = append(found, Finding{"topic-key", Error,
			arn + " is encrypted with " + managedKey +
				", which neither CloudWatch nor EventBridge may use: no alarm arrives over it",
			"encrypt it with a key of your own, which its policy lets cloudwatch.amazonaws.com and " +
				"events.amazonaws.com use, with kms:Decrypt and kms:GenerateDataKey*"})
	case key != "":
		found = append(found, Finding{"topic-key-policy", Info, arn + " is encrypted with the key " + key,
			"see that its policy lets cloudwatch.amazonaws.com and events.amazonaws.com kms:Decrypt and kms:GenerateDataKey*"})
	}
	if attributes["SignatureVersion"] != "2" {
		f := Finding{"topic-signature", Warn, "messages of " + arn + " are signed with SHA-1", set("SignatureVersion", "2")}
		if o.RequireV2 {
			f.Level, f.What = Error, f.What+", and refused for that"
		}
		found = append(found, f)
	}
	more, stop := o.subscriptions(ctx, arn, topic)
	return append(found, more...), stop
}

// A statement of a policy, as far as it says who may publish. A member is a text or a list of texts.
type statement struct {
	Effect    string
	Principal any
	Action    any
	Condition map[string]map[string]any
}

// Who publishes on topics.
const (
	cloudWatch  = "cloudwatch.amazonaws.com"
	eventBridge = "events.amazonaws.com"
)

// letsPublish reports whether the policy of a topic lets CloudWatch or EventBridge publish. The policy that a topic has at first lets everything that is
// the account's own, which CloudWatch's alarms of that account count as, and rules of EventBridge do not. If it cannot be read it is taken as right: a false
// alarm here would send people to change a policy that works. Conditions are not worked out, but for the one of the policy
// that a topic begins with. Deny is not looked at.
func letsPublish(policy, account, service string) bool {
	if policy == "" {
		return true // it is not told
	}
	var doc struct{ Statement []statement }
	if json.Unmarshal([]byte(policy), &doc) != nil {
		var one struct{ Statement statement } // a policy may have one without a list
		if json.Unmarshal([]byte(policy), &one) != nil {
			return true
		}
		doc.Statement = []statement{one.Statement}
	}
	return slices.ContainsFunc(doc.Statement, func(s statement) bool {
		return s.Effect == "Allow" && s.publishes() && s.means(account, service)
	})
}

// publishes reports whether a statement is about publishing. Actions have wildcards, and no case.
func (s statement) publishes() bool {
	return slices.ContainsFunc(texts(s.Action), func(action string) bool {
		return aws.Glob(strings.ToLower(action), "sns:publish")
	})
}

// means reports whether a statement is about a service.
func (s statement) means(account, service string) bool {
	names := texts(s.Principal)
	if m, ok := s.Principal.(map[string]any); ok {
		names = append(texts(m["Service"]), texts(m["AWS"])...)
	}
	for _, name := range names {
		switch {
		case name == service:
			return true
		case name == "*":
			owner := texts(s.condition("AWS:SourceOwner"))
			return len(owner) == 0 || service == cloudWatch && slices.Contains(owner, account)
		}
	}
	return false
}

// condition is what a condition compares a key with, whatever the operator. Keys have no case.
func (s statement) condition(name string) any {
	for _, members := range s.Condition {
		for member, value := range members {
			if strings.EqualFold(member, name) {
				return value
			}
		}
	}
	return nil
}

// texts are one text or a list of them: policies may have either.
func texts(v any) (all []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, one := range v {
			all = append(all, texts(one)...)
		}
	}
	return all
}
