package alarms

import (
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store/record/scan"
)

// event is what EventBridge and the developer tools send.
type event struct {
	source, detailType string
	account, region    string
	id, time           string
	resources          []string // as they came: they say which alarm it is
	detail             aws.Fields
}

// verdict is what becomes of an event.
type verdict struct {
	effect   Effect
	severity string // empty for that of the service
	state    incidents.AlarmState
}

// The verdicts. A low incident tells somebody who should look some time today, a bad
// one somebody who should look soon; what pages like an alarm has the severity of the
// service.
var (
	change = verdict{effect: EffectChange}
	low    = verdict{effect: EffectIncident, severity: incidents.Sev4, state: incidents.AlarmFiring}
	bad    = verdict{effect: EffectIncident, severity: incidents.Sev3, state: incidents.AlarmFiring}
	urgent = verdict{effect: EffectIncident, state: incidents.AlarmFiring}
	fires  = verdict{effect: EffectAlarm, state: incidents.AlarmFiring}
	clears = verdict{effect: EffectAlarm, state: incidents.AlarmOK}
)

// An eventRule says for one type of events what they are about, in the form of paths
// into detail, and what becomes of them.
type eventRule struct {
	source, detailType string // may end in *
	about              string // what it happened to; else the first resource
	state              string // what it is now
	reason             string // why
	key                string // events of the same key belong to one incident; else the first resource
	judge              func(event, string) verdict
}

// eventRules is the table of what EventBridge's events do. The first that fits counts.
// The principle: what a person or a pipeline does is a change; what fails opens an
// incident of low severity, since an alarm says it better when users are hurt; AWS
// saying that its own service has trouble is as good as an alarm.
var eventRules = []eventRule{
	{"aws.cloudwatch", "CloudWatch Alarm Configuration Change", "alarmName", "operation", "configuration.description", "", always(change)},

	{"aws.ecs", "ECS Deployment State Change", "", "eventName", "reason", "", when(bad, "SERVICE_DEPLOYMENT_FAILED")},
	{"aws.ecs", "ECS Service Action", "", "eventName", "reason", "", judgeService},
	{"aws.ecs", "ECS Task State Change", "group", "lastStatus", "stoppedReason", "group", judgeTask},
	{"aws.ecs", "*", "", "lastStatus", "", "", always(change)},

	{"aws.codepipeline", "CodePipeline *", "pipeline", "state", "execution-result.external-execution-summary", "pipeline", when(low, "FAILED")},
	{"aws.codedeploy", "CodeDeploy Deployment *", "application", "state", "", "", when(low, "FAILURE")},
	{"aws.codedeploy", "*", "application", "state", "", "", always(change)},
	{"aws.codebuild", "*", "project-name", "build-status", "", "", always(change)},
	{"aws.codecommit", "*", "repositoryName", "event", "notificationBody", "", always(change)},

	{"aws.ecr", "ECR Image Scan", "repository-name", "scan-status", "", "repository-name", judgeScan},
	{"aws.ecr", "*", "repository-name", "action-type", "image-tag", "", always(change)},
	{"aws.inspector2", "Inspector2 Finding", "title", "severity", "description", "findingArn", judgeFinding},
	{"aws.inspector2", "*", "repository-name", "scan-status", "", "", always(change)},
	{"aws.guardduty", "GuardDuty Finding", "title", "type", "description", "id", judgeThreat},
	{"aws.guardduty", "GuardDuty Malware *", "s3ObjectDetails.bucketName", "scanResultDetails.scanResultStatus", "", "", when(bad, "THREATS_FOUND")},

	{"aws.cloudformation", "CloudFormation Stack Status Change", "stack-id", "status-details.status", "status-details.status-reason", "stack-id", judgeStack},
	{"aws.cloudformation", "*", "stack-id", "status-details.status", "status-details.status-reason", "", always(change)},
	{"aws.rds", "*", "SourceIdentifier", "", "Message", "SourceArn", judgeDatabase},
	{"aws.autoscaling", "EC2 Instance Launch Unsuccessful", "AutoScalingGroupName", "StatusCode", "StatusMessage", "AutoScalingGroupName", always(low)},
	{"aws.autoscaling", "EC2 Instance Terminate Unsuccessful", "AutoScalingGroupName", "StatusCode", "StatusMessage", "AutoScalingGroupName", always(low)},
	{"aws.autoscaling", "EC2 Auto Scaling Instance Refresh Failed", "AutoScalingGroupName", "", "", "AutoScalingGroupName", always(low)},
	{"aws.autoscaling", "*", "AutoScalingGroupName", "", "Cause", "", always(change)},
	{"aws.ec2", "*", "instance-id", "state", "", "", always(change)},
	{"aws.appconfig", "*", "ConfigurationProfile.Name", "", "", "", always(change)},
	{"aws.synthetics", "*", "canary-name", "test-run-status", "message", "", always(change)}, // an alarm on its success rate does it better
	{"aws.health", "AWS Health Event", "service", "eventTypeCode", "eventDescription.0.latestDescription", "eventArn", judgeHealth},
	{"aws.glue", "*", "jobName", "state", "message", "jobName", when(low, "FAILED", "TIMEOUT", "ERROR")},

	{"aws.*", "*", "", "state", "message", "", judgeUnknown},
	{"*", "*", "", "state", "message", "", always(low)}, // somebody's own events, sent to us on purpose
}

