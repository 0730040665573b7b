package around

import (
	"maps"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/incidents"
)

// dimensions say what an alarm measures: the names of dimensions, and the name of the thing in which their values stand for {0}, {1}.
// See the metrics of each service, such as https://docs.aws.amazon.com/AmazonECS/latest/developerguide/available-metrics.html.
var dimensions = []struct {
	names []string
	thing string
}{
	{[]string{"ClusterName", "ServiceName"}, "ecs/{0}/{1}"},
	{[]string{"FunctionName"}, "lambda/{0}"},
	{[]string{"AutoScalingGroupName"}, "autoscaling/{0}"},
	{[]string{"InstanceId"}, "ec2/instance/{0}"},
	{[]string{"LoadBalancer"}, "elasticloadbalancing/loadbalancer/{0}"},
	{[]string{"TargetGroup"}, "elasticloadbalancing/{0}"},
	{[]string{"DBInstanceIdentifier"}, "rds/{0}"},
	{[]string{"DBClusterIdentifier"}, "rds/{0}"},
	{[]string{"CacheClusterId"}, "elasticache/cluster/{0}"},
	{[]string{"ReplicationGroupId"}, "elasticache/replicationgroup/{0}"},
	{[]string{"TableName"}, "dynamodb/table/{0}"},
	{[]string{"QueueName"}, "sqs/{0}"},
	{[]string{"StreamName"}, "kinesis/stream/{0}"},
	{[]string{"ProjectName"}, "codebuild/{0}"},
	{[]string{"BucketName"}, "s3/{0}"},
}

const (
	// stackTag is the tag that CloudFormation gives to what it makes.
	stackTag = "aws:cloudformation:stack-name"
	// rollbackTag begins the tags with which an alarm names where its thing is rolled back, such as rollback:codepipeline=web/deploy.
	rollbackTag = "rollback:"
)

// measured are the things that an alarm tells of: what it measures, what its tags name, and itself, since an alarm that was changed just
// now may fire because of that. A value that is an ARN names its thing by itself, whatever its dimension is called.
func measured(a *incidents.Alarm) (all []changes.Thing) {
	add := func(name string) { all = append(all, changes.Thing{Account: a.Account, Region: a.Region, Name: name}) }
	if own, ok := changes.ThingOf(a.ARN); ok {
		all = append(all, own)
	}
	values := map[string]string{}
	maps.Copy(values, a.Contributor)
	if a.Metric != nil {
		for _, d := range a.Metric.Dimensions {
			values[d.Name] = d.Value
			if arn, ok := changes.ThingOf(d.Value); ok {
				all = append(all, arn)
			}
		}
	}
	for _, d := range dimensions {
		thing := d.thing
		for n, name := range d.names {
			thing = strings.ReplaceAll(thing, []string{"{0}", "{1}"}[n], values[name])
		}
		if !slices.ContainsFunc(d.names, func(name string) bool { return values[name] == "" }) {
			add(thing)
		}
	}
	for _, tag := range slices.Sorted(maps.Keys(a.Tags)) {
		value := a.Tags[tag]
		switch kind, ok := strings.CutPrefix(tag, rollbackTag); {
		case tag == stackTag:
			add("cloudformation/" + value)
		case ok && kind == "codepipeline": // whatever the stage
			pipeline, _, _ := strings.Cut(value, "/")
			add("codepipeline/" + pipeline)
		case ok:
			add(kind + "/" + value)
		}
	}
	return all
}
