// Package codepipeline takes stages of AWS CodePipeline back: a stage that is done is rolled back to the newest earlier execution that
// succeeded in it, and an execution that is in the stage now is stopped. Which executions a stage can go back to only CodePipeline
// knows (it keeps none of before the last edit of the pipeline), so its own list is asked for.
//
// CodePipeline takes no key for a request. What may have begun is found by the rollbacks to the same execution that are newer than those
// that the plan was made of.
package codepipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"

	"github.com/oncalm/oncalm/rollbacks"
)

// Maker makes targets of this kind.
func Maker() rollbacks.Maker {
	return rollbacks.Maker{
		Kind: "codepipeline",
		Keys: []rollbacks.Key{{Name: "pipeline", Such: "web", Check: checkName},
			{Name: "stage", Such: "deploy", Check: checkName}},
		Thing: []string{"pipeline"}, // whatever the stage
		Gate:  true,
		New: func(cfg aws.Config, keys rollbacks.Settings) (rollbacks.Target, error) {
			return &Stage{rollbacks.Dial(cfg, keys, codepipeline.NewFromConfig), keys["pipeline"], keys["stage"]}, nil
		},
	}
}

// checkName knows the names that pipelines and stages can have: CodePipeline would refuse another only in the incident.
func checkName(s string) error {
	const most = 100
	others := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".@-_", r)
	}
	if len(s) > most || strings.ContainsFunc(s, others) {
		return errors.New("CodePipeline has no such names: letters, digits and . @ - _, 100 at most")
	}
	return nil
}

// Stage is a stage of a pipeline.
type Stage struct {
	rollbacks.Clients[codepipeline.Client]
	pipeline, name string
}

// The ways back.
const (
	stops = "stop"     // the execution that is in the stage
	rolls = "rollback" // the stage, to an earlier execution
)

// Parameters of a plan.
const (
	way       = "way"
	execution = "execution" // that is stopped, or gone back to
	known     = "known"     // the newest rollback to that execution that there was already; empty if there was none
)

// Start implements [rollbacks.Target].
func (s *Stage) Start(ctx context.Context, key string, p rollbacks.Plan) (rollbacks.Ref, error) {
	id := p.Params[execution]
	switch p.Params[way] {
	// What the stage is doing is let finish: abandoned, it would go on behind CodePipeline's back.
	case stops:
		_, err := s.Act.StopPipelineExecution(ctx, &codepipeline.StopPipelineExecutionInput{
			PipelineName: &s.pipeline, PipelineExecutionId: &id, Reason: aws.String("Oncalm, incident " + key),
		})
		if err != nil {
			return "", rollbacks.Outcome(err)
		}
		return refOf(stops, id)
	case rolls:
		out, err := s.Act.RollbackStage(ctx, &codepipeline.RollbackStageInput{
			PipelineName: &s.pipeline, StageName: &s.name, TargetPipelineExecutionId: &id,
		})
		if err != nil {
			return "", rollbacks.Outcome(err)
		}
		return refOf(rolls, aws.ToString(out.PipelineExecutionId))
	}
	return "", &rollbacks.Refused{Err: fmt.Errorf("the plan has no way back: %q", p.Params[way])}
}

// A begun rollback is what a Ref holds: the execution that is stopped, or that rolls back.
type begun struct {
	Way       string `json:"way"`
	Execution string `json:"execution"`
}

func refOf(by, id string) (rollbacks.Ref, error) {
	text, err := json.Marshal(begun{by, id})
	return rollbacks.Ref(text), err
}

// Find implements [rollbacks.Target].
func (s *Stage) Find(ctx context.Context, _ string, p rollbacks.Plan) (rollbacks.Ref, bool, error) {
	stopped := []types.PipelineExecutionStatus{types.PipelineExecutionStatusStopping, types.PipelineExecutionStatusStopped}
	id := p.Params[execution]
	if p.Params[way] == stops {
		e, err := s.execution(ctx, id)
		if err != nil || !slices.Contains(stopped, e.Status) {
			return "", false, err
		}
		ref, err := refOf(stops, id)
		return ref, true, err
	}
	all, err := s.executions(ctx, nil)
	if err != nil {
		return "", false, err
	}
	// the newest first: what was begun after the plan stands before what it knew. One of somebody else to the same execution is
	// taken for ours; it does the same
	for _, e := range all {
		if aws.ToString(e.PipelineExecutionId) == p.Params[known] {
			break
		}
		if targetOf(e) != id {
			continue
		}
		ours, err := s.inStage(ctx, aws.ToString(e.PipelineExecutionId))
		if err != nil {
			return "", false, err
		}
		if ours {
			ref, err := refOf(rolls, aws.ToString(e.PipelineExecutionId))
			return ref, true, err
		}
	}
	return "", false, nil
}

