package storytest

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
)

// Stories are the incidents whose documents are kept as goldens. Each is about one thing that can go otherwise; together
// they have each kind of sentence and question.
func Stories() map[string]func(testing.TB) *Story {
	return map[string]func(testing.TB) *Story{
		"long-sev1":    longSev1,
		"no-ack":       noAck,
		"fallback":     fallback,
		"flapping":     flapping,
		"contributors": contributors,
		"hostile":      hostile,
		"rtl":          rightToLeft,
		"opened-only":  openedOnly,
		"declared":     declared,
		"undelivered":  undelivered,
		"dst-night":    dstNight,
		"unknowns":     unknowns,
		"clocks":       clocks,
		"responded":    responded,
		"reopened":     reopened,
		"rolled-back":  rolledBack,
		"measured":     measured,
	}
}

// The first two steps of [Policy].
var (
	First  = incidents.Position{}
	Second = incidents.Position{Step: 1}
)

// longSev1 has an escalation by time and one by hand, notes, a reminder and a late note.
func longSev1(t testing.TB) *Story {
	s := Tell(t, "2026-03-11 14:02:13")
	s.Opens(incidents.Sev1, s.Alarm("checkout-5xx", incidents.AlarmFiring))
	k := s.Steps(First, "ana")
	s.After(time.Second).Delivers(k[0], "ana")
	k = s.At("14:07:13").Steps(Second)
	s.After(time.Second).Delivers(k[0], "bo")
	s.At("14:08:40").By(Bo, incidents.Acknowledged{})
	note := incidents.Noted{
		Text: "Error rate follows the deployment of checkout v42 at 13:58.",
		Link: "https://acme.slack.com/archives/C0INCIDENTS/p1773238200000200",
	}
	s.At("14:10:02").By(Bo, note)
	s.At("14:11:30").By(Bo, incidents.Noted{Text: "Card numbers in the log, removing that"})
	s.At("14:11:55").By(Bo, incidents.Struck{Seq: len(s.events), Reason: "not for here"})
	s.At("14:14:00").By(Bo, incidents.Escalated{Reason: "need somebody who knows the load balancer"})
	k = s.Steps(incidents.Position{Round: 1}, "ana")
	s.After(time.Second).Delivers(k[0], "ana")
	s.At("14:15:20").By(Ana, incidents.Acknowledged{})
	s.At("14:19:48").By(Ana, incidents.Noted{Text: "Rolled back checkout to v41.\nWaiting for the alarm."})
	s.At("14:45:20").By(incidents.Oncalm(),
		incidents.Paged{Key: "42/page/remind", Person: "ana", Via: "slack", Position: First, Reminder: true,
			Why: "you acknowledged 30m0s ago and it is not resolved"})
	s.After(time.Second).Delivers("42/page/remind", "ana")
	s.At("14:47:31").Reports(s.Alarm("checkout-5xx", incidents.AlarmOK))
	s.At("14:52:05").By(Ana, incidents.Resolved{Reason: "rolled back to v41; error rate normal for 5 min"})
	told := s.Now.Add(-50 * time.Minute)
	return s.At("16:30:00").Since(told, Cleo,
		incidents.Noted{Text: "Support had the first call at 14:02: “payment page is white”."})
}

// noAck ends by itself, and nobody has answered in two rounds.
func noAck(t testing.TB) *Story {
	s := Tell(t, "2026-03-12 03:10:00")
	s.Opens(incidents.Sev2, s.Alarm("queue-age", incidents.AlarmFiring))
	for _, step := range []struct {
		at       incidents.Position
		person   string
		after    time.Duration
		noAnswer bool
	}{{First, "ana", 0, false}, {Second, "bo", 5 * time.Minute, false},
		{incidents.Position{Round: 1}, "ana", 10 * time.Minute, false},
		{incidents.Position{Round: 1, Step: 1}, "bo", 5 * time.Minute, true}} {
		k := s.After(step.after).Steps(step.at, "ana")
		if !step.noAnswer {
			s.After(time.Second).Delivers(k[0], step.person)
		}
	}
	s.After(20 * time.Second)
	ok := s.Alarm("queue-age", incidents.AlarmOK)
	s.Reports(ok).By(incidents.ByAlarm("queue-age"), incidents.Resolved{Reason: "the alarm is OK"})
	return s.By(incidents.Oncalm(),
		incidents.Withheld{Key: "42/page/4/bo", Person: "bo", Why: "the incident was resolved before it went out"})
}

