// Package codebuild runs a project of AWS CodeBuild to go back: the lever for whatever deploys in a way that no other target knows. What it
// does is in the project, and what it is told is in the configuration; nothing that anybody types gets there.
//
// Each build is told for which rollback it is, and by that it is found. CodeBuild knows a repeated call by a token, but only for five
// minutes, so nobody relies on it.
package codebuild

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codebuild"
	"github.com/aws/aws-sdk-go-v2/service/codebuild/types"

	"github.com/oncalm/oncalm/rollbacks"
)

// env is the key under which the configuration has variables for builds, and mark the variable that says for which rollback a build is.
const (
	env  = "env"
	mark = "ONCALM_ROLLBACK"
)

// Maker makes targets of this kind.
func Maker() rollbacks.Maker {
	return rollbacks.Maker{
		Kind: "codebuild",
		Keys: []rollbacks.Key{{Name: "project", Such: "rollback-web", Check: checkProject},
			{Name: env, Such: "{SERVICE: web}", Optional: true, Names: checkVariable}},
		Thing: []string{"project"},
		New: func(cfg aws.Config, keys rollbacks.Settings) (rollbacks.Target, error) {
			p := &Project{Clients: rollbacks.Dial(cfg, keys, codebuild.NewFromConfig), name: keys["project"],
				variables: map[string]string{}}
			for name, value := range keys {
				if variable, ok := strings.CutPrefix(name, env+"."); ok {
					p.variables[variable] = value
				}
			}
			return p, nil
		},
	}
}

// checkProject knows the names that projects can have.
func checkProject(s string) error {
	if !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{1,149}$`).MatchString(s) {
		return errors.New("CodeBuild has no such names: letters, digits, - and _, 2 to 150")
	}
	return nil
}

// checkVariable knows the names that variables can have. CodeBuild keeps some for itself, and one is ours.
func checkVariable(s string) error {
	switch {
	case !regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,99}$`).MatchString(s):
		return errors.New("a variable has letters, digits and _ in its name, and no digit in front")
	case strings.HasPrefix(s, "CODEBUILD_") || s == mark:
		return errors.New("CodeBuild or Oncalm sets this variable")
	}
	return nil
}

// Project is a project of CodeBuild.
type Project struct {
	rollbacks.Clients[codebuild.Client]
	name      string
	variables map[string]string
}

// Parameters of a plan.
const (
	newest  = "newest"  // build that there was; empty if there was none
	changed = "changed" // when the project was
)

// Plan implements [rollbacks.Target]. It says what it cannot know: the project decides what is gone back to.
func (p *Project) Plan(ctx context.Context) (plan rollbacks.Plan, err error) {
	out, err := p.Ask.BatchGetProjects(ctx, &codebuild.BatchGetProjectsInput{Names: []string{p.name}})
	if err != nil {
		return plan, err
	}
	if len(out.Projects) != 1 {
		return plan, rollbacks.Missing("CodeBuild has no project " + p.name)
	}
	project := out.Projects[0]
	if err := p.Own(aws.ToString(project.Arn)); err != nil {
		return plan, err
	}
	builds, err := p.builds(ctx)
	if err != nil {
		return plan, err
	}
	plan = rollbacks.Plan{
		From: "what is deployed now", To: "what the project " + p.name + " deploys",
		Will:   []string{"CodeBuild runs the project " + p.name + p.told()},
		Cannot: []string{"what the build does is not taken back, also if it fails on its way"},
		Warnings: []string{"which version is there, and which one there will be, Oncalm does not know: the project " +
			"decides that",
			"the build begins with the project's own source, " + source(project)},
		Params: map[string]string{changed: strconv.FormatInt(aws.ToTime(project.LastModified).UnixMilli(), 10)},
	}
	if len(builds) > 0 {
		latest := builds[0]
		plan.Params[newest] = aws.ToString(latest.Id)
		if latest.BuildStatus == types.StatusTypeInProgress {
			return plan, &rollbacks.Impossible{Why: "the build " + named(latest) + " of the project goes on",
				Instead: "wait until it has ended"}
		}
		plan.From += ", after the build " + named(latest) + ", which " + ended(latest)
	}
	return plan, nil
}

// told says which variables a build gets; their values may be secrets.
func (p *Project) told() string {
	if len(p.variables) == 0 {
		return ""
	}
	return ", with " + strings.Join(slices.Sorted(maps.Keys(p.variables)), ", ") + " as configured"
}

// source is where a project's code comes from.
func source(p types.Project) string {
	at := cmp.Or(aws.ToString(p.SourceVersion), "its default version")
	if p.Source == nil {
		return at
	}
	return strings.ToLower(string(p.Source.Type)) + " at " + at
}