// inStage reports whether an execution that rolls back does so in this stage: lists do not tell which stage it is of.
func (s *Stage) inStage(ctx context.Context, id string) (bool, error) {
	out, err := s.Ask.ListActionExecutions(ctx, &codepipeline.ListActionExecutionsInput{
		PipelineName: &s.pipeline, Filter: &types.ActionExecutionFilter{PipelineExecutionId: &id},
	})
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(out.ActionExecutionDetails, func(a types.ActionExecutionDetail) bool {
		return aws.ToString(a.StageName) == s.name
	}), nil
}

// State implements [rollbacks.Target].
func (s *Stage) State(ctx context.Context, r rollbacks.Ref) (rollbacks.State, error) {
	var b begun
	if err := json.Unmarshal([]byte(r), &b); err != nil {
		return rollbacks.State{}, err
	}
	e, err := s.execution(ctx, b.Execution)
	if err != nil {
		return rollbacks.State{}, err
	}
	return stateOf(b.Way, e), nil
}

// stateOf judges an execution: one that rolls back must succeed, and one that is stopped must not.
func stateOf(by string, e types.PipelineExecution) rollbacks.State {
	status := "the execution " + short(aws.ToString(e.PipelineExecutionId)) + " is " + string(e.Status)
	if why := aws.ToString(e.StatusSummary); why != "" {
		status += ": " + why
	}
	switch e.Status {
	case types.PipelineExecutionStatusInProgress, types.PipelineExecutionStatusStopping:
		return rollbacks.State{Note: strings.ToLower(string(e.Status))}
	case types.PipelineExecutionStatusSucceeded:
		if by == rolls {
			return rollbacks.State{Stage: rollbacks.Done}
		}
		return rollbacks.State{Stage: rollbacks.Failed, Note: "the execution had succeeded before it could be stopped; " +
			"ask again, and the stage is rolled back"}
	case types.PipelineExecutionStatusStopped:
		if by == stops {
			return rollbacks.State{Stage: rollbacks.Done, Note: "ask again, and the stage is rolled back"}
		}
	}
	return rollbacks.State{Stage: rollbacks.Failed, Note: status}
}

// execution is all that is needed of one execution.
func (s *Stage) execution(ctx context.Context, id string) (types.PipelineExecution, error) {
	out, err := s.Ask.GetPipelineExecution(ctx, &codepipeline.GetPipelineExecutionInput{
		PipelineName: &s.pipeline, PipelineExecutionId: &id,
	})
	if err != nil {
		return types.PipelineExecution{}, err
	}
	if out.PipelineExecution == nil {
		return types.PipelineExecution{}, fmt.Errorf("CodePipeline does not describe the execution %s", id)
	}
	return *out.PipelineExecution, nil
}

// executions lists those of the last time, the newest first. Nobody asks for a second page: what is further back than a hundred
// executions is no version to return to in an incident.
func (s *Stage) executions(ctx context.Context, filter *types.PipelineExecutionFilter) (
	[]types.PipelineExecutionSummary, error) {
	// the most that CodePipeline lists in one page
	const most = 100
	out, err := s.Ask.ListPipelineExecutions(ctx, &codepipeline.ListPipelineExecutionsInput{
		PipelineName: &s.pipeline, Filter: filter, MaxResults: aws.Int32(most),
	})
	if err != nil {
		return nil, err
	}
	all := out.PipelineExecutionSummaries
	// the documentation promises no order
	slices.SortStableFunc(all, func(a, b types.PipelineExecutionSummary) int {
		return aws.ToTime(b.StartTime).Compare(aws.ToTime(a.StartTime))
	})
	return all, nil
}

// targetOf is the execution that a rollback goes back to; "" if it is none.
func targetOf(e types.PipelineExecutionSummary) string {
	if e.RollbackMetadata == nil {
		return ""
	}
	return aws.ToString(e.RollbackMetadata.RollbackTargetPipelineExecutionId)
}

// short is an execution as people tell it from another.
func short(id string) string { return id[:min(len(id), 8)] }
