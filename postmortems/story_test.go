package postmortems_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
)

// A story writes a timeline as the program would: numbered, in the order of recording,
// and folded at the end.
type story struct {
	t      testing.TB
	now    time.Time
	events []incidents.Event
	pages  int
}

func tell(t testing.TB, start string) *story {
	t.Helper()
	now, err := time.Parse(time.DateTime, start)
	if err != nil {
		t.Fatal(err)
	}
	return &story{t: t, now: now}
}

// at moves on to a time of the same day.
func (s *story) at(clock string) *story {
	s.t.Helper()
	now, err := time.Parse(time.DateTime, s.now.Format("2006-01-02 ")+clock)
	if err != nil {
		s.t.Fatal(err)
	}
	s.now = now
	return s
}

func (s *story) after(d time.Duration) *story {
	s.now = s.now.Add(d)
	return s
}

// by records that somebody did something now.
func (s *story) by(who incidents.Actor, b incidents.Body) *story { return s.since(s.now, who, b) }

// since records now what happened at another time.
func (s *story) since(at time.Time, who incidents.Actor, b incidents.Body) *story {
	s.events = append(s.events, incidents.Event{Seq: len(s.events) + 1, At: at, Recorded: s.now, By: who, Body: b})
	return s
}

// alarm is a word of the alarm that is told about.
func (s *story) alarm(name string, state incidents.AlarmState, more ...func(*incidents.Alarm)) incidents.Alarm {
	threshold := 50.0
	a := incidents.Alarm{
		Name: name, Series: name, State: state, Previous: incidents.AlarmOK, Account: "123456789012", Region: "eu-central-1",
		ARN:     "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:" + name,
		Changed: s.now.Add(-2300 * time.Millisecond), Received: s.now, Kind: "metric",
		Reason:    "Threshold Crossed: 3 out of the last 5 datapoints were greater than the threshold (50.0) (minimum 3 datapoints for OK -> ALARM transition).",
		Link:      "https://eu-central-1.console.aws.amazon.com/cloudwatch/deeplink.js?region=eu-central-1#alarmsV2:alarm/" + name,
		MessageID: fmt.Sprintf("0b0c7a51-0000-4000-8000-%012d", len(s.events)+1),
		Metric: &incidents.Metric{Namespace: "AWS/ApplicationELB", Name: "HTTPCode_Target_5XX_Count", Statistic: "Sum",
			Dimensions: []incidents.Dimension{{Name: "LoadBalancer", Value: "app/checkout/50dc6c495c0c9188"}},
			Comparison: "GreaterThanThreshold", Threshold: &threshold, Period: 60, Periods: 5, Datapoints: 3},
	}
	if state == incidents.AlarmOK {
		a.Previous, a.Reason = incidents.AlarmFiring, "Threshold Crossed: 3 datapoints were not greater than the threshold (50.0)."
	}
	for _, change := range more {
		change(&a)
	}
	return a
}

// opens opens the incident by an alarm.
func (s *story) opens(severity string, a incidents.Alarm) *story {
	return s.by(incidents.ByAlarm(a.Name), incidents.Opened{
		Title: a.Name, Service: "checkout", Severity: severity, Runbook: "https://wiki.example.com/checkout", Alarm: &a,
	})
}

func (s *story) reports(a incidents.Alarm) *story {
	return s.by(incidents.ByAlarm(a.Name), incidents.Reported{Alarm: a})
}

// policy is the escalation policy of the stories.
var policy = paging.Policy{
	Name: "payments", Rounds: 2, Fallback: []paging.Target{"person:cleo"},
	Steps: []paging.Step{{Page: []paging.Target{"schedule:payments"}, Wait: 5 * time.Minute}, {Page: []paging.Target{"person:bo"}, Wait: 10 * time.Minute}},
}

// steps takes a step of the policy, and returns the keys of the pages.
func (s *story) steps(at incidents.Position, onCall ...string) []string {
	var keys []string
	d := paging.Decide(policy, at, func(string) []string { return onCall })
	for _, call := range d.Calls {
		s.pages++
		key := fmt.Sprintf("42/page/%d/%s", s.pages, call.Person)
		s.by(incidents.Oncalm(), incidents.Paged{Key: key, Person: call.Person, Via: "slack", Position: at, Why: call.Why, Fallback: d.Fallback})
		keys = append(keys, key)
	}
	return keys
}

func (s *story) delivers(key, person string) *story {
	ts := s.now.Unix()
	return s.by(incidents.Oncalm(), incidents.Delivered{Key: key, Person: person, Via: "slack", Channel: "D0" + person,
		Message: fmt.Sprintf("%d.000100", ts), Link: fmt.Sprintf("https://acme.slack.com/archives/D0%s/p%d000100", person, ts)})
}

// folded ends the story.
func (s *story) folded() (incidents.Incident, []incidents.Event) {
	s.t.Helper()
	i, err := incidents.Fold("42", s.events)
	if err != nil {
		s.t.Fatal(err)
	}
	return i, s.events
}

var (
	ana  = incidents.Person("ana")
	bo   = incidents.Person("bo")
	cleo = incidents.Person("cleo")
)
