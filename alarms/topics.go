package alarms

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Topics is the list of topics that messages are taken from. Anybody with an account
// at AWS can make SNS send us a correctly signed message: this list is what tells
// friends from strangers.
type Topics struct {
	exact     []string
	wildcards []ARN
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
		a, ok := ParseARN(s)
		switch {
		case !ok || a.Service != "sns":
			problems = append(problems, fmt.Errorf("%w: %q; write arn:aws:sns:REGION:ACCOUNT:NAME", ErrTopic, s))
		case !isAccount(a.Account):
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

func checkWildcard(a ARN) error {
	known := slices.ContainsFunc(partitions, func(p partition) bool { return p.name == a.Partition })
	_, region := partitionOf(a.Region)
	if !known || a.Region != "*" && !region || a.Resource != "*" && !isTopicName(a.Resource) {
		return fmt.Errorf("%w: %q; only region and name may be \"*\", each as a whole", ErrTopic, a)
	}
	return nil
}

// genuine reports whether an ARN could be that of a topic.
func genuine(a ARN) bool {
	_, ok := a.host()
	return ok && a.Service == "sns" && isAccount(a.Account) && isTopicName(a.Resource)
}

// Match takes the ARN of a topic apart, if the topic is on the list.
func (t Topics) Match(arn string) (ARN, bool) {
	a, ok := ParseARN(arn)
	switch {
	case !ok:
		return ARN{}, false
	case slices.Contains(t.exact, arn):
		return a, true
	case !genuine(a):
		return ARN{}, false
	}
	return a, slices.ContainsFunc(t.wildcards, func(w ARN) bool {
		return w.Partition == a.Partition && w.Account == a.Account &&
			(w.Region == "*" || w.Region == a.Region) && (w.Resource == "*" || w.Resource == a.Resource)
	})
}

// String lists the topics as they were written.
func (t Topics) String() string {
	all := slices.Clone(t.exact)
	for _, w := range t.wildcards {
		all = append(all, w.String())
	}
	return strings.Join(all, ", ")
}
