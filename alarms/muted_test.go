package alarms

import (
	"fmt"
	"testing"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/incidents"
)

// eventOf is EventBridge's event about an alarm of the topic's account at a minute; by suppresses its actions.
func (r *rig) eventOf(name string, state incidents.AlarmState, minutes float64, by string) string {
	suppressed := ""
	if by != "" {
		suppressed = `,"actionsSuppressedBy":"` + by + `","actionsSuppressedReason":"suppressed"`
	}
	at := minute(minutes).UTC()
	return fmt.Sprintf(`{"version":"0","id":"%s-%s-%v%s","detail-type":"CloudWatch Alarm State Change","source":"aws.cloudwatch","account":"123456789012",`+
		`"time":%q,"region":"eu-central-1","resources":[%q],"detail":{"alarmName":%q,"state":{"value":%q,"reason":"r","timestamp":%q%s}}}`,
		name, state, minutes, by, at.Format("2006-01-02T15:04:05Z"), r.topic.AlarmARN(name), name, state, at.Format(aws.StateChangeTime),
		suppressed)
}

// TestMuted: an alarm whose actions CloudWatch suppresses pages nobody, and pages when that ends.
func TestMuted(t *testing.T) {
	for _, by := range []string{"Alarm", "WaitPeriod", "ExtensionPeriod"} {
		t.Run("pages nobody by "+by, func(t *testing.T) {
			r := newRig(t).at(1)
			r.want(r.text(r.eventOf("checkout-x", alarmFiring, 1, by)), Opened)
			r.stands(true, "sev2", "checkout", "checkout-x")
			r.want(r.at(2).text(r.eventOf("checkout-x", alarmOK, 2, by)), Resolved)
			r.want(r.at(3).text(r.eventOf("checkout-x", alarmFiring, 3, by)), Reopened)
			r.stands(true, "sev2", "checkout", "checkout-x")
		})
	}
	t.Run("pages when it ends, once", func(t *testing.T) {
		r := newRig(t).at(1)
		word := aws.Example{Name: "checkout-x", At: minute(1)}
		r.want(r.text(r.eventOf("checkout-x", alarmFiring, 1, "Alarm")), Opened)
		r.want(r.at(5).alarm(word), Reported) // the action, with the time of the change
		r.stands(false, "sev2", "checkout", "checkout-x")
		r.want(r.text(r.eventOf("checkout-x", alarmFiring, 1, "")), Repeated)
		r.want(r.alarm(word), Repeated)
	})
	t.Run("after a person resolved it", func(t *testing.T) {
		r := newRig(t).at(1)
		r.text(r.eventOf("checkout-x", alarmFiring, 1, "Alarm"))
		r.does(incidents.Resolved{})
		out := r.at(5).alarm(aws.Example{Name: "checkout-x", At: minute(1)})
		if all := r.all(); all[len(all)-1].Quiet {
			t.Errorf("%s, and nobody is paged", out.What)
		}
	})
	t.Run("the other way round", func(t *testing.T) {
		r := newRig(t).at(1)
		r.want(r.alarm(aws.Example{Name: "checkout-x", At: minute(1)}), Opened)
		r.want(r.text(r.eventOf("checkout-x", alarmFiring, 1, "Alarm")), Repeated)
		r.stands(false, "sev2", "checkout", "checkout-x")
	})
	t.Run("triggered again while it is muted", func(t *testing.T) {
		r := newRig(t)
		r.alarm(aws.Example{Name: "checkout-x"})
		r.at(1).alarm(aws.Example{Name: "checkout-x", State: alarmOK})
		r.want(r.at(2).text(r.eventOf("checkout-x", alarmFiring, 2, "Alarm")), Reopened)
		r.stands(true, "sev2", "checkout", "checkout-x")
	})
}