// named is a build as people tell it from another.
func named(b types.Build) string {
	if b.BuildNumber != nil {
		return strconv.FormatInt(*b.BuildNumber, 10)
	}
	return aws.ToString(b.Id)
}

func ended(b types.Build) string {
	return strings.ToLower(strings.ReplaceAll(string(b.BuildStatus), "_", " "))
}

// builds are the newest builds of the project, the newest first. Nobody asks for a second page: a build of ours is among the first.
func (p *Project) builds(ctx context.Context) ([]types.Build, error) {
	// enough to find one of the last minutes; BatchGetBuilds takes 100
	const most = 50
	list, err := p.Ask.ListBuildsForProject(ctx, &codebuild.ListBuildsForProjectInput{ProjectName: &p.name,
		SortOrder: types.SortOrderTypeDescending})
	if err != nil || len(list.Ids) == 0 {
		return nil, err
	}
	out, err := p.Ask.BatchGetBuilds(ctx, &codebuild.BatchGetBuildsInput{Ids: list.Ids[:min(most, len(list.Ids))]})
	if err != nil {
		return nil, err
	}
	// the answer has no order of its own
	slices.SortStableFunc(out.Builds, func(a, b types.Build) int {
		return slices.Index(list.Ids, aws.ToString(a.Id)) - slices.Index(list.Ids, aws.ToString(b.Id))
	})
	return out.Builds, nil
}

// Start implements [rollbacks.Target].
func (p *Project) Start(ctx context.Context, key string, _ rollbacks.Plan) (rollbacks.Ref, error) {
	plain := func(name, value string) types.EnvironmentVariable {
		return types.EnvironmentVariable{Name: &name, Value: &value, Type: types.EnvironmentVariableTypePlaintext}
	}
	variables := []types.EnvironmentVariable{plain(mark, key)}
	for _, name := range slices.Sorted(maps.Keys(p.variables)) {
		variables = append(variables, plain(name, p.variables[name]))
	}
	out, err := p.Act.StartBuild(ctx, &codebuild.StartBuildInput{
		ProjectName: &p.name, EnvironmentVariablesOverride: variables,
		IdempotencyToken: aws.String("oncalm-" + strings.ReplaceAll(key, "/", "-")),
	})
	if err != nil {
		return "", rollbacks.Outcome(err)
	}
	if out.Build == nil {
		return "", errors.New("CodeBuild does not say which build it has started")
	}
	return rollbacks.Ref(aws.ToString(out.Build.Id)), nil
}

// Find implements [rollbacks.Target].
func (p *Project) Find(ctx context.Context, key string, plan rollbacks.Plan) (rollbacks.Ref, bool, error) {
	builds, err := p.builds(ctx)
	if err != nil {
		return "", false, err
	}
	for _, b := range builds {
		if aws.ToString(b.Id) == plan.Params[newest] {
			break
		}
		ours := func(v types.EnvironmentVariable) bool {
			return aws.ToString(v.Name) == mark && aws.ToString(v.Value) == key
		}
		if b.Environment != nil && slices.ContainsFunc(b.Environment.EnvironmentVariables, ours) {
			return rollbacks.Ref(aws.ToString(b.Id)), true, nil
		}
	}
	return "", false, nil
}

// State implements [rollbacks.Target].
func (p *Project) State(ctx context.Context, r rollbacks.Ref) (rollbacks.State, error) {
	out, err := p.Ask.BatchGetBuilds(ctx, &codebuild.BatchGetBuildsInput{Ids: []string{string(r)}})
	if err != nil {
		return rollbacks.State{}, err
	}
	if len(out.Builds) != 1 {
		return rollbacks.State{}, fmt.Errorf("CodeBuild does not describe the build %s", r)
	}
	b := out.Builds[0]
	phase := strings.ToLower(strings.ReplaceAll(aws.ToString(b.CurrentPhase), "_", " "))
	switch b.BuildStatus {
	case types.StatusTypeInProgress:
		return rollbacks.State{Note: "build " + named(b) + ": " + phase}, nil
	case types.StatusTypeSucceeded:
		return rollbacks.State{Stage: rollbacks.Done, Note: "by build " + named(b)}, nil
	}
	note := "the build " + named(b) + " " + ended(b)
	if b.Logs != nil && b.Logs.DeepLink != nil {
		note += ": " + *b.Logs.DeepLink
	}
	return rollbacks.State{Stage: rollbacks.Failed, Note: note}, nil
}
