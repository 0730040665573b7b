package codepipelinefake

import (
	"regexp"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/codepipeline"

	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

// operations are what it knows. What is required is what the service's model requires.
func (p *Pipeline) operations() map[string]awsfake.Operation {
	return map[string]awsfake.Operation{
		"GetPipeline": {In: codepipeline.GetPipelineInput{}, Out: codepipeline.GetPipelineOutput{},
			Required: []string{"name"}, Do: p.getPipeline},
		"GetPipelineState": {In: codepipeline.GetPipelineStateInput{}, Out: codepipeline.GetPipelineStateOutput{},
			Required: []string{"name"}, Do: p.getState},
		"GetPipelineExecution": {In: codepipeline.GetPipelineExecutionInput{}, Out: codepipeline.GetPipelineExecutionOutput{},
			Required: []string{"pipelineName", "pipelineExecutionId"}, Do: p.getExecution},
		"ListPipelineExecutions": {In: codepipeline.ListPipelineExecutionsInput{}, Out: codepipeline.ListPipelineExecutionsOutput{},
			Required: []string{"pipelineName"}, Do: p.list},
		"ListActionExecutions": {In: codepipeline.ListActionExecutionsInput{}, Out: codepipeline.ListActionExecutionsOutput{},
			Required: []string{"pipelineName"}, Do: p.actions},
		"RollbackStage": {In: codepipeline.RollbackStageInput{}, Out: codepipeline.RollbackStageOutput{},
			Required: []string{"pipelineName", "stageName", "targetPipelineExecutionId"}, Do: p.rollBack},
		"StopPipelineExecution": {In: codepipeline.StopPipelineExecutionInput{}, Out: codepipeline.StopPipelineExecutionOutput{},
			Required: []string{"pipelineName", "pipelineExecutionId"}, Do: p.stop},
		"DisableStageTransition": {In: codepipeline.DisableStageTransitionInput{}, Out: codepipeline.DisableStageTransitionOutput{},
			Required: []string{"pipelineName", "stageName", "transitionType", "reason"}, Do: p.disable},
		"EnableStageTransition": {In: codepipeline.EnableStageTransitionInput{}, Out: codepipeline.EnableStageTransitionOutput{},
			Required: []string{"pipelineName", "stageName", "transitionType"}, Do: p.enable},
	}
}

func problem(code, message string) *awsfake.Problem {
	return &awsfake.Problem{Code: code, Message: message}
}

// asked is a request about the pipeline, of which there is one. It leaves the lock held if there is no problem.
func (p *Pipeline) asked(c awsfake.Call, in any, name *string) *awsfake.Problem {
	if wrong := c.Read(in); wrong != nil {
		return wrong
	}
	p.mu.Lock()
	if *name != p.Name {
		p.mu.Unlock()
		return problem("PipelineNotFoundException", "The account with id '"+awsfake.Account+"' does not include a pipeline with the name '"+*name+"'")
	}
	p.settle()
	return nil
}

func (p *Pipeline) getPipeline(c awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		Name    string `json:"name"`
		Version int    `json:"version"`
	}
	if wrong := p.asked(c, &in, &in.Name); wrong != nil {
		return nil, wrong
	}
	defer p.mu.Unlock()
	stages := []any{}
	for n, name := range p.Stages {
		category := "Deploy"
		if n == 0 {
			category = "Source"
		}
		stage := map[string]any{"name": name, "actions": []any{map[string]any{"name": name + "-it",
			"actionTypeId": map[string]any{"category": category, "owner": "AWS", "provider": "S3", "version": "1"}}}}
		if p.Undoes && n > 0 {
			stage["onFailure"] = map[string]any{"result": "ROLLBACK"}
		}
		stages = append(stages, stage)
	}
	return map[string]any{
		"pipeline": map[string]any{"name": p.Name, "version": p.version, "pipelineType": p.Type, "stages": stages,
			"roleArn": "arn:aws:iam::" + awsfake.Account + ":role/pipeline"},
		"metadata": map[string]any{"pipelineArn": awsfake.ARN("codepipeline", p.Name)},
	}, nil
}

