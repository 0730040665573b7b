package alarms

import (
	"regexp"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/incidents"
)

// told makes a signal of one of the older shapes, which each service has for itself.
func told(in input, kind, title, reason string, v verdict, key ...string) Signal {
	s := Signal{Effect: v.effect, Severity: v.severity, Title: aws.Line(title, aws.MaxTitle)}
	s.Kind, s.Name, s.State = kind, s.Title, v.state
	s.NeverRecovers = v.effect == EffectIncident
	s.Reason = reason
	s.Fingerprint = fingerprint(append([]string{kind, in.TopicARN}, key...)...)
	return s
}

// readDatabase reads an event subscription of RDS, or of DMS, which took over the form.
// There are no categories in it, so the words must do.
func readDatabase(in input) Signal {
	f := in.f
	id := aws.FirstOf(f.Text("Source ID"), f.Text("SourceId"), f.Text("Event Source"))
	text := f.Text("Event Message")
	s := told(in, KindDatabase, f.Text("Event Source")+" "+id+": "+text, text, judgeWords(text), f.Text("Event Source"), id)
	s.ARN = f.Text("Source ARN")
	if a, ok := aws.ParseARN(s.ARN); ok {
		s.Account, s.Region = a.Account, aws.RegionOf(a.Region)
	}
	s.Changed = tookPlace(f.Text("Event Time"), in)
	if link := f.Text("Identifier Link"); strings.HasPrefix(link, "https://console.aws.amazon.com/") {
		s.Link = aws.Line(strings.ReplaceAll(link, " ", "%20"), aws.MaxARN)
	}
	return s
}

var troubleWords = regexp.MustCompile(`(?i)\b(fail(ed|ure|over)?|crash(ed)?|corrupt(ed)?|unavailable|not available|low (free )?storage|storage[- ]full|out of (storage|space|memory)|has stopped|unhealthy)\b`)

func judgeWords(text string) verdict {
	if troubleWords.MatchString(text) {
		return low
	}
	return change
}

// readDeployment reads a trigger of CodeDeploy, in which all numbers are texts.
func readDeployment(in input) Signal {
	f := in.f
	status := aws.FirstOf(f.Text("status"), f.Text("instanceStatus"))
	reason := f.Object("errorInformation").Text("ErrorMessage")
	what := aws.FirstOf(f.Text("applicationName"), aws.ShortName(f.Text("instanceId")), f.Text("deploymentId"))
	s := told(in, KindDeployment, titleOf("CodeDeploy", what, status), reason, when(low, "Failed")(event{}, status),
		f.Text("applicationName"), f.Text("deploymentGroupName"), f.Text("deploymentId"))
	s.Account, s.Region = f.Text("accountId"), aws.RegionOf(f.Text("region"))
	s.Changed = in.Sent
	return s
}

// readApproval reads that a pipeline waits for somebody. The token in it is as good as
// the approval itself, so nothing of the message is kept but names.
func readApproval(in input) Signal {
	a := in.f.Object("approval")
	pipeline := a.Text("pipelineName")
	where := strings.Join([]string{pipeline, a.Text("stageName"), a.Text("actionName")}, "/")
	s := told(in, KindApproval, "Approval wanted: "+where, a.Text("customData"), change, pipeline)
	s.Region = aws.RegionOf(in.f.Text("region"))
	s.Changed = in.Sent
	return s
}

// readScalingJSON reads a notification of Auto Scaling in its newer form.
func readScalingJSON(in input) Signal {
	return scaling(in, func(name string) string { return in.f.Text(name) })
}

// readScalingText reads the same as lines of "Key: Value".
func readScalingText(in input) Signal {
	values := pairs(in.Message)
	return scaling(in, func(name string) string { return values[name] })
}

