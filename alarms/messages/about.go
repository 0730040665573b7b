package messages

import (
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/judge"
)

// parameters say what a call was about, by its source: the resource of an ARN, from the parameters of the request. See the API references
// of the services.
var parameters = map[string][]string{
	"ecs":            {"service/{cluster~}/{service~}", "service/default/{service~}"},
	"lambda":         {"function:{functionName}"},
	"cloudformation": {"stack/{stackName}"},
	"codedeploy":     {"deploymentgroup:{applicationName}/{deploymentGroupName}"},
	"codepipeline":   {"{name|pipelineName|pipeline.name}"},
	"codebuild":      {"project/{projectName|name}"},
	"autoscaling":    {"autoScalingGroup::autoScalingGroupName/{autoScalingGroupName}"},
	"rds":            {"db:{dBInstanceIdentifier}", "cluster:{dBClusterIdentifier}"},
	"dynamodb":       {"table/{tableName}"},
	"kinesis":        {"stream/{streamName}"},
	"elasticache":    {"cluster:{cacheClusterId}", "replicationgroup:{replicationGroupId}"},
}

// calledFor is what a call to an API of AWS was about, as CloudTrail tells it. A call that only reads changes nothing, and one that was
// refused neither.
func calledFor(m *aws.Message) []string {
	if m.At("detail.readOnly") == "true" || m.At("detail.errorCode") != "" {
		return nil
	}
	at := func(path string) string { return m.At("detail.requestParameters." + path) }
	var arns []string
	for _, path := range [...]string{"functionName", "targetGroupArn", "loadBalancerArn", "stackName", "resourceArn"} {
		if arn := at(path); strings.HasPrefix(arn, "arn:") {
			arns = append(arns, arn)
		}
	}
	service, _, _ := strings.Cut(m.At("detail.eventSource"), ".")
	for _, pattern := range parameters[service] {
		if resource, whole := filled(pattern, at); whole {
			return append(arns, arnOf(m, service, resource))
		}
	}
	return arns
}

// filled fills a pattern, and reports whether it had all that it names, none of which is an ARN itself.
func filled(pattern string, at func(string) string) (resource string, whole bool) {
	for part := range strings.SplitSeq(pattern, "{") {
		if paths, _, ok := strings.Cut(part, "}"); ok {
			value := judge.Fill("{"+paths+"}", at)
			if value == "" || strings.HasPrefix(value, "arn:") {
				return "", false
			}
		}
	}
	return judge.Fill(pattern, at), true
}

func arnOf(m *aws.Message, service, resource string) string {
	region := aws.FirstOf(m.At("detail.awsRegion"), m.At("region"))
	return "arn:aws:" + service + ":" + region + ":" + aws.FirstOf(m.At("detail.recipientAccountId"), m.At("account")) + ":" + resource
}

// stackOf is the stack that an event of CloudFormation is about.
func stackOf(m *aws.Message) []string {
	if arn := m.At("detail.stack-id"); arn != "" {
		return []string{arn}
	}
	return nil
}

// profileOf is what a deployment of AppConfig configures, by the names and by the ids of application, environment and profile, since
// either may be what people know them by.
func profileOf(m *aws.Message) (arns []string) {
	for _, by := range [...]string{"Name", "Id"} {
		resource, whole := filled(strings.ReplaceAll("{Application.*}/{Environment.*}/{ConfigurationProfile.*}", "*", by),
			func(path string) string { return m.At("detail." + path) })
		if whole {
			arns = append(arns, arnOf(m, "appconfig", resource))
		}
	}
	return arns
}
