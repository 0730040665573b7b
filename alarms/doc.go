// Package alarms turns messages into incidents. It makes signals of a message, puts them in order, drops
// repeats, and opens, updates or resolves incidents. It knows neither HTTP nor signatures: [sns.Door] hands it
// what SNS has signed.
//
// A message goes one way. [Classify] makes one [Signal] of its text, or several, and [Intake.Take] commits what
// follows from them in one transaction; SNS is answered only after the commit. No verified message is dropped:
// one that nobody understands opens an incident that says so.
//
// # What an alarm is
//
// A CloudWatch alarm is known by account, region and ARN; a hash of these is its fingerprint. Under the
// fingerprint the store keeps the last state of each of its series: the series is the alarm as a whole or, of an
// alarm over a query with GROUP BY, one of its contributors, each of which reports ALARM and OK for itself.
// Signals are ordered by the alarm's own time, StateChangeTime, not by arrival:
//
//   - Whether a series fires is decided by the newest OK or ALARM. An older one changes nothing and is shown on the
//     timeline.
//   - If OK and ALARM have the same time, ALARM wins.
//   - ALARM opens an incident, or joins the one that is open, or triggers the last one again if that was resolved less
//     than 15 minutes before.
//   - OK resolves the incident once none of its series is in ALARM.
//   - INSUFFICIENT_DATA is noted, and no more: it is not a recovery, and an earlier ALARM or OK that arrives after it
//     still applies.
//
// A topic is authoritative for an alarm if it belongs to the alarm's account, or was the first to report the
// alarm. What another topic reports is kept apart, under a fingerprint of its own; see foreign.go.
//
// Whether what begins pages at once is decided where it begins (hold.go): a service may have it held for some time, and an alarm that
// flaps is held until it is calm, once somebody knows of it. Its record counts its changes.
//
// A composite alarm and the alarms that its rule names share one incident, whichever comes first.
//
// # What else comes in
//
// A message that is not CloudWatch's own is judged by the rules of the configuration, and then by the table of
// package messages: it pages, is quiet, resolves, or is kept as a marker (package changes), for the question
// "what changed before?". It is known by its family and key in the account of the topic: they are its
// fingerprint, and its one series. What no rule and no row knows opens an incident. A message may hold others,
// as a relay's does, or be about several things: [Classify] makes a signal of each, and they are committed
// together.
//
// # In the store
//
//	fate/<time>.<MessageId>      the messages that were taken in, and what became of them (see package fates)
//	seen/<time>.event.<id>       events of EventBridge that open incidents; one may come in two messages
//	alarm.foreign/<fingerprint>/<MessageId>    entry: whether an ALARM over a topic that is not authoritative was true
package alarms
