// Package codedeploy takes deployment groups of AWS CodeDeploy back, on EC2 and other hosts, ECS and Lambda: a deployment that goes on is
// stopped with a rollback, and after one that has ended the revision before it is deployed again.
//
// CodeDeploy takes no key for a request. What may have begun is found by the description of a deployment, which has our key in it, or by
// what became of the deployment that was to be stopped.
package codedeploy

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"

	"github.com/oncalm/oncalm/rollbacks"
)

// Maker makes targets of this kind.
func Maker() rollbacks.Maker {
	return rollbacks.Maker{
		Kind:  "codedeploy",
		Keys:  []rollbacks.Key{{Name: "application", Such: "checkout"}, {Name: "group", Such: "prod"}},
		Thing: []string{"application", "group"},
		New: func(cfg aws.Config, keys rollbacks.Settings) (rollbacks.Target, error) {
			return &Group{rollbacks.Dial(cfg, keys, codedeploy.NewFromConfig), keys["application"], keys["group"]}, nil
		},
	}
}

// Group is a deployment group.
type Group struct {
	rollbacks.Clients[codedeploy.Client]
	application, name string
}

// The ways back.
const (
	stops     = "stop"     // the deployment that goes on
	redeploys = "redeploy" // the revision before
)

// Parameters of a plan.
const (
	way        = "way"
	deployment = "deployment" // that is stopped, or the newest one
	revision   = "revision"   // that is deployed, in JSON
	muted      = "alarms"     // off: those of the group do not count for the deployment
	files      = "files"      // what becomes of files that are there already
)

// together is how many deployments CodeDeploy describes at once, and pages how many hundreds of them are looked at. What is further back
// is no version to return to in an incident.
const (
	together = 25
	pages    = 2
)

