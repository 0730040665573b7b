package alarms

import (
	"fmt"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/sns"
)

// TestEventsOfOneSecond: EventBridge gives whole seconds, so that it is their ids that tell events apart.
func TestEventsOfOneSecond(t *testing.T) {
	r := newRig(t)
	stopped := func(id, task string) Outcome {
		return r.text(fmt.Sprintf(`{"id":%q,"detail-type":"ECS Task State Change","source":"aws.ecs","account":"123456789012","region":"eu-central-1",`+
			`"time":"2026-11-02T14:02:00Z","resources":[%q],"detail":{"group":"service:web","lastStatus":"STOPPED","containers":[{"exitCode":1}]}}`, id, task))
	}
	r.want(stopped("e1", "task/1"), Opened)
	r.want(stopped("e2", "task/2"), Reported)
	r.want(stopped("e3", "task/3"), Reported)
	r.want(stopped("e2", "task/2"), Repeated)
	r.want(stopped("e1", "task/1"), Repeated)
	if got := r.timeline("1"); got != "opened, reported ALARM, reported ALARM" {
		t.Errorf("timeline: %s", got)
	}
}

// TestLateOKWithoutTime: that it came late says nothing about when it was said.
func TestLateOKWithoutTime(t *testing.T) {
	says := func(state, changed string) string {
		return `{"AlarmName":"a","AlarmArn":"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:a","NewStateValue":"` + state + `","StateChangeTime":"` + changed + `"}`
	}
	r := newRig(t)
	r.want(r.text(says("ALARM", minute(0).Format(aws.StateChangeTime))), Opened)
	r.at(5)
	r.want(r.take(r.verified(sns.Post{Message: says("OK", "date"), At: minute(-1)})), Late)
	r.want(r.take(r.verified(sns.Post{Message: says("OK", "date"), At: minute(4)})), Resolved)
}

// TestEventsWithoutSource: a rule may have cut it away. What their type tells still counts, and what tells nothing is read.
func TestEventsWithoutSource(t *testing.T) {
	for kind, want := range map[string]string{
		"AWS Health Event":                       Opened,
		"EC2 Instance Launch Unsuccessful":       Opened,
		"CloudWatch Alarm State Change":          Opened,
		"Payment problem":                        Opened,
		"":                                       Opened,
		"EC2 Instance State-change Notification": Changed,
		"ECS Deployment State Change":            Changed,
	} {
		r := newRig(t)
		message := `{"id":"e1","detail-type":"` + kind + `","account":"123456789012","region":"eu-central-1","time":"2026-11-02T14:02:00Z",` +
			`"resources":["arn:aws:cloudwatch:eu-central-1:123456789012:alarm:a"],"detail":{"eventTypeCategory":"issue","state":{"value":"ALARM"}}}`
		if kind == "" {
			message = strings.Replace(message, `"detail-type":"",`, "", 1)
		}
		t.Run(kind, func(t *testing.T) { r.want(r.text(message), want) })
	}
}
