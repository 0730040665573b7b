package ecs

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/oncalm/oncalm/rollbacks"
)

// History implements [rollbacks.Historian].
func (s *Service) History(ctx context.Context, _ time.Time) (all []rollbacks.Deployment, err error) {
	out, err := s.Ask.ListServiceDeployments(ctx, &ecs.ListServiceDeploymentsInput{
		Cluster: &s.cluster, Service: &s.name, MaxResults: aws.Int32(100),
	})
	if err != nil {
		return nil, err
	}
	for _, d := range out.ServiceDeployments {
		arn := aws.ToString(d.ServiceArn)
		if err := s.Own(arn); err != nil {
			return nil, err
		}
		one := rollbacks.Deployment{
			ID: aws.ToString(d.ServiceDeploymentArn), Kind: "ecs-deployment", ARN: arn,
			Title: "ECS deployment of " + s.name + " " + told(d.Status),
			Page:  "/ecs/v2/clusters/" + url.PathEscape(s.cluster) + "/services/" + url.PathEscape(s.name) + "/deployments",
			Began: aws.ToTime(d.CreatedAt), Ended: aws.ToTime(d.FinishedAt),
		}
		all = append(all, one)
	}
	return all, nil
}

// told is a status in words, and those of messages where these have some.
func told(status types.ServiceDeploymentStatus) string {
	if status == types.ServiceDeploymentStatusSuccessful {
		return "completed"
	}
	return strings.ToLower(strings.ReplaceAll(string(status), "_", " "))
}
