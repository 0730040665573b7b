// Package codepipelinefake is an AWS CodePipeline with state, for tests: one pipeline with its stages, their transitions and its
// executions, behind the wire protocol that the real one speaks (awsJson 1.1). It knows only the calls of rollbacks and freezes.
package codepipelinefake

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

// A Pipeline is a CodePipeline with one pipeline. Its fields are set before it is used.
type Pipeline struct {
	*awsfake.Server

	Name   string
	Type   string   // V1 or V2
	Stages []string // the first is the source
	Now    func() time.Time
	// Takes is how long an execution is in a stage.
	Takes time.Duration
	// Undoes says that stages roll back by themselves when they fail.
	Undoes bool

	mu          sync.Mutex
	version     int // of the structure: an edit makes another
	executions  []*execution
	transitions map[string]transition // into a stage; one that is missing is enabled
	changed     int                   // how often a transition was
	n           int
}

// New makes a pipeline of type V2 with the stages source, build and deploy.
func New(name string, now func() time.Time) *Pipeline {
	p := &Pipeline{Name: name, Type: "V2", Stages: []string{"source", "build", "deploy"}, Now: now, Takes: 30 * time.Second,
		version: 1, transitions: map[string]transition{}}
	p.Server = awsfake.JSON("CodePipeline_20150709", p.operations())
	return p
}

// execution is one run. What was through a stage stays there as the latest of it until another comes.
type execution struct {
	id, target string // target is of a rollback: the execution that it goes back to
	revision   string
	began      time.Time
	version    int
	stage      int       // where it is, or ended
	entered    time.Time // that stage
	status     string    // of the execution; see settle
}

type transition struct {
	off        bool
	reason, by string
	at         time.Time
}

// Statuses of executions, and of what they do in a stage.
const (
	running   = "InProgress"
	succeeded = "Succeeded"
	stopping  = "Stopping"
	stopped   = "Stopped"
	failed    = "Failed"
)

// add begins an execution. Whoever calls it holds the lock.
func (p *Pipeline) add(revision string, stage int, ago time.Duration) *execution {
	p.n++
	e := &execution{id: fmt.Sprintf("%08d-1111-4111-8111-111111111111", p.n), revision: revision, began: p.Now().Add(-ago),
		version: p.version, stage: stage, entered: p.Now().Add(-ago), status: running}
	p.executions = append(p.executions, e)
	return e
}

// Ran adds an execution that was through all stages so long ago. Tests call it with the oldest first.
func (p *Pipeline) Ran(revision string, ago time.Duration) (id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.add(revision, len(p.Stages)-1, ago)
	e.status = succeeded
	return e.id
}

// Fails adds an execution that has failed in a stage.
func (p *Pipeline) Fails(revision, stage string, ago time.Duration) (id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.add(revision, slices.Index(p.Stages, stage), ago)
	e.status = failed
	return e.id
}

// Runs begins an execution that is in a stage.
func (p *Pipeline) Runs(revision, stage string) (id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.add(revision, slices.Index(p.Stages, stage), 0).id
}

// Edit changes the structure of the pipeline, so that what ran before is no candidate any more.
func (p *Pipeline) Edit() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.version++
}

// Set sets the status of an execution.
func (p *Pipeline) Set(id, status string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e := p.find(id); e != nil {
		e.status = status
	}
}

// Status is that of the execution whose id begins so.
func (p *Pipeline) Status(id string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	for _, e := range p.executions {
		if strings.HasPrefix(e.id, id) {
			return e.status
		}
	}
	return ""
}

// Hold disables the transition into a stage, as somebody else would; with an empty reason it enables it.
func (p *Pipeline) Hold(stage, reason string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.transitions[stage] = transition{reason != "", reason, "arn:aws:iam::" + awsfake.Account + ":user/somebody", p.Now()}
}

// Held is whether the transition into a stage is disabled, and why; and how often transitions were changed by calls.
func (p *Pipeline) Held(stage string) (reason string, held bool, changes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.transitions[stage]
	return t.reason, t.off, p.changed
}

// Latest is the revision that is in a stage.
func (p *Pipeline) Latest(stage string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	if e := p.latest(slices.Index(p.Stages, stage)); e != nil {
		return p.revisionOf(e)
	}
	return ""
}

// revisionOf is what an execution deploys: a rollback that of its target.
func (p *Pipeline) revisionOf(e *execution) string {
	if t := p.find(e.target); t != nil {
		return t.revision
	}
	return e.revision
}

func (p *Pipeline) find(id string) *execution {
	for _, e := range p.executions {
		if e.id == id {
			return e
		}
	}
	return nil
}

// latest is what entered a stage last.
func (p *Pipeline) latest(stage int) *execution {
	for _, e := range slices.Backward(p.executions) {
		if e.target == "" && e.stage >= stage || e.target != "" && e.stage == stage {
			return e
		}
	}
	return nil
}

// settle brings the executions up to now. There are no timers: whoever looks calls this first, so that a test moves its clock and
// looks again. One that waits before a stage that is held waits in the stage before.
func (p *Pipeline) settle() {
	for _, e := range p.executions {
		for (e.status == running || e.status == stopping) && !e.entered.Add(p.Takes).After(p.Now()) {
			last := e.stage == len(p.Stages)-1
			switch {
			case e.status == stopping:
				e.status = stopped
			case last || e.target != "":
				e.status = succeeded
			case p.transitions[p.Stages[e.stage+1]].off:
				e.entered = p.Now()
			default:
				e.stage, e.entered = e.stage+1, e.entered.Add(p.Takes)
			}
		}
	}
}

// through reports whether an execution has succeeded in a stage.
func (e *execution) through(stage int) bool {
	if e.target != "" {
		return e.stage == stage && e.status == succeeded
	}
	return e.stage > stage || e.stage == stage && e.status == succeeded
}
