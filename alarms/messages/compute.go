package messages

import (
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/judge"
)

// readConfiguration reads that an alarm of CloudWatch was made, changed or deleted.
func readConfiguration(m *aws.Message) []judge.Judgement {
	arn := "" // to the letter: names of alarms may end in spaces
	if list := m.Resources(); len(list) > 0 {
		arn = list[0]
	}
	return []judge.Judgement{{
		Treat: judge.Marker, ARN: arn, Key: arn, Reason: m.At("detail.configuration.description"), Deleted: m.At("detail.operation") == "delete",
		Title: judge.Tidy("CloudWatch alarm " + m.At("detail.alarmName") + ": " + m.At("detail.operation")),
	}}
}

// judgeDeployment stirs for a deployment that failed: what runs is neither the old nor the new version for sure. The first
// resource of such an event is the service.
func judgeDeployment(m *aws.Message) judge.Verdict {
	what := aws.Called(m.At("resources.0"))
	switch m.At("detail.eventName") {
	case "SERVICE_DEPLOYMENT_FAILED":
		return judge.Stirs.Titled("ECS deployment of " + what + " failed")
	case "SERVICE_DEPLOYMENT_COMPLETED":
		return judge.Marks.Titled("ECS deployment of " + what + " completed")
	case "SERVICE_DEPLOYMENT_IN_PROGRESS":
		return judge.Marks.Titled("ECS deployment of " + what + " in progress")
	}
	return judge.Marks
}

// judgeService judges what ECS says about a service. One whose tasks do not start loses capacity, whatever the type of the event says.
func judgeService(m *aws.Message) judge.Verdict {
	switch kind, name := m.At("detail.eventType"), m.At("detail.eventName"); {
	case kind == "ERROR", kind == "WARN" && strings.HasPrefix(name, "SERVICE_TASK_START_IMPAIRED"):
		return judge.Stirs
	case kind == "WARN":
		return judge.Shows
	}
	return judge.Marks
}

// judgeTask goes by why a task stopped. One that the service, a person or the market has stopped, or that did its work, is a change;
// one that ended by itself with an error, never came up or failed its health checks is not. The key of its row is the
// group, which is the service or the family of the task: tasks that fail one after the other are one incident.
func judgeTask(m *aws.Message) judge.Verdict {
	if m.At("detail.lastStatus") != "STOPPED" {
		return judge.Marks
	}
	group, definition := aws.Called(m.At("detail.group")), aws.Called(m.At("detail.taskDefinitionArn"))
	what, why := "ECS task of "+aws.FirstOf(group, definition, "somebody"), m.At("detail.stoppedReason")
	v, says := taskStopped(m, why)
	title := what + " " + says
	if says == "stopped" && why != "" {
		title += ": " + judge.Sentence(why)
	}
	return v.Titled(title)
}

// stoppedFor is how reasons begin for which tasks are stopped from outside; events are often without a code for them.
var stoppedFor = []string{"scaling activity", "task stopped by", "host ec2 (instance", "your spot task",
	"ecs is performing maintenance"}

// taskStopped judges a task that stopped, and says it in a few words.
func taskStopped(m *aws.Message, why string) (judge.Verdict, string) {
	lower := strings.ToLower(why)
	switch code := m.At("detail.stopCode"); {
	// The codes are those of stopCode in ECS's API reference. Health checks are looked for before the code that the
	// scheduler gives when it stops a task, for whatever reason it does.
	case code == "TaskFailedToStart":
		return judge.Stirs, "could not start: " + aws.FirstOf(judge.Sentence(why), "ECS does not say why")
	case strings.Contains(lower, "health check") &&
		(strings.HasPrefix(lower, "task failed") || strings.Contains(lower, "is unhealthy")):
		return judge.Stirs, "failed its health checks"
	case code == "UserInitiated", code == "SpotInterruption", code == "TerminationNotice",
		code == "ServiceSchedulerInitiated",
		slices.ContainsFunc(stoppedFor, func(why string) bool { return strings.HasPrefix(lower, why) }):
		return judge.Marks, "stopped"
	case strings.HasPrefix(lower, "cannotpull"), strings.HasPrefix(lower, "resourceinitialization"),
		strings.HasPrefix(lower, "cannotstart"), strings.HasPrefix(lower, "cannotcreate"):
		return judge.Stirs, "could not start: " + judge.Sentence(why)
	}
	return containersStopped(m, strings.HasPrefix(lower, "essential container"))
}

