// Package appconfig takes configurations and feature flags of AWS AppConfig back: a deployment that goes on is stopped, one that has
// completed within three days is reverted, and otherwise the version before is deployed.
//
// AppConfig takes no key for a request. A deployment that is stopped or reverted is known by its state, and one that was started by its
// number, which is higher than that of the newest that the plan was made of.
package appconfig

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/appconfig"
	"github.com/aws/aws-sdk-go-v2/service/appconfig/types"

	"github.com/oncalm/oncalm/rollbacks"
)

// allAtOnce is a strategy that each account has.
const allAtOnce = "AppConfig.AllAtOnce"

// Maker makes targets of this kind.
func Maker() rollbacks.Maker {
	return rollbacks.Maker{
		Kind: "appconfig",
		Keys: []rollbacks.Key{{Name: "application", Such: "shop"}, {Name: "environment", Such: "prod"},
			{Name: "profile", Such: "flags"}, {Name: "strategy", Such: allAtOnce, Optional: true}},
		Thing: []string{"application", "environment", "profile"},
		New: func(cfg aws.Config, keys rollbacks.Settings) (rollbacks.Target, error) {
			p := &Profile{
				Clients:     rollbacks.Dial(cfg, keys, appconfig.NewFromConfig),
				application: keys["application"], environment: keys["environment"], profile: keys["profile"],
				strategy: keys["strategy"],
			}
			if p.strategy == "" {
				p.strategy = allAtOnce
			}
			return p, nil
		},
	}
}

// Profile is a configuration profile in an environment of an application. Each is named by its name or by its id.
type Profile struct {
	rollbacks.Clients[appconfig.Client]
	application, environment, profile string
	strategy                          string
}

// The ways back.
const (
	stops   = "stop"   // the deployment that goes on
	reverts = "revert" // the deployment that has completed
	starts  = "start"  // a deployment of the version before
)

// Parameters of a plan. The first three are ids.
const (
	application = "application"
	environment = "environment"
	profile     = "profile"
	way         = "way"
	deployment  = "deployment" // that is stopped or reverted, or the newest one
	version     = "version"    // that is deployed
)

// Start implements [rollbacks.Target].
func (p *Profile) Start(ctx context.Context, key string, plan rollbacks.Plan) (rollbacks.Ref, error) {
	in := plan.Params
	number, err := strconv.Atoi(in[deployment])
	if err != nil {
		return "", &rollbacks.Refused{Err: fmt.Errorf("the plan has no deployment: %q", in[deployment])}
	}
	switch in[way] {
	case stops, reverts:
		stop := &appconfig.StopDeploymentInput{ApplicationId: aws.String(in[application]),
			EnvironmentId: aws.String(in[environment]), DeploymentNumber: aws.Int32(int32(number))} //nolint:gosec // it was one
		if in[way] == reverts {
			stop.AllowRevert = aws.Bool(true)
		}
		if _, err = p.Act.StopDeployment(ctx, stop); err != nil {
			return "", rollbacks.Outcome(err)
		}
	case starts:
		out, err := p.Act.StartDeployment(ctx, &appconfig.StartDeploymentInput{
			ApplicationId: aws.String(in[application]), EnvironmentId: aws.String(in[environment]),
			ConfigurationProfileId: aws.String(in[profile]), ConfigurationVersion: aws.String(in[version]),
			DeploymentStrategyId: &p.strategy, Description: aws.String("Oncalm, incident " + key),
		})
		if err != nil {
			return "", rollbacks.Outcome(err)
		}
		number = int(out.DeploymentNumber)
	default:
		return "", &rollbacks.Refused{Err: fmt.Errorf("the plan has no way back: %q", in[way])}
	}
	return refOf(plan, number)
}

// A begun rollback is what a Ref holds: the deployment that is stopped, reverted or started.
type begun struct {
	Way         string `json:"way"`
	Application string `json:"application"`
	Environment string `json:"environment"`
	Deployment  int    `json:"deployment"`
}

