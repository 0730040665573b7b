package storytest

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
)

// HostileTexts are what somebody who can name an alarm might try. They are about Slack's markup, Markdown, HTML, and
// control characters. Each should be shown letter by letter. Fields take them in turn, so each text stands in many fields,
// and each field has some of them.
var HostileTexts = []string{
	"<!channel> <@U123> <https://evil.example|Acknowledge>",
	"[click](https://evil.example) ![x](https://evil.example/p.png)",
	"a | b \\| c | d", "# not a heading ## #",
	"`code` ``` ~~~ fence", "*bold* _it_ **b** ~~gone~~ __init__", "<script>alert(1)</script> &lt;b&gt; &#x41; &copy;",
	"https://evil.example/x?a=b&c=d www.evil.example mail@evil.example ftp://evil.example",
	"- list\n1. one\n> quote\n---\n===\n| a | b |\n| --- | --- |",
	"[x]: https://evil.example \"t\"", "trailing backslash \\", "\u202egnp.exe\u202c \u200bzero\u0000nul \x1b[31mred",
	"$x^2$ {#id .class} :smile: @channel",
	"<!-- comment", "]] **[fill in: your password]**. [e1]",
}

// hostile puts one of these texts into each field that comes from outside, in turn.
func hostile(t testing.TB) *Story {
	s := Tell(t, "2026-03-17 10:00:00")
	bad := func(n int) string { return HostileTexts[n%len(HostileTexts)] }
	n := 0
	next := func() string { n++; return bad(n - 1) }
	worse := func(a *incidents.Alarm) {
		a.Name, a.Reason, a.Account, a.Region, a.Description = next(), next(), next(), next(), next()
		a.Link, a.MessageID, a.Flags = "javascript:alert(1)//"+next(), next(), []string{next()}
		a.Contributor = map[string]string{next(): next()}
		a.Metric = &incidents.Metric{
			Namespace:  next(),
			Name:       next(),
			Statistic:  next(),
			Unit:       next(),
			Comparison: next(),
			Threshold:  a.Metric.Threshold,
			Dimensions: []incidents.Dimension{{Name: next(), Value: next()}},
		}
	}
	a := s.Alarm("x", incidents.AlarmFiring, worse)
	a.Series = "x"
	s.By(
		incidents.ByAlarm(a.Name),
		incidents.Opened{
			Title:    strings.Join(HostileTexts, " "),
			Service:  next(),
			Severity: next(),
			Runbook:  "http://" + next(),
			Alarm:    &a,
		},
	)
	for range HostileTexts {
		key := next() + s.Now.String()
		s.After(time.Minute).By(incidents.Oncalm(),
			incidents.Paged{Key: key, Person: next(), Via: next(), Why: next()})
		s.By(incidents.Oncalm(), incidents.Undelivered{Key: key, Person: next(), Error: next()})
		s.By(incidents.Person(next()), incidents.Noted{Text: next(), Link: "https://evil.example/" + next()})
	}
	s.By(incidents.Person(next()), incidents.Acknowledged{})
	s.By(incidents.Person(next()), incidents.Escalated{Reason: next()})
	return s.By(incidents.Person(next()), incidents.Resolved{Reason: next()})
}

// rightToLeft is in Hebrew and Arabic, between which English names and times stand. The order of what stands beside them
// must not turn around, which is a matter of marks of direction (Unicode bidi).
func rightToLeft(t testing.TB) *Story {
	s := Tell(t, "2026-03-18 10:00:00")
	a := s.Alarm("תשלומים-5xx (ייצור)", incidents.AlarmFiring, func(a *incidents.Alarm) {
		a.Reason = "נחצה הסף: 3 נקודות"
		a.Link = "https://eu-central-1.console.aws.amazon.com/cloudwatch/deeplink.js?region=eu-central-1#alarmsV2:alarm/x"
	})
	s.By(incidents.ByAlarm(a.Name),
		incidents.Opened{Title: "تعطل الدفع (checkout)", Service: "تسوق", Severity: incidents.Sev2, Alarm: &a})
	k := s.Steps(First, "ana")
	s.After(time.Second).Delivers(k[0], "ana")
	s.After(time.Minute).By(Ana, incidents.Acknowledged{})
	s.After(time.Minute).By(Ana, incidents.Noted{Text: "أعدنا تشغيل الخدمة checkout-api v41 وننتظر"})
	s.After(time.Minute).Reports(s.Alarm(a.Name, incidents.AlarmOK, func(b *incidents.Alarm) { b.Link = a.Link }))
	return s.By(Ana, incidents.Resolved{Reason: "הכול תקין"})
}

// unknowns has a message whose time could not be read, clocks that disagree, an event
// of a newer version, and an alarm that is still firing when it is resolved.
func unknowns(t testing.TB) *Story {
	s := Tell(t, "2026-03-23 08:00:00")
	s.Opens(incidents.Sev4, s.Alarm("relay", incidents.AlarmFiring, func(a *incidents.Alarm) {
		*a = incidents.Alarm{
			Name:      "relay",
			Series:    "relay",
			State:     incidents.AlarmFiring,
			Changed:   s.Now,
			Received:  s.Now,
			Kind:      "text",
			Flags:     []string{"unparsed", "received time used"},
			MessageID: "77aa",
		}
	}))
	s.After(time.Second).By(incidents.Oncalm(), incidents.Unknown{Kind: "merged"})
	s.After(time.Minute).Reports(s.Alarm("disk", incidents.AlarmFiring,
		func(a *incidents.Alarm) { a.Changed = s.Now.Add(time.Second) }))
	s.After(time.Minute).By(Bo, incidents.Acknowledged{})
	return s.After(time.Minute).By(Bo, incidents.Resolved{Reason: "false alarm"})
}

// clocks has an alarm whose clock is ahead of ours, somebody who acknowledges in the
// channel before the page gets through, and a second run that nobody is paged in.
func clocks(t testing.TB) *Story {
	s := Tell(t, "2026-03-26 11:00:00")
	s.Opens(incidents.Sev2, s.Alarm("checkout-5xx", incidents.AlarmFiring,
		func(a *incidents.Alarm) { a.Changed = s.Now.Add(4 * time.Second) }))
	k := s.Steps(First, "ana")
	s.After(20*time.Second).By(Bo, incidents.Acknowledged{})
	s.After(time.Second).Delivers(k[0], "ana")
	s.After(5*time.Minute).Reports(s.Alarm("checkout-5xx", incidents.AlarmOK)).By(Bo, incidents.Resolved{})
	s.After(time.Minute)
	again := s.Alarm("checkout-5xx", incidents.AlarmFiring)
	s.By(incidents.ByAlarm("checkout-5xx"), incidents.Reopened{Alarm: &again})
	s.After(time.Minute).By(Cleo, incidents.Acknowledged{})
	return s.After(time.Minute).By(Bo, incidents.Noted{Text: "The second deployment is rolled back, too."})
}
