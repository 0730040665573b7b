// Package lookups is what the logs and the traces of a service say around an incident, as AWS answers when somebody asks: where to look,
// at which time, and what to say where AWS does not answer.
//
// # The model
//
// Nothing is looked at by itself: what is scanned costs money, and what is written in logs may be about people. Somebody asks, and they
// alone read the answer (package bot/lookup). What is found is never kept.
//
// [Places] are what the configuration says of a service, and [Around] is the time. Packages logs and traces ask, with the program's own
// credentials, and their errors are a [*Refusal]: why there is no answer, and what to do about it.
package lookups

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	ours "github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/incidents"
)

// Places are where a service can be looked at.
type Places struct {
	Logs   []string // groups of CloudWatch Logs: names, or ARNs
	Traces []string // services of X-Ray
}

// Ways lead into AWS: to a region, or to the program's own if it is empty.
type Ways func(ctx context.Context, region string) (aws.Config, error)

const (
	// before is how much of the time before the first alarm is looked at.
	before = 15 * time.Minute
	// Longest is how much time is looked at in one go, at most: what is scanned is paid for.
	Longest = time.Hour
)

// Around is the time that is looked at: from some time before the first alarm until now, or for an hour. The beginning tells more than
// what came later.
func Around(i *incidents.Incident, a *incidents.Alarm, now time.Time) (from, to time.Time) {
	began := i.Opened
	if a != nil && a.State == incidents.AlarmFiring && !a.Changed.IsZero() && a.Changed.Before(began) {
		began = a.Changed
	}
	from = began.Add(-before).UTC()
	if to = from.Add(Longest); to.After(now) {
		to = now.UTC()
	}
	return from, to
}

// OfFunction is the group that a function of Lambda writes to, if an alarm is about one.
func OfFunction(a *incidents.Alarm) []string {
	if a == nil || a.Metric == nil || a.Metric.Namespace != "AWS/Lambda" {
		return nil
	}
	for _, d := range a.Metric.Dimensions {
		if d.Name == "FunctionName" && IsGroup("/aws/lambda/"+d.Value) {
			return []string{"/aws/lambda/" + d.Value}
		}
	}
	return nil
}

// RegionOf is the region in the ARN of a log group; false if a group has only a name.
func RegionOf(group string) (region string, ok bool) {
	arn, ok := ours.ParseARN(group)
	return arn.Region, ok && arn.Region != ""
}

// IsGroup reports whether a text may be the name of a log group.
func IsGroup(name string) bool {
	const most = 512
	return name != "" && len(name) <= most && !strings.ContainsFunc(name, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("_-/.#", r)
	})
}
