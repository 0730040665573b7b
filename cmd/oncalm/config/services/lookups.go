package services

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/lookups"
	"github.com/oncalm/oncalm/text"
)

const (
	// mostPlaces is how many places of a kind a service has: each makes a look at them cost more.
	mostPlaces = 10
	// longestName is how long X-Ray lets the name of a service be.
	longestName = 200
)

// placesIn reads a list of places, each as read says. What has more than are looked at is refused.
func placesIn(v reading.Value, wanted string, read func(reading.Value) (string, bool)) (all []string) {
	v.List(wanted, func(v reading.Value) {
		switch name, ok := read(v); {
		case !ok:
		case slices.Contains(all, name):
			v.Warnf("remove one of them", "%s is listed twice", reading.Quote(name))
		case len(all) == mostPlaces:
			v.Errorf("keep the ones that tell most", "there are more than %d", mostPlaces)
		default:
			all = append(all, name)
		}
	})
	return all
}

// logs reads which log groups a service writes to. One question has groups of one region, and all by their names or all by their ARNs.
func logs(v reading.Value) []string {
	const wanted = `log groups such as ["/ecs/checkout"]`
	first, begun := "", false
	return placesIn(v, wanted, func(v reading.Value) (string, bool) {
		group, ok := v.Filled("the name of a log group, or its ARN")
		if !ok {
			return "", false
		}
		name, region := group, ""
		if arn, ok := aws.ParseARN(group); ok {
			group = strings.TrimSuffix(group, ":*") // as AWS writes it in some places
			name = strings.TrimSuffix(strings.TrimPrefix(arn.Resource, "log-group:"), ":*")
			if region = arn.Region; arn.Service != "logs" || !aws.IsRegion(region) || name == arn.Resource {
				name = ""
			}
		}
		switch {
		case !lookups.IsGroup(name):
			v.Errorf("write it as the console shows it, such as /ecs/checkout", "%s is no log group", reading.Quote(group))
			return "", false
		case begun && region != first:
			v.Errorf("write all by their names, or all as ARNs of one region", "%s is elsewhere than those before it",
				reading.Quote(group))
			return "", false
		}
		first, begun = region, true
		return group, true
	})
}

// traces reads what X-Ray calls a service.
func traces(v reading.Value) []string {
	return placesIn(v, "names of services in X-Ray, such as [checkout]", func(v reading.Value) (string, bool) {
		name, ok := v.Filled("the name of a service in X-Ray")
		if ok && (len(name) > longestName || text.Line(name) != name || strings.ContainsAny(name, `"\`)) {
			v.Errorf("write it as the trace map shows it", "%s is no name of a service", reading.Quote(name))
			return "", false
		}
		return name, ok
	})
}
