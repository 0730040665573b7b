package codedeploy

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"path"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
)

// What an application specification (AppSpec) names, in JSON or YAML; see
// https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html.
var (
	taskDefinition = regexp.MustCompile(`TaskDefinition["']?\s*:\s*["']?(?:arn:[^"'\s]*task-definition/)?([A-Za-z0-9_-]+(?::[0-9]+)?)`)
	currentVersion = regexp.MustCompile(`(CurrentVersion["']?\s*:\s*["']?)([0-9]+)`)
	targetVersion  = regexp.MustCompile(`(TargetVersion["']?\s*:\s*["']?)([0-9]+)`)
)

// content is the text of a specification that is a part of the revision; "" of one that lies elsewhere.
func content(r *types.RevisionLocation) string {
	switch {
	case r == nil:
	case r.AppSpecContent != nil:
		return aws.ToString(r.AppSpecContent.Content)
	case r.String_ != nil: //nolint:staticcheck // CloudFormation still makes such revisions, for functions of Lambda
		return aws.ToString(r.String_.Content) //nolint:staticcheck // as above
	}
	return ""
}

// called is how people know a revision.
func called(r *types.RevisionLocation) string {
	text := content(r)
	switch {
	case r == nil:
		return "nothing"
	case text != "":
		if m := taskDefinition.FindStringSubmatch(text); m != nil {
			return m[1]
		}
		if m := targetVersion.FindStringSubmatch(text); m != nil {
			return "version " + m[2]
		}
		return "the specification " + brief(digest(text))
	case r.S3Location != nil:
		name := path.Base(aws.ToString(r.S3Location.Key))
		// keys are often the same for all versions, so what tells them apart is behind it
		if mark := cmp.Or(aws.ToString(r.S3Location.Version), strings.Trim(aws.ToString(r.S3Location.ETag), `"`)); mark != "" {
			name += "@" + brief(mark)
		}
		return name
	case r.GitHubLocation != nil:
		return aws.ToString(r.GitHubLocation.Repository) + "@" + brief(aws.ToString(r.GitHubLocation.CommitId))
	}
	return "a revision of the type " + string(r.RevisionType)
}

// where is all that names a revision.
func where(r *types.RevisionLocation) string {
	switch {
	case r != nil && r.S3Location != nil:
		return "s3://" + aws.ToString(r.S3Location.Bucket) + "/" + aws.ToString(r.S3Location.Key)
	case r != nil && r.GitHubLocation != nil:
		return aws.ToString(r.GitHubLocation.Repository)
	}
	return ""
}

func brief(id string) string { return id[:min(len(id), 12)] }

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// same reports whether two revisions are one. Those of Lambda are, if they lead to one version: each names also the version that was
// there before.
func same(a, b *types.RevisionLocation) bool {
	if a == nil || b == nil {
		return a == b
	}
	before, after := targetVersion.FindStringSubmatch(content(a)), targetVersion.FindStringSubmatch(content(b))
	if before != nil && after != nil {
		return before[2] == after[2]
	}
	return coded(a) == coded(b)
}

// coded is a revision in JSON, with nothing in it that is only there sometimes: CodeDeploy makes the sum of a specification itself.
func coded(r *types.RevisionLocation) string {
	c := *r
	if c.AppSpecContent != nil {
		c.AppSpecContent = &types.AppSpecContent{Content: c.AppSpecContent.Content}
	}
	text, err := json.Marshal(c)
	if err != nil {
		return "" // it has nothing but texts
	}
	return string(text)
}

// turned is the specification by which Lambda goes from the version to which a revision has led, back to that of another. It names both:
// with the old one CodeDeploy would find that the alias is not on the version that it names as current.
func turned(now, before *types.RevisionLocation) (*types.RevisionLocation, bool) {
	text := content(now)
	from, to := targetVersion.FindStringSubmatch(text), targetVersion.FindStringSubmatch(content(before))
	if from == nil || to == nil || !currentVersion.MatchString(text) {
		return nil, false
	}
	text = currentVersion.ReplaceAllString(text, "${1}"+from[2])
	text = targetVersion.ReplaceAllString(text, "${1}"+to[2])
	return &types.RevisionLocation{RevisionType: types.RevisionLocationTypeAppSpecContent,
		AppSpecContent: &types.AppSpecContent{Content: &text}}, true
}
