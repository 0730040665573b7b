package codepipeline

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"

	"github.com/oncalm/oncalm/rollbacks"
)

// Plan implements [rollbacks.Target].
func (s *Stage) Plan(ctx context.Context) (rollbacks.Plan, error) {
	p, err := s.plan(ctx)
	if rollbacks.HasCode(err, "PipelineNotFoundException") {
		return rollbacks.Plan{}, rollbacks.Missing("CodePipeline has no pipeline " + s.pipeline)
	}
	return p, err
}

// plan picks the way by what is in the stage: an execution that is at work is stopped, and else the stage is rolled back.
func (s *Stage) plan(ctx context.Context) (p rollbacks.Plan, err error) {
	declared, err := s.declared(ctx)
	if err != nil {
		return p, err
	}
	stage, err := s.state(ctx)
	if err != nil {
		return p, err
	}
	latest := stage.LatestExecution
	if latest == nil {
		return p, &rollbacks.Impossible{Why: "nothing has run in the stage " + s.name + " yet",
			Instead: "run the pipeline with a version that works"}
	}
	all, err := s.executions(ctx, nil)
	if err != nil {
		return p, err
	}
	id := aws.ToString(latest.PipelineExecutionId)
	switch latest.Status {
	case types.StageExecutionStatusInProgress:
		if latest.Type == types.ExecutionTypeRollback {
			return p, &rollbacks.Impossible{Why: "CodePipeline is already rolling the stage " + s.name + " back",
				Instead: "wait until it has ended"}
		}
		p = s.planStop(all, id)
	case types.StageExecutionStatusStopping:
		return p, &rollbacks.Impossible{Why: "the execution " + short(id) + " in the stage " + s.name + " is being stopped",
			Instead: "wait until it has stopped, and ask again"}
	default:
		if p, err = s.planBack(ctx, all, id); err != nil {
			return p, err
		}
	}
	p.Warnings = append(p.Warnings, warnings(declared, stage)...)
	return p, nil
}

// made reads how the pipeline is made, and which of its stages this is. It refuses a pipeline of another account.
func (s *Stage) made(ctx context.Context) (*types.PipelineDeclaration, int, error) {
	out, err := s.Ask.GetPipeline(ctx, &codepipeline.GetPipelineInput{Name: &s.pipeline})
	if err != nil {
		return nil, 0, err
	}
	if out.Metadata != nil {
		if err := s.Own(aws.ToString(out.Metadata.PipelineArn)); err != nil {
			return nil, 0, err
		}
	}
	var names []string
	if out.Pipeline != nil {
		for n, stage := range out.Pipeline.Stages {
			if aws.ToString(stage.Name) == s.name {
				return out.Pipeline, n, nil
			}
			names = append(names, aws.ToString(stage.Name))
		}
	}
	return nil, 0, rollbacks.Missing("the pipeline " + s.pipeline + " has no stage " + s.name + ", but " +
		strings.Join(names, ", "))
}

// declared reads how the stage is made, and refuses those that CodePipeline cannot roll back.
func (s *Stage) declared(ctx context.Context) (none types.StageDeclaration, err error) {
	pipeline, n, err := s.made(ctx)
	switch {
	case err != nil:
		return none, err
	case pipeline.PipelineType != types.PipelineTypeV2:
		return none, &rollbacks.Impossible{
			Why:     "the pipeline " + s.pipeline + " is of type V1, and CodePipeline rolls stages back in V2 only",
			Instead: "make it a pipeline of type V2, and until then run it with the earlier version",
		}
	case n == 0:
		return none, &rollbacks.Impossible{
			Why:     s.name + " is the source stage, and CodePipeline rolls back only those after it",
			Instead: "name the stage that deploys in the configuration",
		}
	}
	return pipeline.Stages[n], nil
}

// state is how the stage is now.
func (s *Stage) state(ctx context.Context) (types.StageState, error) {
	out, err := s.Ask.GetPipelineState(ctx, &codepipeline.GetPipelineStateInput{Name: &s.pipeline})
	if err != nil {
		return types.StageState{}, err
	}
	for _, stage := range out.StageStates {
		if aws.ToString(stage.StageName) == s.name {
			return stage, nil
		}
	}
	return types.StageState{}, &rollbacks.Impossible{Why: "CodePipeline does not tell the state of the stage " + s.name,
		Instead: "look at the pipeline in the console"}
}

// planStop stops what is in the stage. CodePipeline does not roll back a stage that is at work, and asking for both at once could not
// be looked for when there is no answer.
func (s *Stage) planStop(all []types.PipelineExecutionSummary, id string) rollbacks.Plan {
	return rollbacks.Plan{
		From: named(all, id), To: "a stopped stage " + s.name,
		Will: []string{"CodePipeline stops the execution when the actions that run have ended; no later action begins"},
		Cannot: []string{"what the stage has deployed so far stays: when it has stopped, ask again, and the stage is " +
			"rolled back to the version before"},
		Params: map[string]string{way: stops, execution: id},
	}
}

