// Package codebuildfake is an AWS CodeBuild with state, for tests: one project with its builds, behind the wire protocol that the real
// one speaks (awsJson 1.1). It knows only the calls of rollbacks.
package codebuildfake

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/codebuild"

	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

// A Project is a CodeBuild with one project. Its fields are set before it is used.
type Project struct {
	*awsfake.Server
	Name string
	Now  func() time.Time
	// Takes is how long a build takes.
	Takes time.Duration

	mu     sync.Mutex
	builds []*build // the oldest first
	edited time.Time
}

type build struct {
	number    int
	began     time.Time
	status    string
	variables []variable
	token     string
}

type variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Type  string `json:"type,omitempty"`
}

const inProgress, succeeded = "IN_PROGRESS", "SUCCEEDED"

// New makes a project.
func New(name string, now func() time.Time) *Project {
	p := &Project{Name: name, Now: now, Takes: 2 * time.Minute, edited: now().Add(-1000 * time.Hour)}
	p.Server = awsfake.JSON("CodeBuild_20161006", map[string]awsfake.Operation{
		"BatchGetProjects": {In: codebuild.BatchGetProjectsInput{}, Out: codebuild.BatchGetProjectsOutput{}, Required: []string{"names"},
			Do: p.project},
		"ListBuildsForProject": {In: codebuild.ListBuildsForProjectInput{}, Out: codebuild.ListBuildsForProjectOutput{},
			Required: []string{"projectName"}, Do: p.list},
		"BatchGetBuilds": {In: codebuild.BatchGetBuildsInput{}, Out: codebuild.BatchGetBuildsOutput{}, Required: []string{"ids"}, Do: p.get},
		"StartBuild":     {In: codebuild.StartBuildInput{}, Out: codebuild.StartBuildOutput{}, Required: []string{"projectName"}, Do: p.start},
	})
	return p
}

// Built adds a build that somebody else began so long ago.
func (p *Project) Built(ago time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.builds = append(p.builds, &build{number: len(p.builds) + 1, began: p.Now().Add(-ago), status: inProgress})
}

// Edit changes the project.
func (p *Project) Edit() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.edited = p.Now()
}

// Set sets the status of the newest build.
func (p *Project) Set(status string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.builds[len(p.builds)-1].status = status
}

// Told is what the newest build was told.
func (p *Project) Told() (all []string, token string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := p.builds[len(p.builds)-1]
	for _, v := range last.variables {
		all = append(all, v.Name+"="+v.Value+" "+v.Type)
	}
	return all, last.token
}

// Done is how many builds that were told something have succeeded.
func (p *Project) Done() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	for _, b := range p.builds {
		if len(b.variables) > 0 && b.status == succeeded {
			n++
		}
	}
	return n
}

func (p *Project) settle() {
	for _, b := range p.builds {
		if b.status == inProgress && !b.began.Add(p.Takes).After(p.Now()) {
			b.status = succeeded
		}
	}
}

func (p *Project) id(b *build) string { return fmt.Sprintf("%s:%08d", p.Name, b.number) }

func (p *Project) project(c awsfake.Call) (any, *awsfake.Problem) {
	var in struct{ Names []string }
	if wrong := c.Read(&in); wrong != nil {
		return nil, wrong
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	found, missing := []any{}, []string{}
	for _, name := range in.Names {
		if name != p.Name {
			missing = append(missing, name)
			continue
		}
		found = append(found, map[string]any{"name": p.Name, "arn": awsfake.ARN("codebuild", "project/"+p.Name),
			"lastModified": awsfake.Stamp(p.edited), "source": map[string]any{"type": "CODECOMMIT"}, "sourceVersion": "refs/heads/main"})
	}
	return map[string]any{"projects": found, "projectsNotFound": missing}, nil
}

// list answers the newest first, or the oldest.
func (p *Project) list(c awsfake.Call) (any, *awsfake.Problem) {
	var in struct{ ProjectName, SortOrder string }
	if wrong := c.Read(&in); wrong != nil {
		return nil, wrong
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if in.ProjectName != p.Name {
		return nil, &awsfake.Problem{Code: "ResourceNotFoundException", Message: in.ProjectName}
	}
	ids := []string{}
	for _, b := range p.builds {
		ids = append(ids, p.id(b))
	}
	if in.SortOrder != "ASCENDING" {
		slices.Reverse(ids)
	}
	return map[string]any{"ids": ids}, nil
}

func (p *Project) whole(b *build) map[string]any {
	return map[string]any{"id": p.id(b), "buildNumber": b.number, "buildStatus": b.status, "projectName": p.Name, "currentPhase": "BUILD",
		"environment": map[string]any{"type": "LINUX_CONTAINER", "environmentVariables": b.variables},
		"logs":        map[string]any{"deepLink": "https://console.example.com/" + p.id(b)}}
}

// get answers in no order that one could rely on.
func (p *Project) get(c awsfake.Call) (any, *awsfake.Problem) {
	var in struct{ IDs []string }
	if wrong := c.Read(&in); wrong != nil {
		return nil, wrong
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settle()
	found := []any{}
	for _, b := range p.builds {
		if slices.Contains(in.IDs, p.id(b)) {
			found = append(found, p.whole(b))
		}
	}
	if len(in.IDs) > 100 {
		return nil, &awsfake.Problem{Code: "InvalidInputException", Message: "at most 100 ids"}
	}
	return map[string]any{"builds": found}, nil
}

// start knows a repeated request by its token, for five minutes.
func (p *Project) start(c awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		ProjectName                  string
		EnvironmentVariablesOverride []variable
		IdempotencyToken             string
	}
	if wrong := c.Read(&in); wrong != nil {
		return nil, wrong
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if in.ProjectName != p.Name {
		return nil, &awsfake.Problem{Code: "ResourceNotFoundException", Message: in.ProjectName}
	}
	for _, b := range p.builds {
		if in.IdempotencyToken != "" && b.token == in.IdempotencyToken && p.Now().Sub(b.began) < 5*time.Minute {
			return map[string]any{"build": p.whole(b)}, nil
		}
	}
	b := &build{number: len(p.builds) + 1, began: p.Now(), status: inProgress, variables: in.EnvironmentVariablesOverride,
		token: in.IdempotencyToken}
	p.builds = append(p.builds, b)
	return map[string]any{"build": p.whole(b)}, nil
}
