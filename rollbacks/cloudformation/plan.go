package cloudformation

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/text"
)

// Plan implements [rollbacks.Target].
func (s *Stack) Plan(ctx context.Context) (p rollbacks.Plan, err error) {
	out, err := s.Ask.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &s.name})
	// CloudFormation has one code for all that is wrong with a request
	if rollbacks.HasCode(err, "ValidationError") && strings.Contains(err.Error(), "does not exist") {
		return p, rollbacks.Missing("CloudFormation has no stack " + s.name)
	}
	if err != nil {
		return p, err
	}
	if len(out.Stacks) != 1 {
		return p, fmt.Errorf("CloudFormation describes %d stacks of the name %s", len(out.Stacks), s.name)
	}
	now := out.Stacks[0]
	if err := s.Own(aws.ToString(now.StackId)); err != nil {
		return p, err
	}
	if root := aws.ToString(now.RootId); root != "" {
		return p, &rollbacks.Impossible{
			Why:     s.name + " is nested in the stack " + called(root) + ", and goes back only with that",
			Instead: "name the stack " + called(root),
		}
	}
	if no := s.impossible(now); no != nil {
		return p, no
	}
	past, err := s.past(ctx, aws.ToString(now.StackId))
	if err != nil {
		return p, err
	}
	if past.stable == nil {
		return p, &rollbacks.Impossible{
			Why:     "CloudFormation lists no state in which " + s.name + " was stable: going back could delete the stack",
			Instead: "mend the template and update the stack",
		}
	}
	return s.plan(now, past)
}

// wayIn is what is done in a status; "" if nothing is.
func wayIn(status types.StackStatus) string {
	switch status {
	case types.StackStatusUpdateInProgress:
		return cancels
	case types.StackStatusUpdateRollbackFailed:
		return continues
	case types.StackStatusUpdateFailed:
		return rolls
	}
	return ""
}

// impossible says why there is no way back in the status of a stack; nil if there is one.
func (s *Stack) impossible(now types.Stack) *rollbacks.Impossible {
	is := s.name + " is " + strings.ToLower(strings.ReplaceAll(string(now.StackStatus), "_", " "))
	switch status := now.StackStatus; {
	case wayIn(status) != "":
		return nil
	case status == types.StackStatusUpdateRollbackInProgress ||
		status == types.StackStatusUpdateRollbackCompleteCleanupInProgress ||
		status == types.StackStatusRollbackInProgress || status == types.StackStatusImportRollbackInProgress:
		return &rollbacks.Impossible{Why: with(s.name+" is already rolling back", aws.ToString(now.StackStatusReason)),
			Instead: "wait until it has ended"}
	case status == types.StackStatusUpdateRollbackComplete:
		return &rollbacks.Impossible{Why: s.name + " has been rolled back: it is as it was before the last update",
			Instead: "deploy an earlier version by your pipeline"}
	case status == types.StackStatusCreateFailed || status == types.StackStatusRollbackFailed:
		return &rollbacks.Impossible{Why: is + ": it was never stable, and rolling it back would delete it",
			Instead: "mend the template and update the stack, or delete it by hand"}
	case status == types.StackStatusRollbackComplete || strings.HasPrefix(string(status), "DELETE_"):
		return &rollbacks.Impossible{Why: is + ": it can only be deleted", Instead: "delete it by hand, and create it anew"}
	case strings.HasSuffix(string(status), "_IN_PROGRESS") && status != types.StackStatusUpdateCompleteCleanupInProgress:
		return &rollbacks.Impossible{Why: is + ", which cannot be cancelled", Instead: "wait until it has ended"}
	}
	return &rollbacks.Impossible{Why: is + ", and CloudFormation does not undo an update that has completed",
		Instead: "deploy the earlier template by your pipeline, for instance with kind codepipeline"}
}

// past is what the events of a stack tell, from now back to the last state in which it was stable.
type past struct {
	latest types.StackEvent  // of the stack itself
	begun  time.Time         // the first update after that state
	stable *types.StackEvent // nil if there is none
	// failed are resources that have failed, and made those that were made anew, each once.
	failed, made []types.StackEvent
}

