// Package lambda takes aliases of AWS Lambda back to the version before: the weights of a canary are cleared, or the alias is set to the
// published version before the one that it is on.
//
// An alias has a revision, which each change replaces. It is part of the plan and of the call, so a change by somebody else meanwhile makes
// Lambda refuse; and by it one sees whether a call that had no answer has come through.
package lambda

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/oncalm/oncalm/rollbacks"
)

// Maker makes targets of this kind.
func Maker() rollbacks.Maker {
	return rollbacks.Maker{
		Kind:  "lambda",
		Keys:  []rollbacks.Key{{Name: "function", Such: "charge"}, {Name: "alias", Such: "live"}},
		Thing: []string{"function"},
		New: func(cfg aws.Config, keys rollbacks.Settings) (rollbacks.Target, error) {
			return &Alias{rollbacks.Dial(cfg, keys, lambda.NewFromConfig), keys["function"], keys["alias"]}, nil
		},
	}
}

// Alias is an alias of a function.
type Alias struct {
	rollbacks.Clients[lambda.Client]
	function, name string
}

// Parameters of a plan.
const (
	version  = "version"
	revision = "revision" // of the alias, as it was when the plan was made
)

// latest is the version that is overwritten by each deployment.
const latest = "$LATEST"

// Plan implements [rollbacks.Target].
func (a *Alias) Plan(ctx context.Context) (p rollbacks.Plan, err error) {
	now, err := a.read(ctx)
	if rollbacks.HasCode(err, "ResourceNotFoundException") {
		return p, rollbacks.Missing("Lambda has no alias " + a.name + " of the function " + a.function)
	}
	if err != nil {
		return p, err
	}
	if err := a.Own(aws.ToString(now.AliasArn)); err != nil {
		return p, err
	}
	p.Cannot = []string{"triggers, permissions and provisioned concurrency stay as they are",
		"what the version has written stays"}
	p.Params = map[string]string{revision: aws.ToString(now.RevisionId)}
	current := aws.ToString(now.FunctionVersion)
	if weights := weightsOf(now); len(weights) > 0 {
		return a.planCanary(p, current, weights), nil
	}
	if current == latest {
		return p, &rollbacks.Impossible{Why: "the alias " + a.name + " is on $LATEST, whose code was overwritten",
			Instead: "deploy the earlier code, and from then on publish versions"}
	}
	return a.planVersion(ctx, p, current)
}

// planCanary sends all calls to the version that the alias is on.
func (a *Alias) planCanary(p rollbacks.Plan, current string, weights map[string]float64) rollbacks.Plan {
	p.From, p.To = current, current
	for _, other := range slices.Sorted(maps.Keys(weights)) {
		p.From += fmt.Sprintf(" with %g %% of the calls to %s", weights[other]*100, other)
		p.Differs = append(p.Differs, "version "+other+" gets no calls any more")
	}
	p.Params[version] = current
	p.Will = []string{"all calls of the alias go to version " + current + ", at once"}
	p.Warnings = []string{"if CodeDeploy shifts the calls, stop its deployment, too: it would move the alias again"}
	return p
}

// planVersion goes to the published version before, if its code is another.
func (a *Alias) planVersion(ctx context.Context, p rollbacks.Plan, current string) (rollbacks.Plan, error) {
	all, err := a.versions(ctx)
	if err != nil {
		return p, err
	}
	number, err := strconv.Atoi(current)
	if err != nil {
		return p, fmt.Errorf("Lambda says that the alias is on version %q", current) //nolint:staticcheck // a name of AWS
	}
	code := aws.ToString(all[number].CodeSha256)
	best := 0
	for n, v := range all {
		if n < number && n > best && aws.ToString(v.CodeSha256) != code {
			best = n
		}
	}
	if best == 0 {
		return p, &rollbacks.Impossible{
			Why:     "there is no published version of " + a.function + " before " + current + " with other code",
			Instead: "deploy a version that works",
		}
	}
	to := strconv.Itoa(best)
	p.From, p.To, p.Params[version] = current, to, to
	p.Differs = []string{"code " + short(code) + " of " + aws.ToString(all[number].LastModified) + " → " +
		short(aws.ToString(all[best].CodeSha256)) + " of " + aws.ToString(all[best].LastModified)}
	p.Will = []string{"all calls of the alias go to version " + to +
		" at once, with the settings and layers of that version"}
	return p, nil
}

// mostPages bounds how many versions are read: 50 a page.
const mostPages = 40

// versions are the published versions, by their numbers.
func (a *Alias) versions(ctx context.Context) (map[int]types.FunctionConfiguration, error) {
	all := map[int]types.FunctionConfiguration{}
	in := &lambda.ListVersionsByFunctionInput{FunctionName: &a.function}
	for range mostPages {
		out, err := a.Ask.ListVersionsByFunction(ctx, in)
		if err != nil {
			return nil, err
		}
		for _, v := range out.Versions {
			if n, err := strconv.Atoi(aws.ToString(v.Version)); err == nil {
				all[n] = v
			}
		}
		if in.Marker = out.NextMarker; aws.ToString(in.Marker) == "" {
			return all, nil
		}
	}
	return nil, errors.New("the function has more versions than are read")
}

func (a *Alias) read(ctx context.Context) (*lambda.GetAliasOutput, error) {
	return a.Ask.GetAlias(ctx, &lambda.GetAliasInput{FunctionName: &a.function, Name: &a.name})
}

func weightsOf(now *lambda.GetAliasOutput) map[string]float64 {
	if now.RoutingConfig == nil {
		return nil
	}
	return now.RoutingConfig.AdditionalVersionWeights
}

func short(sha string) string { return sha[:min(len(sha), 12)] }

// Start implements [rollbacks.Target]. The weights are always cleared: a routing that is left out would keep them.
func (a *Alias) Start(ctx context.Context, _ string, p rollbacks.Plan) (rollbacks.Ref, error) {
	_, err := a.Act.UpdateAlias(ctx, &lambda.UpdateAliasInput{
		FunctionName: &a.function, Name: &a.name, FunctionVersion: aws.String(p.Params[version]),
		RevisionId:    aws.String(p.Params[revision]),
		RoutingConfig: &types.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{}},
	})
	if err != nil {
		return "", rollbacks.Outcome(err)
	}
	return rollbacks.Ref(p.Params[version]), nil
}

// Find implements [rollbacks.Target].
func (a *Alias) Find(ctx context.Context, _ string, p rollbacks.Plan) (rollbacks.Ref, bool, error) {
	now, err := a.read(ctx)
	if err != nil {
		return "", false, err
	}
	moved := aws.ToString(now.RevisionId) != p.Params[revision] &&
		aws.ToString(now.FunctionVersion) == p.Params[version] && len(weightsOf(now)) == 0
	return rollbacks.Ref(p.Params[version]), moved, nil
}

// State implements [rollbacks.Target]. An alias moves at once.
func (a *Alias) State(ctx context.Context, r rollbacks.Ref) (rollbacks.State, error) {
	now, err := a.read(ctx)
	if err != nil {
		return rollbacks.State{}, err
	}
	if current := aws.ToString(now.FunctionVersion); current != string(r) || len(weightsOf(now)) > 0 {
		return rollbacks.State{Stage: rollbacks.Failed, Note: "somebody else has moved the alias, to version " + current}, nil
	}
	return rollbacks.State{Stage: rollbacks.Done}, nil
}
