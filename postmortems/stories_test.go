package postmortems_test

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
)

// stories are the incidents whose documents are kept as goldens.
func stories() map[string]func(testing.TB) *story {
	return map[string]func(testing.TB) *story{
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
	}
}

var first, second = incidents.Position{}, incidents.Position{Step: 1}

// longSev1 has an escalation by time and one by hand, notes, a reminder and a late note.
func longSev1(t testing.TB) *story {
	s := tell(t, "2026-03-11 14:02:13")
	s.opens(incidents.Sev1, s.alarm("checkout-5xx", incidents.AlarmFiring))
	k := s.steps(first, "ana")
	s.after(time.Second).delivers(k[0], "ana")
	k = s.at("14:07:13").steps(second)
	s.after(time.Second).delivers(k[0], "bo")
	s.at("14:08:40").by(bo, incidents.Acknowledged{})
	note := incidents.Noted{Text: "Error rate follows the deployment of checkout v42 at 13:58.", Link: "https://acme.slack.com/archives/C0INCIDENTS/p1773238200000200"}
	s.at("14:10:02").by(bo, note)
	s.at("14:11:30").by(bo, incidents.Noted{Text: "Card numbers in the log, removing that"})
	s.at("14:11:55").by(bo, incidents.Struck{Seq: len(s.events), Reason: "not for here"})
	s.at("14:14:00").by(bo, incidents.Escalated{Reason: "need somebody who knows the load balancer"})
	k = s.steps(incidents.Position{Round: 1}, "ana")
	s.after(time.Second).delivers(k[0], "ana")
	s.at("14:15:20").by(ana, incidents.Acknowledged{})
	s.at("14:19:48").by(ana, incidents.Noted{Text: "Rolled back checkout to v41.\nWaiting for the alarm."})
	s.at("14:45:20").by(incidents.Oncalm(), incidents.Paged{Key: "42/page/remind", Person: "ana", Via: "slack", Position: first, Reminder: true,
		Why: "you acknowledged 30m0s ago and it is not resolved"})
	s.after(time.Second).delivers("42/page/remind", "ana")
	s.at("14:47:31").reports(s.alarm("checkout-5xx", incidents.AlarmOK))
	s.at("14:52:05").by(ana, incidents.Resolved{Reason: "rolled back to v41; error rate normal for 5 min"})
	told := s.now.Add(-50 * time.Minute)
	return s.at("16:30:00").since(told, cleo, incidents.Noted{Text: "Support had the first call at 14:02: “payment page is white”."})
}

// noAck ends by itself, and nobody has answered in two rounds.
func noAck(t testing.TB) *story {
	s := tell(t, "2026-03-12 03:10:00")
	s.opens(incidents.Sev2, s.alarm("queue-age", incidents.AlarmFiring))
	for _, step := range []struct {
		at       incidents.Position
		person   string
		after    time.Duration
		noAnswer bool
	}{{first, "ana", 0, false}, {second, "bo", 5 * time.Minute, false}, {incidents.Position{Round: 1}, "ana", 10 * time.Minute, false},
		{incidents.Position{Round: 1, Step: 1}, "bo", 5 * time.Minute, true}} {
		k := s.after(step.after).steps(step.at, "ana")
		if !step.noAnswer {
			s.after(time.Second).delivers(k[0], step.person)
		}
	}
	s.after(20 * time.Second)
	ok := s.alarm("queue-age", incidents.AlarmOK)
	s.reports(ok).by(incidents.ByAlarm("queue-age"), incidents.Resolved{Reason: "the alarm is OK"})
	return s.by(incidents.Oncalm(), incidents.Withheld{Key: "42/page/4/bo", Person: "bo", Why: "the incident was resolved before it went out"})
}

// fallback is answered by the fallback alone, the second time that it is paged. In the
// second round, nobody was on call.
func fallback(t testing.TB) *story {
	s := tell(t, "2026-03-12 03:10:00")
	s.opens(incidents.Sev2, s.alarm("queue-age", incidents.AlarmFiring))
	for _, step := range []struct {
		at     incidents.Position
		onCall []string
		person string
		wait   time.Duration
	}{
		{first, []string{"ana"}, "ana", 5 * time.Minute}, {second, []string{"ana"}, "bo", 10 * time.Minute},
		{incidents.Position{Round: 1}, nil, "cleo", 5 * time.Minute}, {incidents.Position{Round: 1, Step: 1}, nil, "bo", 10 * time.Minute},
		{incidents.Position{Round: 2}, nil, "cleo", 30 * time.Minute}, {incidents.Position{Round: 3}, nil, "cleo", time.Minute},
	} {
		k := s.steps(step.at, step.onCall...)
		s.after(time.Second).delivers(k[0], step.person).after(step.wait)
	}
	s.by(cleo, incidents.Acknowledged{})
	return s.after(4*time.Minute).by(cleo, incidents.Resolved{Reason: "restarted the worker"})
}

