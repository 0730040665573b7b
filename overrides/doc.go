// Package overrides keeps who stands in for whom.
//
// Who is on call is said by the schedules of package rotations, and by overrides on top of them: those of the configuration,
// and those that people made. The [Book] keeps the latter, and each door (chat, command line, web) changes them through it, so
// that a rule holds wherever somebody asks.
//
// # Changes
//
// A change is made, or refused, in the transaction of whoever asks for it, and named by its id: the same change is made once.
// Each [Follower] of the book then writes, in the same transaction, what is enqueued because of it. The past is never changed: an
// override begins now at the earliest, and who cancels it ends it now. Nothing is deleted.
//
// # Asks
//
// A cover or a swap needs somebody's consent. It is an [Ask] first: a record of who was asked, which decides, in the
// transaction of whoever accepts first, what comes of it. It ends when its span begins. Where its questions stand is noted by
// whoever carries them.
//
// # Handoffs
//
// Where a shift has to be accepted, the outgoing person stands in for the incoming one from the border on ([Book.Hold]), until
// that one accepts ([Book.Accept]) or the time is over: an override like any other.
//
// # People who have left
//
// An override for somebody who is no longer in the configuration does not count from the moment that a start finds that
// on ([Book.RollCall]), and says so; until then it may have brought somebody on call.
//
//	override/<schedule>/<from>/<id>     overrides that people made
//	ask/<change>                        a cover or swap, who was asked and what came of it; forgotten 30 days after its span began
//	ask/<change>/end                    entry: its span begins
//	ask/<change>/forget                 entry: it is forgotten
//	left/<person>                       when somebody with an override was found to be not in the configuration any more
package overrides
