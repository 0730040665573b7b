// Package aws knows what AWS writes: names ([ARN]), JSON ([Fields]), the ways in which a message is relayed ([Open]), and the forms of CloudWatch's
// own alarms ([ReadAlarm]). It is pure: texts go in, values come out; it knows no store, no clock and no HTTP, and judges nothing.
//
// A [Message] is what somebody published to a topic. [Message.At] follows a path in it, whatever form it has. An [Alarm] is one of CloudWatch's
// alarms as the message tells of it; an [Example] is one that a message can be made of, for tests and the demo.
//
// Everything that comes from outside is hostile. Nesting, parts, lines and tags are bounded, and each level of a message is read a bounded
// number of times. What is kept of texts has the limits in this package.
package aws