// past reads events, the newest first.
func (s *Stack) past(ctx context.Context, stack string) (p past, err error) {
	seen := map[string]bool{}
	once := func(kind string, e types.StackEvent) bool {
		key := kind + aws.ToString(e.LogicalResourceId)
		defer func() { seen[key] = true }()
		return !seen[key]
	}
	for e, err := range s.events(ctx, stack) {
		status := string(e.ResourceStatus)
		switch {
		case err != nil:
			return p, err
		case whole(e) && stable(e.ResourceStatus):
			p.stable = &e
			return p, nil
		case whole(e):
			if p.latest.EventId == nil {
				p.latest = e
			}
			if e.ResourceStatus == types.ResourceStatusUpdateInProgress {
				p.begun = aws.ToTime(e.Timestamp)
			}
		case makes(e) && once("made ", e):
			p.made = append(p.made, e)
		// what was only stopped because something else has failed is no reason
		case strings.HasSuffix(status, "_FAILED") && !strings.HasSuffix(aws.ToString(e.ResourceStatusReason), " cancelled") &&
			once("failed ", e):
			p.failed = append(p.failed, e)
		}
	}
	return p, nil
}

// makes reports whether an event tells of a resource that was not there before. One that is replaced has events of an update, which say so
// only in their reason.
func makes(e types.StackEvent) bool {
	return strings.HasPrefix(string(e.ResourceStatus), "CREATE_") && aws.ToString(e.PhysicalResourceId) != "" ||
		strings.Contains(aws.ToString(e.ResourceStatusReason), "creation of a new physical resource")
}

// stable reports whether a stack that has come to a status can be gone back to.
func stable(status types.ResourceStatus) bool {
	switch status {
	case types.ResourceStatusCreateComplete, types.ResourceStatusUpdateComplete,
		types.ResourceStatusUpdateRollbackComplete, types.ResourceStatusImportComplete,
		types.ResourceStatusImportRollbackComplete:
		return true
	}
	return false
}

// plan says what is done. While an update goes on, the resources that it has come to are not in it: with each of them it would be another
// plan.
func (s *Stack) plan(now types.Stack, past past) (p rollbacks.Plan, err error) {
	by := wayIn(now.StackStatus)
	if by == rolls && len(past.made) > 0 {
		return p, &rollbacks.Impossible{
			Why: "the update has made " + listed(past.made) + ", and going back would delete that",
			Instead: "see that nothing of worth is in it, and roll the stack back in the console, or by aws cloudformation " +
				"rollback-stack --stack-name " + s.name,
		}
	}
	p.From, p.To = "the update of "+stamp(past.begun), "the state of "+stamp(aws.ToTime(past.stable.Timestamp))
	p.Params = map[string]string{way: by, stack: aws.ToString(now.StackId), after: aws.ToString(past.latest.EventId)}
	p.Cannot = []string{"what the version has written into databases or queues stays"}
	deletes := "resources that the update has made are deleted, with what is in them, unless the template retains them"
	switch by {
	case cancels:
		p.Will = []string{"CloudFormation cancels the update that goes on, and takes its resources back"}
		p.Warnings = []string{deletes}
	case continues:
		p.From += ", whose rollback is stuck"
		p.Will = []string{"CloudFormation goes on with the rollback, and skips nothing"}
		p.Warnings = []string{"if what has failed is not mended, it fails again", deletes}
	case rolls:
		p.From += ", which has failed"
		p.Will = []string{"CloudFormation takes the resources back that the failed update has changed"}
	}
	if by != cancels {
		for _, e := range past.failed[:min(len(past.failed), most)] {
			why := text.Clip(text.Line(aws.ToString(e.ResourceStatusReason)), maxReason)
			p.Differs = append(p.Differs, with(resource(e)+" has failed", why))
		}
	}
	p.Warnings = append(p.Warnings, beside(now, by)...)
	return p, nil
}

const (
	// most is how many resources are named.
	most = 10
	// maxReason is how much is read of why one has failed.
	maxReason = 200
)

// listed are some resources in a sentence.
func listed(all []types.StackEvent) string {
	var names []string
	for _, e := range all[:min(len(all), most)] {
		names = append(names, resource(e))
	}
	if len(all) > most {
		names = append(names, fmt.Sprintf("%d more", len(all)-most))
	}
	return strings.Join(names, ", ")
}

func resource(e types.StackEvent) string {
	return aws.ToString(e.LogicalResourceId) + " (" + aws.ToString(e.ResourceType) + ")"
}

// beside warns of what else one should know.
func beside(now types.Stack, by string) (all []string) {
	if aws.ToString(now.RoleARN) == "" {
		all = append(all, "the stack has no role of its own: CloudFormation acts with the permissions of whoever starts "+
			"this, which must be enough for all of its resources")
	}
	if c := now.RollbackConfiguration; by == cancels && c != nil && len(c.RollbackTriggers) > 0 {
		all = append(all, "CloudFormation watches alarms, and rolls this update back by itself if they fire")
	}
	return all
}

// called is the name of a stack out of its ARN.
func called(arn string) string {
	parts := strings.Split(arn, "/")
	if len(parts) < 2 {
		return arn
	}
	return parts[1]
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
