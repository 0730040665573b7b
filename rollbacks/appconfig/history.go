package appconfig

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/oncalm/oncalm/rollbacks"
)

// History implements [rollbacks.Historian].
func (p *Profile) History(ctx context.Context, _ time.Time) (all []rollbacks.Deployment, err error) {
	arn, err := p.Name(ctx, "appconfig", p.application+"/"+p.environment+"/"+p.profile)
	if err != nil {
		return nil, err
	}
	ids, err := p.ids(ctx)
	if err != nil {
		return nil, err
	}
	found, _, err := p.deployments(ctx, ids[application], ids[environment])
	if err != nil {
		return nil, err
	}
	for _, d := range found {
		one := rollbacks.Deployment{
			ID: fmt.Sprintf("%s/%s/%d", ids[application], ids[environment], d.DeploymentNumber), Kind: "appconfig", ARN: arn,
			Title: "AppConfig " + aws.ToString(d.ConfigurationName) + ": deployment of " + named(d) + " " +
				strings.ToLower(strings.ReplaceAll(string(d.State), "_", " ")),
			Page:  "/systems-manager/appconfig/applications/" + ids[application] + "/environments/" + ids[environment],
			Began: aws.ToTime(d.StartedAt), Ended: aws.ToTime(d.CompletedAt),
		}
		if p.isOf(d, ids) {
			all = append(all, one)
		}
	}
	return all, nil
}
