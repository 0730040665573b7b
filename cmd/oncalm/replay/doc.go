// Package replay plays the messages of the past against a configuration, and says what that would have changed.
//
// A [World] is Oncalm as the configuration makes it, but for Slack and the network: the intake of alarms, the pager and the
// silences, on a store of its own in memory and by a clock that goes from one thing that happened to the next. Messages come in
// when they came, what is due is done when it is due, and people do what they did, at the same time: who acknowledged an
// incident acknowledges the one that its messages lead to.
//
// So nothing is worked out a second time, and whatever the intake or the pager learn to do counts in a replay, too. What would
// have been is compared with what was ([Compare]), which the timelines tell.
package replay