// flapping fires five times and is reopened twice.
func flapping(t testing.TB) *story {
	s := tell(t, "2026-03-13 22:00:00")
	s.opens(incidents.Sev3, s.alarm("cpu high", incidents.AlarmFiring))
	k := s.steps(first, "ana")
	s.after(900*time.Millisecond).delivers(k[0], "ana")
	s.at("22:01:10").by(ana, incidents.Acknowledged{})
	for range 2 {
		s.after(2*time.Minute).reports(s.alarm("cpu high", incidents.AlarmOK)).by(incidents.ByAlarm("cpu high"), incidents.Resolved{Reason: "the alarm is OK"})
		again := s.after(3*time.Minute).alarm("cpu high", incidents.AlarmFiring)
		s.by(incidents.ByAlarm("cpu high"), incidents.Reopened{Alarm: &again})
		k = s.steps(first, "ana")
		s.after(time.Second).delivers(k[0], "ana")
		s.after(30*time.Second).by(ana, incidents.Acknowledged{})
	}
	for range 2 {
		s.after(time.Minute).reports(s.alarm("cpu high", incidents.AlarmUnknown, func(a *incidents.Alarm) { a.Previous = incidents.AlarmFiring }))
		s.after(time.Minute).reports(s.alarm("cpu high", incidents.AlarmOK, func(a *incidents.Alarm) { a.Previous = incidents.AlarmUnknown }))
		s.after(time.Minute).reports(s.alarm("cpu high", incidents.AlarmFiring))
	}
	s.after(time.Minute).reports(s.alarm("cpu high", incidents.AlarmOK))
	return s.after(time.Minute).by(ana, incidents.Resolved{})
}

// contributors has one alarm with three series, an attached alarm, and a late message.
func contributors(t testing.TB) *story {
	s := tell(t, "2026-03-16 09:00:05")
	of := func(team string) func(*incidents.Alarm) {
		return func(a *incidents.Alarm) {
			a.Series, a.Kind = a.ARN+"#"+team, "contributor"
			a.Contributor = map[string]string{"Team": team, "Shop": "de"}
			a.Metric = &incidents.Metric{Expression: `SELECT MAX(Load) FROM "Shop" GROUP BY Team, Shop`, Comparison: "GreaterThanThreshold", Threshold: a.Metric.Threshold, Period: 60, Periods: 1, Datapoints: 1}
		}
	}
	s.opens(incidents.Sev2, s.alarm("load-by-team", incidents.AlarmFiring, of("a")))
	k := s.steps(first, "ana")
	s.after(time.Second).delivers(k[0], "ana")
	s.at("09:02:00").by(ana, incidents.Acknowledged{})
	s.at("09:04:00").reports(s.alarm("load-by-team", incidents.AlarmFiring, of("b")))
	s.at("09:05:30").reports(s.alarm("api-latency", incidents.AlarmFiring))
	s.at("09:08:00").reports(s.alarm("load-by-team", incidents.AlarmOK, of("a")))
	s.at("09:08:10").reports(s.alarm("load-by-team", incidents.AlarmFiring, of("b")))
	late := s.alarm("load-by-team", incidents.AlarmOK, of("b"), func(a *incidents.Alarm) { a.Changed = s.now.Add(-2 * time.Minute) })
	s.at("09:08:20").by(incidents.ByAlarm(late.Name), incidents.Reported{Alarm: late, Late: true})
	s.at("09:10:00").reports(s.alarm("load-by-team", incidents.AlarmOK, of("b")))
	s.at("09:12:00").reports(s.alarm("api-latency", incidents.AlarmOK))
	s.at("09:14:00").reports(s.alarm("load-by-team", incidents.AlarmFiring, of("c")))
	s.at("09:15:00").reports(s.alarm("load-by-team", incidents.AlarmOK, of("c")))
	return s.by(incidents.ByAlarm("load-by-team"), incidents.Resolved{Reason: "all alarms are OK"})
}

// hostileTexts are what somebody who can name an alarm might try.
var hostileTexts = []string{
	"<!channel> <@U123> <https://evil.example|Acknowledge>", "[click](https://evil.example) ![x](https://evil.example/p.png)",
	"a | b \\| c | d", "# not a heading ## #", "`code` ``` ~~~ fence", "*bold* _it_ **b** ~~gone~~ __init__", "<script>alert(1)</script> &lt;b&gt; &#x41; &copy;",
	"https://evil.example/x?a=b&c=d www.evil.example mail@evil.example ftp://evil.example", "- list\n1. one\n> quote\n---\n===\n| a | b |\n| --- | --- |",
	"[x]: https://evil.example \"t\"", "trailing backslash \\", "\u202egnp.exe\u202c \u200bzero\u0000nul \x1b[31mred", "$x^2$ {#id .class} :smile: @channel",
	"<!-- comment", "]] **[fill in: your password]**. [e1]",
}

