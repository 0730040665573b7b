// Package cloudformationfake is an AWS CloudFormation with state, for tests: one stack with its events, behind the wire protocol that the
// real one speaks (query, in XML). It knows only the calls of rollbacks.
package cloudformationfake

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

// A Stack is a CloudFormation with one stack. Its fields are set before it is used.
type Stack struct {
	*awsfake.Server
	Name string
	Now  func() time.Time
	// Takes is how long an update takes, and a rollback of one.
	Takes time.Duration
	// Page is how many events are listed at a time.
	Page int
	// Root is the ARN of the stack that this is nested in.
	Root string
	// Role is that of the stack.
	Role string
	// Watched has alarms roll updates back.
	Watched bool
	// Sticks has rollbacks fail.
	Sticks bool

	mu     sync.Mutex
	id     string
	status string
	token  string // of what goes on
	ends   time.Time
	tokens []string
	events []event // the oldest first
}

// event is one of a stack, as it is on the wire.
type event struct {
	EventID            string    `xml:"EventId" json:"EventId"`
	StackID            string    `xml:"StackId" json:"StackId"`
	StackName          string    `json:",omitempty"`
	LogicalResourceID  string    `xml:"LogicalResourceId" json:"LogicalResourceId"`
	PhysicalResourceID string    `xml:"PhysicalResourceId" json:"PhysicalResourceId"`
	ResourceType       string    `json:",omitempty"`
	ResourceStatus     string    `json:",omitempty"`
	Reason             string    `xml:"ResourceStatusReason,omitempty" json:"ResourceStatusReason"`
	Token              string    `xml:"ClientRequestToken,omitempty" json:"ClientRequestToken"`
	At                 time.Time `xml:"Timestamp" json:"Timestamp"`
}

// stack is one as it is on the wire.
type stack struct {
	StackID       string         `xml:"StackId" json:"StackId"`
	StackName     string         `json:",omitempty"`
	StackStatus   string         `json:",omitempty"`
	Reason        string         `xml:"StackStatusReason,omitempty" json:"StackStatusReason,omitempty"`
	RootID        string         `xml:"RootId,omitempty" json:"RootId,omitempty"`
	RoleARN       string         `xml:"RoleARN,omitempty" json:",omitempty"`
	CreationTime  time.Time      `json:"CreationTime"`
	Configuration *configuration `xml:"RollbackConfiguration" json:"RollbackConfiguration,omitempty"`
}

type configuration struct {
	Triggers []trigger `xml:"RollbackTriggers>member" json:"RollbackTriggers"`
}

type trigger struct{ Arn, Type string }

// New makes a stack that was created a day ago.
func New(name string, now func() time.Time) *Stack {
	s := &Stack{Name: name, Now: now, Takes: 5 * time.Minute, Page: 3, id: awsfake.ARN("cloudformation", "stack/"+name+"/7e1c")}
	s.Server = awsfake.Query("http://cloudformation.amazonaws.com/doc/2010-05-15/", "2010-05-15", s.operations())
	s.Became("CREATE_IN_PROGRESS", 25*time.Hour)
	s.Became("CREATE_COMPLETE", 24*time.Hour)
	return s
}

// Became has the stack come to a status, so long ago. Tests call it with the oldest first.
func (s *Stack) Became(status string, ago time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token = ""
	s.become(status, "", s.Now().Add(-ago))
	s.ends = s.Now().Add(s.Takes)
}

// Forget drops all events but the last.
func (s *Stack) Forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = s.events[len(s.events)-1:]
}

// Resource adds an event of something in the stack.
func (s *Stack) Resource(id, kind, status, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.add(event{LogicalResourceID: id, PhysicalResourceID: strings.ToLower(s.Name + "-" + id), ResourceType: kind,
		ResourceStatus: status, Reason: reason, At: s.Now()})
}

// Status is where the stack is.
func (s *Stack) Status() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	return s.status
}

func (s *Stack) add(e event) {
	e.EventID, e.StackID, e.StackName = fmt.Sprintf("e%04d", len(s.events)+1), s.id, s.Name
	e.Token = s.token
	s.events = append(s.events, e)
}

func (s *Stack) become(status, reason string, at time.Time) {
	s.status = status
	s.add(event{LogicalResourceID: s.Name, PhysicalResourceID: s.id, ResourceType: "AWS::CloudFormation::Stack", ResourceStatus: status,
		Reason: reason, At: at})
}

// next is what a status becomes when its time is over.
var next = map[string][]string{
	"UPDATE_IN_PROGRESS":                  {"UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"},
	"UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": {"UPDATE_COMPLETE"},
	"UPDATE_ROLLBACK_IN_PROGRESS":         {"UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"},
	"DELETE_IN_PROGRESS":                  {"DELETE_COMPLETE"},
}

// settle brings the stack up to now. There are no timers: whoever looks calls this first, so that a test moves its clock and looks again.
func (s *Stack) settle() {
	then := next[s.status]
	if len(then) == 0 || s.ends.After(s.Now()) {
		return
	}
	if s.status == "UPDATE_ROLLBACK_IN_PROGRESS" && s.Sticks {
		then = []string{"UPDATE_ROLLBACK_FAILED"}
	}
	for _, status := range then {
		reason := ""
		if strings.HasSuffix(status, "_FAILED") {
			reason = "The following resource(s) failed to update: [Db]."
		}
		s.become(status, reason, s.ends)
	}
}