// containersStopped goes by how the containers ended. Of an essential one that exited without a code nobody knows that it did its work.
func containersStopped(m *aws.Message, essential bool) (judge.Verdict, string) {
	codes, done, failed, killed := 0, false, "", ""
	for _, raw := range m.List("detail.containers") {
		c := aws.Members(raw)
		if reason := c.Text("reason"); strings.HasPrefix(reason, "OutOfMemory") {
			return judge.Stirs, "ran out of memory (" + c.Text("name") + ")"
		}
		n, ok := c.Number("exitCode")
		if !ok {
			continue
		}
		codes++
		switch says := judge.Tidy("exited with code " + strconv.Itoa(int(n)) + " (" + c.Text("name") + ")"); {
		case n == 0:
			done = true
		// 128 and the number of a signal: SIGKILL is 9, SIGTERM is 15
		case (n == 137 || n == 143) && stopsOthers(m):
			killed = aws.FirstOf(killed, says)
		default:
			failed = aws.FirstOf(failed, says)
		}
	}
	// nothing has ended well: that a container was killed is the failure, and not the end of the work
	if !done {
		failed = aws.FirstOf(failed, killed)
	}
	switch {
	case failed != "":
		return judge.Stirs, failed
	case codes == 0 && (essential || m.At("detail.stopCode") == "EssentialContainerExited"):
		return judge.Stirs, "lost an essential container"
	case done:
		return judge.Marks, "exited with code 0"
	}
	return judge.Marks, "stopped"
}

// stopsOthers reports whether a task ends when its work is done: then ECS stops what runs beside it, with 143, or with 137 if it does not go. A service has no such end.
func stopsOthers(m *aws.Message) bool { return !strings.HasPrefix(m.At("detail.group"), "service:") }

// judgeStack goes by the status of a whole stack. An update that has worked is the recovery from one that has not, and a
// change. A rollback is shown also when it is complete: the stack is sound then, and the deployment has failed. What a
// stack says while it works is a change.
func judgeStack(status string) judge.Verdict {
	switch {
	case strings.Contains(status, "ROLLBACK"), strings.HasSuffix(status, "FAILED"):
		return judge.Shows
	case status == "UPDATE_COMPLETE":
		v := judge.Ends
		v.Changed = true
		return v
	}
	return judge.Marks
}

func isStackText(m *aws.Message) bool {
	return m.Fields == nil && strings.Contains(m.Text, "StackId='")
}

// readStackText reads CloudFormation's own notification. Only the stack as a whole can open an incident: when a resource fails, the stack says so too.
func readStackText(m *aws.Message) []judge.Judgement {
	id, status := m.At("StackId"), m.At("ResourceStatus")
	about, v := m.At("StackName"), judge.Marks
	// a stack that stands in another is a resource of that one; its id differs
	if m.At("ResourceType") == "AWS::CloudFormation::Stack" && m.At("PhysicalResourceId") == id {
		v = judgeStack(status)
	} else {
		about += "/" + m.At("LogicalResourceId")
	}
	j := judge.Judgement{
		Treat: v.Treat, Severity: v.Severity, Changed: v.Changed, Key: id, ARN: id, Time: m.At("Timestamp"),
		Title:  judge.Tidy("CloudFormation " + about + ": " + judge.Words(status)),
		Reason: m.At("ResourceStatusReason"),
	}
	if a, ok := aws.ParseARN(id); ok {
		j.Account, j.Region = a.Account, a.Region
	}
	return []judge.Judgement{j}
}