func scaling(in input, text func(string) string) Signal {
	what := strings.TrimPrefix(text("Event"), "autoscaling:")
	v := change
	if strings.HasSuffix(what, "_ERROR") {
		v = low
	}
	group := text("AutoScalingGroupName")
	s := told(in, KindScaling, titleOf("Auto Scaling", group, what), aws.FirstOf(text("StatusMessage"), text("Cause")), v, group)
	s.ARN, s.Account = text("AutoScalingGroupARN"), text("AccountId")
	s.Changed = tookPlace(text("Time"), in)
	return s
}

// pairs reads lines of "Key: Value".
func pairs(text string) map[string]string {
	found := map[string]string{}
	for l := range strings.Lines(text) {
		if key, value, ok := strings.Cut(l, ":"); ok && len(found) < 100 {
			found[strings.TrimSpace(key)] = strings.TrimSpace(value)
		}
	}
	return found
}

// readWebhook reads what Alertmanager or Grafana would have sent to a webhook.
func readWebhook(in input) Signal {
	f := in.f
	labels, notes := f.Object("commonLabels"), f.Object("commonAnnotations")
	name := aws.FirstOf(labels.Text("alertname"), f.Text("title"), in.Subject, "Alarm from elsewhere")
	v := fires
	if f.Text("status") == "resolved" || f.Text("state") == "ok" {
		v = clears
	}
	key := aws.FirstOf(f.Text("groupKey"), name)
	s := told(in, KindWebhook, name, aws.FirstOf(notes.Text("summary"), notes.Text("description"), f.Text("message")), v, key)
	s.Contributor = attributesOf(labels)
	s.Changed = in.Sent
	return s
}

// stackLine finds where a value begins in CloudFormation's Key='Value' lines. A value
// may have quotes and line ends in it, so it ends where the next one begins.
var stackLine = regexp.MustCompile(`(?m)^([A-Za-z]+)='`)

func isStackText(in input) bool {
	return in.f == nil && strings.Contains(in.Message, "StackId='") && stackLine.MatchString(in.Message)
}

func stackValues(text string) map[string]string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	at := stackLine.FindAllStringSubmatchIndex(text, 100)
	found := map[string]string{}
	for i, m := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		value := strings.TrimRight(text[m[1]:end], "\n ")
		found[text[m[2]:m[3]]] = strings.TrimSuffix(value, "'")
	}
	return found
}

// readStack reads an event of a CloudFormation stack. Only the stack as a whole can
// open an incident: when a resource fails, the stack says so too.
func readStack(in input) Signal {
	values := stackValues(in.Message)
	status, id := values["ResourceStatus"], values["StackId"]
	v := change
	whole := values["ResourceType"] == "AWS::CloudFormation::Stack" && values["PhysicalResourceId"] == id
	if whole {
		v = judgeStack(event{}, status)
	}
	about := values["StackName"]
	if !whole {
		about += "/" + values["LogicalResourceId"]
	}
	s := told(in, KindStack, "CloudFormation: "+about+" "+status, values["ResourceStatusReason"], v, id)
	s.ARN = id
	if a, ok := aws.ParseARN(id); ok {
		s.Account, s.Region = a.Account, aws.RegionOf(a.Region)
	}
	s.Changed = tookPlace(values["Timestamp"], in)
	return s
}

// readBudget reads a notice of AWS Budgets.
func readBudget(in input) Signal {
	values := pairs(in.Message)
	name := aws.FirstOf(values["Budget Name"], firstLine(in))
	keys := []string{"Alert Type", "Alert Threshold", "ACTUAL Amount", "FORECASTED Amount", "Budgeted Amount"}
	var facts []string
	for _, k := range slices.DeleteFunc(keys, func(k string) bool { return values[k] == "" }) {
		facts = append(facts, k+": "+values[k])
	}
	s := told(in, KindBudget, "Budget: "+name, strings.Join(facts, "\n"), low, name)
	s.Description = in.Message
	s.Changed = in.Sent
	s.State = incidents.AlarmFiring
	return s
}
