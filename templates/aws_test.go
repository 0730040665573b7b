package templates

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// unscoped are the actions that AWS cannot narrow to single resources; see
// https://docs.aws.amazon.com/service-authorization/latest/reference/.
var unscoped = []string{"cloudwatch:DescribeAlarms", "cloudwatch:ListAlarmMuteRules", "cloudwatch:GetMetricData", "cloudwatch:PutMetricData",
	"ecs:DescribeTaskDefinition", "appconfig:ListApplications", "ses:GetSuppressedDestination",
	"logs:GetQueryResults", "logs:StopQuery", "xray:GetServiceGraph", "xray:GetTraceSummaries"}

// TestPolicyForEachTarget holds that docs/rollbacks.md and the policy of a target name the same permissions.
func TestPolicyForEachTarget(t *testing.T) {
	text, err := os.ReadFile("../docs/rollbacks.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(text), "\n### `")[1:] {
		kind, rest, _ := strings.Cut(part, "`")
		rest, _, _ = strings.Cut(rest, "\n## ")
		if kind == "webhook" { // which asks nothing of AWS
			continue
		}
		policy, err := os.ReadFile("aws/iam/rollback-" + kind + ".json")
		if err != nil {
			t.Errorf("%s has no policy: %v", kind, err)
			continue
		}
		action := regexp.MustCompile("[`\"]([a-z]+:[A-Z][A-Za-z]+)[`\"]")
		said := func(text string) (all []string) {
			for _, m := range action.FindAllStringSubmatch(text, -1) {
				all = append(all, m[1])
			}
			slices.Sort(all)
			all = slices.DeleteFunc(all, func(a string) bool { return a == "iam:PassedToService" }) // a condition
			return slices.Compact(all)
		}
		if doc, own := said(rest), said(string(policy)); len(own) == 0 || !slices.Equal(doc, own) {
			t.Errorf("%s: the document has %q, and the policy %q", kind, doc, own)
		}
		if !strings.Contains(rest, "iam/rollback-"+kind+".json") {
			t.Errorf("%s: the document does not lead to the policy", kind)
		}
	}
}

// texts are a member of a policy, which is a text or a list of texts. What is made by CloudFormation counts as one.
func texts(v any) (all []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, one := range v {
			all = append(all, texts(one)...)
		}
	case map[string]any:
		return []string{fmt.Sprint(v)}
	}
	return all
}

// tooMuch finds what a policy allows that nobody needs: actions that are not named in full, resources that are not narrowed though they
// can be, and what is allowed to everybody.
func tooMuch(policy map[string]any) (found []string) {
	statements, _ := policy["Statement"].([]any)
	if len(statements) == 0 {
		return []string{"there is no statement"}
	}
	for _, s := range statements {
		s, _ := s.(map[string]any)
		actions := texts(s["Action"])
		for _, action := range actions {
			if !regexp.MustCompile(`^[a-z0-9-]+:[A-Za-z]+$`).MatchString(action) {
				found = append(found, "the action "+action)
			}
		}
		wide := slices.ContainsFunc(actions, func(a string) bool { return !slices.Contains(unscoped, a) })
		for _, resource := range texts(s["Resource"]) {
			if resource == "*" && wide || strings.Contains(resource, ":*:*") {
				found = append(found, fmt.Sprintf("the resource %s for %q", resource, actions))
			}
		}
		if slices.Contains(actions, "cloudwatch:PutMetricData") && !strings.Contains(fmt.Sprint(s["Condition"]), "cloudwatch:namespace:Oncalm") {
			found = append(found, "metrics of any namespace")
		}
		phones := slices.Equal(actions, []string{"sns:Publish"}) && s["NotResource"] == "arn:aws:sns:*:*:*" // which have no ARN
		if s["Effect"] != "Allow" || len(actions) == 0 || s["Resource"] == nil && !phones || s["NotAction"] != nil || slices.Contains(texts(s["Principal"]), "*") {
			found = append(found, fmt.Sprintf("the statement %v", s))
		}
	}
	return found
}

// TestPolicies holds that no policy allows more than is needed.
func TestPolicies(t *testing.T) {
	files, err := filepath.Glob("aws/iam/*.json")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var policy map[string]any
		if err := json.Unmarshal(text, &policy); err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		for _, f := range tooMuch(policy) {
			t.Errorf("%s allows too much: %s", file, f)
		}
	}
}