func hostile(t testing.TB) *story {
	s := tell(t, "2026-03-17 10:00:00")
	bad := func(n int) string { return hostileTexts[n%len(hostileTexts)] }
	n := 0
	next := func() string { n++; return bad(n - 1) }
	worse := func(a *incidents.Alarm) {
		a.Name, a.Reason, a.Account, a.Region, a.Description = next(), next(), next(), next(), next()
		a.Link, a.MessageID, a.Flags = "javascript:alert(1)//"+next(), next(), []string{next()}
		a.Contributor = map[string]string{next(): next()}
		a.Metric = &incidents.Metric{Namespace: next(), Name: next(), Statistic: next(), Unit: next(), Comparison: next(), Threshold: a.Metric.Threshold,
			Dimensions: []incidents.Dimension{{Name: next(), Value: next()}}}
	}
	a := s.alarm("x", incidents.AlarmFiring, worse)
	a.Series = "x"
	s.by(incidents.ByAlarm(a.Name), incidents.Opened{Title: strings.Join(hostileTexts, " "), Service: next(), Severity: next(), Runbook: "http://" + next(), Alarm: &a})
	for range hostileTexts {
		key := next() + s.now.String()
		s.after(time.Minute).by(incidents.Oncalm(), incidents.Paged{Key: key, Person: next(), Via: next(), Why: next()})
		s.by(incidents.Oncalm(), incidents.Undelivered{Key: key, Person: next(), Error: next()})
		s.by(incidents.Person(next()), incidents.Noted{Text: next(), Link: "https://evil.example/" + next()})
	}
	s.by(incidents.Person(next()), incidents.Acknowledged{})
	s.by(incidents.Person(next()), incidents.Escalated{Reason: next()})
	return s.by(incidents.Person(next()), incidents.Resolved{Reason: next()})
}

func rightToLeft(t testing.TB) *story {
	s := tell(t, "2026-03-18 10:00:00")
	a := s.alarm("תשלומים-5xx (ייצור)", incidents.AlarmFiring, func(a *incidents.Alarm) {
		a.Reason = "נחצה הסף: 3 נקודות"
		a.Link = "https://eu-central-1.console.aws.amazon.com/cloudwatch/deeplink.js?region=eu-central-1#alarmsV2:alarm/x"
	})
	s.by(incidents.ByAlarm(a.Name), incidents.Opened{Title: "تعطل الدفع (checkout)", Service: "تسوق", Severity: incidents.Sev2, Alarm: &a})
	k := s.steps(first, "ana")
	s.after(time.Second).delivers(k[0], "ana")
	s.after(time.Minute).by(ana, incidents.Acknowledged{})
	s.after(time.Minute).by(ana, incidents.Noted{Text: "أعدنا تشغيل الخدمة checkout-api v41 وننتظر"})
	s.after(time.Minute).reports(s.alarm(a.Name, incidents.AlarmOK, func(b *incidents.Alarm) { b.Link = a.Link }))
	return s.by(ana, incidents.Resolved{Reason: "הכול תקין"})
}

func openedOnly(t testing.TB) *story {
	s := tell(t, "2026-03-19 10:00:00")
	return s.opens(incidents.Sev2, s.alarm("checkout-5xx", incidents.AlarmFiring))
}

// declared is an incident without an alarm.
func declared(t testing.TB) *story {
	s := tell(t, "2026-03-20 16:20:00")
	s.by(cleo, incidents.Opened{Title: "Invoices are sent twice", Service: "billing", Severity: incidents.Sev2})
	k := s.steps(first) // nobody on call
	s.after(time.Second).delivers(k[0], "cleo")
	s.after(10*time.Second).by(cleo, incidents.Acknowledged{})
	s.after(20*time.Minute).by(cleo, incidents.Noted{Text: "Stopped the invoice job."})
	return s.after(2*time.Minute).by(cleo, incidents.Resolved{})
}