// fallback is answered by the fallback alone, the second time that it is paged. In the
// second round, nobody was on call.
func fallback(t testing.TB) *Story {
	s := Tell(t, "2026-03-12 03:10:00")
	s.Opens(incidents.Sev2, s.Alarm("queue-age", incidents.AlarmFiring))
	for _, step := range []struct {
		at     incidents.Position
		onCall []string
		person string
		wait   time.Duration
	}{
		{First, []string{"ana"}, "ana", 5 * time.Minute}, {Second, []string{"ana"}, "bo", 10 * time.Minute},
		{incidents.Position{Round: 1}, nil, "cleo", 5 * time.Minute},
		{incidents.Position{Round: 1, Step: 1}, nil, "bo", 10 * time.Minute},
		{incidents.Position{Round: 2}, nil, "cleo", 30 * time.Minute},
		{incidents.Position{Round: 3}, nil, "cleo", time.Minute},
	} {
		k := s.Steps(step.at, step.onCall...)
		s.After(time.Second).Delivers(k[0], step.person).After(step.wait)
	}
	s.By(Cleo, incidents.Acknowledged{})
	return s.After(4*time.Minute).By(Cleo, incidents.Resolved{Reason: "restarted the worker"})
}

// flapping fires five times and is reopened twice.
func flapping(t testing.TB) *Story {
	s := Tell(t, "2026-03-13 22:00:00")
	s.Opens(incidents.Sev3, s.Alarm("cpu high", incidents.AlarmFiring))
	k := s.Steps(First, "ana")
	s.After(900*time.Millisecond).Delivers(k[0], "ana")
	s.At("22:01:10").By(Ana, incidents.Acknowledged{})
	for range 2 {
		s.After(2*time.Minute).Reports(s.Alarm("cpu high", incidents.AlarmOK)).
			By(incidents.ByAlarm("cpu high"), incidents.Resolved{Reason: "the alarm is OK"})
		again := s.After(3*time.Minute).Alarm("cpu high", incidents.AlarmFiring)
		s.By(incidents.ByAlarm("cpu high"), incidents.Reopened{Alarm: &again})
		k = s.Steps(First, "ana")
		s.After(time.Second).Delivers(k[0], "ana")
		s.After(30*time.Second).By(Ana, incidents.Acknowledged{})
	}
	for range 2 {
		s.After(time.Minute).Reports(s.Alarm("cpu high", incidents.AlarmUnknown,
			func(a *incidents.Alarm) { a.Previous = incidents.AlarmFiring }))
		s.After(time.Minute).Reports(s.Alarm("cpu high", incidents.AlarmOK,
			func(a *incidents.Alarm) { a.Previous = incidents.AlarmUnknown }))
		s.After(time.Minute).Reports(s.Alarm("cpu high", incidents.AlarmFiring))
	}
	s.After(time.Minute).Reports(s.Alarm("cpu high", incidents.AlarmOK))
	return s.After(time.Minute).By(Ana, incidents.Resolved{})
}

// contributors has one alarm with three series, an attached alarm, and a late message.
func contributors(t testing.TB) *Story {
	s := Tell(t, "2026-03-16 09:00:05")
	of := func(team string) func(*incidents.Alarm) {
		return func(a *incidents.Alarm) {
			a.Series, a.Kind = a.ARN+"#"+team, "contributor"
			a.Contributor = map[string]string{"Team": team, "Shop": "de"}
			a.Metric = &incidents.Metric{
				Expression: `SELECT MAX(Load) FROM "Shop" GROUP BY Team, Shop`,
				Comparison: "GreaterThanThreshold",
				Threshold:  a.Metric.Threshold,
				Period:     60,
				Periods:    1,
				Datapoints: 1,
			}
		}
	}
	s.Opens(incidents.Sev2, s.Alarm("load-by-team", incidents.AlarmFiring, of("a")))
	k := s.Steps(First, "ana")
	s.After(time.Second).Delivers(k[0], "ana")
	s.At("09:02:00").By(Ana, incidents.Acknowledged{})
	s.At("09:04:00").Reports(s.Alarm("load-by-team", incidents.AlarmFiring, of("b")))
	s.At("09:05:30").Reports(s.Alarm("api-latency", incidents.AlarmFiring))
	s.At("09:08:00").Reports(s.Alarm("load-by-team", incidents.AlarmOK, of("a")))
	s.At("09:08:10").Reports(s.Alarm("load-by-team", incidents.AlarmFiring, of("b")))
	late := s.Alarm("load-by-team", incidents.AlarmOK, of("b"),
		func(a *incidents.Alarm) { a.Changed = s.Now.Add(-2 * time.Minute) })
	s.At("09:08:20").By(incidents.ByAlarm(late.Name), incidents.Reported{Alarm: late, Late: true})
	s.At("09:10:00").Reports(s.Alarm("load-by-team", incidents.AlarmOK, of("b")))
	s.At("09:12:00").Reports(s.Alarm("api-latency", incidents.AlarmOK))
	s.At("09:14:00").Reports(s.Alarm("load-by-team", incidents.AlarmFiring, of("c")))
	s.At("09:15:00").Reports(s.Alarm("load-by-team", incidents.AlarmOK, of("c")))
	return s.By(incidents.ByAlarm("load-by-team"), incidents.Resolved{Reason: "all alarms are OK"})
}