func TestPoliciesCanFail(t *testing.T) {
	for _, statement := range []string{
		`{"Effect":"Allow","Action":"*","Resource":"arn:aws:sns:eu-central-1:1:a"}`,
		`{"Effect":"Allow","Action":"ecs:*","Resource":"arn:aws:sns:eu-central-1:1:a"}`,
		`{"Effect":"Allow","Action":["sns:Publish","ecs:Describe*"],"Resource":"arn:aws:sns:eu-central-1:1:a"}`,
		`{"Effect":"Allow","Action":"ecs:UpdateService","Resource":"*"}`,
		`{"Effect":"Allow","Action":["cloudwatch:DescribeAlarms","ecs:UpdateService"],"Resource":"*"}`,
		`{"Effect":"Allow","Action":"ecs:UpdateService","Resource":["arn:aws:ecs:*:*:service/a"]}`,
		`{"Effect":"Allow","Action":"ecs:UpdateService"}`,
		`{"Effect":"Allow","Action":"cloudwatch:PutMetricData","Resource":"*"}`,
		`{"Effect":"Allow","Action":"sns:Publish","NotResource":"arn:aws:sns:eu-central-1:1:a"}`,
		`{"Effect":"Allow","Action":"sns:Subscribe","NotResource":"arn:aws:sns:*:*:*"}`,
		`{"Effect":"Allow","NotAction":"iam:PassRole","Resource":"arn:aws:sns:eu-central-1:1:a"}`,
		`{"Effect":"Allow","Principal":"*","Action":"sns:Publish","Resource":"arn:aws:sns:eu-central-1:1:a"}`,
	} {
		var policy map[string]any
		if err := json.Unmarshal([]byte(`{"Statement":[`+statement+`]}`), &policy); err != nil {
			t.Fatal(err)
		}
		if len(tooMuch(policy)) == 0 {
			t.Errorf("passes: %s", statement)
		}
	}
}

// required are the properties that a resource must have, by its type; one that is not listed is not known here.
var required = map[string][]string{
	"AWS::SNS::Topic":         {},
	"AWS::SNS::TopicPolicy":   {"Topics", "PolicyDocument"},
	"AWS::SQS::Queue":         {},
	"AWS::SQS::QueuePolicy":   {"Queues", "PolicyDocument"},
	"AWS::SNS::Subscription":  {"TopicArn", "Protocol", "Endpoint"},
	"AWS::Events::Rule":       {"EventPattern", "Targets"},
	"AWS::IAM::ManagedPolicy": {"PolicyDocument"},
	"AWS::CloudWatch::Alarm":  {"EvaluationPeriods", "ComparisonOperator", "Threshold", "MetricName", "Namespace", "Period", "Statistic"},
}

// valueOf makes a node into what JSON would have, and notes what it refers to.
func valueOf(n *yaml.Node, refers map[string]bool) any {
	switch n.Kind {
	case yaml.MappingNode:
		m := map[string]any{}
		for k := 0; k < len(n.Content); k += 2 {
			m[n.Content[k].Value] = valueOf(n.Content[k+1], refers)
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, one := range n.Content {
			list = append(list, valueOf(one, refers))
		}
		return list
	}
	switch n.Tag {
	case "!Ref":
		refers[n.Value] = true
		return "ref " + n.Value
	case "!GetAtt":
		name, _, _ := strings.Cut(n.Value, ".")
		refers[name] = true
		return "attribute " + n.Value
	}
	return n.Value
}

// wrong finds what is wrong with a template of CloudFormation.
func wrong(text []byte) (found []string) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return []string{err.Error()}
	}
	refers := map[string]bool{}
	all, _ := valueOf(doc.Content[0], refers).(map[string]any)
	part := func(name string) map[string]any { m, _ := all[name].(map[string]any); return m }
	for name := range refers {
		if part("Parameters")[name] == nil && part("Resources")[name] == nil && !strings.HasPrefix(name, "AWS::") {
			found = append(found, "nothing is called "+name)
		}
	}
	for name, r := range part("Resources") {
		r, _ := r.(map[string]any)
		properties, _ := r["Properties"].(map[string]any)
		needs, known := required[fmt.Sprint(r["Type"])]
		if !known {
			found = append(found, fmt.Sprintf("%s is of the type %v", name, r["Type"]))
		}
		for _, p := range needs {
			if properties[p] == nil {
				found = append(found, name+" lacks "+p)
			}
		}
		if c, ok := r["Condition"].(string); ok && part("Conditions")[c] == nil {
			found = append(found, "there is no condition "+c)
		}
		if policy, ok := properties["PolicyDocument"].(map[string]any); ok {
			for _, f := range tooMuch(policy) {
				found = append(found, name+" allows too much: "+f)
			}
		}
	}
	slices.Sort(found)
	return found
}