func (p *Pipeline) getState(c awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		Name string `json:"name"`
	}
	if wrong := p.asked(c, &in, &in.Name); wrong != nil {
		return nil, wrong
	}
	defer p.mu.Unlock()
	stages := []any{}
	for n, name := range p.Stages {
		t := p.transitions[name]
		inbound := map[string]any{"enabled": !t.off}
		if t.off {
			inbound["disabledReason"], inbound["lastChangedBy"], inbound["lastChangedAt"] = t.reason, t.by, awsfake.Stamp(t.at)
		}
		stage := map[string]any{"stageName": name, "inboundTransitionState": inbound, "actionStates": []any{}}
		if e := p.latest(n); e != nil {
			status := e.status
			if e.target == "" && e.stage > n {
				status = succeeded
			}
			stage["latestExecution"] = map[string]any{"pipelineExecutionId": e.id, "status": status, "type": e.kind()}
		}
		stages = append(stages, stage)
	}
	return map[string]any{"pipelineName": p.Name, "pipelineVersion": p.version, "stageStates": stages}, nil
}

func (e *execution) kind() string {
	if e.target != "" {
		return "ROLLBACK"
	}
	return "STANDARD"
}

func (p *Pipeline) getExecution(c awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		Name string `json:"pipelineName"`
		ID   string `json:"pipelineExecutionId"`
	}
	if wrong := p.asked(c, &in, &in.Name); wrong != nil {
		return nil, wrong
	}
	defer p.mu.Unlock()
	e := p.find(in.ID)
	if e == nil {
		return nil, problem("PipelineExecutionNotFoundException", in.ID)
	}
	out := map[string]any{"pipelineExecutionId": e.id, "pipelineName": p.Name, "pipelineVersion": e.version, "status": e.status,
		"executionType": e.kind()}
	if e.status == failed {
		out["statusSummary"] = "the action deploy-it has failed"
	}
	return map[string]any{"pipelineExecution": out}, nil
}

// list answers the newest first. The filter keeps what has succeeded in a stage with the structure of now.
func (p *Pipeline) list(c awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		Name       string `json:"pipelineName"`
		MaxResults int    `json:"maxResults"`
		NextToken  string `json:"nextToken"`
		Filter     *struct {
			Succeeded *struct {
				Stage string `json:"stageName"`
			} `json:"succeededInStage"`
		} `json:"filter"`
	}
	if wrong := p.asked(c, &in, &in.Name); wrong != nil {
		return nil, wrong
	}
	defer p.mu.Unlock()
	if in.MaxResults > 100 {
		return nil, problem("ValidationException", "maxResults")
	}
	all := []any{}
	for _, e := range slices.Backward(p.executions) {
		if f := in.Filter; f != nil && f.Succeeded != nil &&
			(e.version != p.version || !e.through(slices.Index(p.Stages, f.Succeeded.Stage))) {
			continue
		}
		one := map[string]any{"pipelineExecutionId": e.id, "status": e.status, "executionType": e.kind(), "startTime": awsfake.Stamp(e.began), "lastUpdateTime": awsfake.Stamp(e.began),
			"sourceRevisions": []any{map[string]any{"actionName": "source-it", "revisionId": p.revisionOf(e), "revisionSummary": "change " + p.revisionOf(e)}}}
		if e.target != "" {
			one["rollbackMetadata"] = map[string]any{"rollbackTargetPipelineExecutionId": e.target}
		}
		all = append(all, one)
	}
	return map[string]any{"pipelineExecutionSummaries": all}, nil
}

func (p *Pipeline) actions(c awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		Name       string `json:"pipelineName"`
		MaxResults int    `json:"maxResults"`
		NextToken  string `json:"nextToken"`
		Filter     *struct {
			ID     string         `json:"pipelineExecutionId"`
			Latest map[string]any `json:"latestInPipelineExecution"`
		} `json:"filter"`
	}
	if wrong := p.asked(c, &in, &in.Name); wrong != nil {
		return nil, wrong
	}
	defer p.mu.Unlock()
	all := []any{}
	if e := p.find(in.Filter.ID); e != nil {
		all = append(all, map[string]any{"pipelineExecutionId": e.id, "stageName": p.Stages[e.stage], "actionName": p.Stages[e.stage] + "-it"})
	}
	return map[string]any{"actionExecutionDetails": all}, nil
}

