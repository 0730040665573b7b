package lambda

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/oncalm/oncalm/rollbacks"
)

// modified is how Lambda writes times.
const modified = "2006-01-02T15:04:05.000-0700"

// History implements [rollbacks.Historian]: the versions that were published. When the alias was moved, Lambda does not tell.
func (a *Alias) History(ctx context.Context, _ time.Time) (all []rollbacks.Deployment, err error) {
	now, err := a.read(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.Own(aws.ToString(now.AliasArn)); err != nil {
		return nil, err
	}
	found, err := a.versions(ctx)
	if err != nil {
		return nil, err
	}
	for n, v := range found {
		at, err := time.Parse(modified, aws.ToString(v.LastModified))
		if err != nil {
			continue
		}
		number := strconv.Itoa(n)
		one := rollbacks.Deployment{
			ID: aws.ToString(now.AliasArn) + "/" + number, Kind: "cloudtrail", ARN: aws.ToString(now.AliasArn),
			Title: "Lambda " + a.function + ": version " + number + " published",
			Page:  "/lambda/home#/functions/" + url.PathEscape(a.function) + "/versions/" + number, Began: at, Ended: at,
		}
		if aws.ToString(now.FunctionVersion) == number {
			one.Title += ", which " + a.name + " is on"
		}
		all = append(all, one)
	}
	return all, nil
}
