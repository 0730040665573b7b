// Package ecs takes services of Amazon ECS back: a deployment under way is stopped with a rollback, a paused hook is told to roll back,
// and what has completed is replaced by the task definition before it. ECS knows the deployments of a service and what each was to run,
// so nothing is guessed.
//
// ECS takes no key for a request. What may have begun is found by the deployments that are newer than those that the plan was made of.
package ecs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/oncalm/oncalm/rollbacks"
)

// Maker makes targets of this kind.
func Maker() rollbacks.Maker {
	return rollbacks.Maker{
		Kind:  "ecs",
		Keys:  []rollbacks.Key{{Name: "cluster", Such: "prod"}, {Name: "service", Such: "checkout"}},
		Thing: []string{"cluster", "service"},
		New: func(cfg aws.Config, keys rollbacks.Settings) (rollbacks.Target, error) {
			return &Service{rollbacks.Dial(cfg, keys, ecs.NewFromConfig), keys["cluster"], keys["service"]}, nil
		},
	}
}

// Service is a service of ECS.
type Service struct {
	rollbacks.Clients[ecs.Client]
	cluster, name string
}

// The ways back.
const (
	stops     = "stop"     // the deployment that goes on
	continues = "continue" // the hook that waits, with a rollback
	updates   = "update"   // the service, to the task definition before
)

// Parameters of a plan.
const (
	way        = "way"
	deployment = "deployment" // that is stopped, or the newest one
	hook       = "hook"
	definition = "definition" // that is gone back to
)

// Plan implements [rollbacks.Target].
func (s *Service) Plan(ctx context.Context) (rollbacks.Plan, error) {
	p, err := s.plan(ctx)
	if rollbacks.HasCode(err, "ClusterNotFoundException", "ServiceNotFoundException", "ServiceNotActiveException") {
		return rollbacks.Plan{}, rollbacks.Missing("ECS has no service " + s.name + " in the cluster " + s.cluster)
	}
	return p, err
}

// plan picks the way by the newest deployment: one that goes on is stopped, one that goes back already is left to ECS, and
// with any other the service is set to what ran before.
func (s *Service) plan(ctx context.Context) (p rollbacks.Plan, err error) {
	now, err := s.service(ctx)
	if err != nil {
		return p, err
	}
	all, err := s.deployments(ctx)
	if err != nil {
		return p, err
	}
	if len(all) == 0 {
		return p, &rollbacks.Impossible{Why: "ECS keeps no deployments of " + s.name + ", so it does not say what ran before",
			Instead: "deploy the earlier version by your pipeline"}
	}
	// the list tells of each deployment only in brief; hooks, the breaker and what ran before are in its description
	latest, err := s.describe(ctx, all[0].arn)
	if err != nil {
		return p, err
	}
	switch latest.Status {
	case types.ServiceDeploymentStatusPending, types.ServiceDeploymentStatusInProgress:
		return s.planStop(ctx, now, latest)
	// not ours to stop a second time: the circuit breaker, an alarm of the deployment or a person has begun it
	case types.ServiceDeploymentStatusStopRequested, types.ServiceDeploymentStatusRollbackRequested,
		types.ServiceDeploymentStatusRollbackInProgress:
		why := "ECS is already rolling back"
		if latest.Rollback != nil && latest.Rollback.Reason != nil {
			why += ": " + *latest.Rollback.Reason
		}
		return p, &rollbacks.Impossible{Why: why, Instead: "wait until it has ended"}
	}
	return s.planUpdate(ctx, now, all)
}

// service reads the service, and refuses those of which another controller decides.
func (s *Service) service(ctx context.Context) (types.Service, error) {
	out, err := s.Ask.DescribeServices(ctx, &ecs.DescribeServicesInput{Cluster: &s.cluster, Services: []string{s.name}})
	if err != nil {
		return types.Service{}, err
	}
	// A service that does not exist is no error of the call but a failure beside its answer, and one that was deleted stays
	// listed as INACTIVE for a while.
	if len(out.Services) != 1 || aws.ToString(out.Services[0].Status) != "ACTIVE" {
		return types.Service{}, rollbacks.Missing("ECS has no active service " + s.name + " in the cluster " + s.cluster)
	}
	now := out.Services[0]
	if err := s.Own(aws.ToString(now.ServiceArn)); err != nil {
		return now, err
	}
	if c := now.DeploymentController; c != nil {
		switch c.Type {
		// UpdateService would refuse another task definition
		case types.DeploymentControllerTypeCodeDeploy:
			return now, &rollbacks.Impossible{Why: "CodeDeploy deploys " + s.name + ", and ECS lets nobody else do so",
				Instead: "name the deployment group with kind codedeploy"}
		case types.DeploymentControllerTypeExternal:
			return now, &rollbacks.Impossible{Why: "an external controller deploys " + s.name,
				Instead: "go back by that controller, for instance with kind webhook"}
		}
	}
	return now, nil
}

