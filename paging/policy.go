// Package paging decides whom to page, when, and whom next, and delivers the pages.
//
// A decision is pure: [steps.Decide] looks at the escalation policy, at the place in its
// run, and at who is on call, and names the people to page and the time of the next
// look. The first step of a run is decided in the transaction that opened the
// incident; each later one by an outbox entry that comes due. Nothing is cancelled: an
// entry that comes due after somebody acknowledged finds that out and does nothing.
//
// The policy is copied into the outbox entry of the next step and travels with the
// run, so that editing a policy never changes a run in progress. Who is on call is
// asked when a step is taken, not before. Nobody on call means the fallback; after the
// last round the fallback is paged again and again until somebody acknowledges.
//
// A quiet incident (see [incidents.Incident]) has no run: nothing is enqueued for it, not even a
// reminder, until somebody escalates it or an alarm that pages joins. Then its run begins with the
// first step.
//
// A run that is held (see [incidents.Held]) has an entry for its first step that is due when the hold ends. Whom to page is decided
// then. A version that knows of no holds takes it for any other step that came due, and pages.
//
//	<id>/escalate/<round>.<step>        the decision about that step (from the second run on <run>.<round>.<step>),
//	                                    and, while a step finds nobody, about those after it
//	<id>/page/<round>.<step>/<person>   a page by Slack; by another channel its name follows: …/<person>/<channel>
//	<id>/remind/<event>.<n>             the n-th reminder after an acknowledgement
//
// Nobody reads thirty messages in a minute. A channel that is a [Joiner] tells a person of several incidents in one message when more
// wait than one can take: a page for which it is not the person's turn joins those that gather, and the joint entry tells all of them,
// worst first, when the turn comes. What is worse than all that was told lately never waits. See docs/decisions/0039.
//
//	<page>/joint/<time>                 the joint message in which that page and others are told; which they are stands at
//	joined/<joint>/<page>               the page's key
//	gathering/<person>/<channel>        the joint message for which pages gather now
//	inturn/<list>                       who was paged when, where a step pages one of a list in turn
//
// A person is reached by one [Channel] or more, each at its time after the decision ([Pager.Reach]). All pages to them are
// decided, recorded and enqueued together, and each goes its own way: in lanes of its channel, so that a channel that does not
// answer holds up no other. Once somebody acknowledges, what has not gone out is withheld. What cannot be delivered makes the
// next channel due at once. A newer page takes the place of an older one to the same person by the same channel.
//
// A duty is bound to a person, and people leave. A page or a reminder that cannot be delivered makes the run go on at once:
// to whoever is on call if the overrides of those who are gone do not count, then to the next step. If whoever acknowledged
// is gone, the policy is started again, as it is in the configuration by then. [Pager.RollCall] looks at each start.
package paging

import "github.com/oncalm/oncalm/paging/steps"

// DefaultReminder is how often the fallback is paged after the last round if the
// policy has no reminder of its own.
const DefaultReminder = steps.DefaultReminder

type (
	// Policy says whom to page for an incident, in which order and how often.
	Policy = steps.Policy
	// Step is one step of a policy.
	Step = steps.Step
	// Target names whom a step pages.
	Target = steps.Target
	// Call is one person to page, and why it is them.
	Call = steps.Call
)

// ParseTarget checks the form of a target.
func ParseTarget(s string) (Target, error) { return steps.ParseTarget(s) }
