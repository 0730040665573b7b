// Package alarms is what AWS says, understood: messages become signals, signals are put into order, removed if they repeat, and grouped, and
// what is left opens, updates or resolves incidents. It knows neither HTTP nor signatures: [sns.Door] hands it what SNS has signed.
//
// A message goes one way. [Classify] turns its text into a [Signal] or several, and [Intake.Take] commits what follows from them in
// one transaction; SNS is answered only after the commit. Nothing verified is ever dropped: what is not understood opens an
// incident too, and says so.
//
// # What an alarm is
//
// A CloudWatch alarm is known by account, region and ARN; a hash of these is its
// fingerprint. Under it stands a record of what each of its series said last: the
// alarm as a whole, or the contributors of an alarm over a query with GROUP BY, which
// say ALARM and OK each for itself. Words are put into order by the alarm's own time,
// StateChangeTime, not by arrival:
//
//   - Whether an alarm fires is what the newest of its OKs and ALARMs says, whichever of
//     them came first. An older one changes nothing; it is shown on the timeline.
//   - Of OK and ALARM for the same time ALARM counts.
//   - ALARM opens an incident, or goes to the one that is open, or triggers the last
//     one again if that was resolved less than 15 minutes before.
//   - OK resolves the incident once nothing in it says ALARM any more.
//   - INSUFFICIENT_DATA is noted, and no more: it does not say that anything has
//     recovered, and an ALARM or OK of before it counts also if it comes after it.
//
// Whose word about an alarm counts: that of a topic of the alarm's account, or else of
// the topic that spoke of it first. What another says is kept apart, under a
// fingerprint of its own; see foreign.go.
//
// A composite alarm and the alarms that its rule names share one incident, whichever
// comes first.
//
// # What else comes in
//
// A message that is not CloudWatch's own is judged by the table of package messages, or by a rule of the configuration before it: it pages, is
// quiet, resolves, or is kept as a marker (package changes), for the question "what changed before?". It is known by its family and key, in the account of the
// topic; these are its fingerprint, and its one series. What nobody knows opens an incident. A message may hold others, as a relay's does, or
// tell of several things: [Classify] makes a signal of each, and they are committed together.
//
// # In the store
//
//	alarm/<fingerprint>          the alarm's series, and its incident
//	alarmparent/<fingerprint>    the composite alarms that named this one
//	seen/<time>.<MessageId>      what was taken in (see package incidents)
//	seen/<time>.event.<id>       events of EventBridge that open incidents, so that one which comes in two messages counts once
package alarms