// list names the deployments of the group, the newest first.
func (g *Group) list(ctx context.Context) (ids []string, err error) {
	in := &codedeploy.ListDeploymentsInput{ApplicationName: &g.application, DeploymentGroupName: &g.name}
	for range pages {
		out, err := g.Ask.ListDeployments(ctx, in)
		if err != nil {
			return nil, err
		}
		ids = append(ids, out.Deployments...)
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	return ids, nil
}

// describe is what CodeDeploy tells of some deployments, in their order.
func (g *Group) describe(ctx context.Context, ids ...string) (all []types.DeploymentInfo, err error) {
	for n := 0; n < len(ids); n += together {
		some := ids[n:min(n+together, len(ids))]
		out, err := g.Ask.BatchGetDeployments(ctx, &codedeploy.BatchGetDeploymentsInput{DeploymentIds: some})
		if err != nil {
			return nil, err
		}
		known := map[string]types.DeploymentInfo{}
		for _, d := range out.DeploymentsInfo {
			known[aws.ToString(d.DeploymentId)] = d
		}
		for _, id := range some {
			if d, ok := known[id]; ok {
				all = append(all, d)
			}
		}
	}
	return all, nil
}

// one describes one deployment.
func (g *Group) one(ctx context.Context, id string) (types.DeploymentInfo, error) {
	all, err := g.describe(ctx, id)
	if err == nil && len(all) != 1 {
		err = fmt.Errorf("CodeDeploy does not describe the deployment %s", id)
	}
	if err != nil {
		return types.DeploymentInfo{}, err
	}
	return all[0], nil
}

// noted is the description of a deployment of ours. By it one is found of which AWS did not answer.
func noted(key string) string { return "rolled back by Oncalm, " + key }

// Start implements [rollbacks.Target].
func (g *Group) Start(ctx context.Context, key string, p rollbacks.Plan) (rollbacks.Ref, error) {
	switch p.Params[way] {
	case stops:
		// Without the rollback, hosts would be left half deployed, and calls of Lambda divided between two versions.
		_, err := g.Act.StopDeployment(ctx, &codedeploy.StopDeploymentInput{
			DeploymentId: aws.String(p.Params[deployment]), AutoRollbackEnabled: aws.Bool(true),
		})
		if err != nil {
			return "", rollbacks.Outcome(err)
		}
		return refOf(stops, p.Params[deployment])
	case redeploys:
		in := &codedeploy.CreateDeploymentInput{
			ApplicationName: &g.application, DeploymentGroupName: &g.name, Description: aws.String(noted(key)),
			FileExistsBehavior: types.FileExistsBehavior(p.Params[files]), Revision: &types.RevisionLocation{},
		}
		if err := json.Unmarshal([]byte(p.Params[revision]), in.Revision); err != nil {
			return "", &rollbacks.Refused{Err: err}
		}
		if text := content(in.Revision); in.Revision.AppSpecContent != nil {
			in.Revision.AppSpecContent.Sha256 = aws.String(digest(text))
		}
		if p.Params[muted] != "" {
			in.OverrideAlarmConfiguration = &types.AlarmConfiguration{Enabled: false}
		}
		out, err := g.Act.CreateDeployment(ctx, in)
		if err != nil {
			return "", rollbacks.Outcome(err)
		}
		return refOf(redeploys, aws.ToString(out.DeploymentId))
	}
	return "", &rollbacks.Refused{Err: fmt.Errorf("the plan has no way back: %q", p.Params[way])}
}

// begun is what a Ref holds.
type begun struct {
	Way        string `json:"way"`
	Deployment string `json:"deployment"` // that is stopped, or was made
}

func refOf(by, id string) (rollbacks.Ref, error) {
	text, err := json.Marshal(begun{by, id})
	return rollbacks.Ref(text), err
}

// Find implements [rollbacks.Target]. A deployment was stopped if it says so, or if it is rolled back; until it does, a stop that is
// under way is not to be seen. A deployment of ours is one that is newer than the plan, with our key.
func (g *Group) Find(ctx context.Context, key string, p rollbacks.Plan) (rollbacks.Ref, bool, error) {
	if p.Params[way] == stops {
		d, err := g.one(ctx, p.Params[deployment])
		if err != nil || d.Status != types.DeploymentStatusStopped && rollbackOf(d) == "" {
			return "", false, err
		}
		ref, err := refOf(stops, p.Params[deployment])
		return ref, true, err
	}
	ids, err := g.list(ctx)
	if err != nil {
		return "", false, err
	}
	for n, id := range ids {
		if id == p.Params[deployment] {
			ids = ids[:n]
			break
		}
	}
	all, err := g.describe(ctx, ids...)
	if err != nil {
		return "", false, err
	}
	for _, d := range all {
		if aws.ToString(d.Description) == noted(key) {
			ref, err := refOf(redeploys, aws.ToString(d.DeploymentId))
			return ref, true, err
		}
	}
	return "", false, nil
}

// rollbackOf is the deployment by which another is rolled back.
func rollbackOf(d types.DeploymentInfo) string {
	if d.RollbackInfo == nil {
		return ""
	}
	return aws.ToString(d.RollbackInfo.RollbackDeploymentId)
}

// State implements [rollbacks.Target]. Of a stop that is the state of the deployment that rolls back: it is one of its own.
func (g *Group) State(ctx context.Context, r rollbacks.Ref) (s rollbacks.State, err error) {
	var b begun
	if err := json.Unmarshal([]byte(r), &b); err != nil {
		return s, err
	}
	d, err := g.one(ctx, b.Deployment)
	if err != nil {
		return s, err
	}
	if b.Way == redeploys {
		return stateOf(d), nil
	}
	if back := rollbackOf(d); back != "" {
		if d, err = g.one(ctx, back); err != nil {
			return s, err
		}
		return stateOf(d), nil
	}
	return stopping(d), nil
}

// stopping is the state of a deployment that is to be stopped, while there is no other that rolls it back.
func stopping(d types.DeploymentInfo) rollbacks.State {
	not := func(what, why string) rollbacks.State {
		return rollbacks.State{Stage: rollbacks.Failed, Note: with(what, why)}
	}
	why := ""
	if d.RollbackInfo != nil {
		why = aws.ToString(d.RollbackInfo.RollbackMessage)
	}
	switch d.Status {
	case types.DeploymentStatusSucceeded:
		return not("the deployment had succeeded before it could be stopped", "")
	case types.DeploymentStatusFailed:
		return not("the deployment has failed, and is not rolled back", said(d))
	case types.DeploymentStatusStopped:
		if why == "" {
			return rollbacks.State{Note: "the deployment is stopped, and its rollback has not begun yet"}
		}
		return not("the deployment is stopped, and is not rolled back", why) // such as if there is no revision before
	}
	return rollbacks.State{Note: with("the deployment is being stopped", progress(d))}
}

// stateOf judges a deployment to the revision before.
func stateOf(d types.DeploymentInfo) rollbacks.State {
	switch d.Status {
	case types.DeploymentStatusSucceeded:
		return rollbacks.State{Stage: rollbacks.Done}
	case types.DeploymentStatusFailed, types.DeploymentStatusStopped:
		note := with("CodeDeploy says "+strings.ToLower(string(d.Status)), said(d))
		if back := rollbackOf(d); back != "" {
			note += "; it is undone by the deployment " + back
		}
		return rollbacks.State{Stage: rollbacks.Failed, Note: note}
	case types.DeploymentStatusReady:
		return rollbacks.State{Note: "it waits until somebody lets the traffic go to it, in CodeDeploy"}
	}
	return rollbacks.State{Note: with(strings.ToLower(string(d.Status)), progress(d))}
}

// progress is how far a deployment has come.
func progress(d types.DeploymentInfo) string {
	o := d.DeploymentOverview
	if o == nil {
		return ""
	}
	all := o.Failed + o.InProgress + o.Pending + o.Ready + o.Skipped + o.Succeeded
	note := fmt.Sprintf("%d of %d done", o.Succeeded, all)
	if o.Failed > 0 {
		note += fmt.Sprintf(", %d failed", o.Failed)
	}
	return note
}

// said is what a deployment says of its end.
func said(d types.DeploymentInfo) string {
	if d.ErrorInformation == nil {
		return ""
	}
	return aws.ToString(d.ErrorInformation.Message)
}

func with(what, why string) string {
	if why == "" {
		return what
	}
	return what + ": " + why
}
