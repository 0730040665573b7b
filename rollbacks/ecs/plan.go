package ecs

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/oncalm/oncalm/rollbacks"
)

// revisions reads what deployments were to run, at most so many as ECS describes at once. What ECS does not know (any more)
// is missing in the answer, without an error.
func (s *Service) revisions(ctx context.Context, arns ...string) (map[string]types.ServiceRevision, error) {
	out, err := s.Ask.DescribeServiceRevisions(ctx, &ecs.DescribeServiceRevisionsInput{ServiceRevisionArns: arns})
	if err != nil {
		return nil, err
	}
	all := map[string]types.ServiceRevision{}
	for _, r := range out.ServiceRevisions {
		all[aws.ToString(r.ServiceRevisionArn)] = r
	}
	return all, nil
}

// planStop goes back from a deployment that goes on. ECS decides what is gone back to, which is the service revision that
// ran when the deployment began. It is looked at here only to tell people.
func (s *Service) planStop(ctx context.Context, now types.Service, d types.ServiceDeployment) (
	p rollbacks.Plan, err error) {
	if len(d.SourceServiceRevisions) == 0 || d.TargetServiceRevision == nil {
		return p, &rollbacks.Impossible{Why: "this is the first deployment of " + s.name + ": there is nothing before it",
			Instead: "deploy a version that works, or set the desired count to 0"}
	}
	from, to := aws.ToString(d.TargetServiceRevision.Arn), aws.ToString(d.SourceServiceRevisions[0].Arn)
	all, err := s.revisions(ctx, from, to)
	if err != nil {
		return p, err
	}
	bad, okFrom := all[from]
	good, okTo := all[to]
	if !okFrom || !okTo {
		return p, errNoRevision
	}
	p = s.differing(bad, good)
	p.Params = map[string]string{way: stops, deployment: aws.ToString(d.ServiceDeploymentArn)}
	p.Will = []string{"ECS stops the deployment that goes on, and rolls it back"}
	// a paused deployment is told at its hook, which is the call that ECS has for it (ContinueServiceDeployment)
	if h := waiting(d); h != "" {
		p.Params[way], p.Params[hook] = continues, h
		p.Will = []string{"the hook that the deployment waits for is told to roll it back"}
	}
	// not a reason to refuse: the breaker may need many failures, and people decide with its number in view
	if b := d.DeploymentCircuitBreaker; b != nil && b.Status == types.ServiceDeploymentRollbackMonitorsStatusMonitoring {
		p.Warnings = append(p.Warnings, fmt.Sprintf("the circuit breaker of ECS watches this deployment, and may roll it "+
			"back by itself after %d failures", b.Threshold))
	}
	if c := now.DeploymentConfiguration; c != nil && c.Alarms != nil && c.Alarms.Enable && c.Alarms.Rollback {
		p.Warnings = append(p.Warnings, "ECS watches the alarms "+strings.Join(c.Alarms.AlarmNames, ", ")+
			", and rolls this deployment back by itself if they fire")
	}
	return p, nil
}

// waiting is the hook that a deployment waits for somebody to decide about; "" if it does not.
func waiting(d types.ServiceDeployment) string {
	for _, h := range d.LifecycleHookDetails {
		if h.Status == types.DeploymentLifecycleHookStatusAwaitingAction {
			return aws.ToString(h.HookId)
		}
	}
	return ""
}

// together is how many revisions ECS describes at once. It is the limit of DescribeServiceRevisions.
const together = 20

// planUpdate goes back from what has been deployed: to the newest deployment that succeeded before what runs now was deployed first,
// with another task definition. “Deployed first” matters after a rollback: with 42, 43, and 42 again as what was deployed,
// the way back from 42 is 41, and not the 43 that was just left.
func (s *Service) planUpdate(ctx context.Context, now types.Service, all []past) (p rollbacks.Plan, err error) {
	current := aws.ToString(now.TaskDefinition)
	known := map[string]types.ServiceRevision{}
	for n := 0; n < len(all); n += together {
		var arns []string
		for _, d := range all[n:min(n+together, len(all))] {
			if d.revision != "" && !slices.Contains(arns, d.revision) {
				arns = append(arns, d.revision)
			}
		}
		if len(arns) == 0 {
			continue
		}
		more, err := s.revisions(ctx, arns...)
		if err != nil {
			return p, err
		}
		maps.Copy(known, more)
	}
	first := -1 // when what runs now was deployed first
	for n, d := range all {
		if r, ok := known[d.revision]; ok && aws.ToString(r.TaskDefinition) == current {
			first = n
		}
	}
	// it is older than what the list has, or was set before ECS kept service deployments; a guess by the number of the
	// revision could start what never ran
	if first < 0 {
		return p, &rollbacks.Impossible{Why: "ECS does not list the deployment of " + short(current),
			Instead: "deploy the earlier version by your pipeline"}
	}
	for _, d := range all[first+1:] {
		good, ok := known[d.revision]
		if !ok || d.status != types.ServiceDeploymentStatusSuccessful || aws.ToString(good.TaskDefinition) == current {
			continue
		}
		// all[0], the newest deployment of all, is the mark: what is newer than that was begun by the rollback
		return s.planTo(ctx, known[all[first].revision], good, all[0].arn)
	}
	return p, &rollbacks.Impossible{
		Why:     "ECS lists no deployment of " + s.name + " that succeeded before " + short(current),
		Instead: "deploy a version that works by your pipeline",
	}
}

