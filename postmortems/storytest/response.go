package storytest

import (
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/notes"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/document"
)

// Responds records a fact of package response.
func (s *Story) Responds(who incidents.Actor, f response.Fact) *Story {
	return s.By(who, incidents.Responded{Fact: f})
}

// Writes records that somebody wrote a section of the postmortem, who had seen what is in it up to an event.
func (s *Story) Writes(who incidents.Actor, section, text string, base int) *Story {
	return s.Responds(who, response.SectionWritten{Section: section, Text: text, Base: base})
}

// responded has all that people can say while an incident goes on, and about its postmortem; and Slack was away when it began.
func responded(t testing.TB) *Story {
	s := Tell(t, "2026-03-17 09:30:12")
	began := s.Now.Add(-4 * time.Minute)
	s.Opens(incidents.Sev2, s.Alarm("checkout-latency", incidents.AlarmFiring))
	k := s.Steps(First, "ana")
	s.At("09:33:40").Delivers(k[0], "ana")
	s.By(incidents.Oncalm(), incidents.Delayed{Via: "slack", Since: s.Now.Add(-6 * time.Minute), Until: s.Now})
	s.At("09:35:02").By(Ana, incidents.Acknowledged{})
	s.At("09:36:00").Responds(Ana, response.Assigned{Role: response.Lead, Person: "ana"})
	s.At("09:37:10").By(Ana, incidents.Rated{Severity: incidents.Sev1, Reason: "nobody can pay"})
	s.At("09:38:00").Responds(Ana, response.Summarised{Text: "Checkout waits for the pool of database connections."})
	s.At("09:39:30").Responds(Bo, response.Affected{Text: "12 % of checkouts end with an error.", From: began})
	s.At("09:40:00").Responds(Bo, response.Updated{Stage: response.Investigating, Text: "Payments are slow; we are looking."})
	const where = "https://acme.slack.com/archives/C0INCIDENTS/p1773740000000100"
	for _, n := range []struct {
		sort notes.Sort
		text string
	}{
		{notes.Observation, "The pool is at 100 of 100 since 09:25."},
		{notes.Question, "Did the limit change with the deployment of Monday?"},
		{notes.Decision, "We raise the pool to 200 and watch the database."},
		{notes.Action, "There is no alarm on the pool; add one."},
	} {
		s.After(40*time.Second).By(Bo, incidents.Noted{Text: n.text, Sort: n.sort, Link: where, Captured: "ana",
			Files: []notes.File{{Title: "pool.png", Link: "https://acme.slack.com/files/U0BO/F1/pool.png", Picture: true}}})
	}
	s.At("09:46:00").Responds(Bo, response.Updated{Stage: response.Monitoring, Text: "Payments work again; we keep watching."})
	s.At("09:51:30").Reports(s.Alarm("checkout-latency", incidents.AlarmOK))
	due := time.Date(2026, 4, 3, 23, 59, 59, 0, time.UTC)
	s.At("09:52:00").Responds(Ana, response.Planned{What: "Alarm on the share of connections in use", Person: "bo", Due: due})
	alarm := len(s.events)
	s.At("09:53:00").Responds(Ana, response.Planned{What: "Load test with 200 connections"})
	s.At("10:00:00").By(Ana, incidents.Rated{Severity: incidents.Sev2})
	s.At("10:05:00").By(Ana, incidents.Resolved{Reason: "latency normal for 15 min"})
	s.At("11:00:00").Writes(Ana, document.SectionSummary, "Checkout waited for **database connections**.", 0)
	seen := len(s.events)
	s.At("11:10:00").Writes(Bo, document.SectionSummary,
		"Checkout waited for database connections:\n\n- the pool had 100\n- the load had doubled", seen)
	s.At("11:12:00").Writes(Cleo, document.SectionSummary, "Support had 14 tickets, the first at 09:27.", seen)
	s.At("11:20:00").Writes(Cleo, document.SectionLucky,
		"# It was early\n\nThe sale began at 12:00. <script>alert(1)</script> @channel", 0)
	s.At("12:00:00").Responds(Ana, response.ReviewMoved{To: response.InReview})
	s.At("15:00:00").Responds(Ana, response.ReviewMoved{To: response.Reviewed})
	return s.At("16:00:00").Responds(Bo, response.ActionClosed{Item: alarm, Reason: "it fires in staging"})
}