// past is a deployment of before, as far as lists tell.
type past struct {
	arn, revision string
	status        types.ServiceDeploymentStatus
	at            int64 // in nanoseconds
}

// deployments lists those of the last time, the newest first. Nobody asks for a second page: what is further back than a
// hundred deployments is no version to return to in an incident.
func (s *Service) deployments(ctx context.Context) (all []past, err error) {
	// the most that ECS lists in one page (ListServiceDeployments, MaxResults)
	const most = 100
	out, err := s.Ask.ListServiceDeployments(ctx, &ecs.ListServiceDeploymentsInput{
		Cluster: &s.cluster, Service: &s.name, MaxResults: aws.Int32(most),
	})
	if err != nil {
		return nil, err
	}
	for _, d := range out.ServiceDeployments {
		all = append(all, past{aws.ToString(d.ServiceDeploymentArn), aws.ToString(d.TargetServiceRevisionArn), d.Status,
			aws.ToTime(d.CreatedAt).UnixNano()})
	}
	// the documentation promises no order
	slices.SortStableFunc(all, func(a, b past) int { return int(min(max(b.at-a.at, -1), 1)) })
	return all, nil
}

// describe is all that ECS tells of one deployment.
func (s *Service) describe(ctx context.Context, arn string) (types.ServiceDeployment, error) {
	out, err := s.Ask.DescribeServiceDeployments(ctx, &ecs.DescribeServiceDeploymentsInput{
		ServiceDeploymentArns: []string{arn},
	})
	if err != nil {
		return types.ServiceDeployment{}, err
	}
	if len(out.ServiceDeployments) != 1 {
		return types.ServiceDeployment{}, fmt.Errorf("ECS does not describe the deployment %s", arn)
	}
	return out.ServiceDeployments[0], nil
}

// Start implements [rollbacks.Target].
func (s *Service) Start(ctx context.Context, _ string, p rollbacks.Plan) (rollbacks.Ref, error) {
	arn, definition := p.Params[deployment], p.Params[definition]
	var err error
	switch p.Params[way] {
	case stops:
		_, err = s.Act.StopServiceDeployment(ctx, &ecs.StopServiceDeploymentInput{
			ServiceDeploymentArn: &arn, StopType: types.StopServiceDeploymentStopTypeRollback,
		})
	// The action must be said: ECS takes none for CONTINUE, which would send the bad version on.
	case continues:
		_, err = s.Act.ContinueServiceDeployment(ctx, &ecs.ContinueServiceDeploymentInput{
			ServiceDeploymentArn: &arn, HookId: aws.String(p.Params[hook]), Action: types.DeploymentLifecycleHookActionRollback,
		})
	// Nothing but the task definition: what is left out stays as it is. Without ForceNewDeployment, a service that is set
	// to this task definition already is left alone.
	case updates:
		_, err = s.Act.UpdateService(ctx, &ecs.UpdateServiceInput{
			Cluster: &s.cluster, Service: &s.name, TaskDefinition: &definition,
		})
	default:
		err = &rollbacks.Refused{Err: fmt.Errorf("the plan has no way back: %q", p.Params[way])}
	}
	if err != nil {
		return "", rollbacks.Outcome(err)
	}
	return refOf(p, "")
}

// A begun rollback is what a Ref holds. Its deployment may be known only later.
type begun struct {
	Way        string `json:"way"`
	Deployment string `json:"deployment"` // that is stopped, or begun
	After      string `json:"after,omitempty"`
	Definition string `json:"definition,omitempty"`
}

// refOf makes the Ref of a plan that was started. found is the deployment that an update has begun; "" while it is not
// known, since the answer to UpdateService need not tell it.
func refOf(p rollbacks.Plan, found string) (rollbacks.Ref, error) {
	b := begun{Way: p.Params[way], Deployment: p.Params[deployment]}
	if b.Way == updates {
		b = begun{Way: updates, Deployment: found, After: p.Params[deployment], Definition: p.Params[definition]}
	}
	text, err := json.Marshal(b)
	return rollbacks.Ref(text), err
}