// planTo sets the task definition of before, if it is still there.
func (s *Service) planTo(ctx context.Context, bad, good types.ServiceRevision, newest string) (
	p rollbacks.Plan, err error) {
	to := aws.ToString(good.TaskDefinition)
	out, err := s.Ask.DescribeTaskDefinition(ctx, &ecs.DescribeTaskDefinitionInput{TaskDefinition: &to})
	switch {
	// ECS answers with these codes if there is no such task definition; all others say nothing about it
	case err != nil && !rollbacks.HasCode(err, "ClientException", "InvalidParameterException"):
		return p, err
	case err != nil || out.TaskDefinition == nil || out.TaskDefinition.Status != types.TaskDefinitionStatusActive:
		return p, &rollbacks.Impossible{Why: "the task definition " + short(to) + " is not active any more",
			Instead: "register it again, or deploy the earlier version by your pipeline"}
	}
	p = s.differing(bad, good)
	p.Will = []string{"the service is set to the task definition " + short(to) +
		", and ECS replaces its tasks as in any deployment"}
	p.Params = map[string]string{way: updates, deployment: newest, definition: to}
	p.Cannot = append(p.Cannot, "what the version has written into databases or queues stays")
	return p, nil
}

// differing compares what runs with what ran. Each line reads from what is there now to what there will be.
func (s *Service) differing(bad, good types.ServiceRevision) rollbacks.Plan {
	p := rollbacks.Plan{From: short(aws.ToString(bad.TaskDefinition)), To: short(aws.ToString(good.TaskDefinition))}
	before := map[string]types.ContainerImage{}
	for _, c := range good.ContainerImages {
		before[aws.ToString(c.ContainerName)] = c
	}
	for _, c := range bad.ContainerImages {
		name := aws.ToString(c.ContainerName)
		b, ok := before[name]
		switch {
		case !ok:
			p.Differs = append(p.Differs, "container "+name+" goes away")
		case imageOf(b) != imageOf(c):
			p.Differs = append(p.Differs, "container "+name+": "+imageOf(c)+" → "+imageOf(b))
		}
		// A task definition names images by tag, as a rule. One that moves, such as latest, is looked up when tasks start.
		if ok && aws.ToString(b.Image) == aws.ToString(c.Image) &&
			aws.ToString(b.ImageDigest) != aws.ToString(c.ImageDigest) {
			p.Warnings = append(p.Warnings, "both versions name the image "+aws.ToString(c.Image)+" of "+name+
				": its tag has moved, and the earlier version may get the newer image")
		}
		delete(before, name)
	}
	for name := range before {
		p.Differs = append(p.Differs, "container "+name+" comes back")
	}
	slices.Sort(p.Differs)
	if stay := beside(bad, good); len(stay) > 0 {
		p.Warnings = append(p.Warnings, "the two differ in "+strings.Join(stay, ", ")+
			": the task definition does not bring that back")
	}
	return p
}

// beside is in what revisions differ that is not in the task definition. UpdateService with a task definition leaves all of
// these as they are.
func beside(a, b types.ServiceRevision) (all []string) {
	for _, part := range []struct {
		name string
		a, b any
	}{
		{"load balancers", a.LoadBalancers, b.LoadBalancers},
		{"network", a.NetworkConfiguration, b.NetworkConfiguration},
		{"capacity providers", a.CapacityProviderStrategy, b.CapacityProviderStrategy},
		{"launch type", a.LaunchType, b.LaunchType},
		{"platform", aws.ToString(a.PlatformVersion), aws.ToString(b.PlatformVersion)},
		{"service connect", a.ServiceConnectConfiguration, b.ServiceConnectConfiguration},
		{"service registries", a.ServiceRegistries, b.ServiceRegistries},
		{"volumes", a.VolumeConfigurations, b.VolumeConfigurations},
	} {
		if !reflect.DeepEqual(part.a, part.b) {
			all = append(all, part.name)
		}
	}
	return all
}

// imageOf is an image as people tell it from another: its tag, and the beginning of its digest.
func imageOf(c types.ContainerImage) string {
	image := aws.ToString(c.Image)
	image = image[strings.LastIndex(image, "/")+1:]
	digest := strings.TrimPrefix(aws.ToString(c.ImageDigest), "sha256:")
	if digest != "" && !strings.Contains(image, "@") {
		image += "@" + digest[:min(len(digest), 12)]
	}
	return cmp.Or(image, "no image")
}

// short is a task definition as people call it: its family and revision.
func short(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }
