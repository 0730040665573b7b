package ecsfake

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

// describeDeployments answers DescribeServiceDeployments. As in all such lists, what is not there is a failure beside what
// was found.
func (c *Cluster) describeDeployments(call awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		ARNs []string `json:"serviceDeploymentArns"`
	}
	if p := call.Read(&in); p != nil {
		return nil, p
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	found, failures := []any{}, []any{}
	for _, arn := range in.ARNs {
		s, d := c.deployment(arn)
		if d == nil {
			failures = append(failures, map[string]any{"arn": arn, "reason": "MISSING"})
			continue
		}
		found = append(found, c.whole(s, d))
	}
	return map[string]any{"serviceDeployments": found, "failures": failures}, nil
}

// whole is a deployment with all that is told of it.
func (c *Cluster) whole(s *service, d *deployment) map[string]any {
	out := c.brief(s, d)
	delete(out, "targetServiceRevisionArn")
	out["targetServiceRevision"] = map[string]any{"arn": c.revision(s, d)}
	if source := before(s, d); source != nil {
		out["sourceServiceRevisions"] = []any{map[string]any{"arn": c.revision(s, source)}}
	}
	if strings.HasPrefix(d.status, "ROLLBACK_") {
		out["rollback"] = map[string]any{"reason": d.reason, "startedAt": awsfake.Stamp(c.Now())}
	}
	if d.hook != "" {
		out["lifecycleStage"] = "POST_TEST_TRAFFIC_SHIFT"
		out["lifecycleHookDetails"] = []any{map[string]any{"hookId": d.hook, "status": "AWAITING_ACTION", "targetType": "PAUSE"}}
	}
	if d.breaker {
		out["deploymentCircuitBreaker"] = map[string]any{"status": "MONITORING", "failureCount": 0, "threshold": 3}
	}
	return out
}

// before is the deployment whose revision ran when one was begun; nil for the first. It is the last that was made before it
// with the definition that the service had then.
func before(s *service, d *deployment) (last *deployment) {
	for _, x := range s.deployments {
		if x == d {
			return last
		}
		if x.definition == d.source {
			last = x
		}
	}
	return nil
}

func (c *Cluster) describeRevisions(call awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		ARNs []string `json:"serviceRevisionArns"`
	}
	if p := call.Read(&in); p != nil {
		return nil, p
	}
	if len(in.ARNs) > 20 {
		return nil, wrong("InvalidParameterException", "at most 20 revisions")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	found, failures := []any{}, []any{}
	for _, arn := range in.ARNs {
		if r := c.revisionOf(arn); r != nil {
			found = append(found, r)
		} else {
			failures = append(failures, map[string]any{"arn": arn, "reason": "MISSING"})
		}
	}
	return map[string]any{"serviceRevisions": found, "failures": failures}, nil
}

// revisionOf is the revision of a deployment: each has its own, with a digest of its own, even if the tag of its image is
// that of another.
func (c *Cluster) revisionOf(arn string) map[string]any {
	for _, s := range c.services {
		for _, d := range s.deployments {
			if c.revision(s, d) != arn {
				continue
			}
			digest := fmt.Sprintf("%x", sha256.Sum256([]byte(d.id))) // what is pushed again is another image
			out := map[string]any{
				"serviceRevisionArn": arn, "serviceArn": c.arn("service", s.name), "taskDefinition": definitionARN(d.definition),
				"containerImages": []any{map[string]any{"containerName": "app", "image": d.image, "imageDigest": "sha256:" + digest}},
				"launchType":      "FARGATE", "createdAt": awsfake.Stamp(d.created),
			}
			if len(d.subnets) > 0 {
				out["networkConfiguration"] = map[string]any{"awsvpcConfiguration": map[string]any{"subnets": d.subnets}}
			}
			return out
		}
	}
	return nil
}

func (c *Cluster) describeDefinition(call awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		Definition string   `json:"taskDefinition"`
		Include    []string `json:"include"`
	}
	if p := call.Read(&in); p != nil {
		return nil, p
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	name, status := named(in.Definition), "ACTIVE"
	if c.inactive[name] {
		status = "INACTIVE"
	}
	return map[string]any{"taskDefinition": map[string]any{"taskDefinitionArn": definitionARN(name), "status": status}}, nil
}

// updateService deploys if the task definition is another, and does nothing if the service has it already.
func (c *Cluster) updateService(call awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		Cluster    string `json:"cluster"`
		Service    string `json:"service"`
		Definition string `json:"taskDefinition"`
		Force      bool   `json:"forceNewDeployment"`
	}
	if p := call.Read(&in); p != nil {
		return nil, p
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s, p := c.find(in.Cluster, in.Service)
	switch {
	case p != nil:
		return nil, p
	case s.controller != "ECS":
		return nil, wrong("InvalidParameterException", "Unable to update task definition on services with a "+s.controller+" deployment controller.")
	case c.inactive[named(in.Definition)]:
		return nil, wrong("ClientException", "TaskDefinition is inactive")
	case in.Definition != "" && named(in.Definition) != s.definition || in.Force:
		c.deploy(s.name, named(in.Definition))
	}
	return map[string]any{"service": c.serviceOf(s)}, nil
}

// stopDeployment takes ROLLBACK alone, which is what the documentation of StopServiceDeployment allows.
func (c *Cluster) stopDeployment(call awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		ARN  string `json:"serviceDeploymentArn"`
		Type string `json:"stopType"`
	}
	if p := call.Read(&in); p != nil {
		return nil, p
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s, d := c.deployment(in.ARN)
	switch {
	case d == nil:
		return nil, wrong("ServiceDeploymentNotFoundException", "Service deployment not found.")
	case in.Type != "ROLLBACK":
		return nil, wrong("InvalidParameterException", "stopType")
	}
	if p := c.back(s, d, "stopped by a person"); p != nil {
		return nil, p
	}
	return map[string]any{"serviceDeploymentArn": in.ARN}, nil
}

func (c *Cluster) continueDeployment(call awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		ARN    string `json:"serviceDeploymentArn"`
		Hook   string `json:"hookId"`
		Action string `json:"action"`
	}
	if p := call.Read(&in); p != nil {
		return nil, p
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s, d := c.deployment(in.ARN)
	switch {
	case d == nil:
		return nil, wrong("ServiceDeploymentNotFoundException", "Service deployment not found.")
	case d.hook != in.Hook:
		return nil, wrong("InvalidParameterException", "no such hook waits")
	case in.Action != "ROLLBACK": // CONTINUE is the default of the real one: whoever forgets the action deploys
		d.hook, d.ends = "", c.Now().Add(c.Takes)
		return map[string]any{"serviceDeploymentArn": in.ARN}, nil
	}
	if p := c.back(s, d, "rolled back at a hook"); p != nil {
		return nil, p
	}
	return map[string]any{"serviceDeploymentArn": in.ARN}, nil
}
