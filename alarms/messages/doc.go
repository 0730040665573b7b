// Package messages knows what messages amount to that are not CloudWatch's own: those of other services of AWS, of other tools,
// and of people. It is pure: texts go in, judgements come out; it knows no store, no clock and no HTTP.
//
// [Open] takes out what a relay has wrapped, and [JudgeBy] finds out what a message amounts to: the rules of the configuration
// first, then the table of this package, which has a row for each kind (see package judge; those about alerts of Prometheus and
// Grafana are in package alerts); what no row knows is judged by what package facts finds in it. Alarms of CloudWatch are not
// judged here: [aws.ReadAlarm] reads them.
//
// Labels, alerts and what is looked at of somebody's own message are bounded, and no judgement refuses a message: what cannot be
// understood is somebody's own, and opens an incident.
package messages
