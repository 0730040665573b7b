package codepipeline

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"

	"github.com/oncalm/oncalm/rollbacks"
)

// History implements [rollbacks.Historian]: executions of the pipeline, in whichever of its stages they are.
func (s *Stage) History(ctx context.Context, _ time.Time) (all []rollbacks.Deployment, err error) {
	arn, err := s.Name(ctx, "codepipeline", s.pipeline)
	if err != nil {
		return nil, err
	}
	found, err := s.executions(ctx, nil)
	if err != nil {
		return nil, err
	}
	for _, e := range found {
		id := aws.ToString(e.PipelineExecutionId)
		one := rollbacks.Deployment{
			ID: id, Kind: "codepipeline", ARN: arn, Title: "CodePipeline " + s.pipeline + ": execution " + short(id) + " " + standing(e),
			Page:  "/codesuite/codepipeline/pipelines/" + s.pipeline + "/executions/" + id + "/timeline",
			Began: aws.ToTime(e.StartTime),
		}
		if e.Status != types.PipelineExecutionStatusInProgress && e.Status != types.PipelineExecutionStatusStopping {
			one.Ended = aws.ToTime(e.LastUpdateTime)
		}
		all = append(all, one)
	}
	return all, nil
}

// standing is the status of an execution in words.
func standing(e types.PipelineExecutionSummary) string {
	status := strings.ToLower(string(e.Status))
	if e.Status == types.PipelineExecutionStatusInProgress {
		status = "in progress"
	}
	if targetOf(e) != "" {
		status += ", which rolls a stage back"
	}
	return status
}