func (r eventRule) fits(e event) bool {
	return fitsPattern(r.source, e.source) && fitsPattern(r.detailType, e.detailType)
}

func fitsPattern(pattern, s string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(s, prefix)
	}
	return pattern == s
}

func always(v verdict) func(event, string) verdict {
	return func(event, string) verdict { return v }
}

// when gives v for the states named, and takes all others for changes.
func when(v verdict, states ...string) func(event, string) verdict {
	return func(_ event, state string) verdict {
		if slices.Contains(states, state) {
			return v
		}
		return change
	}
}

func judgeService(e event, _ string) verdict {
	return when(low, "WARN", "ERROR")(e, e.detail.Text("eventType"))
}

// judgeTask finds tasks that ended by themselves or never came up.
func judgeTask(e event, state string) verdict {
	if state != "STOPPED" {
		return change
	}
	for _, raw := range e.detail.List("containers") {
		if code, ok := aws.Members(raw).Number("exitCode"); ok && code != 0 {
			return low
		}
	}
	if strings.HasPrefix(e.detail.Text("stoppedReason"), "Essential container") {
		return low
	}
	return change
}

func judgeScan(e event, _ string) verdict {
	if n, ok := e.detail.Object("finding-severity-counts").Number("CRITICAL"); ok && n > 0 {
		return low
	}
	return change
}

func judgeFinding(e event, _ string) verdict {
	return when(low, "ACTIVE")(e, e.detail.Text("status"))
}

// judgeThreat goes by GuardDuty's scale from 1 to 10: 7 is high, 9 critical.
func judgeThreat(e event, _ string) verdict {
	switch n, _ := e.detail.Number("severity"); {
	case n >= 9:
		return urgent
	case n >= 7:
		return bad
	case n >= 4:
		return low
	}
	return change
}

func judgeStack(_ event, state string) verdict {
	if strings.Contains(state, "ROLLBACK") || strings.HasSuffix(state, "FAILED") {
		return low
	}
	return change
}

func judgeDatabase(e event, _ string) verdict {
	for _, raw := range e.detail.List("EventCategories") {
		switch category, _ := scan.Unquote(raw); category {
		case "failover", "failure", "availability", "low storage":
			return bad
		}
	}
	return change
}

// judgeHealth takes AWS's own trouble as seriously as an alarm, and believes AWS when
// it is over.
func judgeHealth(e event, _ string) verdict {
	switch category := e.detail.Text("eventTypeCategory"); {
	case category == "issue" && e.detail.Text("statusCode") == "closed":
		return clears
	case category == "issue":
		return fires
	case category == "investigation":
		return low
	}
	return change
}

// judgeUnknown looks whether an event of AWS that is not in the table says that
// something failed.
func judgeUnknown(e event, state string) verdict {
	for _, s := range []string{state, e.detail.Text("status"), e.detailType} {
		s = strings.ToUpper(s)
		if strings.Contains(s, "FAIL") || strings.Contains(s, "ERROR") || strings.Contains(s, "TIMEOUT") {
			return low
		}
	}
	return change
}

// readEvent reads an event of EventBridge. One about the state of an alarm is an alarm
// also if a rule has cut the state away: somebody must look then.
func readEvent(in input) Signal {
	e := eventOf(in.f, "detail-type")
	if e.source == "aws.cloudwatch" && strings.HasPrefix(e.detailType, "CloudWatch Alarm ") && strings.HasSuffix(e.detailType, "State Change") {
		s := readAlarmEvent(in, e)
		s.Event = e.id
		return s
	}
	return e.signal(in, KindEvent)
}

