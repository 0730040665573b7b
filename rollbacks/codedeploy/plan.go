package codedeploy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"

	"github.com/oncalm/oncalm/rollbacks"
)

// Plan implements [rollbacks.Target].
func (g *Group) Plan(ctx context.Context) (p rollbacks.Plan, err error) {
	if err := g.Here(ctx); err != nil {
		return p, err
	}
	out, err := g.Ask.GetDeploymentGroup(ctx, &codedeploy.GetDeploymentGroupInput{
		ApplicationName: &g.application, DeploymentGroupName: &g.name,
	})
	if rollbacks.HasCode(err, "ApplicationDoesNotExistException", "DeploymentGroupDoesNotExistException") {
		return p, rollbacks.Missing("CodeDeploy has no deployment group " + g.name + " of the application " + g.application)
	}
	if err != nil {
		return p, err
	}
	group := out.DeploymentGroupInfo
	if group == nil {
		return p, fmt.Errorf("CodeDeploy does not describe the deployment group %s", g.name)
	}
	ids, err := g.list(ctx)
	if err != nil {
		return p, err
	}
	all, err := g.describe(ctx, ids...)
	if err != nil {
		return p, err
	}
	newest := ""
	if len(all) > 0 {
		newest = aws.ToString(all[0].DeploymentId)
	}
	// Auto Scaling brings what is deployed to new hosts. That is neither a change nor a version to go back to.
	all = slices.DeleteFunc(all, func(d types.DeploymentInfo) bool {
		return d.Creator == types.DeploymentCreatorAutoscaling || d.Creator == types.DeploymentCreatorAutoscalingTermination
	})
	switch {
	case len(all) == 0:
		return p, &rollbacks.Impossible{Why: "CodeDeploy lists no deployment of " + g.application + "/" + g.name,
			Instead: "deploy a version that works by your pipeline"}
	case !ended(all[0]):
		return g.planStop(group, all[0])
	}
	return g.planRedeploy(group, all, newest)
}

// ended reports whether nothing more happens to a deployment.
func ended(d types.DeploymentInfo) bool {
	return d.Status == types.DeploymentStatusSucceeded || d.Status == types.DeploymentStatusFailed ||
		d.Status == types.DeploymentStatusStopped
}

// planStop stops a deployment that goes on. CodeDeploy itself decides what is gone back to, and says it in PreviousRevision: it is looked
// at here only to tell people.
func (g *Group) planStop(group *types.DeploymentGroupInfo, d types.DeploymentInfo) (p rollbacks.Plan, err error) {
	id := aws.ToString(d.DeploymentId)
	if cause := d.RollbackInfo; d.Creator == types.DeploymentCreatorCodeDeployRollback ||
		cause != nil && aws.ToString(cause.RollbackTriggeringDeploymentId) != "" {
		why := "CodeDeploy is already rolling back, by the deployment " + id
		if cause != nil {
			why = with(why, aws.ToString(cause.RollbackMessage))
		}
		return p, &rollbacks.Impossible{Why: why, Instead: "wait until it has ended"}
	}
	if strings.HasPrefix(aws.ToString(d.Description), noted("")) {
		return p, &rollbacks.Impossible{Why: "a rollback goes on already: the deployment " + id,
			Instead: "wait until it has ended"}
	}
	if d.PreviousRevision == nil {
		return p, &rollbacks.Impossible{
			Why:     "the deployment " + id + " is the first of " + g.application + "/" + g.name + ": there is nothing before it",
			Instead: "deploy a version that works, or stop the deployment in CodeDeploy",
		}
	}
	p = rollbacks.Plan{From: called(d.Revision) + " (being deployed)", To: called(d.PreviousRevision)}
	p.Params = map[string]string{way: stops, deployment: id}
	p.Differs = differing(d.Revision, d.PreviousRevision)
	p.Will = []string{"CodeDeploy stops the deployment " + id + " and rolls it back by another deployment"}
	switch {
	case d.InstanceTerminationWaitTimeStarted:
		p.Will = append(p.Will, "the hosts of before still stand: the traffic goes back to them")
	case group.ComputePlatform == types.ComputePlatformEcs:
		p.Will = append(p.Will, "the traffic goes back to the tasks of before, as long as they still run")
	case group.ComputePlatform == types.ComputePlatformLambda:
		p.Will = append(p.Will, "all calls of the alias go back to the version of before")
	default:
		p.Warnings = append(p.Warnings,
			"a host on which it goes on just now may be left half deployed until the rollback reaches it")
	}
	p.Cannot, p.Warnings = stays(group), append(p.Warnings, byItself(group, "")...)
	return p, nil
}

