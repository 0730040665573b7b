// Package rollback is the conversation about rollbacks: /incident rollback and the button on cards open a form with the plan, whoever sends
// it asks others to approve, and one message in the channel of incidents tells how far it has come, with the buttons to approve and to
// decline while somebody has to.
//
// What may be done, and by whom, is decided in package rollbacks when it is done: a button carries no more than the incident and the number
// of the rollback.
//
//	<incident>/rollback/<n>/said      entry: the message in the channel, posted or edited
//	told/rollback/<incident>/…        entry: a notice to an approver (package notice)
//	rollback-said/<incident>/<n>      where the message stands, and of which event it tells
package rollback
