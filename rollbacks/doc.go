// Package rollbacks goes back to the last good version of what an incident is about: a plan, a request, somebody else's approval, the
// start, and what the alarm says after it.
//
// # The model
//
// A service has levers, in order: what can be rolled back, as the configuration names it. A [Maker] makes a [Target] of a lever, which
// knows one service of AWS, and nothing of incidents: it plans, starts, and says how far it has come. A [Plan] is what would be done now.
// Its digest is what people ask for and approve; when it is to be started it is made again, and if the world has moved so that the digest
// is another, nothing is started.
//
// A rollback is what its events amount to (package response): requested → approved → started → finished, or failed, or unknown. The
// [Desk] appends them. Each is decided in one transaction, on the state as it is then: a second press, a second approval by the same
// person and one that comes too late change nothing.
//
// # At most once
//
// That it was started is on the disk before the target is asked, and the target is asked by an outbox entry of which there is one
// for each request. If an attempt of it may have got through, the target is not asked again: it is looked for ([Target.Find]), until it is
// found, or until it is recorded that nobody knows what became of it. Where AWS itself makes sure that one key is one rollback
// ([Plan.Keyed]), it is asked again with that key.
//
// Nothing of this stands in the way of a page: it has a lane of its own, with workers of its own. Besides these, only whoever wants to
// see a plan asks AWS.
//
//	<incident>/rollback/<n>          entry: start what was approved
//	<incident>/rollback/<n>/start    entry: ask the target, then look how far it has come
//	<incident>/rollback/<n>/expire   entry: nobody has approved
//	<incident>/rollback/<n>/proof    entry: the alarm has had its time
//	rollback/draft/<digest>          Draft: a plan that somebody was shown; kept for an hour
//	rollback/busy/<target>           the incident and number of the rollback that was requested last
package rollbacks
