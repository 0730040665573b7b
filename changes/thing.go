package changes

import (
	"regexp"
	"slices"
	"strings"
)

// A Thing is what can be changed: a service of ECS, a function, a pipeline. Its name is a path that begins with the AWS service,
// such as ecs/prod/checkout or lambda/charge, whichever way a message spells it. It is in one account and one region: what is called
// alike elsewhere is something else.
type Thing struct {
	Account, Region, Name string
}

// shapes are how the resource of an ARN becomes a name, where it is not just its parts in their order: the path that stays the same
// from version to version, as the dimensions of alarms and the targets of rollbacks name it. See the formats at
// https://docs.aws.amazon.com/service-authorization/latest/reference/.
var shapes = map[string]*regexp.Regexp{
	"ecs":            regexp.MustCompile(`^service/(.+)$`),
	"lambda":         regexp.MustCompile(`^function:([^:]+)`),
	"codepipeline":   regexp.MustCompile(`^([^/]+)`),
	"codedeploy":     regexp.MustCompile(`^(?:deploymentgroup|application):(.+)$`),
	"codebuild":      regexp.MustCompile(`^(?:build|project)/([^:]+)`),
	"cloudformation": regexp.MustCompile(`^stack/([^/]+)`),
	"autoscaling":    regexp.MustCompile(`autoScalingGroupName/(.+)$`),
	"rds":            regexp.MustCompile(`^(?:db|cluster):(.+)$`),
}

// ThingOf is what an ARN names; false if it is no ARN.
func ThingOf(arn string) (Thing, bool) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[2] == "" || parts[5] == "" {
		return Thing{}, false
	}
	service, name := parts[2], strings.ReplaceAll(parts[5], ":", "/")
	if shape, ok := shapes[service]; ok {
		m := shape.FindStringSubmatch(parts[5])
		if m == nil {
			return Thing{}, false
		}
		name = m[1]
	}
	return Thing{parts[4], parts[3], service + "/" + name}, true
}

// nested is the name of a nested stack: that of its parent, its logical id in the template, and letters that CloudFormation adds.
var nested = regexp.MustCompile(`^(cloudformation/.+)-[A-Za-z0-9]+-[A-Z0-9]{12,14}$`)

// With are some things together with those that they are part of, each once: what changes a stack changes those that are nested in it.
func With(things []Thing) []Thing {
	var all []Thing
	for _, t := range things {
		for {
			if !slices.Contains(all, t) {
				all = append(all, t)
			}
			m := nested.FindStringSubmatch(t.Name)
			if m == nil {
				break
			}
			t.Name = m[1]
		}
	}
	return all
}

// Things are what was changed.
func (c Change) Things() []Thing {
	var all []Thing
	for _, arn := range c.Resources {
		if t, ok := ThingOf(arn); ok {
			if t.Account == "" { // such as of a bucket
				t.Account, t.Region = c.Account, c.Region
			}
			all = append(all, t)
		}
	}
	return With(all)
}