// openedOnly has one event: what a document says when there is next to nothing.
func openedOnly(t testing.TB) *Story {
	s := Tell(t, "2026-03-19 10:00:00")
	return s.Opens(incidents.Sev2, s.Alarm("checkout-5xx", incidents.AlarmFiring))
}

// declared is an incident without an alarm.
func declared(t testing.TB) *Story {
	s := Tell(t, "2026-03-20 16:20:00")
	s.By(Cleo, incidents.Opened{Title: "Invoices are sent twice", Service: "billing", Severity: incidents.Sev2})
	k := s.Steps(First) // nobody on call
	s.After(time.Second).Delivers(k[0], "cleo")
	s.After(10*time.Second).By(Cleo, incidents.Acknowledged{})
	s.After(20*time.Minute).By(Cleo, incidents.Noted{Text: "Stopped the invoice job."})
	return s.After(2*time.Minute).By(Cleo, incidents.Resolved{})
}

// undelivered has pages that cannot get through, one found as sent, and an alarm that
// never recovers.
func undelivered(t testing.TB) *Story {
	s := Tell(t, "2026-03-21 23:50:00")
	s.Opens(incidents.Sev1, s.Alarm("disk-full", incidents.AlarmFiring,
		func(a *incidents.Alarm) { a.NeverRecovers = true }))
	k := s.Steps(First, "ana", "dee")
	s.After(2*time.Second).By(incidents.Oncalm(),
		incidents.Undelivered{Key: k[0], Person: "ana", Via: "slack", Error: "user_disabled"})
	s.By(incidents.Oncalm(), incidents.Undelivered{Key: k[1], Person: "dee", Via: "slack",
		Error: "channel_not_found"})
	k = s.Steps(Second)
	s.After(3*time.Minute).By(incidents.Oncalm(),
		incidents.Delivered{Key: k[0], Person: "bo", Via: "slack", Adopted: true,
			Link: "https://acme.slack.com/archives/D0bo/p1774137182000100"})
	s.After(12*time.Minute).By(Bo, incidents.Acknowledged{})
	return s.After(8*time.Minute).By(Bo, incidents.Resolved{Reason: "log files removed"})
}

// dstNight goes through the change of clocks in Europe: 01:00 UTC is 02:00 and then
// 03:00 in Berlin. Times come in with the zone of the machine that wrote them.
func dstNight(t testing.TB) *Story {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s := Tell(t, "2026-03-29 00:40:00")
	// the machine's zone must not show in a document
	s.Now = s.Now.In(berlin)
	s.Opens(incidents.Sev2, s.Alarm("nightly-batch", incidents.AlarmFiring))
	k := s.Steps(First, "ana")
	s.After(2*time.Second).Delivers(k[0], "ana")
	s.After(15*time.Minute).By(Ana, incidents.Acknowledged{})
	s.After(10*time.Minute).By(Ana, incidents.Noted{Text: "Batch of 02:00 did not start; there is no 02:00 tonight."})
	s.After(5 * time.Minute).Reports(s.Alarm("nightly-batch", incidents.AlarmOK))
	return s.After(time.Minute).By(Ana, incidents.Resolved{})
}

// Storm is a timeline of very many events. Its document has to be cut, and stay below 1 MiB.
func Storm(t testing.TB, events int) *Story {
	s := Tell(t, "2026-03-24 00:00:00")
	s.Opens(incidents.Sev1, s.Alarm("checkout-5xx", incidents.AlarmFiring))
	for n := 0; len(s.events) < events; n++ {
		state := incidents.AlarmOK
		if n%2 == 1 {
			state = incidents.AlarmFiring
		}
		s.After(7 * time.Second).Reports(s.Alarm("checkout-5xx", state))
		if n%3 == 0 {
			s.By(
				incidents.Oncalm(),
				incidents.Paged{
					Key:    "k" + s.Now.String(),
					Person: "ana",
					Via:    "slack",
					Why:    "you are on call for payments (step 1 of 2)",
				},
			)
		}
		if n%5 == 0 {
			s.By(Bo, incidents.Noted{Text: strings.Repeat("a long note | with pipes ", 20)})
		}
	}
	return s
}