func (s *Stack) operations() map[string]awsfake.Operation {
	named := []string{"StackName"}
	return map[string]awsfake.Operation{
		"DescribeStacks": {In: cloudformation.DescribeStacksInput{}, Out: cloudformation.DescribeStacksOutput{}, Do: s.describe},
		"DescribeStackEvents": {In: cloudformation.DescribeStackEventsInput{}, Out: cloudformation.DescribeStackEventsOutput{},
			Required: named, Do: s.list},
		"CancelUpdateStack": {In: cloudformation.CancelUpdateStackInput{}, Out: cloudformation.CancelUpdateStackOutput{},
			Required: named, Do: s.change("CancelUpdateStack", "UPDATE_IN_PROGRESS")},
		"ContinueUpdateRollback": {In: cloudformation.ContinueUpdateRollbackInput{}, Out: cloudformation.ContinueUpdateRollbackOutput{},
			Required: named, Do: s.change("ContinueUpdateRollback", "UPDATE_ROLLBACK_FAILED")},
		"RollbackStack": {In: cloudformation.RollbackStackInput{}, Out: cloudformation.RollbackStackOutput{},
			Required: named, Do: s.change("RollbackStack", "CREATE_FAILED", "UPDATE_FAILED")},
	}
}

// request has the members that the fake knows what to do with.
type request struct {
	StackName, ClientRequestToken, NextToken string
	RetainExceptOnCreate, ForceRollback      bool
	ResourcesToSkip                          []string
}

// read reads a request for the stack. A stack that was deleted is known by its ARN alone.
func (s *Stack) read(call awsfake.Call) (in request, wrong *awsfake.Problem) {
	if wrong := call.Read(&in); wrong != nil {
		return in, wrong
	}
	s.settle()
	if in.StackName != s.id && (in.StackName != s.Name || s.status == "DELETE_COMPLETE") {
		return in, &awsfake.Problem{Code: "ValidationError", Message: "Stack with id " + in.StackName + " does not exist"}
	}
	return in, nil
}

func (s *Stack) describe(call awsfake.Call) (any, *awsfake.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, wrong := s.read(call); wrong != nil {
		return nil, wrong
	}
	one := stack{StackID: s.id, StackName: s.Name, StackStatus: s.status, Reason: s.events[len(s.events)-1].Reason,
		RootID: s.Root, RoleARN: s.Role, CreationTime: s.events[0].At}
	if s.Watched {
		one.Configuration = &configuration{[]trigger{{awsfake.ARN("cloudwatch", "alarm:errors"), "AWS::CloudWatch::Alarm"}}}
	}
	return struct {
		XMLName xml.Name `xml:"DescribeStacksResult" json:"-"`
		Stacks  []stack  `xml:"Stacks>member"`
	}{Stacks: []stack{one}}, nil
}

func (s *Stack) list(call awsfake.Call) (any, *awsfake.Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	in, wrong := s.read(call)
	if wrong != nil {
		return nil, wrong
	}
	all := slices.Clone(s.events)
	slices.Reverse(all)
	from, _ := strconv.Atoi(in.NextToken)
	out := struct {
		XMLName     xml.Name `xml:"DescribeStackEventsResult" json:"-"`
		StackEvents []event  `xml:"StackEvents>member"`
		NextToken   string   `xml:",omitempty"`
	}{StackEvents: all[from:min(from+s.Page, len(all))]}
	if from+s.Page < len(all) {
		out.NextToken = strconv.Itoa(from + s.Page)
	}
	return out, nil
}

// change begins to go back, if the stack is in one of some statuses. One that was never stable is deleted.
func (s *Stack) change(operation string, from ...string) func(awsfake.Call) (any, *awsfake.Problem) {
	return func(call awsfake.Call) (any, *awsfake.Problem) {
		s.mu.Lock()
		defer s.mu.Unlock()
		in, wrong := s.read(call)
		switch {
		case wrong != nil:
			return nil, wrong
		case in.ClientRequestToken != "" && slices.Contains(s.tokens, in.ClientRequestToken):
			return nil, &awsfake.Problem{Code: "TokenAlreadyExistsException", Message: "A client request token already exists."}
		case !slices.Contains(from, s.status):
			return nil, &awsfake.Problem{Code: "ValidationError",
				Message: operation + " cannot be called from current stack status " + s.status}
		case in.ForceRollback && len(in.ResourcesToSkip) > 0:
			return nil, &awsfake.Problem{Code: "ValidationError", Message: "ForceRollback and ResourcesToSkip are mutually exclusive"}
		}
		s.token, s.ends = in.ClientRequestToken, s.Now().Add(s.Takes)
		s.tokens = append(s.tokens, in.ClientRequestToken)
		to := "DELETE_IN_PROGRESS"
		for _, e := range s.events {
			if e.PhysicalResourceID == s.id && strings.HasSuffix(e.ResourceStatus, "_COMPLETE") {
				to = "UPDATE_ROLLBACK_IN_PROGRESS"
			}
		}
		s.become(to, "User Initiated", s.Now())
		return struct {
			XMLName xml.Name `json:"-"`
		}{xml.Name{Local: operation + "Result"}}, nil
	}
}
