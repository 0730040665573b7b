package reconcile

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/incidents"
)

// API is what is asked of CloudWatch. Errors are those of the call.
type API interface {
	// Firing are the alarms of a region that say ALARM.
	Firing(ctx context.Context, region string) ([]Alarm, error)
	// Named are the alarms of a region that have these names, as far as there are such.
	Named(ctx context.Context, region string, names []string) ([]Alarm, error)
	// Muted reports whether a mute rule holds back the actions of the alarm of that name now.
	Muted(ctx context.Context, region, name string) (bool, error)
}

// An Alarm is how an alarm stands.
type Alarm struct {
	ARN     string
	Name    string
	State   incidents.AlarmState
	Changed time.Time // since when, UTC
	// Acts are the actions for ALARM and for OK; none if the alarm's actions are off.
	Acts, Recovers []string
	// Off says that its actions are off, and Listed are those for ALARM all the same.
	Off    bool
	Listed []string
	// Suppressed says that another alarm holds back the actions of this composite alarm.
	Suppressed bool
	// Text is what CloudWatch would send to SNS of it: the members of a JSON object.
	Text map[string]any
}

// over is the topic of ours over which an alarm would have told its state; false if there is none.
func (a *Alarm) over(topics sns.Topics) (arn string, ours bool) {
	acts := a.Acts
	if a.State == incidents.AlarmOK {
		acts = a.Recovers
	}
	n := slices.IndexFunc(acts, func(arn string) bool { _, ok := topics.Match(arn); return ok })
	if n < 0 {
		return "", false
	}
	return acts[n], true
}

// message is what should have come. A contributor is one whose word it is.
func (a *Alarm) message(topic, contributor string, topics sns.Topics, now time.Time) (*sns.Verified, error) {
	fields := maps.Clone(a.Text)
	reason, _ := fields["NewStateReason"].(string)
	fields["NewStateReason"] = "Found by reconciliation, no message came. " + reason
	if contributor != "" {
		fields["AlarmContributorId"] = contributor
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	return found(topic, string(text), a.ARN+" "+contributor+" "+string(a.State), a.Changed, topics, now), nil
}
