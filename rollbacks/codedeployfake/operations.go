package codedeployfake

import (
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/codedeploy"

	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

func (g *Group) operations() map[string]awsfake.Operation {
	return map[string]awsfake.Operation{
		"GetDeploymentGroup": {In: codedeploy.GetDeploymentGroupInput{}, Out: codedeploy.GetDeploymentGroupOutput{},
			Required: []string{"applicationName", "deploymentGroupName"}, Do: g.getGroup},
		"ListDeployments": {In: codedeploy.ListDeploymentsInput{}, Out: codedeploy.ListDeploymentsOutput{}, Do: g.list},
		"BatchGetDeployments": {In: codedeploy.BatchGetDeploymentsInput{}, Out: codedeploy.BatchGetDeploymentsOutput{},
			Required: []string{"deploymentIds"}, Do: g.describe},
		"StopDeployment": {In: codedeploy.StopDeploymentInput{}, Out: codedeploy.StopDeploymentOutput{},
			Required: []string{"deploymentId"}, Do: g.stop},
		"CreateDeployment": {In: codedeploy.CreateDeploymentInput{}, Out: codedeploy.CreateDeploymentOutput{},
			Required: []string{"applicationName"}, Do: g.create},
	}
}

func wrong(code, message string) *awsfake.Problem {
	return &awsfake.Problem{Code: code, Message: message}
}

// find says that an application or group is not there.
func (g *Group) find(application, group string) *awsfake.Problem {
	switch {
	case application != g.Application:
		return wrong("ApplicationDoesNotExistException", "No application found for name: "+application)
	case group != g.Name:
		return wrong("DeploymentGroupDoesNotExistException", "No Deployment Group found for name: "+group)
	}
	return nil
}

func (g *Group) getGroup(call awsfake.Call) (any, *awsfake.Problem) {
	var in struct{ ApplicationName, DeploymentGroupName string }
	if p := call.Read(&in); p != nil {
		return nil, p
	}
	if p := g.find(in.ApplicationName, in.DeploymentGroupName); p != nil {
		return nil, p
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	alarms := []any{}
	for _, name := range g.Alarms {
		alarms = append(alarms, map[string]any{"name": name})
	}
	group := map[string]any{
		"applicationName": g.Application, "deploymentGroupName": g.Name, "computePlatform": g.Platform,
		"deploymentConfigName":      "CodeDeployDefault.OneAtATime",
		"deploymentStyle":           map[string]any{"deploymentType": "IN_PLACE", "deploymentOption": "WITHOUT_TRAFFIC_CONTROL"},
		"alarmConfiguration":        map[string]any{"enabled": len(alarms) > 0, "alarms": alarms},
		"autoRollbackConfiguration": map[string]any{"enabled": g.AutoRollback, "events": []any{"DEPLOYMENT_FAILURE"}},
	}
	if g.Waits {
		group["deploymentStyle"] = map[string]any{"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"}
		group["blueGreenDeploymentConfiguration"] = map[string]any{
			"deploymentReadyOption": map[string]any{"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 60}}
	}
	return map[string]any{"deploymentGroupInfo": group}, nil
}

func (g *Group) list(call awsfake.Call) (any, *awsfake.Problem) {
	var in struct{ ApplicationName, DeploymentGroupName, NextToken string }
	if p := call.Read(&in); p != nil {
		return nil, p
	}
	if p := g.find(in.ApplicationName, in.DeploymentGroupName); p != nil {
		return nil, p
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.settle()
	ids := []string{}
	for _, d := range slices.Backward(g.deployments) {
		ids = append(ids, d.id)
	}
	from, _ := strconv.Atoi(in.NextToken)
	out := map[string]any{"deployments": ids[from:min(from+g.Page, len(ids))]}
	if from+g.Page < len(ids) {
		out["nextToken"] = strconv.Itoa(from + g.Page)
	}
	return out, nil
}

// describe leaves out what it does not know, and promises no order.
func (g *Group) describe(call awsfake.Call) (any, *awsfake.Problem) {
	var in struct{ DeploymentIDs []string }
	if p := call.Read(&in); p != nil {
		return nil, p
	}
	if len(in.DeploymentIDs) > 25 || len(in.DeploymentIDs) == 0 {
		return nil, wrong("BatchLimitExceededException", "between 1 and 25 deployments")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.settle()
	all := []any{}
	for _, d := range g.deployments {
		if slices.Contains(in.DeploymentIDs, d.id) {
			all = append(all, g.info(d))
		}
	}
	return map[string]any{"deploymentsInfo": all}, nil
}

func (g *Group) info(d *deployment) map[string]any {
	out := map[string]any{
		"deploymentId": d.id, "applicationName": g.Application, "deploymentGroupName": g.Name, "computePlatform": g.Platform,
		"status": d.status, "creator": d.creator, "revision": d.revision, "createTime": awsfake.Stamp(d.created),
		"description": d.description, "instanceTerminationWaitTimeStarted": d.shifted,
		"deploymentOverview": map[string]any{"Pending": 1, "InProgress": 1, "Succeeded": 0, "Failed": 0, "Skipped": 0, "Ready": 0},
	}
	if d.status == "Succeeded" || d.status == "Failed" || d.status == "Stopped" {
		out["completeTime"] = awsfake.Stamp(d.ends)
	}
	if d.previous != nil {
		out["previousRevision"] = d.previous
	}
	if d.files != "" {
		out["fileExistsBehavior"] = d.files
	}
	if d.reason != "" {
		out["errorInformation"] = map[string]any{"code": "HEALTH_CONSTRAINTS", "message": d.reason}
	}
	if d.backID != "" || d.backOf != "" || d.backSays != "" {
		out["rollbackInfo"] = map[string]any{"rollbackDeploymentId": d.backID, "rollbackTriggeringDeploymentId": d.backOf,
			"rollbackMessage": d.backSays}
	}
	return out
}

func (g *Group) stop(call awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		DeploymentID        string
		AutoRollbackEnabled *bool
	}
	if p := call.Read(&in); p != nil {
		return nil, p
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.settle()
	n := slices.IndexFunc(g.deployments, func(d *deployment) bool { return d.id == in.DeploymentID })
	switch {
	case n < 0:
		return nil, wrong("DeploymentDoesNotExistException", "The deployment "+in.DeploymentID+" could not be found")
	case g.deployments[n].status != inProgress:
		return nil, wrong("DeploymentAlreadyCompletedException", "The deployment "+in.DeploymentID+" has completed")
	}
	d := g.deployments[n]
	d.stops = g.Now().Add(g.StopTakes)
	d.back = g.AutoRollback
	if in.AutoRollbackEnabled != nil {
		d.back = *in.AutoRollbackEnabled
	}
	g.settle()
	return map[string]any{"status": "Pending", "statusMessage": "The stop request is pending"}, nil
}

func (g *Group) create(call awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		ApplicationName, DeploymentGroupName, Description, FileExistsBehavior string
		Revision                                                              map[string]any
		OverrideAlarmConfiguration                                            *struct{ Enabled bool }
	}
	if p := call.Read(&in); p != nil {
		return nil, p
	}
	if p := g.find(in.ApplicationName, in.DeploymentGroupName); p != nil {
		return nil, p
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.settle()
	if n := len(g.deployments); n > 0 && g.deployments[n-1].status == inProgress {
		return nil, wrong("DeploymentLimitExceededException", "The deployment group already has an active deployment")
	}
	if in.Revision["revisionType"] == nil {
		return nil, wrong("RevisionRequiredException", "Revision is required")
	}
	if s, ok := in.Revision["appSpecContent"].(map[string]any); ok && s["sha256"] != digest(text(in.Revision)) {
		return nil, wrong("InvalidRevisionException", "The SHA-256 of the content does not match")
	}
	d := g.make(in.Revision, "user")
	d.description, d.files = in.Description, in.FileExistsBehavior
	if g.Firing && len(g.Alarms) > 0 && (in.OverrideAlarmConfiguration == nil || in.OverrideAlarmConfiguration.Enabled) {
		d.status, d.reason = stopped, "One or more alarms have been activated according to the Amazon CloudWatch metrics"
	}
	return map[string]any{"deploymentId": d.id}, nil
}
