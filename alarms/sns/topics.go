package sns

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
)

// Topics is the list of topics that messages are taken from. Anybody with an account
// at AWS can make SNS send us a correctly signed message: this list is what tells
// friends from strangers.
type Topics struct {
	exact     []string
	wildcards []aws.ARN
}

// ErrTopic says that a topic cannot stand in the list.
var ErrTopic = errors.New("not a topic")

// ParseTopics reads the list of the configuration: ARNs of topics, and wildcards for
// the topics of one account, such as arn:aws:sns:*:123456789012:*. The account itself
// is never a wildcard. The error names every entry that is wrong, and wraps
// [ErrTopic].
func ParseTopics(list []string) (Topics, error) {
	var t Topics
	var problems []error
	for _, s := range list {
		a, ok := aws.ParseARN(s)
		switch {
		case !ok || a.Service != "sns":
			problems = append(problems, fmt.Errorf("%w: %q; write arn:aws:sns:REGION:ACCOUNT:NAME", ErrTopic, s))
		case !aws.IsAccount(a.Account):
			problems = append(problems, fmt.Errorf("%w: %q; the account must be written in full, 12 digits", ErrTopic, s))
		case a.Region == "*" || a.Resource == "*":
			if err := checkWildcard(a); err != nil {
				problems = append(problems, err)
			} else {
				t.wildcards = append(t.wildcards, a)
			}
		case !genuine(a):
			problems = append(problems, fmt.Errorf("%w: %q; check partition, region and name", ErrTopic, s))
		default:
			t.exact = append(t.exact, s)
		}
	}
	return t, errors.Join(problems...)
}

func checkWildcard(a aws.ARN) error {
	known := aws.IsPartition(a.Partition)
	region := aws.IsRegion(a.Region)
	if !known || a.Region != "*" && !region || a.Resource != "*" && !aws.IsTopicName(a.Resource) {
		return fmt.Errorf("%w: %q; only region and name may be \"*\", each as a whole", ErrTopic, a)
	}
	return nil
}

// genuine reports whether an ARN could be that of a topic.
func genuine(a aws.ARN) bool {
	_, ok := a.Host()
	return ok && a.Service == "sns" && aws.IsAccount(a.Account) && aws.IsTopicName(a.Resource)
}

// Match takes the ARN of a topic apart, if the topic is on the list.
func (t Topics) Match(arn string) (aws.ARN, bool) {
	a, ok := aws.ParseARN(arn)
	switch {
	case !ok:
		return aws.ARN{}, false
	case slices.Contains(t.exact, arn):
		return a, true
	case !genuine(a):
		return aws.ARN{}, false
	}
	return a, slices.ContainsFunc(t.wildcards, func(w aws.ARN) bool {
		return w.Partition == a.Partition && w.Account == a.Account &&
			(w.Region == "*" || w.Region == a.Region) && (w.Resource == "*" || w.Resource == a.Resource)
	})
}

// Regions are the regions in which topics of the list are, as far as it names them.
func (t Topics) Regions() []string {
	var all []string
	for _, arn := range t.exact {
		if a, ok := aws.ParseARN(arn); ok {
			all = append(all, a.Region)
		}
	}
	for _, w := range t.wildcards {
		if w.Region != "*" {
			all = append(all, w.Region)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// String lists the topics as they were written.
func (t Topics) String() string {
	all := slices.Clone(t.exact)
	for _, w := range t.wildcards {
		all = append(all, w.String())
	}
	return strings.Join(all, ", ")
}