// TestCloudFormation holds that the template refers to what there is, has what each resource needs, and allows no more than is needed.
func TestCloudFormation(t *testing.T) {
	text, err := os.ReadFile("aws/oncalm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range wrong(text) {
		t.Error(f)
	}
	for from, to := range map[string]string{
		"Topics: [!Ref Alarms]":      "Topics: [!Ref Alarm]",
		"!GetAtt DeadLetters.Arn":    "!GetAtt Letters.Arn",
		"Condition: Watched":         "Condition: Seen",
		"Endpoint: !Ref Endpoint":    "Address: !Ref Endpoint",
		"AWS::SQS::QueuePolicy":      "AWS::SQS::Policy",
		"Action: sns:Publish":        "Action: sns:*",
		"AWSTemplateFormatVersion: ": "AWSTemplateFormatVersion: [",
	} {
		if broken := strings.Replace(string(text), from, to, 1); broken == string(text) || len(wrong([]byte(broken))) == 0 {
			t.Errorf("with %q nothing would be found", to)
		}
	}
}

// TestDeliveryPolicy holds that SNS tries as long as it may, and not longer: then it would refuse the policy.
func TestDeliveryPolicy(t *testing.T) {
	text, err := os.ReadFile("aws/oncalm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	n := func(name string) (n int) {
		m := regexp.MustCompile(name + `: (\d+)`).FindSubmatch(text)
		if m == nil {
			t.Fatalf("there is no %s", name)
		}
		_, _ = fmt.Sscan(string(m[1]), &n)
		return n
	}
	backoff := n("numRetries") - n("numNoDelayRetries") - n("numMinDelayRetries") - n("numMaxDelayRetries")
	least := n("numMinDelayRetries")*n("minDelayTarget") + n("numMaxDelayRetries")*n("maxDelayTarget")
	// Those in between rise from the least delay to the largest: on average less than half of the largest.
	if most := least + backoff*n("maxDelayTarget")/2; backoff < 0 || least < 1800 || most > 3600 {
		t.Errorf("%d in between, from %d to %d s", backoff, least, most)
	}
}

// TestTerraform holds that the module refers to what it declares, and makes what the template of CloudFormation makes.
func TestTerraform(t *testing.T) {
	raw, err := os.ReadFile("aws/terraform/main.tf")
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	declared := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^(resource|data) "([a-z0-9_]+)" "([a-z0-9_]+)"`).FindAllStringSubmatch(text, -1) {
		name := m[2] + "." + m[3]
		if m[1] == "data" {
			name = "data." + name
		}
		declared[name] = true
	}
	for _, m := range regexp.MustCompile(`(?m)^variable "([a-z0-9_]+)"`).FindAllStringSubmatch(text, -1) {
		declared["var."+m[1]] = true
	}
	for _, m := range regexp.MustCompile(`\b(?:(?:data\.)?aws_[a-z0-9_]+\.[a-z0-9_]+|var\.[a-z0-9_]+)`).FindAllString(text, -1) {
		if !declared[m] {
			t.Errorf("nothing is called %s", m)
		}
	}
	for _, same := range []string{"numRetries", "35", "sns:ConfirmSubscription", "cloudwatch:DescribeAlarms", "ECS Deployment State Change",
		"ApproximateNumberOfMessagesVisible", "cloudwatch.amazonaws.com", "events.amazonaws.com", "deadLetterTargetArn",
		"treat_missing_data  = \"breaching\"", "cloudwatch:namespace", "sms"} {
		if !strings.Contains(text, same) {
			t.Errorf("there is no %s", same)
		}
	}
	if strings.Count(text, "{") != strings.Count(text, "}") || strings.Count(text, "[") != strings.Count(text, "]") {
		t.Error("brackets are left open")
	}
}