// isScaling knows what a group of Auto Scaling sends to its own topic, as JSON or as the text for mails.
func isScaling(m *aws.Message) bool {
	if m.Fields != nil {
		return m.Fields.Has("AutoScalingGroupName") && (m.Fields.Has("Event") || m.Fields.Has("LifecycleTransition"))
	}
	return strings.HasPrefix(strings.TrimSpace(m.Text), "Service: AWS Auto Scaling")
}

// judgeScaling shows an instance that could not be launched or terminated: the type of such an event ends in _ERROR.
// Instances that come and go are changes.
func judgeScaling(m *aws.Message) judge.Verdict {
	what := strings.TrimPrefix(aws.FirstOf(m.At("Event"), m.At("LifecycleTransition")), "autoscaling:")
	v := judge.Marks
	if strings.HasSuffix(what, "_ERROR") {
		v = judge.Shows
	}
	return v.Titled("Auto Scaling " + m.At("AutoScalingGroupName") + ": " + judge.Words(what))
}

// isDestination knows what Lambda hands to the destination of a function.
func isDestination(m *aws.Message) bool {
	return m.Fields != nil && m.At("requestContext.functionArn") != "" &&
		(m.Fields.Has("responseContext") || m.Fields.Has("requestPayload"))
}

// judgeDestination goes by the condition for which Lambda chose the destination: Success, RetriesExhausted or
// EventAgeExceeded. Nobody waits for the reply of an asynchronous call, so what failed stirs.
func judgeDestination(m *aws.Message) judge.Verdict {
	if m.At("requestContext.condition") == "Success" {
		return judge.Marks.Titled("Lambda " + aws.Called(m.At("requestContext.functionArn")) + " succeeded")
	}
	return judge.Stirs
}

// isBeanstalk knows the mails of Elastic Beanstalk by their lines "Environment:" and "Application:", and by one thing more
// that nobody else writes.
func isBeanstalk(m *aws.Message) bool {
	return m.Fields == nil && m.At("Environment") != "" && m.At("Application") != "" &&
		(strings.Contains(m.Text, "NotificationProcessId") || strings.Contains(m.Subject, "Elastic Beanstalk"))
}

// judgeHealthText judges what Elastic Beanstalk says about an environment. Its health has words and, in the old form, colours.
func judgeHealthText(text, environment string) judge.Verdict {
	// with "Health" at the begin of a sentence, or "Environment health" in one
	_, to, found := strings.Cut(text, "ealth has transitioned from ")
	if found {
		_, to, _ = strings.Cut(to, " to ")
	} else if _, to, found = strings.Cut(text, "ealth has been set to "); !found {
		if judge.Says(text, "fail", "error", "unable", "none of the instances") {
			return judge.Shows
		}
		return judge.Marks
	}
	health := strings.ToLower(strings.Trim(firstWord(to), ".:,"))
	title := "Beanstalk " + environment + ": health is " + health
	switch health {
	case "ok", "green":
		return judge.Ends.Titled(title)
	case "severe", "red":
		return judge.Wakes.Titled(title)
	case "degraded":
		return judge.Stirs.Titled(title)
	case "warning", "yellow", "grey", "no", "unknown":
		return judge.Shows.Titled(title)
	}
	return judge.Marks.Titled(title)
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	return word
}

// judgeEnvironment does the same for EventBridge's form.
func judgeEnvironment(m *aws.Message) judge.Verdict {
	v := judgeHealthText(m.At("detail.Message"), m.At("detail.EnvironmentName"))
	if v.Title == "" && v.Treat == judge.Marker && m.At("detail.Severity") == "ERROR" {
		return judge.Shows
	}
	return v
}
