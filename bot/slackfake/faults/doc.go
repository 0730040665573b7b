// Package faults lets the fake Slack misbehave in all the ways in which Slack does.
//
// # The model
//
// A [Fault] says which calls fail, and how: its [Kind], of which there is one for each way, from [RateLimited] to
// [StoredButTimedOut]. [Faults] keeps those that stand, and the outages. The Web API asks with [Faults.Choose] before it works,
// and then has the kind play the answer: so a fault may answer itself, let the work be done and lose the answer, or never
// answer. While Slack is down nobody gets through to the bot either ([Faults.IsDown]).
package faults