func refOf(plan rollbacks.Plan, number int) (rollbacks.Ref, error) {
	text, err := json.Marshal(begun{plan.Params[way], plan.Params[application], plan.Params[environment], number})
	return rollbacks.Ref(text), err
}

// Find implements [rollbacks.Target].
func (p *Profile) Find(ctx context.Context, _ string, plan rollbacks.Plan) (rollbacks.Ref, bool, error) {
	in := plan.Params
	all, _, err := p.deployments(ctx, in[application], in[environment])
	if err != nil {
		return "", false, err
	}
	known, err := strconv.Atoi(in[deployment])
	if err != nil {
		return "", false, err
	}
	back := []types.DeploymentState{types.DeploymentStateRollingBack, types.DeploymentStateRolledBack,
		types.DeploymentStateReverted}
	for _, d := range all {
		number := int(d.DeploymentNumber)
		found := number == known && slices.Contains(back, d.State)
		if in[way] == starts { // one of somebody else to the same version is taken for ours; it does the same
			found = number > known && aws.ToString(d.ConfigurationVersion) == in[version] && p.isOf(d, in)
		}
		if found {
			ref, err := refOf(plan, number)
			return ref, true, err
		}
	}
	return "", false, nil
}

// nameOf is the parameter that has the name of the profile: lists of deployments tell of names alone.
const nameOf = "name"

func (p *Profile) isOf(d types.DeploymentSummary, in map[string]string) bool {
	return aws.ToString(d.ConfigurationName) == in[nameOf]
}

// State implements [rollbacks.Target].
func (p *Profile) State(ctx context.Context, r rollbacks.Ref) (rollbacks.State, error) {
	var b begun
	if err := json.Unmarshal([]byte(r), &b); err != nil {
		return rollbacks.State{}, err
	}
	d, err := p.Ask.GetDeployment(ctx, &appconfig.GetDeploymentInput{ApplicationId: &b.Application,
		EnvironmentId: &b.Environment, DeploymentNumber: aws.Int32(int32(b.Deployment))})
	if err != nil {
		return rollbacks.State{}, err
	}
	return stateOf(b.Way, d), nil
}

// stateOf judges a deployment: one that is stopped or reverted must go back, and one that was started must complete.
func stateOf(by string, d *appconfig.GetDeploymentOutput) rollbacks.State {
	note := strings.ToLower(strings.ReplaceAll(string(d.State), "_", " "))
	switch d.State {
	case types.DeploymentStateRolledBack, types.DeploymentStateReverted:
		if by != starts {
			return rollbacks.State{Stage: rollbacks.Done}
		}
		why := "the deployment was rolled back"
		if n := len(d.EventLog); n > 0 {
			why += ": " + aws.ToString(d.EventLog[0].Description)
		}
		return rollbacks.State{Stage: rollbacks.Failed, Note: why}
	case types.DeploymentStateComplete:
		switch by {
		case starts:
			return rollbacks.State{Stage: rollbacks.Done}
		case stops:
			return rollbacks.State{Stage: rollbacks.Failed, Note: "the deployment had completed before it could be stopped; " +
				"ask again, and it is reverted"}
		}
	}
	if d.PercentageComplete != nil {
		note += fmt.Sprintf(", %.0f %%", *d.PercentageComplete)
	}
	return rollbacks.State{Note: note}
}

// deployments are those of an environment, of all its profiles, the newest first, and what time it is for AppConfig.
func (p *Profile) deployments(ctx context.Context, app, env string) (
	all []types.DeploymentSummary, now time.Time, err error) {
	// the most that AppConfig lists in one page; what is further back is no version to return to in an incident
	const most = 50
	out, err := p.Ask.ListDeployments(ctx, &appconfig.ListDeploymentsInput{ApplicationId: &app, EnvironmentId: &env,
		MaxResults: aws.Int32(most)})
	if err != nil {
		return nil, now, err
	}
	all = out.Items
	slices.SortStableFunc(all, func(a, b types.DeploymentSummary) int {
		return int(b.DeploymentNumber - a.DeploymentNumber)
	})
	return all, serverTime(out.ResultMetadata), nil
}
