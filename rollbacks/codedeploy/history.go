package codedeploy

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"

	"github.com/oncalm/oncalm/rollbacks"
)

// History implements [rollbacks.Historian]: of the newest deployments, as many as CodeDeploy describes at once.
func (g *Group) History(ctx context.Context, _ time.Time) (all []rollbacks.Deployment, err error) {
	arn, err := g.Name(ctx, "codedeploy", "deploymentgroup:"+g.application+"/"+g.name)
	if err != nil {
		return nil, err
	}
	out, err := g.Ask.ListDeployments(ctx, &codedeploy.ListDeploymentsInput{
		ApplicationName: &g.application, DeploymentGroupName: &g.name})
	if err != nil {
		return nil, err
	}
	found, err := g.describe(ctx, out.Deployments[:min(len(out.Deployments), together)]...)
	if err != nil {
		return nil, err
	}
	for _, d := range found {
		id := aws.ToString(d.DeploymentId)
		one := rollbacks.Deployment{
			ID: id, Kind: "codedeploy", ARN: arn, Title: "CodeDeploy deployment of " + g.application + " to " + g.name + " " + told(d),
			Page: "/codesuite/codedeploy/deployments/" + id, Began: aws.ToTime(d.CreateTime), Ended: aws.ToTime(d.CompleteTime),
		}
		all = append(all, one)
	}
	return all, nil
}

// told is the status of a deployment in words.
func told(d types.DeploymentInfo) string {
	status := strings.ToLower(string(d.Status))
	if d.Status == types.DeploymentStatusInProgress {
		status = "in progress"
	}
	if d.RollbackInfo != nil && aws.ToString(d.RollbackInfo.RollbackTriggeringDeploymentId) != "" {
		status += ", which rolls back"
	}
	return status
}
