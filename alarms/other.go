package alarms

import (
	"regexp"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/incidents"
)

// told makes a signal of one of the older shapes, which each service has for itself.
func told(in input, kind, title, reason string, v verdict, key ...string) Signal {
	s := Signal{Effect: v.effect, Severity: v.severity, Title: line(title, maxTitle)}
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
	id := firstOf(f.text("Source ID"), f.text("SourceId"), f.text("Event Source"))
	text := f.text("Event Message")
	s := told(in, KindDatabase, f.text("Event Source")+" "+id+": "+text, text, judgeWords(text), f.text("Event Source"), id)
	s.ARN = f.text("Source ARN")
	if a, ok := ParseARN(s.ARN); ok {
		s.Account, s.Region = a.Account, regionOf(a.Region)
	}
	s.Changed = tookPlace(f.text("Event Time"), in)
	if link := f.text("Identifier Link"); strings.HasPrefix(link, "https://console.aws.amazon.com/") {
		s.Link = line(strings.ReplaceAll(link, " ", "%20"), maxARN)
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
	status := firstOf(f.text("status"), f.text("instanceStatus"))
	reason := f.object("errorInformation").text("ErrorMessage")
	what := firstOf(f.text("applicationName"), shortName(f.text("instanceId")), f.text("deploymentId"))
	s := told(in, KindDeployment, titleOf("CodeDeploy", what, status), reason, when(low, "Failed")(event{}, status),
		f.text("applicationName"), f.text("deploymentGroupName"), f.text("deploymentId"))
	s.Account, s.Region = f.text("accountId"), regionOf(f.text("region"))
	s.Changed = in.Sent
	return s
}

// readApproval reads that a pipeline waits for somebody. The token in it is as good as
// the approval itself, so nothing of the message is kept but names.
func readApproval(in input) Signal {
	a := in.f.object("approval")
	pipeline := a.text("pipelineName")
	where := strings.Join([]string{pipeline, a.text("stageName"), a.text("actionName")}, "/")
	s := told(in, KindApproval, "Approval wanted: "+where, a.text("customData"), change, pipeline)
	s.Region = regionOf(in.f.text("region"))
	s.Changed = in.Sent
	return s
}

// readScalingJSON reads a notification of Auto Scaling in its newer form.
func readScalingJSON(in input) Signal {
	return scaling(in, func(name string) string { return in.f.text(name) })
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
	s := told(in, KindScaling, titleOf("Auto Scaling", group, what), firstOf(text("StatusMessage"), text("Cause")), v, group)
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
	labels, notes := f.object("commonLabels"), f.object("commonAnnotations")
	name := firstOf(labels.text("alertname"), f.text("title"), in.Subject, "Alarm from elsewhere")
	v := fires
	if f.text("status") == "resolved" || f.text("state") == "ok" {
		v = clears
	}
	key := firstOf(f.text("groupKey"), name)
	s := told(in, KindWebhook, name, firstOf(notes.text("summary"), notes.text("description"), f.text("message")), v, key)
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
	if a, ok := ParseARN(id); ok {
		s.Account, s.Region = a.Account, regionOf(a.Region)
	}
	s.Changed = tookPlace(values["Timestamp"], in)
	return s
}

// readBudget reads a notice of AWS Budgets.
func readBudget(in input) Signal {
	values := pairs(in.Message)
	name := firstOf(values["Budget Name"], firstLine(in))
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