// planBack goes back to the newest execution that succeeded in the stage before what is there now came there first. “First”
// matters after a rollback: with A, B, and A again in the stage, the way back from A leads to what was before A, and not to B.
func (s *Stage) planBack(ctx context.Context, all []types.PipelineExecutionSummary, id string) (
	p rollbacks.Plan, err error) {
	good, err := s.executions(ctx, &types.PipelineExecutionFilter{
		SucceededInStage: &types.SucceededInStageFilter{StageName: &s.name},
	})
	if err != nil {
		return p, err
	}
	now := id // what is deployed, of which a rollback names the execution
	if n := indexOf(all, id); n >= 0 {
		now = deployedBy(all[n])
	}
	// since when, at least: all of it that is listed, whether it succeeded or not
	first := -1
	for n, e := range all {
		if deployedBy(e) == now {
			first = n
		}
	}
	if first < 0 {
		return p, &rollbacks.Impossible{Why: "CodePipeline does not list the execution " + short(now) + " any more",
			Instead: "run the pipeline with the earlier version"}
	}
	for _, e := range good {
		to := deployedBy(e)
		if !aws.ToTime(e.StartTime).Before(aws.ToTime(all[first].StartTime)) || to == now {
			continue
		}
		// what a rollback went to must be a candidate itself
		if n := indexOf(good, to); n >= 0 && good[n].ExecutionType != types.ExecutionTypeRollback {
			return s.planTo(all, now, good[n]), nil
		}
	}
	return p, &rollbacks.Impossible{
		Why: "no execution before " + short(now) + " has succeeded in the stage " + s.name +
			" since the pipeline was last edited, and CodePipeline goes back to no others",
		Instead: "run the pipeline with the earlier version",
	}
}

// planTo rolls the stage back to an execution.
func (s *Stage) planTo(all []types.PipelineExecutionSummary, now string,
	good types.PipelineExecutionSummary) rollbacks.Plan {
	id := aws.ToString(good.PipelineExecutionId)
	newest := ""
	if n := slices.IndexFunc(all, func(e types.PipelineExecutionSummary) bool { return targetOf(e) == id }); n >= 0 {
		newest = aws.ToString(all[n].PipelineExecutionId)
	}
	var bad types.PipelineExecutionSummary
	if n := indexOf(all, now); n >= 0 {
		bad = all[n]
	}
	return rollbacks.Plan{
		From: named(all, now), To: name(good), Differs: differing(bad, good),
		Will: []string{"CodePipeline runs the stage " + s.name +
			" anew, with the artifacts and variables of the execution " + short(id)},
		Cannot: []string{"other stages stay as they are", "what the version has written into databases or queues stays",
			"the next execution that comes to the stage deploys its own version"},
		Params: map[string]string{way: rolls, execution: id, known: newest},
	}
}

// warnings are what one should know of the stage before.
func warnings(declared types.StageDeclaration, stage types.StageState) (all []string) {
	status := stage.LatestExecution.Status
	undoes := declared.OnFailure != nil && declared.OnFailure.Result == types.ResultRollback
	if undoes && (status == types.StageExecutionStatusInProgress || status == types.StageExecutionStatusFailed) {
		all = append(all, "the stage is made to roll back by itself when it fails: CodePipeline may be doing so")
	}
	waiting := stage.InboundExecution
	if len(stage.InboundExecutions) > 0 {
		waiting = &stage.InboundExecutions[len(stage.InboundExecutions)-1]
	}
	if waiting != nil {
		all = append(all, "the execution "+short(aws.ToString(waiting.PipelineExecutionId))+
			" waits to enter the stage, and deploys after that")
	}
	return all
}

// deployedBy is the execution whose version an execution deploys: for a rollback, the one that it goes back to.
func deployedBy(e types.PipelineExecutionSummary) string {
	return cmp.Or(targetOf(e), aws.ToString(e.PipelineExecutionId))
}

func indexOf(all []types.PipelineExecutionSummary, id string) int {
	return slices.IndexFunc(all, func(e types.PipelineExecutionSummary) bool {
		return aws.ToString(e.PipelineExecutionId) == id
	})
}

// named is an execution of a list, as people call it.
func named(all []types.PipelineExecutionSummary, id string) string {
	if n := indexOf(all, id); n >= 0 {
		return name(all[n])
	}
	return short(id)
}

// name is an execution as people call it: its id, and the revisions that it was made of.
func name(e types.PipelineExecutionSummary) string {
	var parts []string
	for _, r := range e.SourceRevisions {
		parts = append(parts, revision(r))
	}
	id := short(aws.ToString(e.PipelineExecutionId))
	if len(parts) == 0 {
		return id
	}
	return id + " (" + strings.Join(parts, ", ") + ")"
}

// revision is what a source was at, as people tell it from another.
func revision(r types.SourceRevision) string {
	id := aws.ToString(r.RevisionId)
	return id[:min(len(id), 12)]
}

// differing are the sources that differ, from what is there now to what there will be.
func differing(bad, good types.PipelineExecutionSummary) (all []string) {
	before := map[string]types.SourceRevision{}
	for _, r := range good.SourceRevisions {
		before[aws.ToString(r.ActionName)] = r
	}
	for _, r := range bad.SourceRevisions {
		source := aws.ToString(r.ActionName)
		if b, ok := before[source]; ok && aws.ToString(b.RevisionId) != aws.ToString(r.RevisionId) {
			all = append(all, "source "+source+": "+told(r)+" → "+told(b))
		}
	}
	slices.Sort(all)
	return all
}

// told is a revision with what its author says of it. Summaries of some sources are JSON.
func told(r types.SourceRevision) string {
	said, _, _ := strings.Cut(strings.TrimSpace(aws.ToString(r.RevisionSummary)), "\n")
	if said == "" || strings.HasPrefix(said, "{") {
		return revision(r)
	}
	return revision(r) + " “" + said + "”"
}