// reopened was resolved too early, and came back after an hour.
func reopened(t testing.TB) *Story {
	s := Tell(t, "2026-03-18 20:00:00")
	s.Opens(incidents.Sev2, s.Alarm("search-5xx", incidents.AlarmFiring))
	k := s.Steps(First, "ana")
	s.After(time.Second).Delivers(k[0], "ana")
	s.At("20:02:00").By(Ana, incidents.Acknowledged{})
	s.At("20:11:00").Reports(s.Alarm("search-5xx", incidents.AlarmOK))
	s.At("20:12:00").By(Ana, incidents.Resolved{Reason: "it looks fine"})
	a := s.At("21:05:00").Alarm("search-5xx", incidents.AlarmFiring)
	s.By(incidents.ByAlarm(a.Name), incidents.Reopened{Alarm: &a})
	k = s.Steps(First, "ana")
	s.After(2*time.Second).Delivers(k[0], "ana")
	s.At("21:06:00").By(Ana, incidents.Acknowledged{})
	s.At("21:30:00").Reports(s.Alarm("search-5xx", incidents.AlarmOK))
	return s.At("21:45:00").By(Ana, incidents.Resolved{Reason: "the index is rebuilt"})
}

// rolledBack was ended by a rollback that helped, after one that did not, and one of which nobody knows what became.
func rolledBack(t testing.TB) *Story {
	s := Tell(t, "2026-03-24 13:20:00")
	s.Opens(incidents.Sev1, s.Alarm("checkout-5xx", incidents.AlarmFiring))
	s.Responds(incidents.Oncalm(), response.Changed{Change: "d-41", Family: "codedeploy", Title: "deployed web 43",
		Was: s.Now.Add(-9 * time.Minute), Ago: 9 * time.Minute})
	k := s.Steps(First, "ana")
	s.After(time.Second).Delivers(k[0], "ana")
	s.At("13:21:00").By(Ana, incidents.Acknowledged{})
	ask := func(n int, target, from, to string) {
		s.After(time.Minute).Responds(Ana, response.RollbackRequested{N: n, Person: "ana", Target: target, From: from, To: to,
			Needs: 1, Until: s.Now.Add(15 * time.Minute), Reason: "errors since the deployment"})
		s.After(40*time.Second).Responds(Cleo, response.RollbackApproved{N: n, Person: "cleo"})
		s.After(time.Second).Responds(incidents.Oncalm(), response.RollbackStarted{N: n, When: s.Now, From: from, To: to})
	}
	ask(1, "lambda prices", "7", "6")
	s.After(10*time.Second).Responds(incidents.Oncalm(), response.RollbackFinished{N: 1, When: s.Now, To: "6"})
	s.After(5*time.Minute).Responds(incidents.Oncalm(),
		response.RollbackProven{N: 1, Proof: response.NotHelped, After: 300, Alarms: []string{"checkout-5xx"}})
	ask(2, "webhook cdn", "v9", "v8")
	s.After(2*time.Minute).Responds(incidents.Oncalm(),
		response.RollbackUnknown{N: 2, Why: "the connection was cut before an answer came"})
	ask(3, "ecs prod/web", "web:43", "web:42")
	s.After(3*time.Minute).Responds(incidents.Oncalm(), response.RollbackFinished{N: 3, When: s.Now, To: "web:42"})
	s.After(2 * time.Minute).Reports(s.Alarm("checkout-5xx", incidents.AlarmOK))
	s.After(time.Second).Responds(incidents.Oncalm(), response.RollbackProven{N: 3, Proof: response.Helped, After: 120})
	return s.After(5*time.Minute).By(Ana, incidents.Resolved{Reason: "web:42 runs"})
}