// newer finds the first deployment after one that is to run a task definition; "" if there is none.
func (s *Service) newer(ctx context.Context, after, definition string) (string, error) {
	all, err := s.deployments(ctx)
	if err != nil {
		return "", err
	}
	// the list is the newest first: what was begun after the plan stands before its deployment
	known := slices.IndexFunc(all, func(d past) bool { return d.arn == after })
	if known < 0 {
		return "", fmt.Errorf("ECS does not list the deployment %s any more", after)
	}
	// A deployment of somebody else to the same task definition is taken for ours. It does the same.
	for n := known - 1; n >= 0; n-- {
		revisions, err := s.revisions(ctx, all[n].revision)
		if err != nil {
			return "", err
		}
		if r, ok := revisions[all[n].revision]; ok && aws.ToString(r.TaskDefinition) == definition {
			return all[n].arn, nil
		}
	}
	return "", nil
}

// Find implements [rollbacks.Target]. An update has begun if there is a newer deployment to that task definition. The other
// two ways change a deployment that is known: they have begun if its status is none of those it could have by itself.
func (s *Service) Find(ctx context.Context, _ string, p rollbacks.Plan) (rollbacks.Ref, bool, error) {
	found := ""
	if p.Params[way] == updates {
		var err error
		if found, err = s.newer(ctx, p.Params[deployment], p.Params[definition]); err != nil || found == "" {
			return "", false, err
		}
	} else {
		d, err := s.describe(ctx, p.Params[deployment])
		if err != nil {
			return "", false, err
		}
		if d.Status == types.ServiceDeploymentStatusPending || d.Status == types.ServiceDeploymentStatusInProgress ||
			d.Status == types.ServiceDeploymentStatusSuccessful {
			return "", false, nil
		}
	}
	ref, err := refOf(p, found)
	return ref, true, err
}

// State implements [rollbacks.Target].
func (s *Service) State(ctx context.Context, r rollbacks.Ref) (rollbacks.State, error) {
	var b begun
	if err := json.Unmarshal([]byte(r), &b); err != nil {
		return rollbacks.State{}, err
	}
	if b.Deployment == "" {
		found, err := s.newer(ctx, b.After, b.Definition)
		if err != nil || found == "" {
			return rollbacks.State{Note: "ECS has not begun a deployment yet"}, err
		}
		b.Deployment = found
	}
	d, err := s.describe(ctx, b.Deployment)
	if err != nil {
		return rollbacks.State{}, err
	}
	return stateOf(b.Way, d), nil
}

// stateOf judges a deployment: one that is to go back must not succeed, and one that goes forward to what was before must.
func stateOf(by string, d types.ServiceDeployment) rollbacks.State {
	note := aws.ToString(d.StatusReason)
	if d.Rollback != nil && note == "" {
		note = aws.ToString(d.Rollback.Reason)
	}
	switch d.Status {
	case types.ServiceDeploymentStatusSuccessful:
		if by == updates {
			return rollbacks.State{Stage: rollbacks.Done}
		}
		return rollbacks.State{Stage: rollbacks.Failed, Note: "the deployment had succeeded before it could be stopped"}
	case types.ServiceDeploymentStatusRollbackSuccessful:
		if by == updates {
			return rollbacks.State{Stage: rollbacks.Failed, Note: text("ECS undid it", note)}
		}
		return rollbacks.State{Stage: rollbacks.Done}
	// somebody has deployed meanwhile or stopped it, or not even the rollback came through
	case types.ServiceDeploymentStatusStopped, types.ServiceDeploymentStatusRollbackFailed:
		return rollbacks.State{Stage: rollbacks.Failed, Note: text("ECS says "+string(d.Status), note)}
	}
	status := strings.ToLower(strings.ReplaceAll(string(d.Status), "_", " "))
	return rollbacks.State{Note: text(status, string(d.LifecycleStage))}
}

func text(what, why string) string {
	if why == "" {
		return what
	}
	return what + ": " + why
}

// errNoRevision says that ECS does not know what a deployment was to run.
var errNoRevision = errors.New("ECS does not describe the revision of a deployment")
