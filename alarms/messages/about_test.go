package messages

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestNames holds what an event is about that lists no resources: by the parameters of a call, or by the names that it gives.
func TestNames(t *testing.T) {
	call := func(source, rest string) string {
		return `{"version":"0","id":"1","source":"aws.x","detail-type":"AWS API Call via CloudTrail","account":"1","region":"eu-central-1",` +
			`"time":"2026-11-02T14:01:00Z","resources":[],"detail":{"eventSource":"` + source + `.amazonaws.com","eventName":"Update",` + rest + `}}`
	}
	tests := map[string]struct {
		text string
		want []string
	}{
		"ecs": {call("ecs", `"requestParameters":{"cluster":"prod","service":"checkout"}`),
			[]string{"arn:aws:ecs:eu-central-1:1:service/prod/checkout"}},
		"ecs without a cluster": {call("ecs", `"requestParameters":{"service":"checkout"}`),
			[]string{"arn:aws:ecs:eu-central-1:1:service/default/checkout"}},
		"ecs, cluster by its ARN": {call("ecs", `"requestParameters":{"cluster":"arn:aws:ecs:eu-central-1:1:cluster/prod","service":"checkout"}`),
			[]string{"arn:aws:ecs:eu-central-1:1:service/prod/checkout"}},
		"lambda in another region": {call("lambda", `"awsRegion":"us-east-1","requestParameters":{"functionName":"charge"}`),
			[]string{"arn:aws:lambda:us-east-1:1:function:charge"}},
		"lambda, by its ARN": {call("lambda", `"requestParameters":{"functionName":"arn:aws:lambda:eu-central-1:1:function:charge"}`),
			[]string{"arn:aws:lambda:eu-central-1:1:function:charge"}},
		"a target group": {call("elasticloadbalancing", `"requestParameters":{"targetGroupArn":"arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/web/7"}`),
			[]string{"arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/web/7"}},
		"read only":  {call("ecs", `"readOnly":true,"requestParameters":{"cluster":"prod","service":"checkout"}`), nil},
		"refused":    {call("ecs", `"errorCode":"AccessDenied","requestParameters":{"cluster":"prod","service":"checkout"}`), nil},
		"nothing":    {call("ecs", `"requestParameters":null`), nil},
		"of no text": {call("lambda", `"requestParameters":{"functionName":{"x":1}}`), nil},
		"appconfig": {`{"version":"0","id":"1","source":"aws.appconfig","detail-type":"On Deployment Complete","account":"1",` +
			`"region":"eu-central-1","time":"2026-11-02T14:01:00Z","resources":["arn:aws:appconfig:eu-central-1:1:extensionassociation/z"],` +
			`"detail":{"Application":{"Id":"a1","Name":"shop"},"Environment":{"Id":"e1","Name":"prod"},"ConfigurationProfile":{"Id":"c1","Name":"flags"}}}`,
			[]string{"arn:aws:appconfig:eu-central-1:1:extensionassociation/z",
				"arn:aws:appconfig:eu-central-1:1:shop/prod/flags", "arn:aws:appconfig:eu-central-1:1:a1/e1/c1"}},
		"a stack": {`{"version":"0","id":"1","source":"aws.cloudformation","detail-type":"CloudFormation Stack Status Change","account":"1",` +
			`"region":"eu-central-1","time":"2026-11-02T14:01:00Z","resources":[],"detail":{"stack-id":"arn:aws:cloudformation:eu-central-1:1:stack/shop/7",` +
			`"status-details":{"status":"UPDATE_COMPLETE"}}}`, []string{"arn:aws:cloudformation:eu-central-1:1:stack/shop/7"}},
	}
	for name, tt := range tests {
		all := Judge(messageOf("", tt.text))
		if diff := cmp.Diff(tt.want, all[0].Resources); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