// planRedeploy deploys the revision before. What runs is that of the newest deployment, if it has succeeded; the way back from it is the
// newest that succeeded before it was deployed first: with 42, 43 and 42 again as what was deployed, the way back leads to 41, and not to
// 43, which was just left. A newest deployment that has failed or was stopped may have left hosts with its revision; the way back from
// that is the last that has succeeded.
func (g *Group) planRedeploy(group *types.DeploymentGroupInfo, all []types.DeploymentInfo, newest string) (
	p rollbacks.Plan, err error) {
	now := all[0]
	if now.Status != types.DeploymentStatusSucceeded && group.ComputePlatform == types.ComputePlatformLambda {
		return p, &rollbacks.Impossible{
			Why:     "the last deployment has not succeeded, and CodeDeploy does not say on which versions the alias was left",
			Instead: "name the alias with kind lambda: that clears its weights",
		}
	}
	first := 0
	if now.Status == types.DeploymentStatusSucceeded {
		for n, d := range all {
			if d.Status == types.DeploymentStatusSucceeded && same(d.Revision, now.Revision) {
				first = n
			}
		}
	}
	at := slices.IndexFunc(all[first+1:], func(d types.DeploymentInfo) bool {
		return d.Status == types.DeploymentStatusSucceeded && d.Revision != nil && !same(d.Revision, now.Revision)
	})
	if at < 0 {
		return p, &rollbacks.Impossible{
			Why: "CodeDeploy lists no deployment of another revision that succeeded before " +
				called(now.Revision),
			Instead: "deploy a version that works by your pipeline",
		}
	}
	good := all[first+1+at]
	to := good.Revision
	if group.ComputePlatform == types.ComputePlatformLambda {
		turn, ok := turned(now.Revision, good.Revision)
		if !ok {
			return p, &rollbacks.Impossible{
				Why: "the specifications of these deployments are not in CodeDeploy, so it does not say which versions " +
					"they were",
				Instead: "name the alias with kind lambda",
			}
		}
		to = turn
	}
	p = rollbacks.Plan{From: called(now.Revision), To: called(to), Differs: differing(now.Revision, to)}
	p.Params = map[string]string{way: redeploys, deployment: newest, revision: coded(to),
		files: string(good.FileExistsBehavior)}
	p.Will = []string{fmt.Sprintf("CodeDeploy deploys %s again, as in any deployment: %s", called(to), style(group))}
	if a := group.AlarmConfiguration; a != nil && a.Enabled && len(a.Alarms) > 0 {
		p.Params[muted] = "off"
		p.Will = append(p.Will,
			"the alarms of the group ("+names(a)+") do not stop this deployment: one that fires would do so at once")
	}
	if now.Status != types.DeploymentStatusSucceeded {
		p.From += " (" + strings.ToLower(string(now.Status)) + ")"
		p.Warnings = append(p.Warnings,
			"the last deployment did not succeed: some hosts may have its revision, others may not")
	}
	p.Warnings = append(append(p.Warnings, loose(to)...), byItself(group, called(now.Revision))...)
	p.Cannot = stays(group)
	return p, nil
}

// differing tells revisions apart.
func differing(now, then *types.RevisionLocation) []string {
	if a, b := where(now), where(then); a != b || a == "" {
		return []string{strings.TrimSpace(called(now)+" "+a) + " → " + strings.TrimSpace(called(then)+" "+b)}
	}
	return []string{where(now) + ": " + called(now) + " → " + called(then)}
}

// loose warns of a revision that may not be any more what it was.
func loose(r *types.RevisionLocation) []string {
	s := r.S3Location
	switch {
	case s == nil || aws.ToString(s.Version) != "":
		return nil
	case aws.ToString(s.ETag) != "":
		return []string{"the revision names no version of its object: if that was overwritten since, the deployment fails"}
	}
	return []string{"the revision names neither version nor ETag of its object: what lies there now is deployed"}
}

// style is how the group deploys.
func style(group *types.DeploymentGroupInfo) string {
	how := "in place"
	if s := group.DeploymentStyle; s != nil && s.DeploymentType == types.DeploymentTypeBlueGreen {
		how = "blue/green"
	}
	if name := aws.ToString(group.DeploymentConfigName); name != "" {
		how += ", " + name
	}
	return how
}

func names(a *types.AlarmConfiguration) string {
	var all []string
	for _, one := range a.Alarms {
		all = append(all, aws.ToString(one.Name))
	}
	return strings.Join(all, ", ")
}

// byItself warns of what the group does or waits for without being told. left is the revision that is gone back from by a deployment.
func byItself(group *types.DeploymentGroupInfo, left string) (all []string) {
	if r := group.AutoRollbackConfiguration; left != "" && r != nil && r.Enabled &&
		slices.Contains(r.Events, types.AutoRollbackEventDeploymentFailure) {
		all = append(all, "if this deployment fails, CodeDeploy goes back to the last that succeeded, which is "+left)
	}
	b := group.BlueGreenDeploymentConfiguration
	if b != nil && b.DeploymentReadyOption != nil &&
		b.DeploymentReadyOption.ActionOnTimeout == types.DeploymentReadyActionStopDeployment {
		all = append(all, fmt.Sprintf(
			"deployments of this group wait up to %d min until somebody in CodeDeploy lets the traffic go over",
			b.DeploymentReadyOption.WaitTimeInMinutes))
	}
	return all
}

// stays is what a rollback does not bring back.
func stays(group *types.DeploymentGroupInfo) []string {
	all := []string{"what the version has written into databases or queues stays"}
	if group.ComputePlatform == types.ComputePlatformServer {
		all = append(all, "files that the version has made outside of its deployment stay, and its hooks run again")
	}
	return all
}
