// Package watch tells somebody outside, each minute, that the pager lives: who pages when the pager is down must not be the pager.
//
// The pulse is an entry of the outbox that is due each minute, in a lane of its own. It writes into the store that the program is
// there, sends a canary when it is time for one, looks whether all is well, and only then sends a heartbeat: a GET of an address, a
// metric of CloudWatch, or both. So a program whose store takes nothing, or whose outbox does not run, sends none; what listens outside
// raises the alarm when none comes.
//
// The canary is a message of CloudWatch that is signed with a key of our own, each five minutes. It goes the way of an alarm: it is
// verified, judged, finds its service, and is committed (see [alarms.Rehearsal]); its decision is taken in the lane of decisions, and
// its page is sent to nobody, in the lane in which pages go. Then it has arrived. No incident, message or fate is left of it.
//
// After a start the channel is told if the program was away for some minutes: how long, what came late, and what was found by
// reconciliation ([Watch.Begin]).
//
//	watch/pulse     when the program was last known to live, and how the heartbeats went
//	watch/canary    the last canary: when it was sent, and when it arrived
package watch