// undelivered has pages that cannot get through, one found as sent, and an alarm that
// never recovers.
func undelivered(t testing.TB) *story {
	s := tell(t, "2026-03-21 23:50:00")
	s.opens(incidents.Sev1, s.alarm("disk-full", incidents.AlarmFiring, func(a *incidents.Alarm) { a.NeverRecovers = true }))
	k := s.steps(first, "ana", "dee")
	s.after(2*time.Second).by(incidents.Oncalm(), incidents.Undelivered{Key: k[0], Person: "ana", Via: "slack", Error: "user_disabled"})
	s.by(incidents.Oncalm(), incidents.Undelivered{Key: k[1], Person: "dee", Via: "slack", Error: "channel_not_found"})
	k = s.steps(second)
	s.after(3*time.Minute).by(incidents.Oncalm(), incidents.Delivered{Key: k[0], Person: "bo", Via: "slack", Adopted: true,
		Link: "https://acme.slack.com/archives/D0bo/p1774137182000100"})
	s.after(12*time.Minute).by(bo, incidents.Acknowledged{})
	return s.after(8*time.Minute).by(bo, incidents.Resolved{Reason: "log files removed"})
}

// dstNight goes through the change of clocks in Europe: 01:00 UTC is 02:00 and then
// 03:00 in Berlin. Times come in with the zone of the machine that wrote them.
func dstNight(t testing.TB) *story {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s := tell(t, "2026-03-29 00:40:00")
	s.now = s.now.In(berlin)
	s.opens(incidents.Sev2, s.alarm("nightly-batch", incidents.AlarmFiring))
	k := s.steps(first, "ana")
	s.after(2*time.Second).delivers(k[0], "ana")
	s.after(15*time.Minute).by(ana, incidents.Acknowledged{})
	s.after(10*time.Minute).by(ana, incidents.Noted{Text: "Batch of 02:00 did not start; there is no 02:00 tonight."})
	s.after(5 * time.Minute).reports(s.alarm("nightly-batch", incidents.AlarmOK))
	return s.after(time.Minute).by(ana, incidents.Resolved{})
}

// unknowns has a message whose time could not be read, clocks that disagree, an event
// of a newer version, and an alarm that is still firing when it is resolved.
func unknowns(t testing.TB) *story {
	s := tell(t, "2026-03-23 08:00:00")
	s.opens(incidents.Sev4, s.alarm("relay", incidents.AlarmFiring, func(a *incidents.Alarm) {
		*a = incidents.Alarm{Name: "relay", Series: "relay", State: incidents.AlarmFiring, Changed: s.now, Received: s.now, Kind: "text",
			Flags: []string{"unparsed", "received time used"}, MessageID: "77aa"}
	}))
	s.after(time.Second).by(incidents.Oncalm(), incidents.Unknown{Kind: "merged"})
	s.after(time.Minute).reports(s.alarm("disk", incidents.AlarmFiring, func(a *incidents.Alarm) { a.Changed = s.now.Add(time.Second) }))
	s.after(time.Minute).by(bo, incidents.Acknowledged{})
	return s.after(time.Minute).by(bo, incidents.Resolved{Reason: "false alarm"})
}

// storm is a timeline of very many events.
func storm(t testing.TB, events int) *story {
	s := tell(t, "2026-03-24 00:00:00")
	s.opens(incidents.Sev1, s.alarm("checkout-5xx", incidents.AlarmFiring))
	for n := 0; len(s.events) < events; n++ {
		state := incidents.AlarmOK
		if n%2 == 1 {
			state = incidents.AlarmFiring
		}
		s.after(7 * time.Second).reports(s.alarm("checkout-5xx", state))
		if n%3 == 0 {
			s.by(incidents.Oncalm(), incidents.Paged{Key: "k" + s.now.String(), Person: "ana", Via: "slack", Why: "you are on call for payments (step 1 of 2)"})
		}
		if n%5 == 0 {
			s.by(bo, incidents.Noted{Text: strings.Repeat("a long note | with pipes ", 20)})
		}
	}
	return s
}

// clocks has an alarm whose clock is ahead of ours, somebody who acknowledges in the
// channel before the page gets through, and a second run that nobody is paged in.
func clocks(t testing.TB) *story {
	s := tell(t, "2026-03-26 11:00:00")
	s.opens(incidents.Sev2, s.alarm("checkout-5xx", incidents.AlarmFiring, func(a *incidents.Alarm) { a.Changed = s.now.Add(4 * time.Second) }))
	k := s.steps(first, "ana")
	s.after(20*time.Second).by(bo, incidents.Acknowledged{})
	s.after(time.Second).delivers(k[0], "ana")
	s.after(5*time.Minute).reports(s.alarm("checkout-5xx", incidents.AlarmOK)).by(bo, incidents.Resolved{})
	s.after(time.Minute)
	again := s.alarm("checkout-5xx", incidents.AlarmFiring)
	s.by(incidents.ByAlarm("checkout-5xx"), incidents.Reopened{Alarm: &again})
	s.after(time.Minute).by(cleo, incidents.Acknowledged{})
	return s.after(time.Minute).by(bo, incidents.Noted{Text: "The second deployment is rolled back, too."})
}
