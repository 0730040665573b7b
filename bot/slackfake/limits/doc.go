// Package limits is how much Slack takes: so many calls of each method in a minute, and about one message a second in a
// conversation.
//
// # The model
//
// [Limits] are off until [Limits.On], and then each call has to pass the rates that concern it: that of its method, which is
// one of Slack's tiers, and, for a message, those of its conversation and of the whole workspace. A [Rate] lets a short burst
// through and then one call at a time; what is beyond is refused with the whole seconds after which to come back, and uses
// nothing up. Slack publishes the rates but not how long a burst may be: here it is a fifth of a minute, and three messages.
//
// Calls are counted whether the limits are on or not ([Limits.Counts]).
package limits
