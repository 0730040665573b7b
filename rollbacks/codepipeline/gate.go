package codepipeline

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline"
	"github.com/aws/aws-sdk-go-v2/service/codepipeline/types"

	"github.com/oncalm/oncalm/rollbacks"
)

// Held implements [rollbacks.Gate]. What is held is the transition into the stage.
func (s *Stage) Held(ctx context.Context) (rollbacks.Hold, error) {
	if _, _, err := s.made(ctx); err != nil {
		return rollbacks.Hold{}, err
	}
	stage, err := s.state(ctx)
	if err != nil || stage.InboundTransitionState == nil || stage.InboundTransitionState.Enabled {
		return rollbacks.Hold{}, err
	}
	return rollbacks.Hold{On: true, Reason: aws.ToString(stage.InboundTransitionState.DisabledReason)}, nil
}

// Hold implements [rollbacks.Gate].
func (s *Stage) Hold(ctx context.Context, reason string) error {
	_, err := s.Act.DisableStageTransition(ctx, &codepipeline.DisableStageTransitionInput{
		PipelineName: &s.pipeline, StageName: &s.name, TransitionType: types.StageTransitionTypeInbound, Reason: &reason,
	})
	return err
}

// Release implements [rollbacks.Gate].
func (s *Stage) Release(ctx context.Context) error {
	_, err := s.Act.EnableStageTransition(ctx, &codepipeline.EnableStageTransitionInput{
		PipelineName: &s.pipeline, StageName: &s.name, TransitionType: types.StageTransitionTypeInbound,
	})
	return err
}
