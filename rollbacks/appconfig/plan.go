package appconfig

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/appconfig"
	"github.com/aws/aws-sdk-go-v2/service/appconfig/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/oncalm/oncalm/rollbacks"
)

// revertible is how long after its completion AppConfig reverts a deployment.
const revertible = 72 * time.Hour

// serverTime is what time it is for AWS, which decides how old a deployment is.
func serverTime(m middleware.Metadata) time.Time {
	at, _ := awsmiddleware.GetServerTime(m)
	return at
}

// Plan implements [rollbacks.Target].
func (p *Profile) Plan(ctx context.Context) (plan rollbacks.Plan, err error) {
	if err := p.Here(ctx); err != nil {
		return plan, err
	}
	ids, err := p.ids(ctx)
	if err != nil {
		return plan, err
	}
	all, now, err := p.deployments(ctx, ids[application], ids[environment])
	if err != nil {
		return plan, err
	}
	ours := slices.DeleteFunc(slices.Clone(all), func(d types.DeploymentSummary) bool { return !p.isOf(d, ids) })
	if len(ours) == 0 {
		return plan, &rollbacks.Impossible{Why: "AppConfig lists no deployment of " + p.profile + " in " + p.environment,
			Instead: "deploy a version that works"}
	}
	plan.Params = ids
	if plan, err = p.planBy(plan, all, ours, now); err != nil {
		return plan, err
	}
	return p.differing(ctx, plan)
}

// planBy picks the way by the newest deployment of the profile, and by what else goes on in the environment: AppConfig deploys one thing
// there at a time.
func (p *Profile) planBy(plan rollbacks.Plan, all, ours []types.DeploymentSummary, now time.Time) (
	rollbacks.Plan, error) {
	latest := ours[0]
	plan.Params[deployment] = strconv.Itoa(int(latest.DeploymentNumber))
	number := "deployment " + plan.Params[deployment]
	if latest.State == types.DeploymentStateRollingBack {
		return plan, &rollbacks.Impossible{Why: "AppConfig is already rolling " + number + " back",
			Instead: "wait until it has ended"}
	}
	now72 := latest.CompletedAt != nil && now.Sub(*latest.CompletedAt) < revertible
	current := 0 // whose version is in effect, or comes into effect
	if gone(latest) {
		if current = slices.IndexFunc(ours, complete); current < 0 {
			return plan, p.first(ours[0])
		}
	}
	to := before(ours, current)
	if under(latest) { // whatever that was
		to = slices.IndexFunc(ours, complete)
	}
	if to < 0 {
		return plan, p.first(ours[current])
	}
	plan.From, plan.To = named(ours[current]), named(ours[to])
	plan.Params[from] = aws.ToString(ours[current].ConfigurationVersion)
	plan.Params[version] = aws.ToString(ours[to].ConfigurationVersion)
	plan.Cannot = []string{"all flags of the profile go back together", "what the version has made others do stays"}
	if other := slices.IndexFunc(all, under); other >= 0 && !under(latest) {
		return plan, &rollbacks.Impossible{Why: fmt.Sprintf("deployment %d of %s goes on in the same environment, and "+
			"AppConfig deploys one thing there at a time", all[other].DeploymentNumber,
			aws.ToString(all[other].ConfigurationName)),
			Instead: "wait until it has ended, or stop it"}
	}
	switch {
	case under(latest):
		plan.Params[way] = stops
		if latest.State != types.DeploymentStateDeploying { // the rest is stopped only by who would revert it, too
			plan.Params[way] = reverts
		}
		plan.Will = []string{"AppConfig stops " + number + ", and gives everybody the version before at once"}
	case complete(latest) && now72 && slices.IndexFunc(ours[1:], complete)+1 == to:
		plan.Params[way] = reverts
		plan.Will = []string{"AppConfig reverts " + number + ", which completed less than 72 hours ago, at once"}
	default:
		plan.Params[way] = starts
		plan.Will = []string{"AppConfig deploys version " + plan.Params[version] + " with the strategy " + p.strategy}
	}
	return plan, nil
}

// from is the parameter that has the version that is gone back from.
const from = "from"

// first says that there is nothing before a deployment.
func (p *Profile) first(d types.DeploymentSummary) error {
	return &rollbacks.Impossible{
		Why:     "AppConfig lists no deployment of " + p.profile + " with another version before " + named(d),
		Instead: "deploy a version that works",
	}
}

// under reports whether a deployment goes on, and gone whether it was taken back.
func under(d types.DeploymentSummary) bool {
	return d.State == types.DeploymentStateDeploying || d.State == types.DeploymentStateBaking ||
		d.State == types.DeploymentStateValidating || d.State == types.DeploymentStateRollingBack
}

func gone(d types.DeploymentSummary) bool {
	return d.State == types.DeploymentStateRolledBack || d.State == types.DeploymentStateReverted
}

func complete(d types.DeploymentSummary) bool { return d.State == types.DeploymentStateComplete }

// before is the newest deployment with another version that completed before the version of one was deployed first; -1 if there is none.
// “First” matters after a rollback: the way back from it leads further back, and not to what was left.
func before(ours []types.DeploymentSummary, current int) int {
	version, first := aws.ToString(ours[current].ConfigurationVersion), current
	for n, d := range ours {
		if aws.ToString(d.ConfigurationVersion) == version && (complete(d) || n == current) {
			first = n
		}
	}
	for n := first + 1; n < len(ours); n++ {
		if complete(ours[n]) && aws.ToString(ours[n].ConfigurationVersion) != version {
			return n
		}
	}
	return -1
}

