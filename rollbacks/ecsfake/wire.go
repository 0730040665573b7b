package ecsfake

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

// service is what ECS is called in AWS's model.
const model = "AmazonEC2ContainerServiceV20141113"

// wrong is a problem of a request.
func wrong(code, message string) *awsfake.Problem {
	return &awsfake.Problem{Code: code, Message: message}
}

func (c *Cluster) operations() map[string]awsfake.Operation {
	return map[string]awsfake.Operation{
		"DescribeServices": {In: ecs.DescribeServicesInput{}, Out: ecs.DescribeServicesOutput{}, Required: []string{"services"},
			Do: c.describeServices},
		"ListServiceDeployments": {In: ecs.ListServiceDeploymentsInput{}, Out: ecs.ListServiceDeploymentsOutput{},
			Required: []string{"service"}, Do: c.listDeployments},
		"DescribeServiceDeployments": {In: ecs.DescribeServiceDeploymentsInput{}, Out: ecs.DescribeServiceDeploymentsOutput{},
			Required: []string{"serviceDeploymentArns"}, Do: c.describeDeployments},
		"DescribeServiceRevisions": {In: ecs.DescribeServiceRevisionsInput{}, Out: ecs.DescribeServiceRevisionsOutput{},
			Required: []string{"serviceRevisionArns"}, Do: c.describeRevisions},
		"DescribeTaskDefinition": {In: ecs.DescribeTaskDefinitionInput{}, Out: ecs.DescribeTaskDefinitionOutput{},
			Required: []string{"taskDefinition"}, Do: c.describeDefinition},
		"UpdateService": {In: ecs.UpdateServiceInput{}, Out: ecs.UpdateServiceOutput{}, Required: []string{"service"},
			Do: c.updateService},
		"StopServiceDeployment": {In: ecs.StopServiceDeploymentInput{}, Out: ecs.StopServiceDeploymentOutput{},
			Required: []string{"serviceDeploymentArn"}, Do: c.stopDeployment},
		"ContinueServiceDeployment": {In: ecs.ContinueServiceDeploymentInput{}, Out: ecs.ContinueServiceDeploymentOutput{},
			Required: []string{"serviceDeploymentArn", "hookId"}, Do: c.continueDeployment},
	}
}

func (c *Cluster) arn(kind, rest string) string {
	return awsfake.ARN("ecs", kind+"/"+c.Name+"/"+rest)
}

func definitionARN(definition string) string {
	return awsfake.ARN("ecs", "task-definition/"+definition)
}

// named is what an ARN or a name is about.
func named(s string) string { return s[strings.LastIndex(s, "/")+1:] }

// find looks a service up in the cluster.
func (c *Cluster) find(cluster, name string) (*service, *awsfake.Problem) {
	if named(cluster) != c.Name {
		return nil, wrong("ClusterNotFoundException", "Cluster not found.")
	}
	s := c.services[named(name)]
	if s == nil {
		return nil, wrong("ServiceNotFoundException", "Service not found.")
	}
	c.settle(s)
	return s, nil
}

// deployment looks a deployment up by its ARN.
func (c *Cluster) deployment(arn string) (*service, *deployment) {
	for _, s := range c.services {
		for _, d := range s.deployments {
			if c.arn("service-deployment", s.name+"/"+d.id) == arn {
				c.settle(s)
				return s, d
			}
		}
	}
	return nil, nil
}

func (c *Cluster) describeServices(call awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		Cluster  string   `json:"cluster"`
		Services []string `json:"services"`
		Include  []string `json:"include"`
	}
	if p := call.Read(&in); p != nil {
		return nil, p
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if named(in.Cluster) != c.Name {
		return nil, wrong("ClusterNotFoundException", "Cluster not found.")
	}
	services, failures := []any{}, []any{}
	for _, name := range in.Services {
		s, p := c.find(in.Cluster, name)
		if p != nil {
			failures = append(failures, map[string]any{"arn": c.arn("service", name), "reason": "MISSING"})
			continue
		}
		services = append(services, c.serviceOf(s))
	}
	return map[string]any{"services": services, "failures": failures}, nil
}

func (c *Cluster) serviceOf(s *service) map[string]any {
	last := s.deployments[len(s.deployments)-1]
	return map[string]any{
		"serviceArn": c.arn("service", s.name), "serviceName": s.name, "clusterArn": awsfake.ARN("ecs", "cluster/"+c.Name),
		"status": "ACTIVE", "taskDefinition": definitionARN(s.definition), "desiredCount": 2, "runningCount": 2,
		"deploymentController":     map[string]any{"type": s.controller},
		"currentServiceDeployment": c.arn("service-deployment", s.name+"/"+last.id), "launchType": "FARGATE",
	}
}

func (c *Cluster) listDeployments(call awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		Service    string          `json:"service"`
		Cluster    string          `json:"cluster"`
		Status     []string        `json:"status"`
		CreatedAt  json.RawMessage `json:"createdAt"`
		NextToken  string          `json:"nextToken"`
		MaxResults int             `json:"maxResults"`
	}
	if p := call.Read(&in); p != nil {
		return nil, p
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s, p := c.find(in.Cluster, in.Service)
	if p != nil {
		return nil, p
	}
	most := in.MaxResults
	if most == 0 {
		most = 20
	}
	list := []any{}
	for _, d := range slices.Backward(s.deployments) {
		if len(list) < most && (len(in.Status) == 0 || slices.Contains(in.Status, d.status)) {
			list = append(list, c.brief(s, d))
		}
	}
	return map[string]any{"serviceDeployments": list}, nil
}

// brief is a deployment as lists have it. Its target is an ARN here, and an object in the description (see whole).
func (c *Cluster) brief(s *service, d *deployment) map[string]any {
	out := map[string]any{
		"serviceDeploymentArn": c.arn("service-deployment", s.name+"/"+d.id), "serviceArn": c.arn("service", s.name),
		"createdAt": awsfake.Stamp(d.created), "startedAt": awsfake.Stamp(d.created), "status": d.status, "statusReason": d.reason,
		"targetServiceRevisionArn": c.revision(s, d),
	}
	if d.status == successful || d.status == rolledBack {
		out["finishedAt"] = awsfake.Stamp(d.ends)
	}
	return out
}

func (c *Cluster) revision(s *service, d *deployment) string {
	return c.arn("service-revision", s.name+"/"+d.id)
}