// rollBack refuses what the documentation of RollbackStage names.
func (p *Pipeline) rollBack(c awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		Name   string `json:"pipelineName"`
		Stage  string `json:"stageName"`
		Target string `json:"targetPipelineExecutionId"`
	}
	if wrong := p.asked(c, &in, &in.Name); wrong != nil {
		return nil, wrong
	}
	defer p.mu.Unlock()
	n, target := slices.Index(p.Stages, in.Stage), p.find(in.Target)
	latest := p.latest(n)
	switch {
	case n < 0:
		return nil, problem("StageNotFoundException", in.Stage)
	case target == nil:
		return nil, problem("PipelineExecutionNotFoundException", in.Target)
	case p.Type != "V2" || n == 0 || target.target != "":
		return nil, problem("UnableToRollbackStageException", "Unable to roll back the stage.")
	case target.version != p.version:
		return nil, problem("PipelineExecutionOutdatedException", "The pipeline execution is outdated.")
	case latest != nil && latest.stage == n && (latest.status == running || latest.status == stopping):
		return nil, problem("UnableToRollbackStageException", "The stage is currently running.")
	case !target.through(n):
		return nil, problem("UnableToRollbackStageException", "The target has not succeeded in the stage.")
	}
	e := p.add("", n, 0)
	e.target = target.id
	return map[string]any{"pipelineExecutionId": e.id}, nil
}

func (p *Pipeline) stop(c awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		Name    string `json:"pipelineName"`
		ID      string `json:"pipelineExecutionId"`
		Abandon bool   `json:"abandon"`
		Reason  string `json:"reason"`
	}
	if wrong := p.asked(c, &in, &in.Name); wrong != nil {
		return nil, wrong
	}
	defer p.mu.Unlock()
	e := p.find(in.ID)
	switch {
	case e == nil:
		return nil, problem("PipelineExecutionNotStoppableException", in.ID)
	case len(in.Reason) > 200:
		return nil, problem("ValidationException", "reason")
	case e.status == stopping && !in.Abandon:
		return nil, problem("DuplicatedStopRequestException", "The pipeline execution is already in a Stopping state.")
	case e.status != running && e.status != stopping:
		return nil, problem("PipelineExecutionNotStoppableException", "The execution is "+e.status)
	}
	e.status = stopping
	if in.Abandon {
		e.status = stopped
	}
	return map[string]any{"pipelineExecutionId": e.id}, nil
}

// reasons are those that DisableStageTransition takes.
var reasons = regexp.MustCompile(`^[a-zA-Z0-9!@ ().*?-]{1,300}$`)

// switched is a request to enable or disable a transition. Only inbound ones are known here.
type switched struct {
	Name   string `json:"pipelineName"`
	Stage  string `json:"stageName"`
	Type   string `json:"transitionType"`
	Reason string `json:"reason"`
}

func (p *Pipeline) disable(c awsfake.Call) (any, *awsfake.Problem) {
	var in switched
	if wrong := p.asked(c, &in, &in.Name); wrong != nil {
		return nil, wrong
	}
	defer p.mu.Unlock()
	if !reasons.MatchString(in.Reason) {
		return nil, problem("ValidationException", "reason")
	}
	return p.turn(in, transition{true, in.Reason, "arn:aws:sts::" + awsfake.Account + ":assumed-role/oncalm/incident", p.Now()})
}

func (p *Pipeline) enable(c awsfake.Call) (any, *awsfake.Problem) {
	var in switched
	if wrong := p.asked(c, &in, &in.Name); wrong != nil {
		return nil, wrong
	}
	defer p.mu.Unlock()
	return p.turn(in, transition{})
}

func (p *Pipeline) turn(in switched, to transition) (any, *awsfake.Problem) {
	if !slices.Contains(p.Stages, in.Stage) {
		return nil, problem("StageNotFoundException", in.Stage)
	}
	if in.Type != "Inbound" {
		return nil, problem("ValidationException", "transitionType")
	}
	p.transitions[in.Stage] = to
	p.changed++
	return map[string]any{}, nil
}
