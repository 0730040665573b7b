// Package storytest tells incidents: timelines as the program would write them, for tests of postmortems and of the forms in
// which people read them. It is used by tests alone.
package storytest

import (
	"fmt"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/paging/steps"
)

// A Story writes a timeline as the program would: numbered, in the order of recording,
// and folded at the end. A mistake in a story fails its test. Its methods return it, so that a story reads as one chain.
// Positions and reasons of pages are real (package paging); what is made up is who did what, and when.
type Story struct {
	t      testing.TB
	Now    time.Time // in the story
	events []incidents.Event
	pages  int
}

// Tell begins a story at a time, such as 2026-03-11 14:02:13.
func Tell(t testing.TB, start string) *Story {
	t.Helper()
	now, err := time.Parse(time.DateTime, start)
	if err != nil {
		t.Fatal(err)
	}
	return &Story{t: t, Now: now}
}

// At moves on to a time of the same day. It may go back as well: events are written in the order of the calls.
func (s *Story) At(clock string) *Story {
	s.t.Helper()
	now, err := time.Parse(time.DateTime, s.Now.Format("2006-01-02 ")+clock)
	if err != nil {
		s.t.Fatal(err)
	}
	s.Now = now
	return s
}

// After moves on.
func (s *Story) After(d time.Duration) *Story {
	s.Now = s.Now.Add(d)
	return s
}

// By records that somebody did something now.
func (s *Story) By(who incidents.Actor, b incidents.Body) *Story { return s.Since(s.Now, who, b) }

// Since records now what happened at another time. That is how late notes come into a timeline.
func (s *Story) Since(at time.Time, who incidents.Actor, b incidents.Body) *Story {
	s.events = append(s.events, incidents.Event{Seq: len(s.events) + 1, At: at, Recorded: s.Now, By: who, Body: b})
	return s
}

// Alarm is a word of the alarm that is told about. By default it is a metric alarm that goes between OK and ALARM; more
// changes what should be otherwise.
func (s *Story) Alarm(name string, state incidents.AlarmState, more ...func(*incidents.Alarm)) incidents.Alarm {
	threshold := 50.0
	a := incidents.Alarm{
		Name: name, Series: name, State: state, Previous: incidents.AlarmOK, Account: "123456789012",
		Region: "eu-central-1",
		ARN:    "arn:aws:cloudwatch:eu-central-1:123456789012:alarm:" + name,
		// CloudWatch tells us a few seconds later
		Changed: s.Now.Add(-2300 * time.Millisecond), Received: s.Now, Kind: "metric",
		Reason: "Threshold Crossed: 3 out of the last 5 datapoints were greater than " +
			"the threshold (50.0) (minimum 3 datapoints for OK -> ALARM transition).",
		Link:      "https://eu-central-1.console.aws.amazon.com/cloudwatch/deeplink.js?region=eu-central-1#alarmsV2:alarm/" + name,
		MessageID: fmt.Sprintf("0b0c7a51-0000-4000-8000-%012d", len(s.events)+1),
		Metric: &incidents.Metric{Namespace: "AWS/ApplicationELB", Name: "HTTPCode_Target_5XX_Count",
			Statistic:  "Sum",
			Dimensions: []incidents.Dimension{{Name: "LoadBalancer", Value: "app/checkout/50dc6c495c0c9188"}},
			Comparison: "GreaterThanThreshold", Threshold: &threshold, Period: 60, Periods: 5, Datapoints: 3},
	}
	if state == incidents.AlarmOK {
		a.Previous = incidents.AlarmFiring
		a.Reason = "Threshold Crossed: 3 datapoints were not greater than the threshold (50.0)."
	}
	for _, change := range more {
		change(&a)
	}
	return a
}

// Opens opens the incident by an alarm.
func (s *Story) Opens(severity string, a incidents.Alarm) *Story {
	return s.By(incidents.ByAlarm(a.Name), incidents.Opened{
		Title: a.Name, Service: "checkout", Severity: severity, Runbook: "https://wiki.example.com/checkout", Alarm: &a,
	})
}

// Reports records what an alarm says.
func (s *Story) Reports(a incidents.Alarm) *Story {
	return s.By(incidents.ByAlarm(a.Name), incidents.Reported{Alarm: a})
}

// Policy is the escalation policy of the stories. Pages are decided by package paging itself, so that reasons are worded as
// in the program.
var Policy = paging.Policy{
	Name: "payments", Rounds: 2, Fallback: []paging.Target{"person:cleo"},
	Steps: []paging.Step{
		{Page: []paging.Target{"schedule:payments"}, Wait: 5 * time.Minute},
		{Page: []paging.Target{"person:bo"}, Wait: 10 * time.Minute},
	},
}

// Steps takes a step of the policy, and returns the keys of the pages. onCall is who is on call for every schedule at that
// time; nobody means that the fallback is paged.
func (s *Story) Steps(at incidents.Position, onCall ...string) []string {
	var keys []string
	d := steps.Decide(Policy, at, steps.Moment{OnCall: func(string) []string { return onCall }})
	for _, call := range d.Calls {
		s.pages++
		key := fmt.Sprintf("42/page/%d/%s", s.pages, call.Person)
		s.By(
			incidents.Oncalm(),
			incidents.Paged{
				Key:      key,
				Person:   call.Person,
				Via:      "slack",
				Position: at,
				Why:      call.Why,
				Fallback: d.Fallback,
			},
		)
		keys = append(keys, key)
	}
	return keys
}

// Delivers records that a page was delivered.
func (s *Story) Delivers(key, person string) *Story {
	at := s.Now.Unix()
	return s.By(incidents.Oncalm(), incidents.Delivered{
		Key: key, Person: person, Via: "slack", Channel: "D0" + person, Message: fmt.Sprintf("%d.000100", at),
		Link: fmt.Sprintf("https://acme.slack.com/archives/D0%s/p%d000100", person, at),
	})
}

// Folded ends the story. The fold is that of the program, so a story that could not have happened fails here.
func (s *Story) Folded() (incidents.Incident, []incidents.Event) {
	s.t.Helper()
	i, err := incidents.Fold("42", s.events)
	if err != nil {
		s.t.Fatal(err)
	}
	return i, s.events
}

// The people of the stories.
var (
	Ana  = incidents.Person("ana")
	Bo   = incidents.Person("bo")
	Cleo = incidents.Person("cleo")
)