// named is the version of a deployment, as people call it.
func named(d types.DeploymentSummary) string {
	v := "version " + aws.ToString(d.ConfigurationVersion)
	if label := aws.ToString(d.VersionLabel); label != "" {
		v += " (" + label + ")"
	}
	return v
}

// ids finds what is configured, by name or by id. An id is preferred to a name that is spelled alike.
func (p *Profile) ids(ctx context.Context) (map[string]string, error) {
	app, _, err := find(p.application, "AppConfig has no application "+p.application,
		func(token *string) ([]item, *string, error) {
			out, err := p.Ask.ListApplications(ctx, &appconfig.ListApplicationsInput{NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return items(out.Items, func(a types.Application) item { return item{a.Id, a.Name} }), out.NextToken, nil
		})
	if err != nil {
		return nil, err
	}
	env, _, err := find(p.environment, "the application "+p.application+" has no environment "+p.environment,
		func(token *string) ([]item, *string, error) {
			out, err := p.Ask.ListEnvironments(ctx, &appconfig.ListEnvironmentsInput{ApplicationId: &app, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			return items(out.Items, func(e types.Environment) item { return item{e.Id, e.Name} }), out.NextToken, nil
		})
	if err != nil {
		return nil, err
	}
	id, name, err := find(p.profile, "the application "+p.application+" has no configuration profile "+p.profile,
		func(token *string) ([]item, *string, error) {
			out, err := p.Ask.ListConfigurationProfiles(ctx, &appconfig.ListConfigurationProfilesInput{
				ApplicationId: &app, NextToken: token})
			if err != nil {
				return nil, nil, err
			}
			named := func(c types.ConfigurationProfileSummary) item { return item{c.Id, c.Name} }
			return items(out.Items, named), out.NextToken, nil
		})
	return map[string]string{application: app, environment: env, profile: id, nameOf: name}, err
}

// An item is something with an id and a name.
type item struct{ id, name *string }

func items[T any](all []T, of func(T) item) (found []item) {
	for _, one := range all {
		found = append(found, of(one))
	}
	return found
}

// mostPages bounds how many pages of names are read.
const mostPages = 20

// find looks for an item in the pages of a list.
func find(wanted, missing string, page func(token *string) ([]item, *string, error)) (id, name string, err error) {
	var token *string
	for range mostPages {
		all, next, err := page(token)
		if err != nil {
			return "", "", err
		}
		for _, i := range all {
			switch wanted {
			case aws.ToString(i.id):
				return wanted, aws.ToString(i.name), nil
			case aws.ToString(i.name):
				id, name = aws.ToString(i.id), wanted
			}
		}
		if token = next; aws.ToString(token) == "" {
			break
		}
	}
	if id == "" {
		return "", "", rollbacks.Missing(missing)
	}
	return id, name, nil
}

// differing says in what two versions differ, where AppConfig itself has them. Values may be secrets: only of flags it is said whether
// they are on.
func (p *Profile) differing(ctx context.Context, plan rollbacks.Plan) (rollbacks.Plan, error) {
	bad, err := p.content(ctx, plan.Params, plan.Params[from])
	if err != nil {
		return plan, err
	}
	good, err := p.content(ctx, plan.Params, plan.Params[version])
	if err != nil {
		return plan, err
	}
	delete(plan.Params, from)
	if bad == nil || good == nil {
		plan.Warnings = append(plan.Warnings, "in what the two versions differ is not known: it is not AppConfig that "+
			"stores them, or they are no JSON")
		return plan, nil
	}
	if plan.Differs = compare("", bad, good); len(plan.Differs) == 0 {
		plan.Warnings = append(plan.Warnings, "the two versions have the same content")
	}
	return plan, nil
}

// content is a version as JSON; nil if AppConfig does not have it, or if it is none.
func (p *Profile) content(ctx context.Context, ids map[string]string, number string) (map[string]any, error) {
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil {
		return nil, nil //nolint:nilerr // a version of S3 or of another store
	}
	out, err := p.Ask.GetHostedConfigurationVersion(ctx, &appconfig.GetHostedConfigurationVersionInput{
		ApplicationId: aws.String(ids[application]), ConfigurationProfileId: aws.String(ids[profile]),
		VersionNumber: aws.Int32(int32(n)),
	})
	if rollbacks.HasCode(err, "ResourceNotFoundException", "BadRequestException") {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var v map[string]any
	if json.Unmarshal(out.Content, &v) != nil {
		v = nil
	}
	return v, nil
}

// mostDiffering bounds how many differences are named.
const mostDiffering = 12

// compare names what differs below a place, in the order of names.
func compare(at string, bad, good map[string]any) (all []string) {
	names := maps.Clone(bad)
	maps.Copy(names, good)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		a, inBad := bad[name]
		b, inGood := good[name]
		place := strings.TrimPrefix(at+"."+name, ".")
		one, isOne := a.(map[string]any)
		other, isOther := b.(map[string]any)
		on, flag := a.(bool)
		_, stays := b.(bool)
		switch {
		case isOne && isOther:
			all = append(all, compare(place, one, other)...)
		case !inBad:
			all = append(all, place+" comes back")
		case !inGood:
			all = append(all, place+" goes away")
		case name == "enabled" && flag && stays && a != b:
			all = append(all, strings.TrimSuffix(strings.TrimPrefix(place, "values."), ".enabled")+": "+
				map[bool]string{true: "on → off", false: "off → on"}[on])
		case fmt.Sprint(a) != fmt.Sprint(b):
			all = append(all, place+" changes")
		}
	}
	if n := len(all); n > mostDiffering && at == "" {
		all = append(all[:mostDiffering], fmt.Sprintf("and %d more", n-mostDiffering))
	}
	return all
}
