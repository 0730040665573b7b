// Package cloudformation takes stacks of AWS CloudFormation back, as far as CloudFormation does: an update that goes on is cancelled, a
// rollback that is stuck goes on, and a failed update that was left standing is rolled back where that deletes nothing. What has completed
// nothing in CloudFormation undoes.
//
// CloudFormation takes a token, and writes it into the events of what it has begun. Whether it would know a repeated call by it when the
// stack has moved on meanwhile, it does not say; so it is not asked twice, and what has begun is found by the events of the stack.
package cloudformation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"

	"github.com/oncalm/oncalm/rollbacks"
)

// Maker makes targets of this kind.
func Maker() rollbacks.Maker {
	return rollbacks.Maker{
		Kind:  "cloudformation",
		Keys:  []rollbacks.Key{{Name: "stack", Such: "checkout", Check: name}},
		Thing: []string{"stack"},
		New: func(cfg aws.Config, keys rollbacks.Settings) (rollbacks.Target, error) {
			return &Stack{rollbacks.Dial(cfg, keys, cloudformation.NewFromConfig), keys["stack"]}, nil
		},
	}
}

var nameForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9-]{0,127}$`)

// name takes names of stacks. An ARN has letters in it that change when the stack is made again.
func name(s string) error {
	if !nameForm.MatchString(s) {
		return errors.New("it must be the name of a stack, and not its ARN")
	}
	return nil
}

// Stack is a stack.
type Stack struct {
	rollbacks.Clients[cloudformation.Client]
	name string
}

// The ways back.
const (
	cancels   = "cancel"   // the update that goes on
	continues = "continue" // the rollback that is stuck
	rolls     = "rollback" // the failed update
)

// Parameters of a plan.
const (
	way   = "way"
	stack = "stack" // its ARN: a stack that was made again is another
	after = "after" // the event by which it is in the state that the plan was made of
)

// events are those of a stack, the newest first. pages bounds how many are read: an update has some for each resource.
func (s *Stack) events(ctx context.Context, stack string) iter.Seq2[types.StackEvent, error] {
	const pages = 30
	return func(yield func(types.StackEvent, error) bool) {
		in := &cloudformation.DescribeStackEventsInput{StackName: &stack}
		for range pages {
			out, err := s.Ask.DescribeStackEvents(ctx, in)
			if err != nil {
				yield(types.StackEvent{}, err)
				return
			}
			for _, e := range out.StackEvents {
				if !yield(e, nil) {
					return
				}
			}
			if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
				return
			}
		}
		yield(types.StackEvent{}, errors.New("the stack has more events than are read"))
	}
}

// whole reports whether an event is of the stack itself, and not of what is in it, which may be a stack, too.
func whole(e types.StackEvent) bool {
	return aws.ToString(e.PhysicalResourceId) == aws.ToString(e.StackId)
}

// since are the events of the stack itself that came after one, the oldest first.
func (s *Stack) since(ctx context.Context, stack, mark string) (all []types.StackEvent, err error) {
	for e, err := range s.events(ctx, stack) {
		switch {
		case err != nil:
			return nil, err
		case aws.ToString(e.EventId) == mark:
			slices.Reverse(all)
			return all, nil
		case whole(e):
			all = append(all, e)
		}
	}
	return nil, errors.New("CloudFormation does not list the event any more that the plan was made of")
}

// tokenOf is what CloudFormation is told to know the request by. The stack's event is in it, so that the same key of another Oncalm, or of
// one that began anew, is another token.
func tokenOf(key string, p rollbacks.Plan) string {
	sum := sha256.Sum256([]byte(key + "\n" + p.Params[stack] + "\n" + p.Params[after]))
	words := strings.FieldsFunc(key, func(r rune) bool {
		return r >= 128 || r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
	readable := "oncalm-" + strings.Join(words, "-")
	return readable[:min(len(readable), 80)] + "-" + hex.EncodeToString(sum[:8])
}

// Start implements [rollbacks.Target]. That the token is known says that it was begun before.
func (s *Stack) Start(ctx context.Context, key string, p rollbacks.Plan) (rollbacks.Ref, error) {
	id, token := aws.String(p.Params[stack]), aws.String(tokenOf(key, p))
	var err error
	switch p.Params[way] {
	case cancels:
		_, err = s.Act.CancelUpdateStack(ctx, &cloudformation.CancelUpdateStackInput{
			StackName: id, ClientRequestToken: token})
	// Nothing is skipped: what is skipped stays as it is, and CloudFormation says of it that it was updated.
	case continues:
		_, err = s.Act.ContinueUpdateRollback(ctx, &cloudformation.ContinueUpdateRollbackInput{
			StackName: id, ClientRequestToken: token})
	// RetainExceptOnCreate is left out: it would delete also what the template says to retain.
	case rolls:
		_, err = s.Act.RollbackStack(ctx, &cloudformation.RollbackStackInput{StackName: id, ClientRequestToken: token})
	default:
		err = &rollbacks.Refused{Err: fmt.Errorf("the plan has no way back: %q", p.Params[way])}
	}
	if err != nil && !rollbacks.HasCode(err, "TokenAlreadyExistsException") {
		return "", rollbacks.Outcome(err)
	}
	return refOf(p)
}

// begun is what a Ref holds.
type begun struct {
	Stack string `json:"stack"`
	After string `json:"after"`
}

func refOf(p rollbacks.Plan) (rollbacks.Ref, error) {
	text, err := json.Marshal(begun{p.Params[stack], p.Params[after]})
	return rollbacks.Ref(text), err
}

// Find implements [rollbacks.Target]. It has begun if there is an event with our token, or if the stack goes back since the plan was made:
// if CloudFormation or somebody else has begun that, it does the same.
func (s *Stack) Find(ctx context.Context, key string, p rollbacks.Plan) (rollbacks.Ref, bool, error) {
	all, err := s.since(ctx, p.Params[stack], p.Params[after])
	if err != nil {
		return "", false, err
	}
	for _, e := range all {
		if aws.ToString(e.ClientRequestToken) == tokenOf(key, p) ||
			e.ResourceStatus == types.ResourceStatusUpdateRollbackInProgress {
			ref, err := refOf(p)
			return ref, true, err
		}
	}
	return "", false, nil
}

// State implements [rollbacks.Target]. The first end that the stack came to since then counts, whatever was done to it later.
func (s *Stack) State(ctx context.Context, r rollbacks.Ref) (rollbacks.State, error) {
	var b begun
	if err := json.Unmarshal([]byte(r), &b); err != nil {
		return rollbacks.State{}, err
	}
	all, err := s.since(ctx, b.Stack, b.After)
	if err != nil {
		return rollbacks.State{}, err
	}
	state := rollbacks.State{Note: "the stack has not begun to go back yet"}
	for _, e := range all {
		why := aws.ToString(e.ResourceStatusReason)
		failed := func(note string) (rollbacks.State, error) {
			return rollbacks.State{Stage: rollbacks.Failed, Note: with(note, why)}, nil
		}
		switch e.ResourceStatus {
		case types.ResourceStatusUpdateRollbackComplete:
			return rollbacks.State{Stage: rollbacks.Done}, nil
		case types.ResourceStatusUpdateRollbackFailed:
			return failed("the rollback is stuck; when what holds it is mended, it can be asked for again")
		case types.ResourceStatusUpdateComplete:
			return failed("the update had completed before it could be cancelled")
		case types.ResourceStatusUpdateFailed:
			return failed("the update has failed, and is not rolled back")
		case types.ResourceStatusDeleteInProgress, types.ResourceStatusDeleteComplete, types.ResourceStatusDeleteFailed:
			return failed("somebody deletes the stack")
		}
		state.Note = with(strings.ToLower(strings.ReplaceAll(string(e.ResourceStatus), "_", " ")), why)
	}
	return state, nil
}

func with(what, why string) string {
	if why == "" {
		return what
	}
	return what + ": " + why
}
