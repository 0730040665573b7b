// Package wire has what passes between Slack, its clients and its bots.
//
// # The model
//
// A client calls with [Args], whether it sent a form or JSON. It gets an [Answer], or a [Refusal] that has one of Slack's own error
// names; on HTTP either is a [Reply]. What goes to a bot is signed with [Sign]. [Handler] brings a request to a handler without a
// socket, so that both sides also live inside a testing/synctest bubble.
package wire