// readTools reads a notification of the developer tools, which has EventBridge's form
// but for one name.
func readTools(in input) Signal {
	return eventOf(in.f, "detailType").signal(in, KindTools)
}

func eventOf(f aws.Fields, detailType string) event {
	e := event{
		source: f.Text("source"), detailType: f.Text(detailType), account: f.Text("account"), region: f.Text("region"),
		id: f.Text("id"), time: f.Text("time"), detail: f.Object("detail"),
	}
	if e.source == "" { // cut away by a rule
		e.source = sourceOf(e.detailType)
	}
	for _, raw := range f.List("resources") {
		if arn, ok := scan.Unquote(raw); ok && arn != "" && len(e.resources) < aws.MaxPairs {
			e.resources = append(e.resources, arn)
		}
	}
	return e
}

// sourceOf tells from the type of an event where it comes from: most types begin with the name of the service. One that says
// nothing of the kind is treated as somebody's own event, so that it is not taken for a change that nobody need look at.
func sourceOf(detailType string) string {
	word, _, _ := strings.Cut(detailType, " ")
	guess := "aws." + strings.ToLower(word)
	known := ""
	for _, r := range eventRules {
		if strings.HasSuffix(r.source, "*") {
			continue
		}
		if r.detailType != "*" && fitsPattern(r.detailType, detailType) {
			return r.source
		}
		if r.source == guess {
			known = guess
		}
	}
	return known
}

// signal makes a signal of an event, by the first rule that fits.
func (e event) signal(in input, kind string) Signal {
	i := slices.IndexFunc(eventRules, func(r eventRule) bool { return r.fits(e) })
	r := eventRules[i]
	state := aws.Line(e.at(r.state), aws.MaxName)
	v := r.judge(e, state)
	resource := ""
	if len(e.resources) > 0 {
		resource = e.resources[0]
	}
	about := aws.FirstOf(aws.Line(e.at(r.about), aws.MaxName), aws.Line(resource, aws.MaxARN))
	s := Signal{Effect: v.effect, Severity: v.severity, Event: aws.Line(e.id, aws.MaxName), Resources: shown(e.resources)}
	s.Title = titleOf(e.detailType, called(about), state)
	s.Name, s.ARN, s.Kind = s.Title, resource, kind
	s.Account, s.Region = e.account, aws.RegionOf(e.region)
	s.State, s.NeverRecovers = v.state, v.effect == EffectIncident
	s.Reason = aws.FirstOf(e.at(r.reason), state)
	s.Fingerprint = fingerprint(e.source, e.account, e.region, aws.FirstOf(e.at(r.key), resource, about, e.detailType))
	if s.Deleted = e.source == "aws.cloudwatch" && state == "delete"; s.Deleted {
		s.Fingerprint = alarmFingerprint(resource)
	}
	s.at(e.time, in)
	return s
}

// shown makes the names of resources fit to be shown.
func shown(resources []string) []string {
	var lines []string
	for _, arn := range resources {
		lines = append(lines, aws.Line(arn, aws.MaxARN))
	}
	return lines
}

// titleOf puts a title together of its parts, as far as they say something.
func titleOf(what, about, state string) string {
	title := aws.Line(what, aws.MaxTitle)
	if about != "" {
		title += ": " + about
	}
	if state != "" {
		title += " " + state
	}
	return aws.Line(title, aws.MaxTitle)
}

// called is what people call the thing that an ARN or a group of tasks names.
func called(about string) string {
	if _, ok := aws.ParseARN(about); ok {
		return aws.ShortName(about)
	}
	return strings.TrimPrefix(about, "service:")
}

// at follows a path into the detail: names with dots between them, numbers for the
// elements of lists. A list or object at its end is shown as the JSON it is.
func (e event) at(path string) string {
	if path == "" {
		return ""
	}
	var value string
	list, within := []string(nil), e.detail
	for name := range strings.SplitSeq(path, ".") {
		if n, err := strconv.Atoi(name); err == nil {
			value = ""
			if n < len(list) {
				value = list[n]
			}
		} else {
			value = within.Get(name)
		}
		list, within = aws.Elements(value), aws.Members(value)
	}
	if s, ok := scan.Unquote(value); ok {
		return strings.TrimSpace(s)
	}
	if value == "null" {
		return ""
	}
	return value
}
