package cloudformation

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/oncalm/oncalm/rollbacks"
)

// History implements [rollbacks.Historian]: what was done to the stack as a whole, each from its first event to that in which it ended.
func (s *Stack) History(ctx context.Context, from time.Time) (all []rollbacks.Deployment, err error) {
	var last *types.StackEvent // the newest event of what is being read
	for e, err := range s.events(ctx, s.name) {
		at := aws.ToTime(e.Timestamp)
		switch {
		case err != nil:
			return nil, err
		case at.Before(from) && last == nil, at.Before(from.Add(-longest)):
			return all, nil
		case !whole(e):
			continue
		case last == nil:
			if err := s.Own(aws.ToString(e.StackId)); err != nil {
				return nil, err
			}
			last = &e
		}
		if begins(e.ResourceStatus) {
			all = append(all, deploymentOf(e, *last))
			last = nil
		}
	}
	return all, nil
}

// longest is how far back the beginning is looked for of what has ended in time.
const longest = 24 * time.Hour

// begins reports whether a stack is done something to from an event on. A rollback by itself goes on with what has begun.
func begins(status types.ResourceStatus) bool {
	switch status {
	case types.ResourceStatusCreateInProgress, types.ResourceStatusUpdateInProgress, types.ResourceStatusDeleteInProgress,
		types.ResourceStatusImportInProgress:
		return true
	}
	return false
}

// deploymentOf is what was done to a stack, from one of its events to another.
func deploymentOf(first, last types.StackEvent) rollbacks.Deployment {
	status := string(last.ResourceStatus)
	d := rollbacks.Deployment{
		ID: aws.ToString(first.EventId), Kind: "cloudformation", ARN: aws.ToString(first.StackId),
		Began: aws.ToTime(first.Timestamp),
		Title: "CloudFormation " + aws.ToString(first.StackName) + ": " +
			strings.ToLower(strings.ReplaceAll(status, "_", " ")),
		Page: "/cloudformation/home#/stacks/events?stackId=" + url.QueryEscape(aws.ToString(first.StackId)),
	}
	if !strings.HasSuffix(status, "_IN_PROGRESS") {
		d.Ended = aws.ToTime(last.Timestamp)
	}
	return d
}
