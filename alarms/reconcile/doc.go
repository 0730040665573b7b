// Package reconcile asks CloudWatch how its alarms stand, and makes up for messages that never came: SNS gives up, a policy is wrong, the
// bot was away for longer than messages are tried.
//
// CloudWatch's own word is the truth; a message is how it usually reaches us. So what is found is made into the message that should have
// come, and goes the way of all messages: package alarms puts it into its place in the order of time, knows what it knows already, and
// opens, joins or resolves. Nothing else is done here, and nothing waits for it: it runs beside the way of a page.
//
// What is asked, each time and in each region: all alarms that say ALARM, those of the open incidents by their names, and the mute rules
// that are in force. Only alarms that act on a topic of ours count. A word is made up for when it is [Grace] old, since its message may
// be on its way.
//
//	reconciled/<region>    when that was last done, as far as that goes back
package reconcile

import "time"

// Grace is how old a word of CloudWatch's is before its message is taken for lost.
const Grace = 2 * time.Minute

// Fresh is how long ago an alarm may have begun to fire, at least, for somebody to be paged because it was found: what has said ALARM for
// days when Oncalm asks for the first time is no news. After an outage it is as long as that was.
const Fresh = 24 * time.Hour
