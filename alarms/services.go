package alarms

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/alarms/match"
	"github.com/oncalm/oncalm/incidents"
)

// A Service is what an incident is about, as far as the door must know it.
type Service struct {
	Name     string
	Severity string // of its incidents; empty means sev2
	Policy   string // the escalation policy, for whoever reads this
	Runbook  string // an https link, or empty
	Matches  []Match
	// Stakeholders are the Slack channels, by their ids, that wait for news of its incidents.
	Stakeholders []string
	// Hold is how long an alarm must fire before somebody is paged; Holds are those of matches that have their own.
	Hold  time.Duration
	Holds map[Match]time.Duration
	Flap  known.Flap
	// Group is how long after an incident was triggered, at least, alarms of the service join it; see package groups. 0 is for
	// an incident for each alarm.
	Group time.Duration
	// GroupBy divides the alarms that can be grouped by what they have in common: account, region, topic, tag:NAME or dimension:NAME.
	GroupBy []string
}

// DefaultFlap is when an alarm flaps, unless the configuration says otherwise.
func DefaultFlap() known.Flap { return known.Flap{Changes: 5, Within: 30 * time.Minute} }

// A Match describes alarms, those of a service here.
type Match = match.Match

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
	there := false
	for _, svc := range s.All {
		there = there || svc.Name == s.Default
		for n, m := range svc.Matches {
			if m == (Match{}) {
				problems = append(problems, fmt.Errorf("service %s: alarms, entry %d: %w", svc.Name, n+1, ErrMatch))
			}
		}
	}
	if !there {
		problems = append(problems, fmt.Errorf("default service %q is not one of the services", s.Default))
	}
	return errors.Join(problems...)
}

// For returns the service of a signal, with the hold of the match that led there.
func (s Services) For(sig *Signal) Service {
	var best *Service
	var by Match
	var most match.Specificity
	for i := range s.All {
		for _, m := range s.All[i].Matches {
			if got, ok := m.Fits(&sig.Alarm, sig.Topic); ok && (best == nil || most.Less(got)) {
				best, most, by = &s.All[i], got, m
			}
		}
	}
	if best == nil {
		return s.fallback()
	}
	svc := *best
	if own, ok := svc.Holds[by]; ok {
		svc.Hold = own
	}
	return svc
}

// Claims reports whether a service has the alarm by a match of its own, over one of some topics.
func (s Services) Claims(a *incidents.Alarm, topics []string) bool {
	for _, svc := range s.All {
		for _, m := range svc.Matches {
			if slices.ContainsFunc(topics, func(topic string) bool { _, ok := m.Fits(a, topic); return ok }) {
				return true
			}
		}
	}
	return false
}

// Opens is the incident that an alarm would open by itself, as far as that can be told without its message.
func (s Services) Opens(a *incidents.Alarm) incidents.Raised { return s.OpensFrom(a, "") }

// OpensFrom is Opens of an alarm that was told of over a topic, by its ARN.
func (s Services) OpensFrom(a *incidents.Alarm, topic string) incidents.Raised {
	sig := Signal{Alarm: *a, Topic: topic}
	to := asOpened(&sig, s.For(&sig))
	to.Title, to.Severity = a.Name, cmp.Or(to.Severity, incidents.Sev2)
	return to
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
