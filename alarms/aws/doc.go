// Package aws knows what the messages of AWS, and of others that come over its topics, look like and amount to. It is
// pure: texts go in, judgements come out; it knows no store, no clock and no HTTP.
//
// [NewMessage] reads a text, [Open] takes out what a relay has wrapped, and [JudgeBy] finds out what it amounts to: the rules of
// the configuration first, then the table of this package. A [Judgement] says what the message is about, by family and key, what to say, and
// whether that pages, is shown, is over, or is a change. Alarms of CloudWatch itself are not judged here: package alarms reads them.
//
// Everything that comes from outside is hostile. Nesting, parts, lines, labels and alerts are bounded, each level of a message is read a bounded
// number of times, and no judgement refuses a message: what cannot be understood is somebody's own, and opens an incident.
package aws
