package alarms

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/oncalm/oncalm/alarms/aws"
)

// A Service is what an incident is about, as far as the door must know it.
type Service struct {
	Name     string
	Severity string // of its incidents; empty means sev2
	Policy   string // the escalation policy, for whoever reads this
	Runbook  string // an https link, or empty
	Matches  []Match
}

// A Match describes alarms. All of its conditions that are not empty must hold; each
// is a pattern in which * stands for any characters and ? for one. A Match without a
// condition fits nothing.
type Match struct {
	Alarm     string // the alarm's name
	Account   string
	Region    string
	Dimension string // "Name=value", of any dimension of the metric
	Tag       string // "name=value", of any tag of the alarm
	Topic     string // the ARN of the topic, or its name
}

// ErrMatch says that a Match can never be meant.
var ErrMatch = errors.New("a match without a condition")

// Services decides to which service an alarm belongs: the one with the most specific
// match. A match that tells more of the alarm's name is more specific, then one that
// tells more of a dimension, of a tag, of the topic, of account and region; where that leaves a
// choice, the service that comes first in the list has it. So it does not matter
// whether "*" stands before "checkout-*". What no service claims goes to Default.
type Services struct {
	All     []Service
	Default string // the name of one of All
}

// Check finds what is wrong with the list.
func (s Services) Check() error {
	var problems []error
	known := false
	for _, svc := range s.All {
		known = known || svc.Name == s.Default
		for n, m := range svc.Matches {
			if m == (Match{}) {
				problems = append(problems, fmt.Errorf("service %s: alarms, entry %d: %w", svc.Name, n+1, ErrMatch))
			}
		}
	}
	if !known {
		problems = append(problems, fmt.Errorf("default service %q is not one of the services", s.Default))
	}
	return errors.Join(problems...)
}

// For returns the service of a signal.
func (s Services) For(sig *Signal) Service {
	var best *Service
	var most specificity
	for i := range s.All {
		for _, m := range s.All[i].Matches {
			if got, ok := m.fits(sig); ok && (best == nil || most.less(got)) {
				best, most = &s.All[i], got
			}
		}
	}
	if best != nil {
		return *best
	}
	return s.fallback()
}

// fallback is the default service. It always is one, so that nothing is dropped
// because of a name.
func (s Services) fallback() Service {
	for _, svc := range s.All {
		if svc.Name == s.Default {
			return svc
		}
	}
	return Service{Name: s.Default}
}

// specificity is how much a match tells: of the name, of a dimension, of a tag, of the
// topic, of account and region.
type specificity [5]int

func (a specificity) less(b specificity) bool {
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

// fits reports whether the match describes the signal, and how much it tells.
func (m Match) fits(sig *Signal) (specificity, bool) {
	var told specificity
	if m == (Match{}) {
		return told, false
	}
	if m.Alarm != "" && !aws.Glob(m.Alarm, sig.Name) || m.Account != "" && !aws.Glob(m.Account, sig.Account) ||
		m.Region != "" && !aws.Glob(m.Region, sig.Region) || m.Topic != "" && !m.fitsTopic(sig.Topic) ||
		m.Dimension != "" && !m.fitsDimension(sig) || m.Tag != "" && !m.fitsTag(sig) {
		return told, false
	}
	told = specificity{literal(m.Alarm), literal(m.Dimension), literal(m.Tag), literal(m.Topic),
		literal(m.Account) + literal(m.Region)}
	return told, true
}

func (m Match) fitsTopic(topic string) bool {
	return aws.Glob(m.Topic, topic) || aws.Glob(m.Topic, aws.ShortName(topic))
}

func (m Match) fitsDimension(sig *Signal) bool {
	if sig.Metric != nil {
		for _, d := range sig.Metric.Dimensions {
			if aws.Glob(m.Dimension, d.Name+"="+d.Value) {
				return true
			}
		}
	}
	for name, value := range sig.Contributor {
		if aws.Glob(m.Dimension, name+"="+value) {
			return true
		}
	}
	return false
}

func (m Match) fitsTag(sig *Signal) bool {
	for name, value := range sig.Tags {
		if aws.Glob(m.Tag, name+"="+value) {
			return true
		}
	}
	return false
}

// literal weighs a pattern: twice its characters that stand for themselves, and one
// more if there is no other in it.
func literal(pattern string) int {
	if pattern == "" {
		return 0
	}
	wild := strings.Count(pattern, "*") + strings.Count(pattern, "?")
	n := 2 * (utf8.RuneCountInString(pattern) - wild)
	if wild == 0 {
		n++
	}
	return n
}
