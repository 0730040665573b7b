package alarms

import (
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// subscriptionSignal is an alarm of our own: on whether we are subscribed to a topic.
func subscriptionSignal(topic aws.ARN, at time.Time, state incidents.AlarmState) Signal {
	s := Signal{
		Effect: EffectAlarm, Severity: incidents.Sev1, Topic: topic.String(),
		Title:       aws.Line("SNS subscription removed: "+topic.Resource, aws.MaxTitle),
		Fingerprint: known.Fingerprint(KindSubscription, topic.String()),
	}
	s.Kind, s.Name, s.ARN, s.Account, s.Region = KindSubscription, s.Title, topic.String(), topic.Account, topic.Region
	s.State, s.Changed, s.Series = state, at, s.Fingerprint
	s.Reason = "Oncalm no longer receives alarms from topic " + topic.String() + "."
	s.Description = s.Reason + "\nSubscribe again: aws sns subscribe --region " + topic.Region + " --topic-arn " +
		topic.String() +
		" --protocol https --notification-endpoint PUBLIC_URL/sns\nThen check CloudTrail for who called Unsubscribe or " +
		"DeleteTopic."
	return s
}

// Subscribed tells the incident of a lost subscription, if there is one, that we are
// subscribed again. sent is when SNS asked us to confirm it.
func (t *Intake) Subscribed(tx store.Tx, now time.Time, topic aws.ARN, sent time.Time) error {
	sig := subscriptionSignal(topic, sent, incidents.AlarmOK)
	sig.Received = now.UTC()
	sig.Reason, sig.Description = "Oncalm is subscribed to "+topic.String()+" again.", ""
	_, err := t.apply(tx, now, &sig, t.Services.fallback())
	return err
}
